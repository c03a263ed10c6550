"""Choice of candidates: what its fields choose, its counts, and the line that names the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.widgets import row_choice
from vetter.gui.widgets.row_choice import RowChoiceForm

VERDICTS = ("accept",) * 4 + ("reject",) * 2 + ("maybe", "later")


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    source = FakeSource(candidate_list(1300))
    session = FakeSession(source.candidates)
    session.source = source
    for row, verdict in enumerate(VERDICTS):
        session.say(row, verdict=Verdict.from_word(verdict), tags=("dipole",) if row % 2 else ())
    return session


@pytest.fixture
def form(
    qtbot: QtBot, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RowChoiceForm]:
    monkeypatch.setattr(row_choice, "TYPING_PAUSE_MS", 0)
    form = RowChoiceForm(session, "verdicts")
    qtbot.addWidget(form)
    yield form
    form.close_worker()


def until_previewed(qtbot: QtBot, form: RowChoiceForm, text: str) -> None:
    def check() -> None:
        assert form.preview.text() == text

    qtbot.waitUntil(check, timeout=30000)


def test_accepted_ones_are_chosen_at_first(qtbot: QtBot, form: RowChoiceForm) -> None:
    assert form.choice().verdicts == (Verdict.ACCEPT,)
    assert [box.text() for box in form.verdicts.values()] == [
        "accepted (4)",
        "maybe (1)",
        "rejected (2)",
        "later (1)",
        "undecided (1,292)",
    ]
    until_previewed(qtbot, form, "4 candidates: J000, J001, J002 and 1 more")


@pytest.mark.parametrize(
    ("ticked", "fields", "text"),
    [
        ("reject", {}, "2 candidates: J004, J005"),
        ("later", {}, "1 candidate: J007"),
        ("reject maybe", {}, "3 candidates: J004, J005, J006"),
        ("", {"tags": " nothing "}, "0 candidates"),
        ("accept", {"tags": "other; dipole,"}, "2 candidates: J001, J003"),
        ("accept", {"where": " mag<18.2 "}, "2 candidates: J000, J001"),
        ("none", {}, "1,292 candidates: J008, J009, J010 and 1,289 more"),
    ],
)
def test_fields_narrow_the_choice_after_a_pause(
    qtbot: QtBot, form: RowChoiceForm, ticked: str, fields: dict[str, str], text: str
) -> None:
    told: list[str] = []
    form.changed.connect(lambda: told.append("changed"))
    for verdict, box in form.verdicts.items():
        box.setChecked(verdict.value in ticked.split())
    for name, typed in fields.items():
        getattr(form, name).setText(typed)
    until_previewed(qtbot, form, text)
    assert told


def test_choice_has_what_was_typed_without_blanks(form: RowChoiceForm) -> None:
    form.tags.setText("a, ,b;c ")
    form.since.setText(" 2026-11-30 ")
    form.until.setText("2026-11-30T06:00 ")
    form.where.setText(" mag<19")
    choice = form.choice(only_chosen=True)
    assert choice.tags == ("a", "b", "c")
    assert (choice.since, choice.until) == ("2026-11-30", "2026-11-30T06:00")
    assert choice.where == "mag<19" and choice.only_chosen
    assert not form.choice().only_chosen


def test_filter_without_sense_is_told_instead_of_names(qtbot: QtBot, form: RowChoiceForm) -> None:
    form.where.setText("nothing<19")
    qtbot.waitUntil(lambda: "nothing" in form.preview.text(), timeout=30000)


def test_counts_follow_the_session(qtbot: QtBot, form: RowChoiceForm, session: FakeSession) -> None:
    session.say(8, verdict=Verdict.ACCEPT)
    form.refresh()
    assert form.verdicts[Verdict.ACCEPT].text() == "accepted (5)"
    until_previewed(qtbot, form, "5 candidates: J000, J001, J002 and 2 more")


def test_fields_are_named_and_hint_at_what_they_take(form: RowChoiceForm) -> None:
    assert [line.accessibleName() for line in form.lines] == ["tags", "since", "until", "filter"]
    assert all(line.placeholderText() and line.toolTip() for line in form.lines)
    assert form.label_width > form.fontMetrics().horizontalAdvance("verdicts") - 3
