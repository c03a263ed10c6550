"""Facts of Rubin's candidates: fluxes with magnitudes, minor planet, dipole, trail, flags."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import normalise_name
from vetter.core.columns.facts import MISSING_TEXT, Fact
from vetter.core.number_text import ab_text

_FLUXES = ("psfFlux", "scienceFlux", "templateFlux")
_OWN_COLUMNS = frozenset({"midpointmjdtai", "diasourceid"})
"""Columns of Rubin's tables of sources, whose fluxes are in nJy; older ones call it ``psFlux``."""

_PIXEL_FLAGS = "pixelFlags_"

Reader = Callable[[int], Any]


def rubin_facts(candidates: CandidateList) -> list[Fact]:
    """Return the facts that Rubin's columns give; empty for other lists."""
    if not is_in_njy(candidates):
        return []
    by_normal = {normalise_name(name): name for name in reversed(candidates.columns)}
    facts: list[Fact | None] = [_sign(candidates, by_normal)]
    facts += [_flux(candidates, by_normal, name) for name in _FLUXES]
    facts += [
        _planet(candidates, by_normal),
        _dipole(candidates, by_normal),
        _trail(candidates, by_normal),
        _pixel_flags(candidates),
    ]
    return [fact for fact in facts if fact is not None]


def is_in_njy(candidates: CandidateList) -> bool:
    """Return whether ``psfFlux`` and its like are in nJy: by their unit, or in Rubin's tables."""
    names = {normalise_name(name): name for name in candidates.columns}
    flux = names.get("psfflux")
    if flux is None:
        return False
    unit = getattr(candidates.table[flux], "unit", None)
    return not _OWN_COLUMNS.isdisjoint(names) if unit is None else str(unit) == "nJy"


def flux_text(flux: float, error: float) -> str:
    """Return a flux in nJy with its AB magnitude: ``1622 ± 307 nJy, 23.37 AB``."""
    if not math.isfinite(flux):
        return MISSING_TEXT
    text = f"{flux:.0f} ± {error:.0f} nJy" if math.isfinite(error) else f"{flux:.0f} nJy"
    return ", ".join(filter(None, (text, ab_text(flux))))


def _flux(candidates: CandidateList, names: dict[str, str], name: str) -> Fact | None:
    column, error = names.get(normalise_name(name)), names.get(normalise_name(f"{name}Err"))
    if column is None:
        return None
    text = partial(_flux_of, _numbers(candidates, column), _numbers(candidates, error))
    tip = f"column {column}, nJy" + (f", error from {error}" if error else "")
    return Fact(name, text, tip, (column,), False)


def _flux_of(fluxes: Sequence[float], errors: Sequence[float] | None, row: int) -> str:
    return flux_text(float(fluxes[row]), math.nan if errors is None else float(errors[row]))


def _sign(candidates: CandidateList, names: dict[str, str]) -> Fact:
    """Return whether a candidate became brighter, by its flux.

    ``isNegative`` is False for all of 25 real packets, three of which have a negative flux.
    """
    flux, flag = names["psfflux"], names.get("isnegative")
    text = partial(_sign_of, _numbers(candidates, flux))
    return Fact("difference", text, f"sign of {flux}", (flag,) if flag else (), False)


def _sign_of(fluxes: Sequence[float], row: int) -> str:
    flux = float(fluxes[row])
    return MISSING_TEXT if math.isnan(flux) else "negative" if flux < 0 else "positive"


def _planet(candidates: CandidateList, names: dict[str, str]) -> Fact | None:
    """Return the minor planet that a candidate was associated with; None if no candidate has."""
    columns = [names.get(name) for name in ("designation", "ephoffset", "ephrate", "ephvmag")]
    associated = names.get("ssobjectid")
    if not any(columns) and (associated is None or not _any_id(candidates, associated)):
        return None
    shown = tuple(name for name in (*columns, associated) if name is not None)
    readers = [_reader(candidates, name) for name in (*columns, associated)]
    tip = "designation, observed minus predicted place, predicted motion and V magnitude"
    return Fact("known minor planet", partial(_planet_of, readers), tip, shown, False)


