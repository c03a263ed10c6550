"""The demo's window, as several tests of windows start from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.gui.windows.main_window import MainWindow


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    """Open the demo in an active window, its first candidate painted and no fits ahead."""
    window = open_window(
        "demo", session=tmp_path / "s.vetter", reviewer="ann", settings=WITHOUT_FITS
    )
    window.resize(1280, 720)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    until_painted(qtbot, window)
    yield window
    window.close()
