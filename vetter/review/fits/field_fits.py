"""How the candidates of each image are fitted, as far as the process that fits has said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vetter.io.field.kept_psf import StarPsf, restored, setting_name
from vetter.review.fits.fit_messages import Ready
from vetter.review.session import Session


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
