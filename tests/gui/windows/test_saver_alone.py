"""The saver of the view without a window: what it says, and the ending that follows the format."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFileDialog, QWidget

from vetter.errors import VetterError
from vetter.gui.windows import view_saver
from vetter.gui.windows.view_saver import ViewSaver


class Saver(SimpleNamespace):
    """A saver of a page that stands in front as the grid, and what it has said."""


@pytest.fixture
def saver(qtbot: Any, tmp_path: Path) -> Saver:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(120, 80)
    session = SimpleNamespace(current_row=0, is_blank=False, results_folder=tmp_path)
    cache = SimpleNamespace(peek=lambda _row: None)
    pages = SimpleNamespace(grid=page, currentWidget=lambda: page)
    said: list[tuple[str, bool]] = []

    def say(text: str, important: bool = False) -> None:
        said.append((text, important))

    saver = ViewSaver(session, cache, pages, None, say, page)
    return Saver(saver=saver, page=page, pages=pages, session=session, said=said)


NOTHING = ("nothing to save: no candidate is on screen", False)


@pytest.mark.parametrize(
    "change", [{}, {"current_row": -1}, {"is_blank": True}], ids=["loading", "none", "blank"]
)
def test_nothing_on_screen_is_said_and_not_saved(
    saver: Saver, tmp_path: Path, change: dict[str, Any]
) -> None:
    # The panels are in front, or no grid was opened yet.
    saver.pages.currentWidget = lambda: None
    vars(saver.session).update(change)
    saver.saver.ask()
    saver.saver.copy()
    saver.saver.save_to(str(tmp_path / "view.png"))
    assert saver.said == [NOTHING] * 3
    assert saver.page.findChild(QFileDialog) is None and not list(tmp_path.iterdir())


def test_copy_is_said_by_name(saver: Saver) -> None:
    saver.saver.copy()
    assert saver.said == [("copied the picture of grid", False)]
    assert QGuiApplication.clipboard().image().size() == QSize(120, 80)


def test_written_file_is_named_and_what_failed_is_important(
    qtbot: Any, saver: Saver, tmp_path: Path
) -> None:
    for path in (tmp_path / "view.PNG", tmp_path / "gone" / "view.png"):
        saver.said.clear()
        saver.saver.save_to(str(path))
        saver.saver.close()
        qtbot.waitUntil(lambda: bool(saver.said), timeout=30000)
        ((words, important),) = saver.said
        assert important == ("gone" in str(path)) and path.exists() != important
        assert words.startswith("not saved: ") if important else words == f"saved {path}"


def test_picture_that_cannot_be_made_is_important(
    saver: Saver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_drawing: object) -> bytes:
        raise VetterError("grid: no picture could be made")

    monkeypatch.setattr(view_saver, "encode", fail)
    saver.saver.save_to(str(tmp_path / "view.svg"))
    assert saver.said == [("not saved: grid: no picture could be made", True)]
    assert not list(tmp_path.iterdir())


def test_ending_of_the_name_follows_the_format(saver: Saver, tmp_path: Path) -> None:
    saver.saver.ask()
    dialog = saver.page.findChild(QFileDialog, "save view")
    assert dialog is not None and dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    for name_filter in reversed(dialog.nameFilters()):
        kind = name_filter.rpartition(".")[2].rstrip(")")
        dialog.filterSelected.emit(name_filter)
        assert dialog.selectedFiles() == [str(tmp_path / f"grid.{kind}")]
        assert dialog.defaultSuffix() == kind
    dialog.reject()


def test_without_a_folder_the_present_one_is_offered(
    saver: Saver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saver.session.results_folder = None
    saver.saver.ask()
    dialog = saver.page.findChild(QFileDialog, "save view")
    assert dialog.selectedFiles() == [str(tmp_path / "grid.png")]
    dialog.reject()
