"""Record of what is on screen: compact, complete, composed when it changes."""

from __future__ import annotations

import json

import pytest

from vetter.review.display_record import DisplayRecord


def test_record_without_facts_is_empty() -> None:
    assert DisplayRecord().compose() == ""


def test_record_leaves_out_empty_facts() -> None:
    record = DisplayRecord()
    record.note(stretch="asinh", inverted=False, hidden=[], filter="", blind=True)
    assert record.compose() == '{"stretch":"asinh","blind":true}'


def test_record_follows_its_facts() -> None:
    record = DisplayRecord()
    record.note(answer="explained", filter="mag<19")
    before = record.compose()
    record.note(answer="")
    assert json.loads(before) == {"answer": "explained", "filter": "mag<19"}
    assert json.loads(record.compose()) == {"filter": "mag<19"}


def test_record_is_composed_once_for_the_same_facts() -> None:
    record = DisplayRecord()
    record.note(panels=["image", "diff"])
    text = record.compose()
    record.note(panels=["image", "diff"])
    assert record.compose() is text


def test_unknown_fact_is_refused() -> None:
    with pytest.raises(KeyError):
        DisplayRecord().note(colour="red")
