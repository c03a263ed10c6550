"""Cautions on the input, seen before the first verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import QMessageBox

from tests.helpers.field_files import tan_wcs, write_image, write_list
from tests.helpers.matched_planes import SIDE, night, residuals
from tests.helpers.turns import until_handled
from tests.helpers.windows import WITHOUT_FITS, present, until_painted, until_replaced
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.opening.position_question import PositionQuestion
from vetter.gui.windows.main_window import MainWindow
from vetter.io.inputs import content_cautions
from vetter.review.opening.content_checker import ContentChecker

Opening = Callable[..., MainWindow]


def write_planes(folder: Path, **changed: Any) -> None:
    for name, pixels in night(**changed).items():
        write_image(
            folder / f"{name}.fits", np.asarray(pixels, np.float32), wcs=tan_wcs((SIDE, SIDE))
        )


@pytest.fixture
def opened(qtbot, tmp_path: Path) -> Iterator[Opening]:
    x, y = np.array([70.0, 30.0]), np.array([81.0, 40.0])
    ra, dec = tan_wcs((SIDE, SIDE)).all_pix2world(x, y, 0)
    write_list(tmp_path / "candidates.csv", id=["a", "b"], x=x, y=y, ra=ra, dec=dec)

    def opening(name: str = "candidates.csv") -> MainWindow:
        window = open_window(
            tmp_path / name,
            reviewer="ann",
            settings=WITHOUT_FITS,
            session=str(tmp_path / "s.vetter"),
        )
        until_painted(qtbot, window)
        return window

    yield opening
    present().close()


def until_checked(qtbot: Any, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.cautions.checker.running, timeout=30000)


def test_right_planes_show_no_band(qtbot, tmp_path: Path, opened: Opening) -> None:
    write_planes(tmp_path)
    window = opened()
    until_checked(qtbot, window)
    assert not window.cautions.isVisible()


def test_difference_as_image_shows_the_band(qtbot, tmp_path: Path, opened: Opening) -> None:
    planes = night()
    write_planes(tmp_path, image=planes["diff"] + residuals(), diff=planes["image"])
    window = opened()
    swapped = "⚠ image and diff look swapped"
    qtbot.waitUntil(lambda: swapped in window.cautions.label.text(), timeout=30000)
    assert window.cautions.isVisible()


def test_verdict_on_top_of_an_unseen_caution_is_refused_once(
    qtbot, tmp_path: Path, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_planes(tmp_path, err=np.full((SIDE, SIDE), 121.0))
    # The check has ended, and its findings have not reached the window.
    monkeypatch.setattr(ContentChecker, "start", lambda checker: None)
    window = opened()
    assert not window.cautions.isVisible()
    checker = window.cautions.checker
    with QSignalBlocker(checker):
        checker._run()
    window.pages.decide(Verdict.ACCEPT)
    assert window.cautions.isVisible()
    assert window.session.counts.undecided == 2
    until_painted(qtbot, window)
    window.pages.decide(Verdict.ACCEPT)
    qtbot.waitUntil(lambda: window.session.verdict("a") is Verdict.ACCEPT, timeout=30000)


def test_lines_put_away_stay_so(qtbot, tmp_path: Path, opened: Opening) -> None:
    write_planes(tmp_path, err=np.full((SIDE, SIDE), 121.0))
    window = opened()
    qtbot.waitUntil(window.cautions.isVisible, timeout=30000)
    qtbot.mouseClick(window.cautions.away, Qt.MouseButton.LeftButton)
    assert not window.cautions.isVisible()
    window.close()
    window = opened()
    until_checked(qtbot, window)
    assert window.cautions.checker.lines
    assert not window.cautions.isVisible()


def test_lines_put_away_stay_among_the_notes(qtbot, tmp_path: Path, opened: Opening) -> None:
    write_planes(tmp_path, err=np.full((SIDE, SIDE), 121.0))
    window = opened()
    qtbot.waitUntil(window.cautions.isVisible, timeout=30000)
    qtbot.mouseClick(window.cautions.away, Qt.MouseButton.LeftButton)
    window.dialogs.show_notes()
    box = window.findChild(QMessageBox)
    assert "err looks like a variance" in box.text()
    box.close()


def write_shifted(folder: Path, shifts: tuple[float, float] = (40.0, 40.0)) -> None:
    x, y = np.array([70.0, 30.0]), np.array([81.0, 40.0])
    ra, dec = tan_wcs((SIDE, SIDE)).all_pix2world(x, y, 0)
    write_list(folder / "shifted.csv", id=["a", "b"], x=x + shifts, y=y, ra=ra, dec=dec)


def question(qtbot: Any, window: MainWindow) -> PositionQuestion:
    qtbot.waitUntil(lambda: bool(window.findChildren(PositionQuestion)), timeout=30000)
    return window.findChildren(PositionQuestion)[0]


@pytest.mark.parametrize(("button", "x"), [("pixels", 110.0), ("sky", 70.0)])
def test_contradicting_positions_ask_first(
    qtbot, tmp_path: Path, opened: Opening, button: str, x: float
) -> None:
    write_planes(tmp_path)
    write_shifted(tmp_path)
    window = opened("shifted.csv")
    asked = question(qtbot, window)
    qtbot.mouseClick(getattr(asked, button), Qt.MouseButton.LeftButton)
    after = until_replaced(qtbot, window)
    assert after.session.candidates.x[0] == pytest.approx(x)
    until_checked(qtbot, after)
    until_handled(qtbot)
    assert not after.findChildren(PositionQuestion)


def test_half_of_the_positions_apart_is_no_question(qtbot, tmp_path: Path, opened: Opening) -> None:
    write_planes(tmp_path)
    write_shifted(tmp_path, (40.0, 0.0))
    window = opened("shifted.csv")
    until_checked(qtbot, window)
    until_handled(qtbot)
    assert window.cautions.checker.apart == 0.5
    assert not window.findChildren(PositionQuestion)


def test_fault_of_the_check_is_shown(
    qtbot, tmp_path: Path, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_source: object, _read: object) -> list[str]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(content_cautions, "content_findings", fail)
    write_planes(tmp_path)
    window = opened()
    qtbot.waitUntil(window.cautions.isVisible, timeout=30000)
    assert "planes not checked: a fault of this program" in window.cautions.label.text()
