"""Angles written as text: sexagesimal or decimal, with the units, dashes and primes of any hand."""

from __future__ import annotations

import re
import unicodedata

_SEXAGESIMAL = re.compile(
    r"^([+-]?)\s*([0-9]{1,3})\s*(?P<first>:|hours?|hrs?|h|degrees?|deg|d|\s)\s*"
    r"([0-9]{1,2})(?:"
    r"([.,][0-9]*)\s*(?:arcmins?|mins?|m|'|:)?"
    r"|\s*(?:(?::|arcmins?|mins?|m|'|\s)\s*(?:([0-9]{1,2}(?:[.,][0-9]*)?)\s*"
    r"(?:arcsecs?|secs?|s|\"|'')?)?)?"
    r")$",
    re.IGNORECASE,
)
_DECIMAL = re.compile(
    r"^([+-]?)\s*([0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[ed]([+-][0-9]{1,3}))?\s*([a-z'\"]*)$",
    re.IGNORECASE,
)
# Without a sign of its exponent, 12d30 is twelve degrees and thirty minutes.
_FORTRAN = re.compile(r"^([+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+))d([0-9]{1,3})$", re.IGNORECASE)
_UNITS = {
    **dict.fromkeys(("d", "deg", "degs", "degree", "degrees"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 15.0),
    **dict.fromkeys(("r", "rad", "radian", "radians"), 57.29577951308232),
    **dict.fromkeys(("'", "arcmin", "arcmins"), 1 / 60),
    **dict.fromkeys(('"', "''", "arcsec", "arcsecs"), 1 / 3600),
}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2796\u207b\u208b\ufe58\ufe63\uff0d\u00ad"
_MINUTES = "\u2032\u2019\u2018\u02b9\u02bc\u00b4`\uff07\u201b\u02ca"
_SECONDS = "\u2033\u201d\u201c\u02ba\u02dd\uff02\u201f\u3003"
_SIGNS = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_MINUTES, "'"),
        **dict.fromkeys(_SECONDS, '"'),
        **dict.fromkeys("\u00b0\u00ba\u02da\u2218\u2070", "d"),
        # Signs of no width.
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", ""),
        "\u2236": ":",
        "\ufe55": ":",
        "\uff1a": ":",
        "\u02d0": ":",
    }
)
_TEX_UNITS = (
    # The unit stands above the decimal point.
    (r"\\fdg|\\fd(?![a-z])", "d."),
    (r"\\farcm", "'."),
    (r"\\farcs", '".'),
    (r"\\f([hms])(?![a-z])", r"\1."),
    (r"\\degree|\\degr|\\deg|\^?\{?\\circ\}?|\\arcdeg", "d"),
    (r"\\arcmin|\\prime(?!\\prime)", "'"),
    (r"\\arcsec|\\prime\\prime", '"'),
    (r"\\[,;:! ]|~", " "),
    (r"\\(?:rm|mathrm|text|textrm|mathring|hphantom|phn|phs|ensuremath)(?![a-z])", ""),
    (r"[{}^$]", ""),
)
_UNIT_BEFORE_POINT = re.compile(r"(?<=[0-9])([hdms'\"]|'')[.,]([0-9]+)")
_UNIT_BEHIND_POINT = re.compile(r"(?<=[0-9])\.([hdms'\"]|'')([0-9]+)")
_DOTS = re.compile(r"^([+-]?\s*[0-9]{1,3})\.([0-9]{1,2})\.([0-9]{1,2}(?:\.[0-9]*)?)$")
# The unit of the whole, as in 12:34:55.65 h or 188:43:54.75 deg.
_UNIT_BEHIND = re.compile(
    r"^([+-]?\s*[0-9]{1,3}):([0-9:.,\s]+?)\s*(hms|dms|hours?|hrs?|h|degrees?|deg|d)$", re.IGNORECASE
)
_HEMISPHERE = re.compile(r"^([^-]*[0-9.\s\"'dD])\s*([NS])$")


def parse_angle(text: str, hours: bool, factor: float = 1.0) -> float:
    """Return one angle in degrees; NaN if the text is not an angle.

    Parameters
    ----------
    text : str
        ``12:34:56.7``, ``12 34 56.7``, ``12h34m56.7s``, ``12h34m56s.7``, ``12:34.945``,
        ``-0d30m``, ``-00°12′55″``, LaTeX's ``34\\fs7``, or a decimal number, which may have a
        unit (``12.58h``), a decimal comma or Fortran's exponent (``1.88D+02``).
    hours : bool
        Whether sexagesimal text counts hours (right ascension); a ``d`` in the text means
        degrees nevertheless.
    factor : float
        Degrees for 1 of a decimal number without a unit.
    """
    try:
        return float(text) * factor
    except ValueError:
        text = text.strip()
    # Most texts need no other signs, which take as long as all the rest. An S may be south.
    match = None if text.endswith("S") else _SEXAGESIMAL.match(text)
    if match is None:
        text = _usual_signs(text)
        match = _SEXAGESIMAL.match(text)
    if match is not None:
        return _sexagesimal_degrees(match, hours)
    return _decimal_degrees(text, factor)


def parse_decimal(text: str) -> float:
    """Return a number with any minus sign, decimal comma or exponent of Fortran's; else NaN."""
    text = _usual_signs(text)
    match = _DECIMAL.match(_FORTRAN.sub(r"\1e+\2", text))
    return float("nan") if match is None or match[4] else _decimal_degrees(text, 1.0)


def _sexagesimal_degrees(match: re.Match[str], hours: bool) -> float:
    sign, whole, first, minutes, minute_fraction, seconds = match.groups()
    second = float(seconds.replace(",", ".")) if seconds else 0.0
    minute = float(minutes + minute_fraction.replace(",", ".") if minute_fraction else minutes)
    # Sixty is what rounding makes of 59.996.
    if minute > 60 or second > 60:
        return float("nan")
    value = int(whole) + minute / 60 + second / 3600
    if hours and not first.lower().startswith("d"):
        value *= 15
    return -value if sign == "-" else value


def _decimal_degrees(text: str, factor: float) -> float:
    text = _FORTRAN.sub(r"\1e+\2", text)
    match = _DECIMAL.match(text)
    if match is None:
        return float("nan")
    sign, number, exponent, unit = match.groups()
    if unit:
        # Without the unit's own factor it is no angle: 18.2mag.
        factor = _UNITS.get(unit.lower(), float("nan"))
    value = float(f"{number.replace(',', '.')}e{exponent or 0}") * factor
    return -value if sign == "-" else value


def _usual_signs(text: str) -> str:
    """Return a text with ASCII signs and letters, each unit behind its whole number."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    text = text.strip()
    if "\\" in text or "^" in text or "$" in text:
        for pattern, sign in _TEX_UNITS:
            text = re.sub(pattern, sign, text)
        text = text.strip()
    hemisphere = _HEMISPHERE.match(text)
    if hemisphere is not None and "m" not in text.lower():
        text = ("-" if hemisphere[2] == "S" else "") + hemisphere[1].strip()
    behind = _UNIT_BEHIND.match(text)
    if behind is not None:
        text = f"{behind[1]}{behind[3][0].lower()}{behind[2]}"
    text = _UNIT_BEFORE_POINT.sub(r".\2\1", text)
    text = _UNIT_BEHIND_POINT.sub(r".\2\1", text)
    return _DOTS.sub(r"\1:\2:\3", text)
