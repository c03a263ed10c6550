"""Messages between processes of the program."""

from __future__ import annotations

import io

import pytest

from vetter.io.child_process import receive, send


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
