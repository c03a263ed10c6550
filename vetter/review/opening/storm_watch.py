"""Storms of the opened list: images, detectors or nights with many times the others' candidates."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.columns.review_columns import STORM_SAMPLE
from vetter.core.columns.value_filter import value_filters
from vetter.core.cutout_source import ManyFields, has_epochs
from vetter.core.decisions.triage.storms import Storm, find_list_storms
from vetter.core.fakes.without_planted import added_keys
from vetter.review.session import Session
from vetter.review.threads.arranger import Arranger


class _Counted(NamedTuple):
    """Storms, and the number of candidates of each without test rows."""

    storms: list[Storm]
    numbers: list[int]


class StormWatch(QObject):
    """Storms of a session's list, found in a thread once the whole list has been read.

    The session remembers the storms, for ``vetter status``, and which of them the user has
    dismissed. Test rows do not count, and belong to the storm of their image: without them a
    group verdict would show which rows they are.

    Parameters
    ----------
    session : Session
    """

    changed = pyqtSignal()
    """Storms have been found, dismissed, or have no undecided candidate any more."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._counted = _Counted([], [])
        self._dismissed: set[str] = set()
        self._open: list[Storm] = []
        self._thread = Arranger(self)
        session.opinions_changed.connect(self._on_opinions_changed)

    @property
    def storms(self) -> list[Storm]:
        """The storms with undecided candidates that the user has not dismissed."""
        return self._open

    def restore(self, stored: object) -> None:
        """Take over which storms were dismissed, as the session stores them."""
        record = stored if isinstance(stored, dict) else {}
        dismissed = record.get("dismissed")
        if isinstance(dismissed, list):
            self._dismissed = {str(name) for name in dismissed}

    def start(self) -> None:
        """Count the candidates, now or as soon as the list has been read."""
        session = self._session
        session.completed.connect(self._count)
        session.broke_off.connect(self._count)
        if session.complete:
            self._count()

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    def undecided(self, storm: Storm) -> npt.NDArray[np.intp]:
        """Return the rows of a storm's undecided candidates."""
        rows: npt.NDArray[np.intp] = storm.rows[self._session.codes[storm.rows] == 0]
        return rows

    def sample_filter(self, storm: Storm) -> str:
        """Return the filter that lists the sample of a storm."""
        return value_filters(STORM_SAMPLE, storm.name)[0]

    def dismiss(self, storm: Storm) -> None:
        """Show a storm no more in this session."""
        self._dismissed.add(storm.name)
        self._store()
        self._update()

    def _count(self) -> None:
        self._thread.run(self._job(), self._on_counted)

    def _job(self) -> Callable[[], _Counted]:
        source, listed = self._session.source, self._session.candidates
        planted = added_keys(source.planted)
        fields = None
        if has_epochs(source):
            fields = _fields_of(source, len(listed))
        epochs = source.object_epochs
        times = None
        if epochs is not None and len(epochs.times) >= len(listed):
            times = epochs.times[: len(listed)]

        def find() -> _Counted:
            # In the thread: the start of the window does not need it.
            from vetter.core.candidates.exposure_groups import group_exposures

            counted = np.ones(len(listed), bool)
            if planted:
                counted = ~np.isin(listed.keys.astype(str), list(planted))
            storms = find_list_storms(group_exposures(listed, fields, times), counted)
            return _Counted(storms, [int(counted[storm.rows].sum()) for storm in storms])

        return find

    def _on_counted(self, counted: _Counted, _error: object) -> None:
        self._counted = counted
        self._session.columns.set_storms(counted.storms)
        if counted.storms:
            self._store()
        self._update()

    def _store(self) -> None:
        found = [
            {
                "kind": storm.kind,
                "label": storm.label,
                "candidates": number,
                "usual": storm.usual,
            }
            for storm, number in zip(*self._counted, strict=True)
        ]
        record = {"found": found, "dismissed": sorted(self._dismissed)}
        self._session.writer.keep_setting("storms", record)

    def _update(self) -> None:
        before = self._open
        self._open = [
            storm
            for storm in self._counted.storms
            if storm.name not in self._dismissed and len(self.undecided(storm))
        ]
        if self._open or before:
            self.changed.emit()

    def _on_opinions_changed(self, _rows: list[int]) -> None:
        if self._counted.storms:
            self._update()


def _fields_of(source: ManyFields, count: int) -> tuple[npt.NDArray[np.intp], list[str]]:
    return source.field_numbers[:count], [field.name for field in source.fields]
