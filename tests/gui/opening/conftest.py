"""A window on a list of two candidates, and the first page, each with a state of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.field_files import write_field, write_list
from tests.helpers.windows import WITHOUT_FITS, present, until_painted
from vetter.app import make_window_manager, open_window
from vetter.gui.opening.planes_dialog import PlanesDialog
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.start_window import StartWindow


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    folder = tmp_path / "field"
    folder.mkdir()
    write_field(folder)
    write_list(folder / "candidates.csv")
    window = open_window(folder / "candidates.csv", reviewer="ann", settings=WITHOUT_FITS)
    until_painted(qtbot, window)
    yield window
    for shown in present().findChildren(PlanesDialog):
        shown.close()
    present().close()


@pytest.fixture
def start(qtbot) -> Iterator[StartWindow]:
    opener = make_window_manager(WITHOUT_FITS, None, "ann")
    opener.show_start()
    assert isinstance(opener.window, StartWindow)
    with qtbot.waitExposed(opener.window, timeout=30000):
        pass
    yield opener.window
    for shown in present().findChildren(PlanesDialog):
        shown.close()
    present().close()
