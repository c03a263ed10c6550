"""Pictures for ``vetter export --png``, drawn off screen by the window's own code."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vetter.core.cutout_source import CutoutSource
from vetter.io.session.session_file import SessionFile
from vetter.io.settings_file import load_settings


def picture_maker(
    session: Path, source: CutoutSource, settings_path: str | None
) -> Callable[[int, Any], bytes]:
    """Return a function that turns a row and its cutout into the bytes of a PNG file.

    The planes have the looks that the session stores.

    Raises
    ------
    VetterError
        A system library that Qt needs is missing; the message names the remedy.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from vetter.gui.system_libraries import check_qt_libraries

    check_qt_libraries()
    from PyQt6.QtWidgets import QApplication

    from vetter.core.display.style import DisplayStyle
    from vetter.gui.panels.png import ExportPicture

    application = QApplication.instance() or QApplication(["vetter"])
    with SessionFile.open(session, "", read_only=True) as file:
        looks = DisplayStyle.from_session(
            file.settings.get("looks"), load_settings(settings_path).display
        )
    picture = ExportPicture(looks, source.candidates.name)

    def make(row: int, cutout: Any) -> bytes:
        # The closure keeps the QApplication alive while pictures are made.
        assert application is not None
        return picture(row, cutout)

    return make
