"""A card painted ahead is the same to the pixel, and gives way to its labels a turn later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.snapshots import pixels
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.card.candidate_card import CandidateCard
from vetter.gui.panels.readout import Readout
from vetter.gui.widgets.painted_ahead import PaintedAhead
from vetter.gui.windows.main_window import MainWindow
from vetter.settings import FitSettings, Settings


@pytest.fixture
def card(qtbot) -> Iterator[CandidateCard]:
    card = CandidateCard(FakeSession(candidate_list(fwhm=3 + 0.25 * np.arange(20))))
    qtbot.addWidget(card)
    card.add_corner(Readout())
    card.resize(1200, 60)
    card.show()
    card.show_row(0)
    return card


def seen(card: CandidateCard) -> np.ndarray:
    return pixels(card.grab().toImage())


def labels(card: CandidateCard, row: int) -> np.ndarray:
    """What a candidate looks like without anything painted ahead."""
    card.show_row(row)
    assert not card._ahead.is_covering
    return seen(card)


def test_it_looks_as_its_labels_do(card) -> None:
    card._session.say(1, verdict=Verdict.ACCEPT, tags=("ghost",), comment="near a star")
    wanted = labels(card, 1)
    card.show_row(0)
    card.prepare(1)
    card.show_row(1)
    assert card._ahead.is_covering
    assert np.array_equal(seen(card), wanted)
    card.follow()
    assert not card._ahead.is_covering and card.name.text() == "J001"
    assert np.array_equal(seen(card), wanted)


def test_preparing_leaves_what_is_on_screen_alone(card) -> None:
    wanted = labels(card, 0)
    card.prepare(1)
    assert card.name.text() == "J000"
    assert np.array_equal(seen(card), wanted)


def test_another_candidate_than_the_prepared_one_has_its_own_card(card) -> None:
    wanted = labels(card, 2)
    card.show_row(0)
    card.prepare(1)
    card.show_row(2)
    assert np.array_equal(seen(card), wanted)


def _light(card: CandidateCard) -> None:
    palette = card.palette()
    palette.setColor(card.backgroundRole(), QColor("white"))
    card.setPalette(palette)


CHANGES: dict[str, Callable[[CandidateCard], object]] = {
    "verdict": lambda card: card._session.say(1, verdict=Verdict.REJECT),
    "comment": lambda card: card._session.say(1, comment="seen before"),
    "columns": lambda card: card.set_columns(["fwhm"]),
    "size": lambda card: card.resize(900, 60),
    "theme": _light,
    "pointer": lambda card: card._corner.setText("FITS x 3.0  y 4.0"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_makes_the_picture_worthless(card, change) -> None:
    card.prepare(1)
    change(card)
    card.show_row(1)
    assert not card._ahead.is_covering
    assert card.name.text() == "J001"


def test_a_comment_being_written_is_left_alone(card) -> None:
    card.edit_comment()
    card.editor.setText("half a")
    card.prepare(1)
    assert card.editor.row == 0 and card.editor.text() == "half a"
    assert not card._ahead.holds(card._card_look(1))


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    settings = Settings(fit=FitSettings(ahead=False))
    window = open_window("demo", session=tmp_path / "s.vetter", settings=settings)
    card = window.card
    qtbot.waitUntil(lambda: card._ahead.holds(card._card_look(1)), timeout=30000)
    yield window
    window.close()


class Painted(QObject):
    """Notes which widgets are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: list[object] = []

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Paint:
            self.widgets.append(watched)
        return False


def test_the_name_is_painted_with_the_pixels_and_before_the_key_returns(
    qtbot, window, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As long as this disk needs: a commit that is waited for in vain is shown in a later turn.
    monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 30.0)
    painted = Painted()
    picture = window.card.findChild(PaintedAhead)
    for widget in (picture, window.plane_row.viewport()):
        widget.installEventFilter(painted)
    QTest.keyClick(window, Qt.Key.Key_A)
    assert set(painted.widgets) == {picture, window.plane_row.viewport()}
    assert window.card._ahead.is_covering
    name = window.session.candidates.name(1)
    qtbot.waitUntil(lambda: not window.card._ahead.is_covering, timeout=30000)
    assert window.card.name.text() == name


def test_it_is_painted_anew_when_the_pointer_has_come_to_rest(qtbot, window) -> None:
    card = window.card
    window.readout.show_pointer((20.0, 20.0))
    qtbot.waitUntil(lambda: bool(window.readout.text()), timeout=30000)
    qtbot.waitUntil(lambda: card._ahead.holds(card._card_look(1)), timeout=30000)
