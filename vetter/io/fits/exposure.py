"""Times of exposures, as headers of many observatories state them.

Cards of the primary header stand behind those of the extension: functions take any number of
headers, the extension's first. Time scales are kept, never converted.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_EPOCH = datetime.datetime(1970, 1, 1)
_MJD_OF_EPOCH = 40587.0
_JD_OF_MJD_ZERO = 2400000.5

# Keywords as `Cards` compares them: MJD-OBS, MJD_OBS and MJDOBS are equal.
_MIDDLES = (
    *("DATEAVG", "DATEMID", "MJDAVG", "MJDMID", "MJDMEAN", "EXPMID", "JDMID", "MIDOBS"),
    *("MIDTIME", "UTMID", "TMID"),
)
_CLOCKS = (
    *("TIMEOBS", "UT", "UTC", "UTSTART", "UTCOBS", "UTIME", "UTSTR", "UTSHUT", "TIMEBEG"),
    "UTCSTART",
)
_END_CLOCKS = ("TIMEEND", "UTEND", "UTCEND")
_STARTS = (
    *("MJDOBS", "MJD", "JD", "OBSMJD", "OBSJD", "MJDBEG", "MJDSTR", "MJDSTART", "MJDSTRT"),
    *("EXPSTART", "JDOBS", "JDSTART", "JDBEG", "SHUTOPEN"),
)
_ENDS = ("MJDEND", "EXPEND", "JDEND", "SHUTCLSD")
_SPANS = (
    *(("DATEBEG", "DATEEND"), ("MJDBEG", "MJDEND"), ("EXPSTART", "EXPEND")),
    *(("MJDSTR", "MJDEND"), ("MJDOBS", "MJDEND"), ("SHUTOPEN", "SHUTCLSD")),
)
"""Starts and ends that one program writes together; mixed pairs come after them."""
_LENGTHS = (
    *("EXPTIME", "EXPOSURE", "TEXPTIME", "XPOSURE", "ITIME", "EXPTIM", "TELAPSE", "ELAPTIME"),
    "EFFEXPTM",
)
_IN_TIME_UNIT = frozenset(("XPOSURE", "TELAPSE", "EXPOSURE"))
"""Lengths that FITS, or TESS and Kepler, give in the unit of TIMEUNIT."""
_MAX_LENGTH_SECONDS = 100_000.0

_SCALES = {
    **dict.fromkeys(("UTC", "UT", "UT1", "GMT", "Z"), ""),
    **{name: name for name in ("TAI", "TT", "TDB", "TCG", "TCB", "GPS", "LOCAL")},
    "TDT": "TT",
    "ET": "TDB",
    "IAT": "TAI",
}
"""Time scales by TIMESYS; UTC and UT1, which differ by less than a second, need no name."""
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisec", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "usec", "microsec", "microseconds"), 1e-6),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_PUNCTUATION = re.compile(r"[-_. ]")
_NUMBER = re.compile(
    r"\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[EeDd][+-]?\d+)?)\s*([A-Za-z]*)\.?\s*"
)
_UNIT = re.compile(r"[\[(]\s*([A-Za-z]+)\s*[\])]|\b(?:in|unit:?|units:?)\s+([A-Za-z]+)\b")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_CLOCK = re.compile(
    r"(\d{1,2})(?::|\s*h\s*|\s+)(\d{1,2})(?:(?::|\s*m\s*|\s+)(\d{1,2}(?:[.,]\d*)?)\s*s?)?"
)
_SCALE_BEHIND = re.compile(r"(.*[\d.])\s*\(?(" + "|".join(_SCALES) + r")\)?", re.IGNORECASE)


class Moment(NamedTuple):
    """A time: MJD in its own scale, and the scale's name, '' for UTC."""

    mjd: float
    scale: str = ""

    @property
    def text(self) -> str:
        """ISO form: ``2026-11-20T03:14:15``, with milliseconds and the scale where it has them."""
        return iso_text(self.mjd) + (f" {self.scale}" if self.scale else "")


def exposure_middle(*headers: Mapping[str, Any] | None) -> Moment | None:
    """Return the middle of the exposure; None if the headers hold no time of day.

    A time in the middle (``DATE-AVG``, ``MJD-MID``...) is taken as it is; then the middle of a
    start and an end (``DATE-BEG`` and ``DATE-END``, ``EXPSTART`` and ``EXPEND``...); then a start
    (``DATE-OBS``, also with the clock in ``TIME-OBS`` or ``UT``, then ``MJD-OBS``, ``JD``) with
    half of ``EXPTIME`` added, or an end with half of it taken off; then the start alone.

    Parameters
    ----------
    *headers : mapping or None
        Header of the image, then those that stand behind it.
    """
    cards = Cards(headers)
    scale = _scale(cards)
    for keyword in _MIDDLES:
        moment = _moment(cards.get(keyword), scale)
        if moment is not None:
            return moment
    for first, last in _SPANS:
        moment = _between(_moment(cards.get(first), scale), _moment(cards.get(last), scale))
        if moment is not None:
            return moment
    start = _start(cards, scale)
    end = _end(cards, scale, start)
    moment = _between(start, end)
    if moment is not None:
        return moment
    half = _length_days(cards) / 2
    if start is not None:
        return start._replace(mjd=start.mjd + half)
    return end._replace(mjd=end.mjd - half) if end is not None and half else None


