"""Another input, read on a thread of its own while the window goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.errors import VetterError
from vetter.io.inputs import InputOptions, open_input

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What is to be opened in the window's place.

    ``session`` is where decisions are kept; None: where those of the present inputs are, or
    the usual place of other ones.
    """

    inputs: tuple[str, ...]
    options: InputOptions
    session: Path | None = None


class InputReader(QObject):
    """Reads one input at a time."""

    done = pyqtSignal(object, object)
    """The OpenRequest and its CutoutSource."""

    failed = pyqtSignal(str)
    """Why it cannot be opened, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _Reading | None = None

    @property
    def running(self) -> bool:
        """Whether something is being read."""
        return self._thread is not None

    def read(self, request: OpenRequest) -> None:
        """Begin to read; what comes out of it is told by a signal."""
        if self._thread is None:
            self._thread = _Reading(request, self)
            self._thread.finished.connect(self._on_finished)
            self._thread.start()

    def close(self) -> None:
        """Wait for what is being read, and let go of it."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        thread.finished.disconnect(self._on_finished)
        thread.wait()
        if thread.source is not None:
            thread.source.close()

    def _on_finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        thread.wait()
        thread.deleteLater()
        if thread.source is not None:
            self.done.emit(thread.request, thread.source)
        else:
            self.failed.emit(thread.error)


class _Reading(QThread):
    def __init__(self, request: OpenRequest, parent: QObject) -> None:
        super().__init__(parent)
        self.request = request
        self.source: CutoutSource | None = None
        self.error = ""

    def run(self) -> None:
        try:
            self.source = open_input(self.request.inputs, self.request.options)
        except (VetterError, OSError) as error:
            self.error = str(error)
        except Exception as error:  # a fault of the program: said in the window, which goes on
            self.error = f"an unexpected error, a fault of this program: {error!r}"
