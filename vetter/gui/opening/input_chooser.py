"""Ways to open another input in a window: by dialog, by drop, and from the recent sessions."""

from __future__ import annotations

import dataclasses
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QMenu, QWidget

from vetter.gui.opening.file_drop import FileDrop
from vetter.gui.opening.progress_strip import OpeningStrip, Overlaid
from vetter.gui.widgets.plain_text import menu_text, plain_tip
from vetter.io.input_options import InputOptions, command_line
from vetter.review.opening.input_reader import OpenRequest

if TYPE_CHECKING:
    from vetter.io.field.nearby_planes import PlanesWanted
    from vetter.io.session.recent_sessions import RecentSession
    from vetter.review.opening.recents import Recents

IMAGES = (".fits", ".fit", ".fts", ".fits.fz", ".fit.fz", ".fits.gz", ".fit.gz")
FILTERS = (
    "All files (*)",
    "Candidate lists (*.ecsv *.csv *.tsv *.txt *.dat *.cat *.ldac *.fits *.vot *.xml *.parquet "
    "*.reg *.json *.jsonl)",
    "Alert packets (*.avro *.json *.jsonl *.tar *.tar.gz *.tgz *.tar.bz2 *.tar.xz *.zip *.parquet)",
    "Arrays of stamps (*.npy *.npz)",
    "Sessions (*.vetter)",
    "Field files (*.toml)",
    "FITS (*.fits *.fit *.fts *.fz *.fits.gz)",
)