def _planet_of(readers: Sequence[Reader], row: int) -> str:
    name, offset, rate, magnitude, identity = (read(row) for read in readers)
    parts = [str(name).strip()] if name is not None and str(name).strip() else []
    for value, form in ((offset, '{:.2f}" off'), (rate, "{:.3g} deg/d"), (magnitude, "V {:.1f}")):
        if _is_finite(value):
            parts.append(form.format(value))
    if not parts and identity:
        parts.append(f"ssObjectId {identity}")
    return ", ".join(parts) or "none"


def _dipole(candidates: CandidateList, names: dict[str, str]) -> Fact | None:
    column = names.get("isdipole")
    if column is None:
        return None
    readers = [
        _reader(candidates, name)
        for name in (column, names.get("dipolelength"), names.get("dipoleangle"))
    ]
    tip = f"column {column}: the pipeline's word"
    return Fact("isDipole", partial(_dipole_of, readers), tip, (column,), False)


def _dipole_of(readers: Sequence[Reader], row: int) -> str:
    value, length, angle = (read(row) for read in readers)
    if value is None or value != value:
        return MISSING_TEXT
    return ", ".join(filter(None, ("yes", _segment(length, angle)))) if value else "no"


def _trail(candidates: CandidateList, names: dict[str, str]) -> Fact | None:
    length, angle = names.get("traillength"), names.get("trailangle")
    if length is None:
        return None
    text = partial(_trail_of, [_reader(candidates, name) for name in (length, angle)])
    tip = f"column {length}, arcsec" + (f"; {angle}, degrees from north to east" if angle else "")
    shown = (length, *([angle] if angle else []))
    return Fact("trail", text, tip, shown, False)


def _trail_of(readers: Sequence[Reader], row: int) -> str:
    length, angle = (read(row) for read in readers)
    return _segment(length, angle) or MISSING_TEXT


def _segment(length: Any, angle: Any) -> str:
    """Return a length in arcseconds and a position angle; empty without a length."""
    if not _is_finite(length):
        return ""
    return f'{length:.2f}"' + (f" at PA {angle % 360:.0f}" if _is_finite(angle) else "")


def _pixel_flags(candidates: CandidateList) -> Fact | None:
    columns = [name for name in candidates.columns if name.startswith(_PIXEL_FLAGS)]
    if not columns:
        return None
    readers = {name.removeprefix(_PIXEL_FLAGS): _reader(candidates, name) for name in columns}
    return Fact("pixel flags", partial(_flags_of, readers), f"columns {_PIXEL_FLAGS}*", (), False)


def _flags_of(readers: Mapping[str, Reader], row: int) -> str:
    values = {name: read(row) for name, read in readers.items()}
    if all(value is None for value in values.values()):
        return MISSING_TEXT
    return ", ".join(name for name, value in values.items() if value) or "none"


def _any_id(candidates: CandidateList, column: str) -> bool:
    values = candidates.column(column)
    if values.dtype.kind not in "iuf":
        return False
    with np.errstate(invalid="ignore"):
        return bool((values > 0).any())


def _numbers(candidates: CandidateList, column: str | None) -> Any:
    if column is None:
        return None
    values = candidates.column(column)
    return values if values.dtype.kind in "iuf" else np.full(len(values), np.nan)


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _reader(candidates: CandidateList, column: str | None) -> Reader:
    """Return a function of the row that returns a value, or None if it is missing.

    Not `candidates.column`: a gap would make floats of long identities.
    """
    if column is None:
        return _no_value
    values = candidates.table[column]
    mask = np.ma.getmask(values)
    gaps = None if mask is np.ma.nomask else np.asarray(mask)
    return partial(_value_of, np.ma.getdata(np.asanyarray(values)), gaps)


def _no_value(row: int) -> Any:
    return None


def _value_of(values: Any, gaps: Any, row: int) -> Any:
    if gaps is not None and gaps[row]:
        return None
    value = values[row]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.item() if isinstance(value, np.generic) else value
