"""Messages between processes of the program."""

from __future__ import annotations

import io
from queue import SimpleQueue

import pytest

from vetter.io.child_process import ChildProcess, receive, send


def stream_of(*messages: object) -> bytes:
    stream = io.BytesIO()
    for message in messages:
        send(stream, message)
    return stream.getvalue()


def test_messages_arrive_as_they_were_sent():
    sent = [{"rows": [1, 2]}, "and another", None]
    assert list(receive(io.BytesIO(stream_of(*sent)))) == sent


@pytest.mark.parametrize("missing", [1, 50, 103, 110], ids=lambda n: f"{n} bytes missing")
def test_a_message_cut_short_ends_the_stream_behind_those_before_it(missing):
    whole = stream_of("first", b"x" * 100)
    first = len(stream_of("first"))
    assert len(whole) - missing > first
    assert list(receive(io.BytesIO(whole[:-missing]))) == ["first"]


def test_child_that_ends_is_told_behind_its_last_message():
    heard: SimpleQueue[object] = SimpleQueue()
    child = ChildProcess("tests.helpers.echo", heard.put, heard.put)
    child.send("one")
    child.send("end")
    assert [heard.get(timeout=60) for _ in range(3)] == ["one", "end", 3]
    child.close()


def test_child_that_is_closed_is_not_told_as_ended():
    heard: SimpleQueue[object] = SimpleQueue()
    child = ChildProcess("tests.helpers.echo", heard.put, heard.put)
    child.send("one")
    assert heard.get(timeout=60) == "one"
    child.close()
    assert heard.empty() and child.process.poll() is not None
