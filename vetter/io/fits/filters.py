"""Names of filters, as headers of many observatories state them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vetter.io.fits.exposure import Cards

_KEYWORDS = (
    *("FILTER", "BAND", "FILTBAND", "FILTERS", "FILTNAM", "FILTNAME", "FILTERID", "FLTNAME"),
    *("INSFILTE", "WFFBAND", "FILT", "FLTID", "FPAFILTERID", "FPAFILTER"),
    *(f"FILTER{n}" for n in range(1, 7)),
    *(f"FILTER{n:02d}" for n in range(1, 5)),
    *(f"FILTNAM{n}" for n in range(1, 5)),
    *(f"FILT{n}" for n in range(1, 5)),
    *("PUPIL", "FAFLTNM", "FBFLTNM", "ALFLTNM", "NCFLTNM1", "NCFLTNM2"),
    *(f"ESOINSFILT{n}NAME" for n in range(1, 10)),
    *("LSSTBUTLERDATAIDBAND", "LSSTBUTLERDATAIDPHYSICALFILTER"),
)
"""Keywords as `Cards` compares them: first those of the filter in use, then wheels by number."""

_NO_FILTER = re.compile(
    r"(?:(?:NO[ _-]?FILTER|CLEAR|CLR|OPEN|AIR|EMPTY|NONE|FREE|BLANK|HOLE|UNKNOWN|UNDEFINED|NULL|NAN"
    r"|N/?A|NOT[ _-](?:USED|SET|AVAILABLE|PRESENT)|INVALID)"
    r"(?:[ _-]?\d+[A-Z]?(?:-\d+)?|[ _]?\(.*\)|[ _-](?:FILTER|GLASS|SLOT|POSITION))?!?"
    r"|CLEARP|\W*)",
    re.IGNORECASE,
)
"""``CLEAR1L`` (HST), ``CLEARP`` (JWST), ``open2-8`` (Gemini), ``free!`` (ESO), dashes."""

_DESCRIBED = re.compile(r"(\S{1,4}) \S.* \d+(?:\.\d+)? \d+(?:\.\d+)?")
_VERSION = re.compile(r"(\S+)\.0+")
_JOINTS = re.compile(r"\s*[;,&|]\s*|\s+[+/]\s+")


def filter_of(*headers: Mapping[str, Any] | None) -> str | None:
    """Return the filter's name; None if the headers name no filter.

    Of several wheels the first whose name is a filter counts: ``CLEAR1L``, ``NO_FILTER``,
    ``open2-8`` and the like name none. Of a name with camera, serial number, wavelength and width
    behind it only the band is kept: ``r DECam SDSS c0002 6415.0 1480.0`` is ``r``, and so is
    Pan-STARRS's ``r.00000``.

    Parameters
    ----------
    *headers : mapping or None
        Header of the image, then those that stand behind it.
    """
    cards = Cards(headers)
    for keyword in _KEYWORDS:
        for value in cards.all(keyword):
            name = _name(value) if isinstance(value, str) else ""
            if name:
                return name
    return None


def _name(text: str) -> str:
    """Return the filter that a card names; '' if it names none."""
    parts = [part for part in _JOINTS.split(text) if not _NO_FILTER.fullmatch(part)]
    if len(parts) == 1:
        text = parts[0]
    elif not parts:
        return ""
    for pattern in (_DESCRIBED, _VERSION):
        match = pattern.fullmatch(text)
        text = match[1] if match else text
    return text
