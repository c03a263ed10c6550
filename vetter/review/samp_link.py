"""The session and other programs: its list and position sent to them, their choice followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io.export.decision_table import FrozenOpinions, decision_table
from vetter.io.export.exported_rows import RowChoice, list_exported_rows
from vetter.io.export.samp_client import Pointing, SampClient
from vetter.io.export.tables.column_facts import ADDED, facts_of_list
from vetter.io.export.tables.table_writing import write_table
from vetter.io.export.unplanted import without_test_rows
from vetter.review.session import Session

FOLLOW_RADIUS_ARCSEC = 5.0
"""Largest distance of a candidate from a position that another program points at."""


class SampLink(QObject):
    """Sender and follower of one session; nothing leaves before a method is called.

    Signals arrive in the thread of the receiver.
    """

    said = pyqtSignal(str)
    """State for the user."""

    row_chosen = pyqtSignal(int)
    """Row of the list that another program has chosen, by row or position."""

    _highlighted = pyqtSignal(int)
    _pointed = pyqtSignal(float, float)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._sent_rows = np.empty(0, np.intp)
        # Through signals, so that the session is read in its own thread.
        self._highlighted.connect(self._on_highlighted)
        self._pointed.connect(self._on_pointed)
        self._client = SampClient(self._highlighted.emit, self._point, self.said.emit)

    def send_list(self) -> None:
        """Send the whole list with its verdicts, without test rows."""
        session = self._session
        source, opinions = session.source, FrozenOpinions.of(session)

        def write(path: Path) -> None:
            with without_test_rows(source, opinions) as leaving:
                listed = leaving.source.candidates
                rows = list_exported_rows(leaving.source, leaving.opinions, RowChoice()).listed
                table, _ = decision_table(listed.table, leaving.opinions, rows=rows)
                write_table(table, path, "votable", {**facts_of_list(listed), **ADDED})
                # In place before the table is sent, to which other programs answer.
                self._sent_rows = leaving.opinions.rows[rows]

        self.said.emit("sending the list...")
        self._client.send_table(source.title, write)

    def send_position(self, row: int) -> None:
        """Send the sky position of a candidate."""
        listed = self._session.candidates
        ra, dec = listed.value("ra", row), listed.value("dec", row)
        if ra is None or dec is None:
            self.said.emit("not sent: this candidate has no sky position")
            return
        self._client.point_at(ra, dec)

    @property
    def is_following(self) -> bool:
        """Whether the rows and positions of other programs are followed."""
        return self._client.follows

    def toggle_following(self) -> None:
        """Start or stop following the rows and positions that other programs choose."""
        self._client.follow(not self.is_following)

    def close(self) -> None:
        """Leave the hub."""
        self._client.close()

    def _point(self, place: Pointing) -> None:
        self._pointed.emit(place.ra, place.dec)

    def _on_highlighted(self, index: int) -> None:
        if 0 <= index < len(self._sent_rows):
            self.row_chosen.emit(int(self._sent_rows[index]))

    def _on_pointed(self, ra: float, dec: float) -> None:
        listed = self._session.candidates
        row = find_nearest(listed.ra, listed.dec, ra, dec, FOLLOW_RADIUS_ARCSEC)
        if row is None:
            self.said.emit(f"no candidate within {FOLLOW_RADIUS_ARCSEC:g} arcsec of that position")
        else:
            self.row_chosen.emit(row)


def find_nearest(
    ras: npt.NDArray[np.float64],
    decs: npt.NDArray[np.float64],
    ra: float,
    dec: float,
    radius: float,
) -> int | None:
    """Return the index of the position nearest to another one, within a radius in arcseconds.

    Positions are in degrees; NaN counts as far away. None if none is near.
    """
    with np.errstate(invalid="ignore"):
        a, d = np.radians(ras), np.radians(decs)
        a0, d0 = np.radians(ra), np.radians(dec)
        # Haversine: exact for small angles, where the cosine is not.
        half = np.sin((d - d0) / 2) ** 2 + np.cos(d) * np.cos(d0) * np.sin((a - a0) / 2) ** 2
    if not len(half) or np.isnan(half).all():
        return None
    nearest = int(np.nanargmin(half))
    distance = np.degrees(2 * np.arcsin(np.sqrt(half[nearest]))) * 3600
    return nearest if distance <= radius else None
