"""Fit options of each image as the worker process reports them, and its stars' fits so far.

The stars of a field show what is normal in each part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io.field.stars.stored_psf import StarPsf, psf_setting_name, restore_psf
from vetter.review.fits.fit_messages import Ready, StarFits
from vetter.review.fits.fit_process import FitProcess
from vetter.review.session import Session

_NO_STARS: npt.NDArray[np.float64] = np.empty((0, 6))
_SETTING_PREFIX = "stars of field "


class FieldFits:
    """Fit options by image, and the signatures under which their results are stored.

    Parameters
    ----------
    session : Session
    kept : mapping
        The session's settings at the start, with the PSFs of fields.
    """

    def __init__(self, session: Session, kept: Mapping[str, Any]) -> None:
        self._session, self._kept = session, kept
        self._ready: dict[int, Ready] = {}
        # The files of a list, and so its signature, are known once the list is complete.
        self._grows = not session.complete

    @property
    def known(self) -> list[int]:
        """Numbers of the images whose fit options are known."""
        return list(self._ready)

    def add(self, ready: Ready) -> None:
        """Add the fit options of a field; store a PSF from its stars, to be built only once."""
        self._ready[ready.field] = self._with_signature(ready)
        psf, name = ready.fit.options.psf, psf_setting_name(ready.field)
        if isinstance(psf, StarPsf) and restore_psf(self._kept.get(name), psf.of) is None:
            self._session.writer.keep_setting(name, psf.record())

    def add_caveat(self, number: int, caveat: str) -> None:
        """Add a caveat on an image's template, found from its stars, to the image's judgements."""
        ready = self._ready.get(number)
        if ready is not None:
            self._ready[number] = ready._replace(fit=ready.fit._replace(template_caveat=caveat))

    def options_of(self, row: int) -> Ready | None:
        """Return the fit options of a row's image; None before they are known."""
        return self._ready.get(self._session.source.field_of(row))

    def row_of(self, key: str) -> int | None:
        """Return the row of a candidate's key; None if the list lacks the key."""
        try:
            return self._session.candidates.row_of(key)
        except KeyError:
            return None

    def signature_of(self, key: str) -> str:
        """Return the signature of a candidate's result; '' if not known."""
        row = self.row_of(key)
        ready = None if row is None else self.options_of(row)
        return "" if ready is None else ready.signature

    def signature_in(self, number: int) -> str:
        """Return the signature of an image's results; '' if not known yet."""
        return self._ready[number].signature

    def sign(self) -> None:
        """Compute the signatures that had to wait for the complete list."""
        self._ready = {number: self._with_signature(ready) for number, ready in self._ready.items()}

    def _with_signature(self, ready: Ready) -> Ready:
        """Return the options with the signature of their results, if it can be computed yet."""
        if ready.signature or not self._grows or not self._session.complete:
            return ready
        field = self._session.source.fields[ready.field]
        return ready._replace(signature=ready.fit.signature(field.fingerprints))


class FieldStars(QObject):
    """Fits of stars by image, requested once an image; they arrive part by part.

    The session stores them among its settings, with the signature of the fits; stars of other
    options or pixels are fitted again.

    Parameters
    ----------
    ahead : FitProcess
        The worker process.
    kept : mapping
        The session's settings at the start.
    keep : callable
        Stores a setting, given its name and a value of types that JSON holds.
    """

    changed = pyqtSignal()

    def __init__(
        self,
        ahead: FitProcess,
        kept: Mapping[str, Any],
        keep: Callable[[str, Any], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kept, self._keep = kept, keep
        self._tables: dict[int, npt.NDArray[np.float64]] = {}
        self._done: set[int] = set()
        self._requested: set[int] = set()
        self._ahead = ahead
        ahead.surveyed.connect(self._on_surveyed)

    def table(self, field: int = 0) -> npt.NDArray[np.float64]:
        """Return the stars of an image, shape (n, 6): x, y, dx, dy in pixels, scale, flux.

        Stars of an earlier version's session have no flux.
        Each part that arrives makes a new array.
        """
        return self._tables.get(field, _NO_STARS)

    def done(self, field: int = 0) -> bool:
        """Return whether all stars of an image have arrived."""
        return field in self._done

    def want(self, field: int = 0) -> None:
        """Request the stars of an image, unless requested before."""
        if field not in self._requested:
            self._requested.add(field)
            record = self._kept.get(_SETTING_PREFIX + str(field))
            self._ahead.request_stars(field, _parse_record(record)[0])

    def _on_surveyed(self, part: StarFits) -> None:
        if part.stars:
            known, new = self.table(part.field), np.array(part.stars, np.float64)
            self._tables[part.field] = np.concatenate([known, new]) if len(known) else new
        if part.left == 0:
            self._done.add(part.field)
            self._take_or_store(part)
        if part.stars or part.left == 0:
            self.changed.emit()

    def _take_or_store(self, last: StarFits) -> None:
        """Take the stored stars if they are current; else store the new ones."""
        name = _SETTING_PREFIX + str(last.field)
        signature, stars = _parse_record(self._kept.get(name))
        if not last.signature:
            return
        if signature == last.signature:
            self._tables[last.field] = stars
        else:
            self._keep(name, {"of": last.signature, "stars": self.table(last.field).tolist()})


def _parse_record(record: Any) -> tuple[str, npt.NDArray[np.float64]]:
    """Return signature and stars of a stored record; '' and no stars if unreadable."""
    try:
        signature, rows = str(record["of"]), record["stars"]
        stars = np.array(rows, float).reshape(len(rows), -1) if rows else _NO_STARS
        if stars.shape[1] not in (_NO_STARS.shape[1] - 1, _NO_STARS.shape[1]):
            raise ValueError("stars")
    except (KeyError, TypeError, ValueError):
        # The record is missing or damaged: the stars are fitted again.
        return "", _NO_STARS
    return (signature, stars) if np.isfinite(stars).all() else ("", _NO_STARS)
