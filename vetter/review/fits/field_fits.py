"""Fit options of each image as the worker process reports them, and its stars' fits so far.

The stars of a field show what is normal in each part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io.field.kept_psf import StarPsf, restored, setting_name
from vetter.review.fits.fit_messages import Ready, StarFits
from vetter.review.fits.fit_process import FitProcess
from vetter.review.session import Session

_NONE: npt.NDArray[np.float64] = np.empty((0, 5))
_NAME = "stars of field "


class FieldFits:
    """Options by image, and what results made with them are kept under.

    Parameters
    ----------
    session : Session
    kept : mapping
        The session's settings as they were at the start: PSFs of fields among them.
    """

    def __init__(self, session: Session, kept: Mapping[str, Any]) -> None:
        self._session, self._kept = session, kept
        self._ready: dict[int, Ready] = {}
        # Which files a list was is known once it is complete.
        self._grows = not session.complete

    @property
    def known(self) -> list[int]:
        """Numbers of the images of which something was said."""
        return list(self._ready)

    def add(self, ready: Ready) -> None:
        """Take what the process says of a field; a PSF of its stars is not built again."""
        self._ready[ready.field] = self._signed(ready)
        psf, name = ready.fit.options.psf, setting_name(ready.field)
        if isinstance(psf, StarPsf) and restored(self._kept.get(name), psf.of) is None:
            self._session.writer.keep_setting(name, psf.record())

    def hold_against(self, number: int, words: str) -> None:
        """What an image's stars have against its template stands against its judgements."""
        ready = self._ready.get(number)
        if ready is not None:
            self._ready[number] = ready._replace(fit=ready.fit._replace(unlike=words))

    def of(self, row: int) -> Ready | None:
        """What was said of a row's image; None before."""
        return self._ready.get(self._session.source.field_of(row))

    def row_of(self, key: str) -> int | None:
        """The row of a candidate's key; None where the list has it no more."""
        try:
            return self._session.candidates.row_of(key)
        except KeyError:
            return None

    def signature_of(self, key: str) -> str:
        """What a candidate's result is kept under; empty where that is not known."""
        row = self.row_of(key)
        ready = None if row is None else self.of(row)
        return "" if ready is None else ready.signature

    def signature_in(self, number: int) -> str:
        """What the results of an image are kept under; empty where that is not known yet."""
        return self._ready[number].signature

    def sign(self) -> None:
        """The list is complete: name what could not be named before."""
        self._ready = {number: self._signed(ready) for number, ready in self._ready.items()}

    def _signed(self, ready: Ready) -> Ready:
        """With the signature that its results are kept under, as far as that is known."""
        if ready.signature or not self._grows or not self._session.complete:
            return ready
        field = self._session.source.fields[ready.field]
        return ready._replace(signature=ready.fit.signature(field.fingerprints))


class FieldStars(QObject):
    """Asked for once an image, when somebody first looks at it; they then arrive part by part.

    The session keeps them under the signature of the fits, among its settings; those of other
    options or pixels are fitted again.

    Parameters
    ----------
    ahead : FitProcess
        The process that fits.
    kept : mapping
        The session's settings as they were at the start.
    keep : callable
        Keeps a setting: name and value, of types that JSON holds.
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
        self._wanted: set[int] = set()
        self._ahead = ahead
        ahead.surveyed.connect(self._on_surveyed)

    def table(self, field: int = 0) -> npt.NDArray[np.float64]:
        """Stars of an image, shape (n, 5): x, y, dx, dy in pixels, scale; a new array each time."""
        return self._tables.get(field, _NONE)

    def done(self, field: int = 0) -> bool:
        """Whether all of an image's have arrived."""
        return field in self._done

    def want(self, field: int = 0) -> None:
        """Have those of an image fitted, if they are not yet."""
        if field not in self._wanted:
            self._wanted.add(field)
            self._ahead.wish_stars(field, _known(self._kept.get(_NAME + str(field)))[0])

    def _on_surveyed(self, part: StarFits) -> None:
        if part.stars:
            self._tables[part.field] = np.concatenate([self.table(part.field), part.stars])
        if part.left == 0:
            self._done.add(part.field)
            self._take_or_keep(part)
        if part.stars or part.left == 0:
            self.changed.emit()

    def _take_or_keep(self, last: StarFits) -> None:
        """Those that are kept are current, or others are kept from now on."""
        name = _NAME + str(last.field)
        signature, stars = _known(self._kept.get(name))
        if not last.signature:
            return
        if signature == last.signature:
            self._tables[last.field] = stars
        else:
            self._keep(name, {"of": last.signature, "stars": self.table(last.field).tolist()})


def _known(record: Any) -> tuple[str, npt.NDArray[np.float64]]:
    """Signature and stars of a record; none where it is not readable."""
    try:
        signature, stars = str(record["of"]), np.array(record["stars"], float).reshape(-1, 5)
    except (KeyError, TypeError, ValueError):
        # There is none, or it is damaged: they are fitted again.
        return "", _NONE
    return (signature, stars) if np.isfinite(stars).all() else ("", _NONE)
