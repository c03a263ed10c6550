"""Conversion of a cutout's metadata to the cards of a FITS header, and back.

Each value has one card, in STDPipe's form, as exact as a card allows. Each key gets a keyword, its
own if FITS allows it. If a card is not exact (a key with capitals, text that is not ASCII, a list,
a time in TDB...), one more card, VETMETA, holds the exact values in JSON. Other programs can read
all other cards. An entry of VETMETA counts only while it agrees with its card, so a value that
another program changed is never overruled. Nothing is evaluated.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.numbered_name import numbered_name
from vetter.errors import suppress_warnings
from vetter.io.cutouts.metadata_values import (
    format_array,
    is_quantity,
    is_time,
    pack,
    parse_array,
    unpack,
    utc_text,
)
from vetter.io.fits.writing import Plain, format_card

if TYPE_CHECKING:
    from astropy.io.fits import Header

_STRUCTURE = re.compile(r"SIMPLE|BITPIX|NAXIS\d*|EXTEND|CHECKSUM|DATASUM|END|CONTINUE|")
# Text that FITS, astropy or STDPipe would read as something else, or would shorten.
_AMBIGUOUS = re.compile(r"NaN|Inf|array\(.*|[A-Za-z_][\w.]*: +[+-]?[\d.].*|.*[ &]|.*[^ -~].*", re.S)
_BOILERPLATE = "FITS (Flexible Image Transport System) format is defined"

RECORD = "VETMETA"
"""Keyword of the card with the exact values in JSON."""

_RESERVED = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS.*|EXTEND|PCOUNT|GCOUNT|GROUPS|BLOCKED|END|COMMENT|HISTORY"
    r"|CONTINUE|HIERARCH.*|CHECKSUM|DATASUM|EXTNAME|EXTVER|EXTLEVEL|BZERO|BSCALE|BLANK|THEAP"
    r"|INHERIT|Z(IMAGE|NAXIS\d*)|TFIELDS|" + RECORD
)
_KEYWORD = re.compile(r"[A-Z0-9_-]+([ .][A-Z0-9_-]+)*")
# With HIERARCH before the keyword and the longest number behind, a card is full.
_MAX_KEYWORD_LENGTH = 36
_SCALED_TIME = re.compile(r"(\S+) (TAI|TT|TDB|TCG|TCB)")
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")


def encode_meta(meta: Mapping[str, Any], record: Mapping[str, Any] | None = None) -> str:
    """Format metadata as header cards, 80 columns each.

    Parameters
    ----------
    meta : mapping
        Any keys, any values; see the module's description. Numbers of numpy become Python's;
        objects of unknown types become their text.
    record : mapping, optional
        More entries for VETMETA (JSON): see `decode_record`.
    """
    cards, types = [], {}
    keywords = keywords_of(meta)
    for keyword, key in keywords.items():
        value = meta[key]
        plain, exact = _encode(value)
        if keyword == "TIME" and isinstance(value, str):
            utc = _utc_of_scaled(value)
            plain, exact = (value, {"text": True}) if utc is None else (utc, {"text": value})
        cards.append(format_card(keyword, plain))
        if exact is not None:
            types[keyword] = exact
    renamed = {w: str(k) for w, k in keywords.items() if str(k) != w.lower()}
    parts = {"keys": renamed, "types": types, **(record or {})}
    content = {name: part for name, part in parts.items() if part}
    if content:
        cards.append(format_card(RECORD, _json(content)))
    return "".join(cards)


def decode_meta(header: Header) -> dict[str, Any]:
    """Read the metadata of a header, written by `encode_meta` or by STDPipe.

    A value that cannot be parsed (a list cut short, an invalid time) stays text.
    """
    record = decode_record(header)
    keys, types = _part(record, "keys"), _part(record, "types")
    meta: dict[str, Any] = {}
    for keyword, plain in _values(header):
        key = keys.get(keyword)
        key = key if isinstance(key, str) else keyword.lower()
        if key not in meta:
            meta[key] = _decode(keyword, plain, types.get(keyword))
    for keyword in ("COMMENT", "HISTORY"):
        if keyword in header:
            lines = [str(line) for line in header[keyword]]
            lines = [line for line in lines if not line.startswith((_BOILERPLATE, "and Astro"))]
            if lines:
                text = "".join(line.ljust(72) for line in lines[:-1]) + lines[-1]
                meta.setdefault(keyword.lower(), text)
    return meta


def decode_record(header: Header) -> dict[str, Any]:
    """Return the content of VETMETA; empty if the card is missing or unreadable."""
    try:
        record = json.loads(header.get(RECORD, "{}"))
    except (ValueError, TypeError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _part(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = record.get(name)
    return part if isinstance(part, dict) else {}


def _encode(value: Any) -> tuple[Plain, Any]:
    """Return the value of a card, and its entry in VETMETA (None if the card is exact)."""
    if value is None or isinstance(value, (bool, np.bool_)):
        return (None if value is None else bool(value)), None
    if isinstance(value, str):
        text = str(value)
        if ("'" in text and "/" in text) or _AMBIGUOUS.fullmatch(text):
            return _json(text), "str"
        return text, None
    if value is np.ma.masked:
        return None, pack(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, np.timedelta64):
        number = int(value)
        return (number, None) if abs(number) < 10**30 else (hex(number), "hex")
    if isinstance(value, (float, np.floating)) and not is_quantity(value):
        return _encode_float(float(value)), None
    if isinstance(value, np.ndarray) and type(value) is np.ndarray:
        try:
            return format_array(value), None
        except ValueError:
            pass
    packed = pack(value)
    if isinstance(packed, str):
        return _encode(packed)
    return _nearest(value, packed), packed


def _json(content: Any) -> str:
    """Return JSON without single quotes, since astropy ends a string at ``' /``."""
    return json.dumps(content, separators=(",", ":")).replace("'", "\\u0027")


