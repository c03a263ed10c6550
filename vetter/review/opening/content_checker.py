"""Check of a source's planes and positions on a worker thread, after the first paint."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.cutout_source import CutoutSource
from vetter.errors import describe_error
from vetter.io.files.cancellation import Cancelled, cancelled_by

if TYPE_CHECKING:
    from vetter.io.inputs.content_cautions import Reader

CLOSE_SECONDS = 2.0
"""2 s at most that a window's end waits for the check, since a disk may hang for ever."""


class ContentChecker(QObject):
    """Check of one source, whose findings arrive one by one.

    Parameters
    ----------
    source : CutoutSource
    read : callable, optional
        Runs a function with the source in turn with other threads, which may read it meanwhile.

    Attributes
    ----------
    lines : list of str
        Contradictions between planes and their roles so far.
    differences : list of str
        Planes so far whose pixels are those of a difference.
    apart : float
        Share of candidates whose x and y are far from their RA and Dec; NaN if unknown.
    """

    found = pyqtSignal()  # `lines`, `differences` or `apart` has changed

    def __init__(
        self, source: CutoutSource, parent: QObject | None = None, read: Reader | None = None
    ) -> None:
        super().__init__(parent)
        self._read = read
        self.lines: list[str] = []
        self.differences: list[str] = []
        self.apart = math.nan
        self._source = source
        self._cancelled = False
        self._thread = threading.Thread(target=self._run, name="content check", daemon=True)

    @property
    def running(self) -> bool:
        """Whether findings may still come."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the check."""
        self._thread.start()

    def close(self) -> None:
        """Stop the check."""
        self._cancelled = True
        if self.running:
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        # Imported here: filters of scipy would delay the start.
        from vetter.io.inputs.content_cautions import apart_share, content_findings

        try:
            with cancelled_by(lambda: self._cancelled):
                self.apart = apart_share(self._source)
                if self.apart > 0:
                    self._announce()
                for findings in content_findings(self._source, self._read):
                    self.differences += findings.differences
                    self.lines += findings.lines
                    if findings.differences or findings.lines:
                        self._announce()
        except Cancelled:
            return
        except Exception as error:  # An exception that leaves a thread ends the program.
            self.lines.append(f"planes not checked: {describe_error(error)}")
            self._announce()

    def _announce(self) -> None:
        try:
            self.found.emit()
        except RuntimeError:  # the window's objects are gone
            self._cancelled = True
