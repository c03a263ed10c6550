"""The band of cautions alone: its lines, and when it asks where the candidates are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.fake_session import FakeSession
from vetter.gui.opening.caution_band import CautionBand
from vetter.gui.opening.position_question import PositionQuestion


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession()
    session.kept = {}
    session.writer = SimpleNamespace(keep_setting=session.kept.__setitem__)
    return session


def band_of(qtbot: Any, session: FakeSession, *lines: str) -> CautionBand:
    session.source.extra_cautions = lines
    band = CautionBand(session)
    qtbot.addWidget(band)
    return band


@pytest.mark.parametrize(
    ("count", "last"), [(1, "⚠ 0"), (3, "⚠ 2"), (4, "and 1 more: see the tool tip")]
)
def test_three_lines_are_shown_and_the_others_counted(
    qtbot: Any, session: FakeSession, count: int, last: str
) -> None:
    band = band_of(qtbot, session, *map(str, range(count)))
    shown = band.label.text().split("\n")
    assert shown[:3] == [f"⚠ {number}" for number in range(min(count, 3))]
    assert shown[-1] == last and len(shown) == min(count, 4)
    assert "3" not in shown[-1] and ("3" in band.label.toolTip()) == (count == 4)
    assert not band.isHidden()


def test_dismissed_lines_are_kept_and_new_ones_shown(qtbot: Any, session: FakeSession) -> None:
    band = band_of(qtbot, session, "b", "a")
    band.set_put_away(["a", "of another list"])
    assert band.lines == ["b"] and band.label.text() == "⚠ b"
    band.away.click()
    assert band.isHidden() and session.kept == {"cautions": ["a", "b", "of another list"]}
    band.checker.lines = ["a", "c"]
    band.checker.found.emit()
    assert band.lines == ["c"] and band.all_lines() == ["b", "a", "c"] and not band.isHidden()


@pytest.mark.parametrize("stored", [None, "a", {"a": 1}])
def test_stored_lines_that_are_no_list_are_none(
    qtbot: Any, session: FakeSession, stored: object
) -> None:
    band = band_of(qtbot, session, "a")
    band.set_put_away(stored)
    assert band.lines == ["a"]


def asked(band: CautionBand) -> int:
    return len(band.window().findChildren(PositionQuestion))


@pytest.mark.parametrize(
    ("apart", "chosen", "count"),
    [(0.5, {}, 0), (0.51, {}, 1), (1.0, {"mag": "g"}, 1), (1.0, {"ra": "RA"}, 0)],
)
def test_places_are_asked_for_where_most_are_apart(
    qtbot: Any, session: FakeSession, apart: float, chosen: dict[str, str], count: int
) -> None:
    session.source.record = {"options": {"columns": chosen}} if chosen else {}
    band = band_of(qtbot, session)
    assert band.lets_decide()
    band.checker.apart = apart
    # The question is news to whoever gives a verdict, once.
    assert band.lets_decide() == (count == 0)
    assert band.lets_decide()
    assert asked(band) == count


def test_planes_that_are_differences_are_told(qtbot: Any, session: FakeSession) -> None:
    band = band_of(qtbot, session)
    told: list[list[str]] = []
    band.differences_found.connect(told.append)
    band.checker.found.emit()
    assert told == []
    band.checker.differences = ["image"]
    band.checker.found.emit()
    assert told == [["image"]]


@pytest.mark.parametrize("chooses", [False, True])
def test_columns_are_offered_where_they_can_be_chosen(
    qtbot: Any, session: FakeSession, chooses: bool
) -> None:
    session.source.chooses_columns = chooses
    band = band_of(qtbot, session, "a")
    assert band.planes.isHidden() == band.columns.isHidden() == (not chooses)
    assert not band.away.isHidden()
