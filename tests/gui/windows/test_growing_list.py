"""The window while its list is still being read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QMessageBox

from tests.helpers.fake_session import candidate_list
from tests.helpers.growing_source import GrowingFake
from tests.helpers.light_curves import magnitudes
from tests.helpers.turns import until_handled
from tests.helpers.windows import WITHOUT_FITS
from vetter import app
from vetter.core.cutout.cutout import Cutout
from vetter.core.decisions.decision import Verdict
from vetter.errors import InputError
from vetter.gui.dialogs.export import ExportDialog
from vetter.gui.windows.main_window import MainWindow

Open = Callable[..., MainWindow]


class WithLightCurves(GrowingFake):
    """Every second candidate has a light curve."""

    def cutout(self, row: int, radius: float) -> Cutout:
        cutout = super().cutout(row, radius)
        cutout.light_curve = magnitudes(row) if row % 2 == 0 else None
        return cutout


@pytest.fixture
def opened(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    windows: list[MainWindow] = []

    def open_on(source: GrowingFake) -> MainWindow:
        monkeypatch.setattr(app, "read_input", lambda *_: source)
        session = tmp_path / f"{len(windows)}.vetter"
        window = app.open_window("growing", session=session, reviewer="ann", settings=WITHOUT_FITS)
        windows.append(window)
        window.resize(1280, 720)
        qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
        return window

    yield open_on
    for window in windows:
        window.close()


def read(qtbot: Any, window: MainWindow, source: GrowingFake, count: int) -> None:
    while len(window.session.candidates) < count:
        with qtbot.waitSignal(window.session.grown, timeout=30000):
            source.allow()


def finish(qtbot: Any, window: MainWindow, source: GrowingFake) -> None:
    with qtbot.waitSignal(window.session.completed, timeout=30000):
        source.allow(100)


def press(qtbot: Any, window: MainWindow, key: Qt.Key) -> None:
    session = window.session
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    qtbot.waitUntil(lambda: session.is_painted and not session.busy, timeout=30000)
    QTest.keyClick(window, key)


def test_lines_are_added_to_the_list_and_nothing_moves(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((60, 90, 200))
    window = opened(source)
    table, bar = window.candidate_list.model(), window.candidate_list.verticalScrollBar()
    resets: list[int] = []
    table.modelReset.connect(lambda: resets.append(1))
    bar.setValue(20)
    read(qtbot, window, source, 90)
    assert table.rowCount() == 90 and bar.value() == 20 and not resets
    assert table.text(89, 1) == "J089"
    assert window.session.current_row == 0


def test_under_a_sort_what_is_on_screen_stays_there(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((60, 120))
    window = opened(source)
    window.session.queue.sort_by("mag", descending=True)
    bar, table = window.candidate_list.verticalScrollBar(), window.candidate_list.model()
    bar.setValue(10)
    top = table.row(bar.value())
    read(qtbot, window, source, 120)
    assert bar.value() == 70 and table.row(bar.value()) == top


def test_the_status_says_how_far_the_list_is(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    listing = window.status._listing
    assert listing.text() == "listing: 4 of about 8"
    finish(qtbot, window, source)
    qtbot.waitUntil(lambda: not listing.isVisible())
    assert "0 of 8 decided" in window.status._counts.text()


def test_a_verdict_is_given_while_the_list_is_read(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    press(qtbot, window, Qt.Key.Key_A)
    read(qtbot, window, source, 8)
    qtbot.waitUntil(lambda: window.session.verdict("J000") is Verdict.ACCEPT)
    assert window.session.current_row == 1


def test_the_export_waits_for_the_whole_list(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    dialog = ExportDialog(window.session, window.cache, window.fits, window)
    qtbot.addWidget(dialog)
    assert not dialog.go.isEnabled() and "4 of about 8" in dialog.outcome.text()
    finish(qtbot, window, source)
    assert dialog.go.isEnabled() and not dialog.outcome.text()
    assert dialog.verdicts[Verdict.NONE].text().endswith("(8)")


def test_the_grid_takes_the_new_ones_in(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    window.pages.toggle_grid()
    grid = window.pages.currentWidget()
    assert grid.count.text().startswith("4 candidates so far")
    finish(qtbot, window, source)
    qtbot.waitUntil(lambda: grid.count.text().startswith("8 candidates,"), timeout=30000)


def test_a_group_question_says_that_more_are_to_come(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    window.pages.toggle_grid()
    grid = window.pages.currentWidget()
    grid._show_selection(grid.selection.all())
    grid.decide(Verdict.REJECT)
    assert "Reject 4 candidates?" in grid.question.text
    assert "still being read (4 of about 8)" in grid.question.text


def test_facts_of_a_candidate_listed_later_are_shown(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    read(qtbot, window, source, 8)
    window.session.go_to("J007")
    assert window.card.name.text() == "J007"
    assert window.card.strip.texts()["mag"].startswith("18.875")


def test_a_window_closes_while_its_list_is_read(opened: Open) -> None:
    window = opened(GrowingFake((4, 8)))
    window.close()
    assert not window.session.complete


def test_the_light_curve_follows_the_candidate(qtbot: Any, opened: Open) -> None:
    window = opened(WithLightCurves((6, 8), candidate_list(8)))
    dock = window.light_curve
    qtbot.waitUntil(lambda: dock.isVisible() and "this epoch" in dock.readout_text, timeout=30000)
    window.session.next()
    assert dock.readout_text == ""
    qtbot.waitUntil(lambda: "no light curve" in dock.readout_text, timeout=30000)


def test_the_light_curve_is_put_away_and_stays_so(qtbot: Any, opened: Open) -> None:
    window = opened(WithLightCurves((6, 8), candidate_list(8)))
    qtbot.waitUntil(window.light_curve.isVisible, timeout=30000)
    press(qtbot, window, Qt.Key.Key_H)
    assert not window.light_curve.isVisible()
    window.session.go_to_row(2)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    until_handled(qtbot)
    assert not window.light_curve.isVisible()


def test_a_list_that_breaks_off_is_said_in_the_window_and_can_be_exported(
    qtbot: Any, opened: Open
) -> None:
    source = GrowingFake((4, 8))
    source.breaks = InputError("night.tar: cut short")
    window = opened(source)
    window.dialogs.show_export()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None and not dialog.go.isEnabled()
    with qtbot.waitSignal(window.session.broke_off, timeout=30000):
        source.allow(100)
    why = "the rest of the list could not be read: night.tar: cut short"
    assert window.status.currentMessage() == why
    window.status.refresh()
    said = [label for label in window.status.findChildren(QLabel) if "⚠" in label.text()]
    assert [label.text() for label in said] == ["⚠ the rest could not be read: 8 of about 8"]
    assert why in said[0].toolTip()
    assert dialog.go.isEnabled() and why in dialog.outcome.text()
    (box,) = window.findChildren(QMessageBox)
    assert "night.tar: cut short" in box.text()
    box.close()
    dialog.close()


def test_a_window_that_closes_at_once_begins_nothing(qtbot: Any, opened: Open) -> None:
    window = opened(GrowingFake((4, 8)))
    begun: list[bool] = []
    window.exposed.connect(lambda: begun.append(True))
    window._exposed = False
    window.repaint()
    window.close()
    until_handled(qtbot)
    assert window._exposed and not begun


def test_first_match_that_is_read_comes_on_screen(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    window.session.queue.set_filter("name=J006")
    assert "4 of about 8" in window.empty_page.words.text() and not window.card.isVisible()
    read(qtbot, window, source, 8)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    assert window.session.current_row == 6 and window.card.isVisible()


def test_candidate_outside_filter_keeps_band_as_list_grows(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    window.session.queue.set_filter("name=J002 or name=J006")
    read(qtbot, window, source, 8)
    assert window.session.current_row == 0 and window.filter_band.isVisible()
    press(qtbot, window, Qt.Key.Key_A)
    assert window.filter_band.question.text and window.session.counts.decisions == 0


def test_question_outside_filter_stays_as_list_grows(qtbot: Any, opened: Open) -> None:
    source = GrowingFake((4, 8))
    window = opened(source)
    window.session.queue.set_filter("name=J002 or name=J006")
    press(qtbot, window, Qt.Key.Key_A)
    read(qtbot, window, source, 8)
    assert window.filter_band.question.text.startswith(
        "Accept J000, which does not match the filter?"
    )
