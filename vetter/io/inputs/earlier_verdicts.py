"""Verdicts of earlier sessions and of given lists, with the places of their objects."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.triage.earlier_verdicts import EarlierVerdict
from vetter.io.session.session_file import SessionFile

if TYPE_CHECKING:
    from astropy.wcs import WCS

_WORDS = {"accepted": "accept", "rejected": "reject", "real": "accept", "bogus": "reject"}
"""Words of other programs for verdicts."""


def session_verdicts(path: str | os.PathLike[str]) -> list[EarlierVerdict]:
    """Return the last verdict of each reviewer on each candidate of a session.

    Candidates without a place on the sky are left out, planted ones too: they are no objects.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    origin = Path(path).stem
    with SessionFile.open(path, "", read_only=True) as store:
        planted = {row.key for row in store.planted()}
        rows = store.judged_places()
    return [
        EarlierVerdict(ra, dec, Verdict.from_word(verdict), at, reviewer, origin)
        for key, verdict, at, reviewer, ra, dec in rows
        if key not in planted and _is_place(ra, dec)
    ]


def listed_verdicts(path: str | os.PathLike[str]) -> list[EarlierVerdict]:
    """Return the objects of a table with right ascension and declination.

    A column ``verdict``, as exports have it, gives their verdicts; without one they are listed.

    Raises
    ------
    InputError
        The file is no table of positions.
    """
    from vetter.errors import InputError
    from vetter.io.tables.candidates import place_candidates, read_list

    table = read_list(Path(path))
    if table.roles.ra is None:
        raise InputError(f"{path}: no right ascension and declination; name a table with both")
    # Only places on the sky are used: pixels, where there are none, may be those of any image.
    wcs = _whole_sky() if table.roles.x is None else None
    listed = place_candidates(table, wcs, None, None, None)
    verdicts = _column(listed, "verdict")
    times = _column(listed, "decided_at")
    names = [
        listed.name(row) if listed.roles.name or listed.roles.key else ""
        for row in range(len(listed))
    ]
    return [
        EarlierVerdict(ra, dec, _verdict_of(verdict), at, "", Path(path).name, name)
        for ra, dec, verdict, at, name in zip(
            listed.ra.tolist(), listed.dec.tolist(), verdicts, times, names, strict=True
        )
        if _is_place(ra, dec)
    ]


def _whole_sky() -> WCS:
    from astropy.wcs import WCS

    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---CAR", "DEC--CAR"]
    return wcs


def _column(listed: Any, name: str) -> list[str]:
    alike = [column for column in listed.columns if column.lower() == name]
    if not alike:
        return [""] * len(listed)
    return [str(value) for value in listed.column(alike[0]).tolist()]


def _verdict_of(word: str) -> Verdict:
    plain = word.strip().lower()
    try:
        return Verdict.from_word(_WORDS.get(plain, plain))
    except KeyError:
        return Verdict.NONE


def _is_place(ra: object, dec: object) -> bool:
    return all(isinstance(angle, float) and math.isfinite(angle) for angle in (ra, dec))
