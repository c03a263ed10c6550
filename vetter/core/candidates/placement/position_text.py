"""Sky positions of which both angles stand in one column: ``12:34:55.65 -00:12:55.75``.

SIMBAD, NED, circulars and catalogues on web pages write positions so, and so do programs that
print a SkyCoord.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import plain_array
from vetter.core.coordinates.angles import to_degrees

if TYPE_CHECKING:
    from astropy.table import Table

Floats = npt.NDArray[np.float64]

_MAX_TRIED = 50
_MIN_SHARE = 0.5
_BRACKETS = re.compile(r".*[(\[{<]([^()\[\]{}<>]*)[)\]}>]+\s*$")
# A declination begins with its sign, whichever dash that is; a right ascension never ends in one.
_SIGNED = re.compile(r"^(.*[0-9.hms\"'°′″ʰᵐˢ])[\s,;]*([-+\u2212\u2010-\u2013]\s*[0-9.].*)$", re.S)
_SEPARATOR = re.compile(r"\s*[,;|/]\s*")


def find_position_column(table: Table, names: Sequence[str]) -> str | None:
    """Return the first column of text that holds both angles of a position; None without such.

    Parameters
    ----------
    table : `~astropy.table.Table`
    names : sequence of str
        Columns to look at.
    """
    for name in names:
        values = plain_array(table[name]) if table[name].ndim == 1 else np.empty(0)
        if values.dtype.kind not in "USO":
            continue
        ra, dec = read_position_text(values[:_MAX_TRIED])
        filled = sum(bool(str(value).strip()) for value in values[:_MAX_TRIED])
        if filled and np.isfinite(ra + dec).sum() >= _MIN_SHARE * filled:
            return name
    return None


def read_position_text(values: npt.NDArray[np.generic]) -> tuple[Floats, Floats]:
    """Return right ascensions and declinations in degrees, shape (n,); NaN where none is read.

    Sexagesimal right ascensions count hours, decimal ones degrees.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Texts of two angles, separated by blanks, a comma or the sign of the declination, perhaps
        in brackets.

    Examples
    --------
    >>> import numpy as np
    >>> texts = ["12:34:56 -00:30:00", "(188.5, -0.5)", "12h34m00s+00d30m00s", "unknown"]
    >>> ra, dec = read_position_text(np.array(texts))
    >>> ra.round(3).tolist(), dec.tolist()
    ([188.733, 188.5, 188.5, nan], [-0.5, -0.5, 0.5, nan])
    """
    pairs = [_split("" if value is None else str(value)) for value in values.tolist()]
    texts = np.array(pairs, dtype=str).reshape(len(pairs), 2)
    ra, dec = to_degrees(texts[:, 0], "", True), to_degrees(texts[:, 1], "", False)
    is_position = (np.abs(dec) <= 90) & (ra >= -180) & (ra <= 360)
    return np.where(is_position, ra, np.nan), np.where(is_position, dec, np.nan)


def _split(text: str) -> tuple[str, str]:
    """Return the texts of both angles; empty if they cannot be told apart."""
    text = text.strip()
    inner = _BRACKETS.match(text)
    text = inner[1].strip() if inner is not None else text
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) == 2:
        return parts[0], parts[1]
    signed = _SIGNED.match(text)
    if signed is not None:
        return signed[1].strip(), signed[2].strip()
    words = text.split()
    if len(words) in (2, 4, 6):
        half = len(words) // 2
        return " ".join(words[:half]), " ".join(words[half:])
    return "", ""
