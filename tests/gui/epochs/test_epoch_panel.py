"""The row of epochs in a window on a small night: what is shown, steps, a verdict for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QAction, QImage, QKeyEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.helpers.field_files import write_field, write_list
from tests.helpers.night_files import write_night
from vetter.app import open_window
from vetter.core.cutout_source import SkyPosition
from vetter.core.decisions.decision import Verdict
from vetter.gui.epochs.epoch_panel import EpochPanel
from vetter.gui.epochs.epoch_strip import LABEL_WIDTH
from vetter.gui.epochs.epoch_tile import GAP, TILE, tile_width, tool_tip
from vetter.review.cutouts.epoch_row import Epoch
from vetter.settings import FitSettings, Settings

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The field file of a night, whose images no test changes."""
    folder = tmp_path_factory.mktemp("night")
    return write_night(folder, planes=("image", "template", "diff"))


@pytest.fixture
def window(qtbot, night: Path, tmp_path: Path):
    window = opened(qtbot, night, tmp_path)
    yield window
    window.close()


def opened(qtbot, path, tmp_path: Path, **options):
    settings = Settings(fit=FitSettings(ahead=False))
    session = str(tmp_path / "s.vetter")
    window = open_window(str(path), session=session, reviewer="ann", settings=settings, **options)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    qtbot.waitUntil(lambda: window.epochs._count > 0, timeout=30000)
    return window


def pictures(strip) -> list[bool]:
    return [isinstance(strip.thumbnails.image(e.target), QImage) for e in strip.shown]


def test_each_image_is_a_tile_first_to_last_with_its_picture(qtbot, window):
    strip = window.epochs.strip
    window.session.go_to("n1:1")
    qtbot.waitUntil(lambda: len(strip.shown) == 3, timeout=30000)
    assert [epoch.name for epoch in strip.shown] == ["n0", "n1", "n2"]
    assert [epoch.row for epoch in strip.shown] == [0, 2, 4]
    assert [epoch.filter for epoch in strip.shown] == ["r", "g", "r"]
    qtbot.waitUntil(lambda: all(pictures(strip)), timeout=30000)


def test_an_image_where_it_was_not_found_is_shown_and_says_so(qtbot, window):
    strip = window.epochs.strip
    window.session.go_to("n0:2")
    qtbot.waitUntil(lambda: len(strip.shown) == 3, timeout=30000)
    last = strip.shown[2]
    assert last.row == -1 and isinstance(last.target, SkyPosition)
    qtbot.waitUntil(lambda: all(pictures(strip)), timeout=30000)
    frame = window.cache.get(last.target)
    assert frame.row == -1 and frame.cutout.meta["field"] == "n2"


def test_the_row_stays_at_another_epoch_and_not_under_another_candidates_name(qtbot, window):
    strip = window.epochs.strip
    qtbot.waitUntil(lambda: len(strip.shown) == 3, timeout=30000)
    QTest.keyClick(window, KEY.Key_Period)
    assert window.session.current_key == "n1:1" and len(strip.shown) == 3
    window.session.go_to("n0:2")
    # At once, before the event loop turns: the panels have been painted already.
    assert list(strip.shown) == []


def test_comma_and_dot_step_through_the_epochs_and_stop_at_the_ends(qtbot, window):
    said = []
    window.session.message.connect(said.append)
    for key, expected in (
        (KEY.Key_Period, "n1:1"),
        (KEY.Key_Period, "n2:1"),
        (KEY.Key_Period, "n2:1"),
        (KEY.Key_Comma, "n1:1"),
    ):
        QTest.keyClick(window, key)
        assert window.session.current_key == expected
    assert said == ["the last of 3 epochs in which it was found"]


def test_a_click_goes_there_or_says_that_nothing_was_found(qtbot, window):
    strip, said = window.epochs.strip, []
    window.session.message.connect(said.append)
    window.session.go_to("n0:2")
    qtbot.waitUntil(lambda: len(strip.shown) == 3, timeout=30000)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip._rect(1).center())
    assert window.session.current_key == "n1:2"
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip._rect(2).center())
    assert window.session.current_key == "n1:2" and said == [
        "n2: no candidate was found in this place"
    ]


def test_another_plane_is_shown_by_key_and_by_click(qtbot, window):
    strip = window.epochs.strip
    assert strip.thumbnails.plane == "image"
    QTest.keyClick(window, KEY.Key_E, SHIFT)
    assert strip.thumbnails.plane == "diff"
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 20))
    assert strip.thumbnails.plane == "template"


