"""Pictures of the panels for ``vetter export --png``: the window's own drawing, off screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from vetter.core.cutout_source import CutoutSource
from vetter.errors import VetterError
from vetter.io.settings_file import load_settings


def picture_maker(source: CutoutSource, settings_path: str | None) -> Callable[[int, Any], bytes]:
    """What makes a PNG file's bytes of a row and its cutout.

    Raises
    ------
    VetterError
        A system library that Qt wants is missing; the text says how to get it.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from vetter.gui.system_libraries import check

    check()
    from PyQt6.QtCore import QBuffer, QIODevice
    from PyQt6.QtWidgets import QApplication

    from vetter.core.look import Looks
    from vetter.gui.picture import picture_of
    from vetter.review.frame import build_frame

    application = QApplication.instance() or QApplication(["vetter"])
    looks = Looks.from_settings(load_settings(settings_path).display)

    def make(row: int, cutout: Any) -> bytes:
        # The application has to live as long as pictures are made.
        assert application is not None
        image = picture_of(build_frame(source, row, source.default_radius, looks))
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not image.save(buffer, "PNG"):
            raise VetterError(f"{source.candidates.name(row)}: no picture could be made")
        return bytes(buffer.data().data())

    return make
