"""A process that reads damaged files, within bounds of memory: its death is an outcome too."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from pathlib import Path

from vetter.io.child_process import open_answer_stream, receive, send

MOST_BYTES = 768 * 2**20
"""Of memory, above what the program takes once it has read what is in order."""


def main() -> None:
    """Answer each seed with an outcome; first with those of the files in order."""
    # Pools that reserve far more than they use would be taken for a reader's greed.
    os.environ.update(ARROW_DEFAULT_MEMORY_POOL="system", QT_QPA_PLATFORM="offscreen")
    from tests.fuzzing.case import Cases

    answers = open_answer_stream()
    requests = receive(sys.stdin.buffer)
    name, folder, real_data = next(requests)
    tempfile.tempdir = folder
    cases = Cases(name, Path(folder), None if real_data is None else Path(real_data))
    send(answers, (str(cases.path), list(cases.undamaged())))
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_BYTES, resource.RLIM_INFINITY))
    for seed in requests:
        send(answers, cases.outcome(seed))
