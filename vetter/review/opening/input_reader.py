"""Reader of another input, on a worker thread while the window stays in use."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import ColumnsWanted, InputError, VetterError
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.files.cancellation import Cancelled, cancelled_by
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.default_path import default_session_path
from vetter.io.session.remembered_columns import with_remembered_columns

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource

WAIT_SECONDS = 2.0
"""2 s at most that the end of the program waits for a read, since a disk may hang for ever."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Request to open an input in place of the window's present one.

    Attributes
    ----------
    inputs : tuple of str
        As on the command line.
    options : InputOptions
    session : Path or None
        The session file; None for the present session if the inputs are the same, else for the
        default path of the inputs.
    remembered : bool
        Whether columns stored in the inputs' session are used where the options name none.
    """

    inputs: tuple[str, ...]
    options: InputOptions = dataclasses.field(default_factory=InputOptions)
    session: Path | None = None
    remembered: bool = False

    @property
    def name(self) -> str:
        """Name of the inputs in the window."""
        first = os.path.basename(self.inputs[0].rstrip("/")) or self.inputs[0]
        more = len(self.inputs) - 1
        return first if not more else f"{first} and {more} more"


def read_input(request: OpenRequest, usual_radius: float) -> CutoutSource:
    """Open the inputs of a request, which may take as long as a slow disk does.

    Parameters
    ----------
    request : OpenRequest
    usual_radius : float
        Half the side of a cutout if neither the options nor the inputs set it.

    Raises
    ------
    InputError
        The inputs cannot be used.
    """
    inputs, asked = list(request.inputs), request.options
    asked = dataclasses.replace(asked, usual_radius=usual_radius)
    if not request.remembered:
        return open_input(inputs, asked)
    session = request.session or default_session_path(inputs)
    remembered = with_remembered_columns(inputs, asked, session)
    try:
        return open_input(inputs, remembered)
    except InputError:
        if remembered == asked:
            raise
        # The list was rewritten without the columns that the user chose.
        return open_input(inputs, asked)


class InputReader(QObject):
    """Reader of one input at a time; a cancelled read ends in the background.

    Parameters
    ----------
    usual_radius : float
        See `read_input`.
    """

    done = pyqtSignal(object, object)
    """The OpenRequest and its CutoutSource."""

    failed = pyqtSignal(str)
    """The reason why the input cannot be opened, in words."""

    planes_wanted = pyqtSignal(object, object)
    """The OpenRequest, and the PlanesWanted that names the list."""

    columns_wanted = pyqtSignal(object, object)
    """The OpenRequest, and the ColumnsWanted with the rows of the list."""

    _ended = pyqtSignal(object)

    def __init__(self, usual_radius: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._usual_radius = usual_radius
        self._present: _ReadingThread | None = None
        self._left: list[_ReadingThread] = []
        self._ended.connect(self._on_ended)

    @property
    def running(self) -> bool:
        """Whether a read is under way that has not been cancelled."""
        return self._present is not None

    def read(self, request: OpenRequest) -> None:
        """Cancel the present read and start another; a signal carries the outcome."""
        self.cancel()
        self._present = _ReadingThread(request, self._usual_radius, self._ended.emit)
        self._present.start()

    def cancel(self) -> None:
        """Cancel the present read; no signal follows."""
        if self._present is not None:
            self._present.cancel()
            self._left.append(self._present)
            self._present = None

    def close(self) -> None:
        """Cancel the present read, and wait at most `WAIT_SECONDS` for each unfinished one."""
        self.cancel()
        left, self._left = self._left, []
        for reading in left:
            reading.join(WAIT_SECONDS)

    def _on_ended(self, reading: _ReadingThread) -> None:
        reading.join()
        if reading is not self._present:
            if reading in self._left:
                self._left.remove(reading)
            return
        self._present = None
        if reading.source is not None:
            self.done.emit(reading.request, reading.source)
        elif isinstance(reading.wanted, PlanesWanted):
            self.planes_wanted.emit(reading.request, reading.wanted)
        elif reading.wanted is not None:
            self.columns_wanted.emit(reading.request, reading.wanted)
        else:
            self.failed.emit(reading.error)


class _ReadingThread(threading.Thread):
    """Thread of one read. A daemon, so that the program ends though a disk does not answer."""

    def __init__(
        self, request: OpenRequest, usual_radius: float, report: Callable[[object], None]
    ) -> None:
        super().__init__(name="reads an input", daemon=True)
        self.request, self._usual_radius, self._report = request, usual_radius, report
        self.source: CutoutSource | None = None
        self.wanted: PlanesWanted | ColumnsWanted | None = None
        self.error = ""
        self._cancelled = False
        self._lock = threading.Lock()

    def run(self) -> None:
        try:
            with cancelled_by(self._is_cancelled):
                source = read_input(self.request, self._usual_radius)
            with self._lock:
                self.source = source
                if self._cancelled:
                    source.close()
        except Cancelled:
            self.error = "cancelled"
        except (PlanesWanted, ColumnsWanted) as error:
            self.wanted, self.error = error, str(error)
        except (VetterError, OSError) as error:
            self.error = str(error)
        except Exception as error:  # a fault of the program: the window shows it and stays open
            self.error = f"an unexpected error, a fault of this program: {error!r}"
        try:
            self._report(self)
        except RuntimeError:
            # The window that sent the request is gone, and its objects with it.
            self.cancel()

    def _is_cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Stop at the next step of the read, and close the source, now or once it is open."""
        with self._lock:
            already, self._cancelled = self._cancelled, True
            if self.source is not None and not already:
                self.source.close()
