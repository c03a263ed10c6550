"""Pictures for ``vetter export``, drawn off screen by the window's own code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vetter.core.cutout_source import CutoutSource
from vetter.core.display.style import DisplayStyle
from vetter.io.export.decision_table import Opinions
from vetter.io.export.export import Sheet
from vetter.io.session.session_file import SessionFile
from vetter.io.settings_file import load_settings

if TYPE_CHECKING:
    from vetter.gui.panels.pictures.png import ExportPicture


class Pictures(NamedTuple):
    """Pictures of an export, with the looks of the session.

    Attributes
    ----------
    application : QApplication
        Kept alive while pictures are made.
    looks : DisplayStyle
    draw : ExportPicture
    """

    application: Any
    looks: DisplayStyle
    draw: ExportPicture

    def begin_sheet(self, source: CutoutSource, opinions: Opinions, count: int) -> Sheet:
        """Begin the contact sheet of a source, with so many tiles."""
        from vetter.gui.panels.pictures.contact_sheet import ContactSheet

        planes = source.plane_names
        return ContactSheet(source.title, self.looks, source.candidates, opinions, planes, count)


def make_pictures(session: Path, source: CutoutSource, settings_path: str | None) -> Pictures:
    """Return the pictures of a session's export; they need no screen.

    The planes have the looks and the panels that the session stores.

    Raises
    ------
    VetterError
        A system library that Qt needs is missing; the message names the remedy.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from vetter.gui.system_libraries import check_qt_libraries

    check_qt_libraries()
    from PyQt6.QtWidgets import QApplication

    from vetter.gui.panels.layout.turning import North
    from vetter.gui.panels.panel_choice import PanelChoice, PictureStyle
    from vetter.gui.panels.pictures.png import ExportPicture

    application = QApplication.instance() or QApplication(["vetter"])
    with SessionFile.open(session, "", read_only=True) as file:
        stored = file.settings
    looks = DisplayStyle.from_session(stored.get("looks"), load_settings(settings_path).display)
    hatched = stored.get("hatch") is not False
    choice = PanelChoice.of(source, stored.get("panels"), hatched)
    style = PictureStyle(choice, north=North.of(stored.get("north_up")))
    return Pictures(application, looks, ExportPicture(looks, source.candidates, style))