def test_a_verdict_for_all_epochs_says_how_many_and_is_one_step(qtbot, window):
    session = window.session
    QTest.keyClick(window, KEY.Key_R, SHIFT)
    assert window.epochs.question.text.startswith("Reject all 3 epochs?")
    assert session.counts.rejected == 0
    QTest.keyClick(window.epochs, KEY.Key_Return)
    qtbot.waitUntil(lambda: session.counts.rejected == 3, timeout=30000)
    assert [key for key in session.candidates.keys if session.verdict(key).value == "reject"] == [
        "n0:1",
        "n1:1",
        "n2:1",
    ]
    # The next object is on screen, and undo returns to the decided one.
    assert session.current_key not in ("n0:1", "n1:1", "n2:1")
    qtbot.waitUntil(lambda: not session.busy, timeout=30000)
    session.undo()
    qtbot.waitUntil(lambda: session.counts.rejected == 0, timeout=30000)
    qtbot.waitUntil(lambda: session.current_key == "n0:1", timeout=30000)


def test_no_is_an_answer_and_so_is_moving_on(qtbot, window):
    QTest.keyClick(window, KEY.Key_A, SHIFT)
    QTest.keyClick(window.epochs, KEY.Key_Escape)
    assert window.epochs.question.text == ""
    QTest.keyClick(window, KEY.Key_A, SHIFT)
    window.session.go_to("n0:2")
    assert window.epochs.question.text == "" and window.session.counts.accepted == 0


def test_the_menu_says_how_many_epochs_there_are(qtbot, window):
    action = window.actions_by_id["review.reject_epochs"]
    assert action.text() == "Reject all 3 epochs of this object..."
    window.session.go_to("n0:2")
    qtbot.waitUntil(lambda: "both epochs" in action.text(), timeout=30000)


def test_the_row_is_put_away_and_wants_nothing_then(qtbot, window):
    QTest.keyClick(window, KEY.Key_E)
    assert not window.epochs.isVisible() and window.epochs.needed_targets() == []
    window.session.go_to("n0:2")
    QTest.keyClick(window, KEY.Key_E)
    qtbot.waitUntil(lambda: len(window.epochs.strip.shown) == 3, timeout=30000)


def test_an_input_of_one_image_has_no_row(qtbot, tmp_path):
    planes = write_field(tmp_path)
    window = opened(qtbot, write_list(tmp_path / "list.csv"), tmp_path, **planes)
    said = []
    window.session.message.connect(said.append)
    assert not window.epochs.isVisible()
    QTest.keyClick(window, KEY.Key_Period)
    QTest.keyClick(window, KEY.Key_R, SHIFT)
    assert len(said) == 2 and "single image" in said[0]
    action = window.actions_by_id["review.reject_epochs"]
    assert action.text() == "Reject all epochs of this object..."
    assert not window.epochs.isVisible() and window.session.counts.rejected == 0
    window.close()


def test_panels_keep_their_places_where_an_image_lacks_a_plane(qtbot, tmp_path):
    path = write_night(tmp_path, planes=("image", "template"))
    text = path.read_text().replace('template = "n1_template.fits"\n', "")
    path.write_text(text)
    window = opened(qtbot, path, tmp_path)
    names = window.cache.get(0).plane_names
    window.session.go_to("n1:1")
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    frame = window.cache.get(2)
    assert frame.plane_names == names
    assert frame.states["template"] == "this image has no such plane"
    window.close()


def test_the_list_tells_the_images_apart(qtbot, tmp_path):
    path = write_night(tmp_path)
    window = opened(qtbot, path, tmp_path)
    assert window.candidate_list.columns == [
        "verdict",
        "name",
        "x",
        "y",
        "answer",
        "filter",
        "tags",
    ]
    window.close()


def test_dot_and_comma_work_by_their_place(qtbot, window):
    """On a Russian keyboard they type letters; their scan codes are 60 and 59 on X11."""
    for code, typed, expected in ((60, "ю", "n1:1"), (59, "б", "n0:1")):
        key = ord(typed.upper())
        event = QKeyEvent(
            QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, code, 0, 0, typed
        )
        QApplication.sendEvent(window, event)
        qtbot.waitUntil(lambda key=expected: window.session.current_key == key, timeout=30000)


