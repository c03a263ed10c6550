"""Kinds and truths of test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import (
    ADDED_KINDS,
    known_truth,
    make_row,
    shown_setting,
    truth_of,
)


def test_truth_goes_through_a_row() -> None:
    truth = {"snr": 9.5, "mag": None, "place": "sky"}
    row = make_row("a", "fake", truth)
    assert row == PlantedRow("a", "fake", '{"snr":9.5,"mag":null,"place":"sky"}')
    assert truth_of(row) == truth


@pytest.mark.parametrize("text", ["", "{", "[1]", "7", "null", "[" * 100_000])
def test_text_that_is_no_truth_is_an_empty_one(text: str) -> None:
    assert truth_of(PlantedRow("a", "fake", text)) == {}


@pytest.mark.parametrize(
    ("kinds", "truth"),
    [
        ({"a": "fake", "b": "artefact"}, [1.0, 0.0, np.nan]),
        ({"c": "artefact", "a": "repeat", "b": "known"}, [np.nan, np.nan, 0.0]),
        ({"a": "repeat", "b": "known"}, None),
        ({"z": "fake"}, None),
        ({}, None),
    ],
)
def test_fakes_are_real_and_artefacts_bogus(kinds: dict[str, str], truth: Any) -> None:
    found = known_truth(["a", "b", "c"], [PlantedRow(k, kind, "{}") for k, kind in kinds.items()])
    assert found is None if truth is None else np.array_equal(found, truth, equal_nan=True)


def test_rows_that_the_list_lacks_are_of_three_kinds() -> None:
    assert ADDED_KINDS == {"fake", "artefact", "repeat"}
    assert shown_setting("Ada") == "test_rows_shown Ada" != shown_setting("ada")
