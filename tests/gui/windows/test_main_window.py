"""The window on the demo field: keys, what shows, and what must not happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.helpers.fake_fits import FittingHere
from tests.helpers.small_list import write_small_list
from tests.helpers.turns import until_handled
from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.fit_table import FitStatus
from vetter.errors import InputError
from vetter.gui.windows.main_window import MainWindow
from vetter.io.session.session_file import SessionFile
from vetter.review.fits import fit_process
from vetter.settings import FitSettings, Settings

KEY = Qt.Key
EXPORT = ": Ctrl+E exports the verdicts"


@pytest.fixture
def session_path(tmp_path: Path) -> Path:
    return tmp_path / "s.vetter"


@pytest.fixture
def window(qtbot, session_path: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=session_path, reviewer="ann", settings=WITHOUT_FITS)
    window.resize(1280, 720)
    activate(qtbot, window)
    until_painted(qtbot, window)
    yield window
    window.close()


def press(qtbot, window: MainWindow, *keys: Qt.Key) -> None:
    until_painted(qtbot, window)
    for key in keys:
        QTest.keyClick(window, key)
        until_painted(qtbot, window)


def test_the_first_undecided_is_shown_with_all_planes(window):
    assert window.session.current_row == 0
    names = ("image", "template", "convolved", "diff", "adjusted", "err")
    assert window.plane_row.plane_names == names
    # A verdict key that is held does not repeat.
    for command in ("review.accept", "review.reject", "review.maybe"):
        assert not window.actions_by_id[command].autoRepeat(), command


def test_keys_decide_and_go_on_and_undo_names_the_last(qtbot, window):
    keys = window.session.candidates.keys
    press(qtbot, window, KEY.Key_A, KEY.Key_R, KEY.Key_M)
    assert [window.session.verdict(str(key)) for key in keys[:3]] == ["accept", "reject", "maybe"]
    assert window.session.current_row == 3
    undo = f"Undo maybe of {window.session.candidates.name(2)}"
    qtbot.waitUntil(lambda: window.actions_by_id["review.undo"].text() == undo, timeout=30000)


def test_what_could_not_be_read_is_read_again(qtbot, window, monkeypatch):
    def away(row: int, radius: float) -> None:
        raise InputError("image.fits: the disk is gone")

    with monkeypatch.context() as gone:
        gone.setattr(window.session.source, "cutout", away)
        press(qtbot, window, KEY.Key_End)
        frame = window.cache.get(window.session.current_row)
        assert frame is not None and frame.error == "image.fits: the disk is gone"
    press(qtbot, window, KEY.Key_F5)
    qtbot.waitUntil(lambda: len(window.plane_row.plane_names) == 6, timeout=30000)
    press(qtbot, window, KEY.Key_F5)
    assert window.status.currentMessage() == "all of this cutout has been read"


def test_a_new_window_on_the_session_resumes_at_the_first_undecided(qtbot, window, session_path):
    press(qtbot, window, KEY.Key_A, KEY.Key_N, KEY.Key_R)
    window.close()
    again = open_window("demo", session=session_path, reviewer="ann", settings=WITHOUT_FITS)
    try:
        assert again.session.current_row == 1
        assert list(again.session.codes[:3]) == [1, 0, 2]
        activate(qtbot, again)
        QTest.keyClick(again, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: again.session.codes[2] == 0, timeout=30000)
    finally:
        again.close()


def test_a_second_window_is_told_and_reads_only(qtbot, window, session_path):
    second = open_window("demo", session=session_path, reviewer="bob", settings=WITHOUT_FITS)
    try:
        assert second.session.read_only
        activate(qtbot, second)
        assert "read only" in second.windowTitle()
        qtbot.waitUntil(lambda: second.session.is_painted, timeout=30000)
        QTest.keyClick(second, KEY.Key_A)
        assert second.session.verdict(second.session.current_key) is Verdict.NONE
    finally:
        second.close()


def test_a_window_closed_at_once_leaves_nothing_running(qtbot, session_path):
    window = open_window("demo", session=session_path, settings=WITHOUT_FITS)
    qtbot.waitUntil(lambda: window._exposed, timeout=30000)
    window.close()
    until_handled(qtbot)
    assert not window.presenter._settling.isActive()


def test_another_reviewer_starts_from_nothing(qtbot, window, session_path):
    press(qtbot, window, KEY.Key_A)
    window.close()
    other = open_window("demo", session=session_path, reviewer="bob", settings=WITHOUT_FITS)
    try:
        assert other.session.counts.accepted == 0
        assert other.session.current_row == 0
    finally:
        other.close()


@pytest.fixture
def small_list(tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Three candidates and their planes: the fitting process has them done in a moment."""
    path, planes = write_small_list(tmp_path, count=3)
    return str(path), planes