def _encode_float(value: float) -> Plain:
    if math.isnan(value):
        return "NaN"
    return "Inf" if value == math.inf else value


def _nearest(value: Any, packed: Any) -> Plain:
    """Return the card's value for programs that ignore VETMETA: the nearest plain one."""
    if is_time(value):
        return utc_text(value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        return str(value.isoformat())
    if isinstance(value, (datetime.date, np.datetime64)):
        return str(value)
    if isinstance(value, bytes) and re.fullmatch(rb"[!-~]+", value):
        return bytes(value).decode("ascii")
    if is_quantity(value):
        value = value.value
        if np.ndim(value) == 0:
            return _encode_float(float(value))
    try:
        array = np.ma.filled(value) if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
        if array.ndim and array.dtype.kind in "biuf":
            return format_array(np.asarray(array))
    except (ValueError, TypeError):
        pass
    return _json(packed)


def _values(header: Header) -> Iterable[tuple[str, Plain | complex]]:
    """Yield keywords and values, without the file's structure; unreadable values are text."""
    from astropy.io.fits import VerifyError

    for card in header.cards:
        with suppress_warnings():
            keyword = card.keyword.upper()
            if keyword in ("COMMENT", "HISTORY", RECORD) or _STRUCTURE.fullmatch(keyword):
                continue
            try:
                value = card.value
            except (ValueError, VerifyError):
                value = card.image[10:].strip(" '")
        is_plain = value is None or isinstance(value, (bool, int, float, complex, str))
        yield keyword, value if is_plain else None


def _decode(keyword: str, plain: Plain | complex, exact: Any) -> Any:
    if exact is not None:
        try:
            value = _restore(plain, exact)
            if keyword == "TIME" and isinstance(value, str):
                return value
            again = _encode(value)[0]
            if again == plain or (again is None and plain is None):
                return value
        except (ValueError, TypeError, RecursionError):
            pass
    if keyword == "TIME":
        return _parse_time(plain)
    if plain in ("NaN", "Inf"):
        return math.nan if plain == "NaN" else math.inf
    if isinstance(plain, str) and plain.startswith("array("):
        try:
            return parse_array(plain)
        except ValueError:
            return plain
    return plain


def _restore(plain: Plain | complex, exact: Any) -> Any:
    if exact == "str":
        text = json.loads(str(plain))
        if not isinstance(text, str):
            raise ValueError("not text")
        return text
    if exact == "hex":
        return int(str(plain), 16)
    if exact == {"text": True}:
        return plain
    if isinstance(exact, dict) and isinstance(exact.get("text"), str):
        if _utc_of_scaled(exact["text"]) != plain:
            raise ValueError("another time than the card's")
        return exact["text"]
    return unpack(exact)


def _parse_time(plain: Plain | complex) -> Any:
    if not isinstance(plain, str):
        return plain
    from astropy.time import Time

    try:
        return Time(plain)
    except ValueError:
        return plain


def keywords_of(meta: Mapping[str, Any]) -> dict[str, str]:
    """Return keyword to key, in the order of the metadata; valid keys become their keyword."""
    valid = {key: key.upper() for key in meta if isinstance(key, str) and _is_valid(key, meta[key])}
    taken = set(valid.values())
    keywords = {}
    for key in meta.keys():
        keyword = valid.get(key) or _make_keyword(str(key), taken)
        taken.add(keyword)
        keywords[keyword] = key
    return keywords


def _is_valid(key: str, value: Any) -> bool:
    """Return whether a key in capitals can be its own keyword."""
    keyword = key.upper()
    if (
        key != keyword.lower()
        or len(keyword) > _MAX_KEYWORD_LENGTH
        or not _KEYWORD.fullmatch(keyword)
    ):
        return False
    if keyword == "TIME" and not _is_time_for_stdpipe(value):
        return False
    return not _RESERVED.fullmatch(keyword)


def _make_keyword(key: str, taken: Container[str]) -> str:
    """Return a keyword for a key that FITS forbids, or that differs from another by case."""
    max_length = _MAX_KEYWORD_LENGTH - 4
    stem = key.upper()
    if not _KEYWORD.fullmatch(stem) or len(stem) > max_length:
        stem = re.sub(r"[^A-Z0-9_-]+", "_", stem)[:max_length]
    if _RESERVED.fullmatch(stem) or stem in ("", "TIME", "HIERARCH"):
        # As a prefix, since astropy reads every keyword that begins with NAXIS as structure.
        stem = f"META_{stem}"
    return numbered_name(stem, taken)


def _is_time_for_stdpipe(value: Any) -> bool:
    """Return whether STDPipe, which makes a Time of any value of TIME, can do so."""
    if isinstance(value, str):
        if _utc_of_scaled(value) is not None:
            return True
        if not _ISO_TIME.fullmatch(value):
            return False
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            return False
        return True
    if isinstance(value, datetime.datetime):
        return True
    return is_time(value) and utc_text(value) is not None


def _utc_of_scaled(text: str) -> str | None:
    """Return the UTC of a time with its scale behind, as ``2026-11-20T03:14:52 TAI``, or None."""
    match = _SCALED_TIME.fullmatch(text)
    if match is None or not _ISO_TIME.fullmatch(match[1]):
        return None
    from astropy.time import Time

    try:
        return utc_text(Time(match[1], scale=match[2].lower()))
    except ValueError:
        return None
