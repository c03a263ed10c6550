"""Names and texts of files and users are shown as they are: no HTML, no mnemonics, no marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QAction, QHelpEvent, QTextDocument
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QToolTip,
    QWidget,
)

from tests.helpers.field_files import pixels, write_image
from tests.helpers.night_files import turned_wcs
from tests.helpers.windows import until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.dialogs.all_columns import AllColumns
from vetter.gui.widgets.plain_text import menu_text, plain_label, plain_tip, window_title
from vetter.gui.windows.main_window import MainWindow
from vetter.settings import FitSettings, ReviewSettings, Settings

MARKUP = "<b>x</b><img src=q>"
NAMES = (f"{MARKUP}a&b &amp;", "a&b", "&amp;", "&lt;i&gt;")
COLUMN = "<i>c</i> a&b"
TAG = "<s>t</s> a&b"
FILE = "<b>a&b &lt; [*]"


def rendered(tip: str) -> str:
    """What is read in a tool tip."""
    if not Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    wcs, shape = turned_wcs((60, 80), 0), (60, 80)
    planes = {"image": 1, "template": 2, "a<b>&b": 3}
    for seed in planes.values():
        write_image(tmp_path / f"{FILE}{seed}.fits", pixels(seed, shape), {"FILTER": MARKUP}, wcs)
    count = len(NAMES)
    table = Table({"name": NAMES, "x": np.arange(20, 20 + count), "y": np.full(count, 30.0)})
    table[COLUMN] = [MARKUP] * count
    table[COLUMN].unit = None
    table.write(tmp_path / f"{FILE}.csv", format="ascii.csv")
    files = {name: str(tmp_path / f"{FILE}{seed}.fits") for name, seed in planes.items()}
    settings = Settings(fit=FitSettings(ahead=False), review=ReviewSettings(tags=(TAG, "a&b")))
    window = open_window(
        tmp_path / f"{FILE}.csv",
        session=tmp_path / f"{FILE}.vetter",
        reviewer=MARKUP,
        image=files["image"],
        template=files["template"],
        plane={"a<b>&b": files["a<b>&b"]},
        settings=settings,
    )
    window.resize(1280, 720)
    until_painted(qtbot, window)
    session = window.session
    session.toggle_tag(1)
    session.set_comment(0, f"{MARKUP} comment a&b")
    qtbot.waitUntil(lambda: bool(session.opinion(0).comment), timeout=30000)
    window.set_columns(["name", COLUMN, "tags", "comment"])
    yield window
    window.close()


def texts(widget: QWidget) -> list[str]:
    """Everything that a widget and those in it show, as it is read on the screen."""
    marked = widget.windowTitle().replace("[*][*]", "[\0*]").replace("[*]", "")
    read = [marked.replace("\0", "")]
    for one in (widget, *widget.findChildren(QWidget)):
        read.append(rendered(one.toolTip()))
        if isinstance(one, QLabel):
            rich = one.textFormat() == Qt.TextFormat.RichText
            auto = one.textFormat() == Qt.TextFormat.AutoText
            shown = one.text()
            if rich or (auto and Qt.mightBeRichText(shown)):
                document = QTextDocument()
                document.setHtml(shown)
                shown = document.toPlainText()
            read.append(shown)
        if isinstance(one, QAbstractButton):
            read.append(without_mnemonics(one.text()))
        if isinstance(one, QAbstractItemView) and one.model() is not None:
            read += cells(one)
    read += [without_mnemonics(action.text()) for action in widget.findChildren(QAction)]
    return read


def without_mnemonics(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def cells(view: QAbstractItemView) -> list[str]:
    model, tip = view.model(), Qt.ItemDataRole.ToolTipRole
    assert model is not None
    rows, columns = range(model.rowCount()), range(model.columnCount())
    read = [rendered(str(model.index(r, c).data(tip) or "")) for r in rows for c in columns]
    across = Qt.Orientation.Horizontal
    heads = [model.headerData(column, across, tip) for column in range(model.columnCount())]
    return read + [rendered(str(head or "")) for head in heads]


def test_window_shows_names_as_they_are(qtbot: Any, window: MainWindow) -> None:
    window.candidate_list.set_columns(["name", COLUMN])
    window.session.queue.set_filter(f"name!='{NAMES[0]}'")
    window.filter_band.ask(Verdict.ACCEPT)
    window.status.say(f"{MARKUP} said a&b")
    window.opening.strip.show_failed(f"{MARKUP} failed a&b")
    qtbot.waitUntil(lambda: "&&b" in window.actions_by_id["review.undo"].text(), timeout=30000)
    read = "\n".join(texts(window))
    for text in (
        NAMES[0],
        f"{NAMES[0]} does not match the filter",
        f"Accept {NAMES[0]}, which does not match the filter?",
        f"#{TAG}",
        f"Tag: {TAG}",
        f"Undo comment on {NAMES[0]}",
        f"{MARKUP} comment a&b",
        f"{MARKUP} said a&b",
        f"⚠ not opened: {MARKUP} failed a&b",
        COLUMN,
        f"{FILE}.csv - vetter",
    ):
        assert text in read, text


def test_empty_page_shows_filter_as_it_is(window: MainWindow) -> None:
    window.session.queue.set_filter(f"name='{MARKUP}'")
    assert f"name='{MARKUP}'" in "\n".join(texts(window.empty_page))


DIALOGS: dict[str, tuple[Callable[[MainWindow], object], str]] = {
    "all columns": (lambda w: AllColumns.show_over(w, w.session), f"All values of {NAMES[0]}"),
    "panels": (lambda w: w.panels.pick(), "a<b>&b"),
    "keys": (lambda w: w.dialogs.show_keys(), f"Tag: {TAG}"),
    "notes": (lambda w: w.dialogs.show_list("notes", [MARKUP]), MARKUP),
    "text": (lambda w: w.dialogs.say("text", MARKUP), MARKUP),
    "failure": (lambda w: w.dialogs.show_warning(MARKUP), MARKUP),
    "unexpected": (lambda w: w.dialogs.show_unexpected(MARKUP, ""), MARKUP),
}


def test_dialogs_show_names_as_they_are(qtbot: Any, window: MainWindow) -> None:
    for name, (show, text) in DIALOGS.items():
        before = shown_windows()
        show(window)
        (dialog,) = shown_windows() - before
        read = texts(dialog)
        dialog.close()
        assert text in "\n".join(read), name


def shown_windows() -> set[QWidget]:
    return {one for one in QApplication.topLevelWidgets() if one.isVisible() and one.isWindow()}


def test_field_view_shows_names_as_they_are(window: MainWindow) -> None:
    window.pages.toggle_field()
    assert window.pages.field is not None
    assert any(text.startswith(NAMES[0]) for text in texts(window.pages.field))


def test_tip_over_panel_shows_plane_as_it_is(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    tips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: tips.append(text))
    row = window.plane_row
    title = row.mapFromScene(row.panel("a<b>&b").sceneBoundingRect().topLeft()) + QPoint(9, 5)
    event = QHelpEvent(QEvent.Type.ToolTip, title, row.mapToGlobal(QPoint(0, 0)))
    QApplication.sendEvent(row.viewport(), event)
    assert rendered(tips[0]).startswith("a<b>&b")


@pytest.mark.parametrize("text", [*NAMES, MARKUP, "a\n<b>x</b>\n  y", "plain", "mag<19 & x"])
def test_tip_reads_as_its_text(qapp: Any, text: str) -> None:
    assert rendered(plain_tip(text)) == text


@pytest.mark.parametrize("text", ["a&b", "&&", "&lt;"])
def test_menu_text_keeps_ampersands(text: str) -> None:
    assert without_mnemonics(menu_text(text)) == text


def test_window_title_keeps_mark_of_changed_file(qapp: Any) -> None:
    assert window_title("a[*].fits") == "a[*][*].fits"


def test_plain_label_takes_no_html(qtbot: Any) -> None:
    label = plain_label("<b>x</b>")
    qtbot.addWidget(label)
    plain = QLabel("<b>x</b>")
    qtbot.addWidget(plain)
    assert label.sizeHint().width() > plain.sizeHint().width()
