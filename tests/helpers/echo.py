"""A process that sends back what it is told, and ends with status 3 behind "end"."""

from __future__ import annotations

import sys

from vetter.io.child_process import open_answer_stream, receive, send


def main() -> None:
    answers = open_answer_stream()
    for message in receive(sys.stdin.buffer):
        send(answers, message)
        if message == "end":
            sys.exit(3)