def _between(start: Moment | None, end: Moment | None) -> Moment | None:
    if start is None or end is None or start.scale != end.scale or not end.mjd > start.mjd:
        return None
    return start._replace(mjd=start.mjd + (end.mjd - start.mjd) / 2)


class Cards:
    """Values of cards by keyword, of the first header that has them.

    Parameters
    ----------
    headers : iterable of (mapping or None)
        The image's first. Keywords are compared in capitals, without ``-``, ``_``, ``.`` and
        blanks.
    """

    def __init__(self, headers: Iterable[Mapping[str, Any] | None]) -> None:
        self._headers = [
            ({_PUNCTUATION.sub("", str(k)).upper(): k for k in reversed(list(header))}, header)
            for header in headers
            if header is not None
        ]

    def all(self, keyword: str) -> Iterator[Any]:
        """Yield the values of the headers in turn that are neither missing nor empty."""
        for names, header in self._headers:
            value = header[names[keyword]] if keyword in names else None
            if isinstance(value, str):
                value = value.strip()
            if isinstance(value, (str, int, float)) and value != "":
                yield value

    def get(self, keyword: str) -> Any:
        """Return the first of the values; None without any."""
        return next(self.all(keyword), None)

    def comment(self, keyword: str) -> str:
        """Return the comment on the first card of the keyword."""
        for names, header in self._headers:
            if keyword in names and hasattr(header, "comments"):
                return str(header.comments[names[keyword]])
        return ""


def _scale(cards: Cards) -> str:
    """Return the time scale of TIMESYS, '' for UTC; realisations as ``TT(TAI)`` are ignored."""
    value = str(cards.get("TIMESYS") or "")
    return _SCALES.get(value.partition("(")[0].strip().upper(), "")


def _start(cards: Cards, scale: str) -> Moment | None:
    """Return the start of the exposure."""
    return (
        _dated(cards, "DATEBEG", _CLOCKS, scale)
        or _dated(cards, "DATEOBS", _CLOCKS, scale)
        or _dated(cards, "UTDATE", _CLOCKS, scale)
        or _first(cards, _STARTS, scale)
        or _tai_seconds(cards)
    )


def _end(cards: Cards, scale: str, start: Moment | None) -> Moment | None:
    """Return the end of the exposure."""
    end = _dated(cards, "DATEEND", _END_CLOCKS, scale) or _first(cards, _ENDS, scale)
    if end is not None:
        return end
    day = _DATE.match(str(cards.get("DATEOBS")))
    end = _at_clock(cards, day[0], _END_CLOCKS, scale) if day else None
    if end is None or start is None:
        return None
    # The clock of an end after midnight belongs to the day after DATE-OBS.
    return end if end.mjd >= start.mjd else end._replace(mjd=end.mjd + 1)


def _first(cards: Cards, keywords: tuple[str, ...], scale: str) -> Moment | None:
    moments = (_moment(cards.get(keyword), scale) for keyword in keywords)
    return next((moment for moment in moments if moment is not None), None)


def _dated(cards: Cards, keyword: str, clocks: tuple[str, ...], scale: str) -> Moment | None:
    """Return the time of a date, whose time of day may be on a card of its own."""
    date = cards.get(keyword)
    if not isinstance(date, str):
        return None
    moment = _moment(date, scale)
    day = _DATE.match(date)
    if day is None or (moment is not None and moment.mjd % 1):
        return moment
    # A date alone, or one at midnight, which is often a date alone.
    return _at_clock(cards, day[0], clocks, scale) or moment


def _at_clock(cards: Cards, day: str, clocks: tuple[str, ...], scale: str) -> Moment | None:
    for clock in clocks:
        value = cards.get(clock)
        if isinstance(value, str) and _CLOCK.match(value):
            return _moment(f"{day} {value}", scale)
    return None


def _tai_seconds(cards: Cards) -> Moment | None:
    """Return SDSS's TAI, the seconds since MJD 0."""
    value = cards.get("TAI")
    is_number = isinstance(value, (int, float)) and 4e9 < value < 8e9
    return Moment(value / 86400, "TAI") if is_number else None


def _length_days(cards: Cards) -> float:
    """Return the length of the exposure in days; 0 if unknown or absurd."""
    for keyword in _LENGTHS:
        number, unit = _quantity(cards.get(keyword))
        seconds = number * _SECONDS.get(unit or _unit(cards, keyword), 1.0)
        if 0 < seconds < _MAX_LENGTH_SECONDS:
            return seconds / 86400
    return 0.0


