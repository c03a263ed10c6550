"""Marks of the verdicts: each has a word, a letter, a colour and a shape of its own."""

from __future__ import annotations

from typing import Any

import pytest

from vetter.core.columns.review_columns import VERDICTS
from vetter.core.decisions.decision import Verdict
from vetter.gui.widgets.group_question import VERBS
from vetter.gui.widgets.verdict_style import LETTERS, WORDS, badge, colour

CODES = range(len(Verdict))


def test_each_verdict_has_word_and_letter() -> None:
    assert [verdict.value for verdict in Verdict] == list(VERDICTS)
    assert len(set(WORDS[: len(Verdict)])) == len(set(LETTERS)) == len(Verdict)
    assert set(VERBS) == set(Verdict)


@pytest.mark.parametrize("dark", [True, False])
def test_each_verdict_has_badge_and_colour_of_its_own(qtbot: Any, dark: bool) -> None:
    pictures = [bytes(badge(code, 20, dark).toImage().bits().asarray(1600)) for code in CODES]
    assert len(set(pictures)) == len({colour(code, dark).name() for code in CODES}) == len(Verdict)