class InputChooser(QObject):
    """Actions of a window that open another input; ``window.open_wanted`` carries the request.

    Parameters
    ----------
    window : MainWindow or StartWindow
    """

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window = window
        self._recents: Recents | None = None
        self._menu: QMenu | None = None
        self.strip = OpeningStrip(window)
        self.strip.cancelled.connect(window.cancel_wanted)
        self.drop = FileDrop(window)
        self.drop.dropped.connect(self.take_dropped)

    def add_strip_over(self, content: QWidget) -> QWidget:
        """Return a widget with the content, and the strip over its lower edge."""
        return Overlaid(content, self.strip, self._window)

    def show_recents_menu(self, recents: Recents) -> None:
        """Show the recent sessions in a submenu, and update it when they change."""
        self._recents = recents
        before = self._window.actions_by_id["file.demo"]
        menu = next(item for item in before.associatedObjects() if isinstance(item, QMenu))
        self._menu = QMenu("Open recent", self._window)
        menu.insertMenu(before, self._menu)
        clear = self._window.actions_by_id["file.clear_recent"]
        menu.removeAction(clear)
        recents.changed.connect(self._fill_recents)
        self._fill_recents()

    @property
    def recent(self) -> list[RecentSession]:
        """Recent sessions whose files exist, the last one first."""
        recents = self._recents
        if recents is None:
            return []
        return [entry for entry in recents.entries if entry.session not in recents.missing]

    def open_files(self) -> None:
        """Ask the user for files, and open them."""
        dialog = QFileDialog(self._window, "Open candidates", self._folder())
        dialog.setObjectName("open files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(FILTERS)
        dialog.filesSelected.connect(self.open_paths)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_folder(self) -> None:
        """Ask the user for a folder, and open it as the kind of most of its files."""
        dialog = QFileDialog(self._window, "Open a folder of candidates", self._folder())
        dialog.setObjectName("open folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.filesSelected.connect(self.open_paths)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_paths(self, paths: list[str]) -> None:
        """Open files and folders together, lists before their images."""
        if paths:
            ordered = sorted(paths, key=lambda path: path.lower().endswith(IMAGES))
            self._request(OpenRequest(tuple(ordered), remembered=True))

    def open_demo(self) -> None:
        """Open the simulated field."""
        self._request(OpenRequest(("demo",), remembered=True))

    def open_recent(self, entry: RecentSession) -> None:
        """Open a session again."""
        self._request(OpenRequest((entry.session,), session=Path(entry.session)))

    def clear_recent(self) -> None:
        """Empty the list of recent sessions; the sessions stay."""
        if self._recents is not None:
            self._recents.clear()

    def take_dropped(self, paths: list[str]) -> None:
        """Open dropped files; offer images that were dropped on a list as its planes."""
        planes = self._planes()
        if planes is None or not all(path.lower().endswith(IMAGES) for path in paths):
            self.open_paths(paths)
            return
        from vetter.gui.opening.planes_dialog import PlanesDialog, add_dropped_planes

        shown = PlanesDialog(
            f"Show the dropped {'file' if len(paths) == 1 else 'files'} as planes of this list:",
            add_dropped_planes(planes, paths),
            [*planes.values(), *paths],
            self._window,
        )
        shown.offer_instead(paths)
        shown.instead.connect(self.open_paths)
        shown.chosen.connect(self._take_planes)
        shown.open()

    def choose_planes(self) -> None:
        """Let the user assign images to the planes of the list."""
        planes = self._planes()
        if planes is None:
            self._window.status.say("the planes of this input come with it")
            return
        from vetter.gui.opening.planes_dialog import PlanesDialog

        files = self._images_beside()
        shown = PlanesDialog("The planes of this list:", planes, files, self._window)
        shown.chosen.connect(self._take_planes)
        shown.open()

    def ask_planes(self, request: OpenRequest, wanted: PlanesWanted) -> None:
        """Ask the user for the images of a list before it is opened."""
        from vetter.gui.opening.planes_dialog import PlanesDialog

        self.strip.put_away()
        name = os.path.basename(wanted.table)
        shown = PlanesDialog(
            f"{name} contains positions of candidates, but no images. Choose the image they "
            "are on; the other planes may stay empty.",
            wanted.guesses,
            list(wanted.beside),
            self._window,
        )
        shown.show_line(
            lambda planes: command_line((wanted.table,), _with_planes(request.options, planes))
        )
        shown.chosen.connect(partial(self._open_list, request, wanted.table))
        shown.open()

    def close_input(self) -> None:
        """Close the input, and show the first page."""
        self._window.close_wanted.emit()

    def _open_list(self, request: OpenRequest, table: str, planes: dict[str, str]) -> None:
        options = _with_planes(request.options, planes)
        self._request(dataclasses.replace(request, inputs=(table,), options=options))

    def _take_planes(self, planes: dict[str, str]) -> None:
        record = self._window.session.source.record
        options = InputOptions.from_record(record)
        self._request(OpenRequest(tuple(record["inputs"]), _with_planes(options, planes)))

    def _planes(self) -> dict[str, str] | None:
        """Return the plane files of the open list; None if the input is not a list."""
        session = getattr(self._window, "session", None)
        if session is None or not session.source.chooses_columns:
            return None
        options = dict(session.source.record.get("options", {}))
        planes = dict(options.get("planes", {}))
        planes |= {n: str(options[n]) for n in ("variance", "weight") if options.get(n)}
        # Planes that were found beside the list are on screen too, though nobody named them.
        prints = () if len(session.source.fields) > 1 else session.source.fingerprints
        shown = {f.role: f.path for f in prints if f.role in session.source.plane_names}
        return {n: path for n, path in shown.items() if path not in planes.values()} | planes

    def _images_beside(self) -> list[str]:
        """Return the images in the folder of the input, as further planes to choose from."""
        try:
            names = sorted(os.listdir(self._folder()))
        except OSError:
            return []
        return [os.path.join(self._folder(), n) for n in names if n.lower().endswith(IMAGES)]

    def _folder(self) -> str:
        """Return the folder in which a dialog starts: that of the input."""
        session = getattr(self._window, "session", None)
        inputs = [] if session is None else session.source.record.get("inputs", [])
        if inputs and inputs[0] != "demo":
            return os.path.dirname(str(inputs[0]))
        return os.getcwd()

    def _fill_recents(self) -> None:
        menu, recents = self._menu, self._recents
        if menu is None or recents is None:
            return
        menu.clear()
        for number, entry in enumerate(recents.entries, 1):
            gone = " (missing)" if entry.session in recents.missing else ""
            mark = f"&{number % 10}" if number <= 10 else ""
            name = menu_text(f"{os.path.basename(entry.session)} - {entry.title}{gone}")
            action = QAction(f"{mark}  {name}", menu)
            action.setToolTip(plain_tip(entry.session))
            action.setEnabled(not gone)
            action.triggered.connect(partial(self._on_recent, entry))
            menu.addAction(action)
        if not recents.entries:
            nothing = QAction("none yet", menu)
            nothing.setEnabled(False)
            menu.addAction(nothing)
        menu.addSeparator()
        menu.addAction(self._window.actions_by_id["file.clear_recent"])

    def _on_recent(self, entry: RecentSession, _checked: bool) -> None:
        self.open_recent(entry)

    def _request(self, request: OpenRequest) -> None:
        self._window.open_wanted.emit(request)


def _with_planes(options: InputOptions, planes: dict[str, str]) -> InputOptions:
    kept = {name: file for name, file in planes.items() if name not in ("variance", "weight")}
    return dataclasses.replace(
        options, planes=kept, variance=planes.get("variance"), weight=planes.get("weight")
    )
