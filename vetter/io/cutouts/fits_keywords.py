"""FITS keywords for the keys of metadata: any key gets one, and its own where FITS allows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from vetter.io.cutouts.metadata_values import is_time, utc_text

RECORD = "VETMETA"

_RESERVED = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS.*|EXTEND|PCOUNT|GCOUNT|GROUPS|BLOCKED|END|COMMENT|HISTORY"
    r"|CONTINUE|HIERARCH.*|CHECKSUM|DATASUM|EXTNAME|EXTVER|EXTLEVEL|BZERO|BSCALE|BLANK|THEAP"
    r"|INHERIT|Z(IMAGE|NAXIS\d*)|TFIELDS|" + RECORD
)
_KEYWORD = re.compile(r"[A-Z0-9_-]+([ .][A-Z0-9_-]+)*")
# With HIERARCH before it and the longest number behind, a card is full.
_LONGEST = 36
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")


def keywords_of(meta: Mapping[str, Any]) -> dict[str, str]:
    """Keyword to key, in the order of the metadata; keys that are keywords keep their own."""
    own = {key: key.upper() for key in meta if isinstance(key, str) and _is_own(key, meta[key])}
    taken = set(own.values())
    keywords = {}
    for key in meta.keys():
        keyword = own.get(key) or _free(str(key), taken)
        taken.add(keyword)
        keywords[keyword] = key
    return keywords


def _is_own(key: str, value: Any) -> bool:
    keyword = key.upper()
    if key != keyword.lower() or len(keyword) > _LONGEST or not _KEYWORD.fullmatch(keyword):
        return False
    if keyword == "TIME" and not _reads_as_time(value):
        return False
    return not _RESERVED.fullmatch(keyword)


def _free(key: str, taken: Iterable[str]) -> str:
    """A keyword for a key that FITS does not allow, or that differs from another by case."""
    stem = key.upper()
    if not _KEYWORD.fullmatch(stem) or len(stem) > _LONGEST - 4:
        stem = re.sub(r"[^A-Z0-9_-]+", "_", stem)[: _LONGEST - 4]
    if _RESERVED.fullmatch(stem) or stem in ("", "TIME", "HIERARCH"):
        # Before it, for astropy takes all that begins with NAXIS for structure.
        stem = f"META_{stem}"
    keyword, number = stem, 1
    while keyword in taken:
        number += 1
        keyword = f"{stem}_{number}"
    return keyword


def _reads_as_time(value: Any) -> bool:
    """Whether STDPipe, which makes a Time of whatever TIME holds, will get one."""
    if isinstance(value, str):
        if not _ISO.fullmatch(value):
            return False
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            return False
        return True
    if isinstance(value, datetime.datetime):
        return True
    return is_time(value) and utc_text(value) is not None
