"""Completion of a filter while it is typed."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.columns.filter import match_filter
from vetter.core.columns.filter_completion import complete_filter
from vetter.core.columns.folded_text import fold


class Listed:
    """Columns of a list with fits."""

    names = ("verdict", "name", "answer", "disappeared", "mag", "mag_err", "psf_share", "list.x")

    def find(self, word: str) -> str:
        if word.lower() not in self.names:
            raise KeyError(word)
        return word.lower()

    def values(self, name: str) -> np.ndarray:
        return np.array(["", "explained", "not judged", "nothing"])

    def folded(self, name: str) -> np.ndarray:
        return fold(self.values(name))


@pytest.mark.parametrize(
    ("typed", "completions"),
    [
        ("ans", ["answer="]),
        ("mag<19 ANS", ["mag<19 answer="]),
        ("(ps", ["(psf_share="]),
        ("a", []),
        ("mag", []),
        ("ma", ["mag=", "mag_err="]),
        ("J04", []),
        ("", []),
        ("answer=", None),
        ("answer==v", ["answer==variable"]),
        ("answer = V", ["answer = variable"]),
        ("answer!=o", ["answer!=ordinary"]),
        ("Answer=no", ["Answer=nothing", 'Answer="not judged"']),
        ('answer="not j', ['answer="not judged"']),
        ("answer=kept,e", ["answer=kept,explained"]),
        ("mag<19 answer=e", ["mag<19 answer=explained"]),
        ("answer=explained", []),
        ("answer=kept ver", ["answer=kept verdict="]),
        ("verdict=m", ["verdict=maybe"]),
        ("verdict=l", ["verdict=later"]),
        ("disappeared=n", ["disappeared=no", 'disappeared="not judged"']),
        ("mag=1", []),
        ("nothing=e", []),
        ('answer="not judged"', []),
    ],
)
def test_completions(typed, completions):
    found = complete_filter(typed, Listed())
    if completions is None:
        assert len(found) == 6 and found[-1] == 'answer="not judged"'
    else:
        assert found == completions


@pytest.mark.parametrize("typed", ["answer==", "answer!=", 'answer="', "answer=kept,"])
def test_every_completion_is_a_valid_filter(typed):
    for completion in complete_filter(typed, Listed()):
        match_filter(completion, Listed())


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("answer==explained", [1]),
        ("answer=EXPLAINED", [1]),
        ('answer="not judged"', [2]),
        ("answer=nothing,explained", [1, 3]),
        ("answer=missing", [0]),
        ("answer!=explained", [2, 3]),
    ],
)
def test_answers_are_filtered(expression, rows):
    assert np.flatnonzero(match_filter(expression, Listed())).tolist() == rows