def test_other_looks_do_not_make_the_panels_wait_for_the_row(qtbot, window, monkeypatch):
    strip = window.epochs.strip
    qtbot.waitUntil(lambda: len(strip.shown) == 3 and all(pictures(strip)), timeout=30000)
    before = [strip.thumbnails.image(epoch.target).cacheKey() for epoch in strip.shown]
    made = []
    get = window.cache.get
    monkeypatch.setattr(window.cache, "get", lambda row: (made.append(row), get(row))[1])
    QTest.keyClick(window, KEY.Key_I)
    # The pictures of the old looks stay until the builder has made others.
    assert all(pictures(strip))

    def all_are_new():
        now = [strip.thumbnails.image(epoch.target) for epoch in strip.shown]
        return None not in now and not {picture.cacheKey() for picture in now} & set(before)

    qtbot.waitUntil(all_are_new, timeout=30000)
    assert 4 not in made


def test_the_row_is_no_window_of_its_own_before_it_has_its_place(qtbot, window):
    panel = EpochPanel(window.session, window.cache)
    qtbot.addWidget(panel)
    assert not panel.isVisible()


def test_nothing_moves_when_the_question_comes_or_goes(qtbot, window):
    window.resize(1280, 720)
    panel = window.epochs
    # The list takes its width back a moment after the window has grown.
    qtbot.waitUntil(lambda: window.list_dock.width() > 240, timeout=30000)
    QApplication.processEvents()
    before = panel.geometry(), window.plane_row.geometry(), panel.strip.pos()
    panel.question.ask([0, 1], Verdict.REJECT, 2)
    qtbot.waitUntil(lambda: panel.strip.width() < panel.width() - 100, timeout=30000)
    assert (panel.geometry(), window.plane_row.geometry(), panel.strip.pos()) == before
    panel.question.dismiss()
    qtbot.waitUntil(lambda: panel.strip.width() == panel.width(), timeout=30000)


def test_a_question_fits_and_stays_while_its_candidate_is_painted_anew(window):
    panel, row = window.epochs, window.session.current_row
    panel.question.ask([0, 1, 2], Verdict.REJECT, 2, named="all 30 epochs")
    assert panel.question.heightForWidth(panel.question.width()) <= panel.strip.height()
    panel.question.ask([row], Verdict.REJECT, 0)
    window.presenter.show()
    assert panel.question.text
    panel.turn_to(row + 1)
    assert not panel.question.text


def test_tool_tip_keeps_time_scale():
    epoch = Epoch(0, 0, "n1", "2026-03-14T03:12:33.5 TAI", "r")
    assert tool_tip(epoch, 0).split("\n")[1] == "2026-03-14 03:12:33.5 TAI"


def test_verdict_for_single_epoch_asks_nothing(qtbot, window, monkeypatch):
    row = window.session.current_row
    monkeypatch.setattr(window.epochs, "_siblings", lambda row: [row])
    window.epochs.ask(Verdict.REJECT)
    qtbot.waitUntil(lambda: window.session.counts.rejected == 1, timeout=30000)
    assert window.epochs.question.text == ""
    assert window.session.current_row == row + 1


def tile_menu(window, place: int) -> list[QAction]:
    """Open the menu of a tile by a right click; return its entries."""
    strip = window.epochs.strip
    width = tile_width(strip.fontMetrics()) + GAP
    QTest.mouseClick(
        strip,
        Qt.MouseButton.RightButton,
        pos=QPoint(LABEL_WIDTH + place * width + width // 2, TILE // 2),
    )
    entries = window.menus.menu.actions()
    window.menus.menu.close()
    return entries


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_tiles_have_the_menus_of_what_they_show(qtbot, window):
    strip = window.epochs.strip
    # The name of the plane has none.
    window.menus.menu = None
    QTest.mouseClick(strip, Qt.MouseButton.RightButton, pos=QPoint(10, 20))
    assert window.menus.menu is None
    # Where no candidate was found, that of the place.
    window.session.go_to("n0:2")
    qtbot.waitUntil(lambda: len(strip.shown) == 3, timeout=30000)
    titles = [action.text() for action in tile_menu(window, 2)]
    assert "Open in SIMBAD" in titles and titles[0].startswith("Copy RA Dec: ")
    assert not [title for title in titles if title.startswith(("Copy name", "Filter", "Show"))]
    window.session.go_to("n1:1")
    qtbot.waitUntil(lambda: len(strip.shown) == 3, timeout=30000)
    entries = {action.text(): action for action in tile_menu(window, 2)}
    assert "Copy name: n2:1" in entries and "Open in SIMBAD" in entries
    assert window.session.current_key == "n1:1"
    entries["Filter by field=n2"].trigger()
    assert window.session.queue.expression == "field=n2"
