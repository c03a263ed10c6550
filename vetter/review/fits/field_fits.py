"""Fit options of each image as the worker process reports them, with what its stars show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.review.fits.fit_messages import Ready
from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.core.judgement.star_calibration import StarCalibration


class FieldFits:
    """Fit options by image, and the signatures under which their results are stored.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ready: dict[int, Ready] = {}
        # The files of a list, and so its signature, are known once the list is complete.
        self._grows = not session.complete

    @property
    def known(self) -> list[int]:
        """Numbers of the images whose fit options are known."""
        return list(self._ready)

    def add(self, ready: Ready) -> None:
        """Add the fit options of a field; store what was measured, to be measured only once."""
        # Here: it imports the noise and the matching, which the window's start does not need.
        from vetter.io.field.stars.stored_field_fit import setting_name

        self._ready[ready.field] = self._with_signature(ready)
        if ready.record is not None:
            self._session.writer.keep_setting(setting_name(ready.field), ready.record)

    def calibration(self, number: int) -> StarCalibration | None:
        """Return what an image's stars show; None if unknown, or not known yet."""
        ready = self._ready.get(number)
        return None if ready is None else ready.fit.calibration

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
