"""Record of what is on screen: compact, complete, composed when it changes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.helpers.fake_session import candidate_list
from tests.helpers.plain_source import PlainSource
from vetter.io.inputs.blind_source import make_blind
from vetter.review.display_record import DisplayRecord


def test_record_without_facts_is_empty() -> None:
    assert DisplayRecord().compose() == ""


def test_record_leaves_out_empty_facts() -> None:
    record = DisplayRecord()
    record.note(stretch="asinh", inverted=False, hidden=[], sort="Größe", filter="", blind=True)
    assert record.compose() == '{"stretch":"asinh","sort":"Größe","blind":true}'


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


@pytest.mark.parametrize("blind", [True, False])
def test_blind_review_is_recorded_alone_for_candidates_that_are_not_on_screen(blind: bool) -> None:
    record = DisplayRecord()
    record.note(filter="mag<19")
    listed = candidate_list(2, rb=np.array([0.5, 0.9]))
    source = PlainSource(
        candidates=listed, default_radius=20.0, plane_names=(), plane_provenance={}
    )
    record.take_hidden(make_blind(source) if blind else source)
    assert record.compose_hidden() == ('{"hidden":["rb"],"blind":true}' if blind else "")
    assert record.fact("blind") == (True if blind else None)


def test_hidden_columns_without_a_blind_review_are_none_of_its_facts() -> None:
    record = DisplayRecord()
    record.note(hidden=["rb"], blind=False)
    assert record.compose_hidden() == ""
