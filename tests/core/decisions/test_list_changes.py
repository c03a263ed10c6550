"""What is said of a list that is not as it was."""

from __future__ import annotations

import pytest

from vetter.core.decisions.list_changes import (
    describe_changes,
    describe_due,
    describe_unplaced,
)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (1, "the list has changed: 1 earlier verdict belongs to no candidate"),
        (2, "the list has changed: 2 earlier verdicts belong to no candidate"),
    ],
)
def test_verdicts_without_a_candidate_are_counted(count: int, text: str) -> None:
    assert describe_unplaced(count) == (f"{text}; File > Verdicts offered" if text else "")


@pytest.mark.parametrize(
    ("unplaced", "changed", "texts"),
    [
        ("", [], []),
        ("gone", [], ["gone"]),
        ("", ["candidates"], ["changed since the last time: candidates"]),
        # The list's change has been told with its verdicts.
        ("gone", ["candidates"], ["gone"]),
        ("gone", ["candidates", "image"], ["gone", "changed since the last time: image"]),
        ("", ["image", "err"], ["changed since the last time: image, err"]),
    ],
)
def test_changed_inputs_are_named(unplaced: str, changed: list[str], texts: list[str]) -> None:
    assert describe_changes(unplaced, changed) == texts


def test_due_candidates_are_counted() -> None:
    assert describe_due(1) == "1 candidate put off is due"
    assert describe_due(1200) == "1,200 candidates put off are due"
