"""Another input, read on a thread of its own while the window goes on."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import InputError, VetterError
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.files.cancelling import Cancelled, cancelled_by
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.default_path import default_session_path
from vetter.io.session.remembered_columns import with_remembered_columns

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource

WAIT_SECONDS = 2.0
"""So long the end of the program waits for a reading that goes on; a disk may hang for ever."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What is to be opened in the window's place.

    Attributes
    ----------
    inputs : tuple of str
        As on the command line.
    options : InputOptions
    session : Path or None
        Where decisions are kept; None: where those of the present inputs are, or the usual
        place of other ones.
    remembered : bool
        Whether columns that the session has chosen for these inputs are taken where the options
        leave them open.
    """

    inputs: tuple[str, ...]
    options: InputOptions = dataclasses.field(default_factory=InputOptions)
    session: Path | None = None
    remembered: bool = False

    @property
    def name(self) -> str:
        """What the inputs are called in the window."""
        first = os.path.basename(self.inputs[0].rstrip("/")) or self.inputs[0]
        more = len(self.inputs) - 1
        return first if not more else f"{first} and {more} more"


def read_input(request: OpenRequest, usual_radius: float) -> CutoutSource:
    """Open what a request names; it takes as long as the disk does.

    Parameters
    ----------
    request : OpenRequest
    usual_radius : float
        Half the side of a cutout where neither the options nor the inputs tell.

    Raises
    ------
    InputError
        It cannot be used.
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
        # The list has been written anew, without the columns that were chosen for it.
        return open_input(inputs, asked)


class InputReader(QObject):
    """Reads one input at a time; one that is not wanted any more ends behind the window.

    Parameters
    ----------
    usual_radius : float
        See `read_input`.
    """

    done = pyqtSignal(object, object)
    """The OpenRequest and its CutoutSource."""

    failed = pyqtSignal(str)
    """Why it cannot be opened, in words."""

    planes_wanted = pyqtSignal(object, object)
    """The OpenRequest, and the PlanesWanted that says which list it is."""

    _over = pyqtSignal(object)

    def __init__(self, usual_radius: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._usual_radius = usual_radius
        self._present: _Reading | None = None
        self._left: list[_Reading] = []
        self._over.connect(self._on_over)

    @property
    def running(self) -> bool:
        """Whether something is being read that is still wanted."""
        return self._present is not None

    def read(self, request: OpenRequest) -> None:
        """Begin to read, instead of what is being read; the outcome is told by a signal."""
        self.cancel()
        self._present = _Reading(request, self._usual_radius, self._over.emit)
        self._present.start()

    def cancel(self) -> None:
        """What is being read is not wanted any more; no signal tells of it."""
        if self._present is not None:
            self._present.give_up()
            self._left.append(self._present)
            self._present = None

    def close(self) -> None:
        """Let go of what is being read, after a short wait."""
        self.cancel()
        left, self._left = self._left, []
        for reading in left:
            reading.join(WAIT_SECONDS)

    def _on_over(self, reading: _Reading) -> None:
        reading.join()
        if reading is not self._present:
            if reading in self._left:
                self._left.remove(reading)
            return
        self._present = None
        if reading.source is not None:
            self.done.emit(reading.request, reading.source)
        elif reading.wanted is not None:
            self.planes_wanted.emit(reading.request, reading.wanted)
        else:
            self.failed.emit(reading.error)


class _Reading(threading.Thread):
    """One reading. A daemon: the program ends though a disk does not answer."""

    def __init__(
        self, request: OpenRequest, usual_radius: float, over: Callable[[object], None]
    ) -> None:
        super().__init__(name="reads an input", daemon=True)
        self.request, self._usual_radius, self._tell = request, usual_radius, over
        self.source: CutoutSource | None = None
        self.wanted: PlanesWanted | None = None
        self.error = ""
        self._given_up = False
        self._lock = threading.Lock()

    def run(self) -> None:
        try:
            with cancelled_by(self._is_given_up):
                source = read_input(self.request, self._usual_radius)
            with self._lock:
                self.source = source
                if self._given_up:
                    source.close()
        except Cancelled:
            self.error = "given up"
        except PlanesWanted as error:
            self.wanted, self.error = error, str(error)
        except (VetterError, OSError) as error:
            self.error = str(error)
        except Exception as error:  # a fault of the program: said in the window, which goes on
            self.error = f"an unexpected error, a fault of this program: {error!r}"
        try:
            self._tell(self)
        except RuntimeError:
            # The window that asked is gone, and its objects with it.
            self.give_up()

    def _is_given_up(self) -> bool:
        return self._given_up

    def give_up(self) -> None:
        """Read no further than the next step, and close what was read, now or when it is."""
        with self._lock:
            already, self._given_up = self._given_up, True
            if self.source is not None and not already:
                self.source.close()
