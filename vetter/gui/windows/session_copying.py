"""Copy of the present session into a new file, written in the background and then opened."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog

from vetter.io.session.default_path import SUFFIX
from vetter.review.opening.input_reader import OpenRequest
from vetter.review.opening.session_copier import SessionCopier

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow


class SessionCopying(QObject):
    """Dialog for the file of a new session, and the request to write it.

    Parameters
    ----------
    path : Path
        The present session's file.
    window : MainWindow
        Parent of the dialog and of this object.
    """

    copied = pyqtSignal(object)  # an OpenRequest for the new session

    def __init__(self, path: Path, window: MainWindow) -> None:
        super().__init__(window)
        self._path = path
        self._window = window
        self._copier = SessionCopier(self)
        self._copier.done.connect(self._on_done)
        self._copier.failed.connect(self._on_failed)
        window.closed.connect(self._copier.close)

    def ask(self) -> None:
        """Ask for the file, in the folder of the present session."""
        dialog = QFileDialog(self._window, "Save as a new session", str(self._path.parent))
        dialog.setObjectName("save session")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"Sessions (*{SUFFIX})"])
        dialog.setDefaultSuffix(SUFFIX[1:])
        # The copier never overwrites a session, so the dialog's question would be misleading.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(free_name(self._path))
        dialog.fileSelected.connect(self.copy_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def copy_to(self, path: str) -> None:
        """Write the new session."""
        self._copier.copy(self._path, Path(path))

    def _on_failed(self, text: str) -> None:
        self._window.status.say(f"not saved: {text}", important=True)

    def _on_done(self, path: Path) -> None:
        self.copied.emit(OpenRequest((str(path),), session=path))


def free_name(path: Path) -> str:
    """Return an unused file name, as ``night-2.vetter`` for ``night.vetter``."""
    names = (f"{path.stem}-{number}{path.suffix}" for number in count(2))
    return next(name for name in names if not path.with_name(name).exists())