def _unit(cards: Cards, keyword: str) -> str:
    """Return the unit in a card's comment, as ``[d]``, or that of TIMEUNIT."""
    for match in _UNIT.finditer(cards.comment(keyword)):
        unit: str = (match[1] or match[2]).lower()
        if unit in _SECONDS:
            return unit
    return str(cards.get("TIMEUNIT") or "").lower() if keyword in _IN_TIME_UNIT else ""


def mjd_of_datetime(moment: datetime.datetime) -> float:
    """Return a date and time as MJD; one without a time zone is UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return (moment - _EPOCH) / datetime.timedelta(days=1) + _MJD_OF_EPOCH


def moment_of_text(text: str) -> Moment | None:
    """Return the time of an ISO date or a number (MJD or JD), with a scale behind it if any."""
    text, scale = _split_scale(text.strip(), "")
    mjd = mjd_of_text(text)
    return None if mjd is None else Moment(mjd, scale)


def mjd_of_text(text: str) -> float | None:
    """Return the MJD of an ISO date and time, or of a number that is an MJD or JD; else None."""
    text = text.strip()
    try:
        return mjd_of_datetime(datetime.datetime.fromisoformat(text))
    except ValueError:
        pass
    try:
        return _mjd(float(text))
    except ValueError:
        return None


def iso_time(mjd: float) -> str:
    """Return ``2026-11-20T03:14:15``, rounded to the second."""
    moment = _EPOCH + datetime.timedelta(days=mjd - _MJD_OF_EPOCH)
    return (moment + datetime.timedelta(microseconds=500000)).strftime("%Y-%m-%dT%H:%M:%S")


def iso_text(mjd: float) -> str:
    """Return ``2026-11-20T03:14:15.25``, rounded to the millisecond, without zeros at the end."""
    moment = _EPOCH + datetime.timedelta(days=mjd - _MJD_OF_EPOCH, microseconds=500)
    text = moment.isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: Any, scale: str) -> Moment | None:
    if isinstance(value, str):
        value, scale = _split_scale(value.strip(), scale)
        mjd = _mjd_of_date(value)
        if mjd is None:
            number, unit = _quantity(value)
            mjd = None if unit else _mjd(number)
    else:
        mjd = _mjd(value)
    return None if mjd is None else Moment(mjd, scale)


def _split_scale(text: str, scale: str) -> tuple[str, str]:
    """Return a time's text without the scale's name behind it, and the scale."""
    match = _SCALE_BEHIND.fullmatch(text)
    return (match[1], _SCALES[match[2].upper()]) if match else (text, scale)


def _mjd_of_date(text: str) -> float | None:
    """Return the MJD of a text with date and time of day; a date alone is not a time."""
    day = _DATE.match(text)
    rest = text[day.end() :].lstrip("T ") if day else ""
    clock = _CLOCK.match(rest)
    if day is None or clock is None:
        try:
            has_clock = "T" in text or ":" in text
            return mjd_of_datetime(datetime.datetime.fromisoformat(text)) if has_clock else None
        except ValueError:
            return None
    zone = rest[clock.end() :].strip()
    hours, minutes = int(clock[1]), int(clock[2])
    seconds = float((clock[3] or "0").replace(",", "."))
    # A leap second is the sixtieth.
    if hours > 24 or minutes > 59 or seconds >= 61:
        return None
    try:
        start = datetime.datetime(int(day[1]), int(day[2]), int(day[3]))
        if zone:
            again = f"{start:%Y-%m-%d}T{hours:02d}:{minutes:02d}:{seconds:09.6f}{zone}"
            return mjd_of_datetime(datetime.datetime.fromisoformat(again))
    except ValueError:
        return None
    return mjd_of_datetime(start) + (hours * 3600 + minutes * 60 + seconds) / 86400


def _quantity(value: Any) -> tuple[float, str]:
    """Return a number and its unit; numbers in text may have a decimal comma; NaN for others."""
    if isinstance(value, bool) or value is None:
        return math.nan, ""
    if isinstance(value, (int, float)):
        return float(value), ""
    clock = _CLOCK.fullmatch(str(value).strip())
    if clock is not None and clock[3]:
        seconds = float(clock[3].replace(",", "."))
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + seconds, "s"
    match = _NUMBER.fullmatch(str(value))
    unit = match[2].lower() if match else ""
    if match is None or (unit and unit not in _SECONDS):
        return math.nan, ""
    return float(match[1].replace(",", ".").upper().replace("D", "E")), unit


def _mjd(value: Any) -> float | None:
    """Return the MJD of a number that is an MJD or a JD of our times; None for others."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    mjd = float(value) - _JD_OF_MJD_ZERO if value > 1e6 else float(value)
    return mjd if 15000 < mjd < 100000 else None