@pytest.fixture
def small_window(
    qtbot, small_list, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setattr(fit_process, "ChildProcess", FittingHere)
    path, planes = small_list
    settings = Settings(fit=FitSettings(ahead=False, psf="gaussian"))
    window = open_window(path, session=session_path, reviewer="ann", settings=settings, **planes)
    activate(qtbot, window)
    until_painted(qtbot, window)
    yield window
    window.close()


def test_the_fit_of_f_shows_as_a_panel_and_in_words(qtbot, small_window):
    window = small_window
    press(qtbot, window, KEY.Key_F)
    row = window.session.current_row
    qtbot.waitUntil(lambda: window.fits.state(row).status == FitStatus.DONE, timeout=90000)
    qtbot.waitUntil(lambda: "adjusted" in window.plane_row.plane_names, timeout=30000)
    assert "dx" in window.evidence.numbers


def test_fits_run_ahead_and_are_there_at_the_next_start(qtbot, small_list, session_path):
    path, planes = small_list
    options = {"session": session_path, "reviewer": "ann", **planes}
    ahead = FitSettings(psf="gaussian")
    first = open_window(path, settings=Settings(fit=ahead), **options)
    count = len(first.session.candidates)
    try:
        qtbot.waitUntil(lambda: len(first.fits.table) == count, timeout=60000)
        judged = first.fits.table.values("disappeared").tolist()
    finally:
        first.close()
    words = first.fits.table.values("answer").tolist()
    with SessionFile.open(session_path, "ann", read_only=True) as stored:
        metas = [meta for _, meta in stored.adjustments().values()]
    assert sorted(meta["adjust_answer"] for meta in metas) == sorted(words)
    on_demand = replace(ahead, ahead=False)
    again = open_window(path, settings=Settings(fit=on_demand), **options)
    try:
        again.fits.request_current()
        qtbot.waitUntil(lambda: len(again.fits.table) == count, timeout=30000)
        assert again.fits.table.values("disappeared").tolist() == judged
    finally:
        again.close()


def test_nothing_of_a_fit_shows_under_another_candidate(qtbot, small_window):
    window = small_window
    press(qtbot, window, KEY.Key_F, KEY.Key_N)
    qtbot.waitUntil(lambda: window.fits.state(0).status == FitStatus.DONE, timeout=90000)
    until_handled(qtbot)
    assert window.session.current_row == 1
    assert window.plane_row.panel("adjusted").exhibit.image is None
    assert window.evidence.words.startswith("not fitted")


def test_space_shows_the_template_while_it_is_held(qtbot, window):
    window.activateWindow()
    QTest.keyPress(window, KEY.Key_Space)
    assert window.plane_row.is_flipped
    QTest.keyRelease(window, KEY.Key_Space)
    assert not window.plane_row.is_flipped


def test_letters_in_the_filter_are_text(qtbot, window):
    press(qtbot, window, KEY.Key_Slash)
    line = QApplication.focusWidget()
    QTest.keyClicks(line, "ar")
    assert window.session.counts.undecided == len(window.session.candidates)
    assert window.filter_bar.line.text() == "ar"


def test_letters_reach_the_commands_from_the_list(qtbot, window):
    viewport = window.candidate_list.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(60, 8))
    until_painted(qtbot, window)
    row = window.session.current_row
    QTest.keyClick(QApplication.focusWidget() or window, KEY.Key_A)
    qtbot.waitUntil(lambda: window.session.codes[row] == 1, timeout=30000)


def test_a_digit_of_the_keypad_works_and_a_key_in_the_place_of_one(qtbot, window):
    """On a French keyboard the key of 1 types an ampersand; its scan code is 10 on X11."""
    until_painted(qtbot, window)
    event = QKeyEvent(
        QEvent.Type.KeyPress,
        KEY.Key_Ampersand,
        Qt.KeyboardModifier.NoModifier,
        10,
        0,
        0,
        "&",
    )
    QApplication.sendEvent(window, event)
    qtbot.waitUntil(lambda: window.session.opinion(0).tags == ("dipole",), timeout=30000)
    QTest.keyClick(window, KEY.Key_2, Qt.KeyboardModifier.KeypadModifier)
    both = ("dipole", "cosmic ray")
    qtbot.waitUntil(lambda: window.session.opinion(0).tags == both, timeout=30000)


def test_brackets_change_the_cutout_up_to_the_largest_size(qtbot, window):
    press(qtbot, window, KEY.Key_BracketRight)
    qtbot.waitUntil(lambda: window.cache.get(0) is not None, timeout=30000)
    frame = window.cache.get(0)
    assert frame is not None
    assert frame.shape == (51, 51)
    for _ in range(20):
        window.change_radius(1.4)
    assert window.status.currentMessage() == "cutouts of 501 pixels: the largest size"


def test_the_end_of_the_list_names_the_key_that_the_vetter_has_set(qtbot, session_path):
    keys = {"go.undecided": "Ctrl+J"}
    window = open_window("demo", session=session_path, settings=WITHOUT_FITS, keymap=keys)
    activate(qtbot, window)
    press(qtbot, window, KEY.Key_End, KEY.Key_A)
    said = window.status.currentMessage()
    window.close()
    assert said == "end of the list; 149 undecided: Ctrl+J goes to the next"


def test_end_of_list_without_undecided_names_the_export(qtbot, window):
    session = window.session
    session.decide_group(range(len(session.candidates)), Verdict.REJECT)
    press(qtbot, window, KEY.Key_End, KEY.Key_A)
    assert window.status.currentMessage() == "end of the list; all are decided" + EXPORT
    press(qtbot, window, KEY.Key_U)
    said = window.status.currentMessage()
    assert said == "no undecided candidate is left" + EXPORT


def test_end_of_list_names_no_key_if_keymap_has_none(qtbot, session_path):
    keys = {"go.undecided": []}
    window = open_window("demo", session=session_path, settings=WITHOUT_FITS, keymap=keys)
    activate(qtbot, window)
    press(qtbot, window, KEY.Key_End, KEY.Key_A)
    said = window.status.currentMessage()
    window.close()
    assert said == "end of the list; 149 undecided"


def test_the_theme_changes_the_windows_colours(window):
    for dark in (False, True):
        window.set_theme(dark)
        lightness = QApplication.palette().window().color().lightness()
        assert (lightness < 80) is dark
