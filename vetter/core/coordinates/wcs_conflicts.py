"""WCS cards of headers that contradict themselves, settled before a WCS is made of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.angle_text import parse_angle
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.io.fits import Card

Floats = npt.NDArray[np.float64]

_LINEAR = re.compile(r"(CD|PC)([12])_([12])|(CD|PC)00([12])00([12])|(CDELT|CROTA)([12])")
_NUMBERS = re.compile(
    r"(CRVAL|CRPIX|CDELT|CROTA)\d|(CD|PC|PV)\d+_\d+|(PC|CD)00\d00\d|(LONPOLE|LATPOLE|EQUINOX)"
    r"|(A|B|AP|BP)_(\d+_\d+|ORDER|DMAX)"
)
_SIP = re.compile(r"[AB]_\d+_\d+")
# PV1_0 to PV1_4 may also be native coordinates of the pole, in any projection.
_POLYNOMIAL = re.compile(r"PV(1_([5-9]|\d\d)|2_\d+)")
# Projections with parameters PV2_m of their own.
_PARAMETRIC = frozenset(
    "TPV TPD TPU TNX ZPX AZP SZP ZPN SIN ZEA AIR CYP CEA COP COE COD COO BON HPX".split()
)
_TOLERANCE = 1e-3
"""Relative difference up to which two linear parts count as equal."""


class UnusableWcs(InputError):
    """WCS cards of which no WCS can be made."""


class SettledCards(NamedTuple):
    """Cards without contradictions, and a line for each decision that was made."""

    cards: list[Card]
    decisions: tuple[str, ...]


def settle_cards(cards: list[Card]) -> SettledCards:
    """Return WCS cards of which each keyword occurs once and one linear part is left.

    The last of several values of a keyword is taken, as wcslib does; CD is taken rather than PC,
    CDELT and CROTA. Numbers written as text are read, and so are sexagesimal CRVAL.

    Parameters
    ----------
    cards : list of astropy.io.fits.Card
        Cards of the primary WCS and its alternates; not changed.

    Raises
    ------
    UnusableWcs
        A keyword of a number holds text that is not a number, or nothing.
    """
    keywords = [card.keyword for card in cards]
    decisions: list[str] = []
    if len(set(keywords)) < len(keywords):
        cards = _keep_last(cards, decisions)
    cards = _read_texts(cards, decisions)
    values = {card.keyword: card.value for card in cards}
    dropped = _contradictions(values, decisions)
    if dropped:
        cards = [card for card in cards if card.keyword not in dropped]
    _check_missing(values, decisions)
    if _check_suffixes(values, decisions):
        cards = [_with_sip(card) for card in cards]
    return SettledCards(cards, tuple(decisions))


def _keep_last(cards: list[Card], decisions: list[str]) -> list[Card]:
    last = {card.keyword: number for number, card in enumerate(cards)}
    counts = Counter(card.keyword for card in cards)
    for keyword in (keyword for keyword, count in counts.items() if count > 1):
        values = [_value(card) for card in cards if card.keyword == keyword]
        if any(value != values[-1] for value in values):
            found = " and ".join(f"{value}" for value in dict.fromkeys(map(str, values)))
            decisions.append(f"{keyword} is given as {found}: the last is taken")
    return [card for number, card in enumerate(cards) if last[card.keyword] == number]


def _value(card: Card) -> Any:
    """Return the value of a card; None if it cannot be read."""
    from astropy.io.fits import VerifyError

    try:
        return card.value
    except (VerifyError, ValueError):
        return None


def _read_texts(cards: list[Card], decisions: list[str]) -> list[Card]:
    """Return the cards with numbers in place of texts that are numbers or angles."""
    from astropy.io.fits.card import Undefined

    texts = {
        card.keyword: card
        for card in cards
        if _NUMBERS.fullmatch(card.keyword)
        and isinstance(_value(card), (str, bool, Undefined, type(None)))
    }
    if not texts:
        return cards
    axes = {f"CRVAL{n}": t for n, t in _axis_types(cards).items()}
    read: dict[str, float] = {}
    for keyword, card in texts.items():
        number = _number_of(keyword, _value(card), axes)
        if number is not None:
            read[keyword] = number
        elif keyword == "EQUINOX":
            decisions.append(f"EQUINOX = '{_value(card)}' is not a year: not used")
        else:
            value = _value(card)
            what = f"the text '{value}'" if isinstance(value, str) else "not a number"
            raise UnusableWcs(f"header: its WCS cannot be used ({keyword} is {what})")
    written = ", ".join(f"{keyword} = '{_value(texts[keyword])}'" for keyword in read)
    if read:
        plain = all(_plain_number(keyword, _value(texts[keyword])) is not None for keyword in read)
        how = "read as a number" if plain else "read as an angle, RA in hours"
        decisions.append(f"{written} is text: {how}")
    from astropy.io.fits import Card as NewCard

    return [
        NewCard(card.keyword, read[card.keyword], card.comment) if card.keyword in read else card
        for card in cards
        if card.keyword in read or card.keyword not in texts
    ]


def _axis_types(cards: list[Card]) -> dict[str, str]:
    """Return the number of each axis, as text, with its CTYPE."""
    types = [card for card in cards if card.keyword in ("CTYPE1", "CTYPE2")]
    return {card.keyword[-1]: str(_value(card)) for card in types}


def _number_of(keyword: str, value: Any, axes: dict[str, str]) -> float | None:
    """Return the number or the angle that a text stands for; None without one."""
    if not isinstance(value, str):
        return None
    number = _plain_number(keyword, value)
    if number is None and keyword in axes:
        number = parse_angle(value.strip(), axes[keyword].startswith("RA"))
    return number if number is not None and math.isfinite(number) else None


def _plain_number(keyword: str, text: str) -> float | None:
    """Return a number written as text, of Fortran's too; None for another text."""
    text = text.strip().replace("D", "E").replace("d", "e")
    try:
        return float(text.lstrip("JjBb") if keyword == "EQUINOX" else text)
    except ValueError:
        return None


def _contradictions(values: dict[str, Any], decisions: list[str]) -> set[str]:
    """Return the keywords of linear parts that are not used; add a line if they differ."""
    parts: dict[str, dict[tuple[int, int], float]] = {}
    keywords: dict[str, set[str]] = {}
    for keyword, value in values.items():
        match = _LINEAR.fullmatch(keyword)
        if match is None:
            continue
        if match[7]:
            kind, place = match[7], (int(match[8]) - 1, int(match[8]) - 1)
        else:
            kind = match[1] or match[4]
            place = int(match[2] or match[5]) - 1, int(match[3] or match[6]) - 1
        parts.setdefault(kind, {})[place] = float(value)
        keywords.setdefault(kind, set()).add(keyword)
    taken = "CD" if "CD" in parts else "PC" if "PC" in parts else ""
    others = [kind for kind in ("PC", "CDELT", "CROTA") if kind in parts and kind != taken]
    if taken == "PC":
        # CDELT goes with PC; CROTA does not.
        others = [kind for kind in others if kind == "CROTA"]
    if not taken or not others:
        return set()
    differing = [kind for kind in others if _differs(kind, parts, taken)]
    if differing:
        decisions.append(f"{taken} and {' and '.join(differing)} contradict: {taken} is taken")
    return set().union(*(keywords[kind] for kind in others))


def _differs(kind: str, parts: dict[str, dict[tuple[int, int], float]], taken: str) -> bool:
    """Return whether a linear part that is not used contradicts the one that is."""
    used = _matrix(parts[taken], 0.0 if taken == "CD" else 1.0)
    delta = np.array([parts.get("CDELT", {}).get((i, i), 1.0) for i in range(2)])
    if taken == "PC":
        used = used * delta[:, np.newaxis]
    if kind == "PC":
        return _far(_matrix(parts["PC"], 1.0) * delta[:, np.newaxis], used)
    if kind == "CDELT":
        # Without a rotation only scales can be compared, those of the rows or, as beside CROTA,
        # of the columns; 1 and 0 are what unset cards hold.
        unset = np.isin(np.abs(delta), (0.0, 1.0)).all()
        differs = all(_far(np.abs(delta), np.hypot(*part)) for part in (used, used.T))
        return "PC" not in parts and not unset and differs
    angle = np.radians(parts["CROTA"].get((1, 1), parts["CROTA"].get((0, 0), 0.0)))
    if angle == 0 or np.isin(np.abs(delta), (0.0, 1.0)).all():
        return False
    sine, cosine = np.sin(angle), np.cos(angle)
    turned = np.array([[cosine * delta[0], -sine * delta[1]], [sine * delta[0], cosine * delta[1]]])
    return _far(turned, used)


def _matrix(part: dict[tuple[int, int], float], diagonal: float) -> Floats:
    matrix = np.eye(2) * diagonal
    for place, value in part.items():
        matrix[place] = value
    return matrix


def _far(one: Floats, other: Floats) -> bool:
    size = max(float(np.abs(one).max()), float(np.abs(other).max()))
    return not float(np.abs(one - other).max()) <= _TOLERANCE * size


def _check_missing(values: dict[str, Any], decisions: list[str]) -> None:
    """Add a line for cards whose default value is hardly what is meant."""
    if not {"CTYPE1", "CTYPE2"} <= values.keys():
        return
    missing = [keyword for keyword in ("CRVAL1", "CRVAL2") if keyword not in values]
    if missing:
        decisions.append(f"{' and '.join(missing)} missing: taken as 0")
    if not any(_LINEAR.fullmatch(keyword) for keyword in values):
        decisions.append("no CD, PC or CDELT: taken as 1 degree a pixel")


def _check_suffixes(values: dict[str, Any], decisions: list[str]) -> bool:
    """Add a line for coefficients of a distortion that CTYPE does not name; True if of SIP."""
    types = [str(values.get(f"CTYPE{n}", "")) for n in (1, 2)]
    sip = any(_SIP.fullmatch(keyword) and value != 0 for keyword, value in values.items())
    sip = sip and ("A_ORDER" in values or "B_ORDER" in values)
    named = " and ".join(types)
    unnamed = sip and not any(kind.endswith("-SIP") for kind in types)
    if unnamed:
        decisions.append(f"SIP coefficients with {named}, without -SIP: they are used")
    if any(kind[5:8].strip("-") in _PARAMETRIC for kind in types):
        return unnamed
    polynomial = [k for k, v in values.items() if _POLYNOMIAL.fullmatch(k) and v not in (0, 1)]
    if polynomial and sip:
        decisions.append("PV and SIP coefficients in one header: SIP is taken")
    elif polynomial:
        decisions.append(f"PV coefficients with {named}: they are taken as TPV, as SCAMP's")
    return unnamed


def _with_sip(card: Card) -> Card:
    """Return a card of CTYPE with the suffix of SIP, and any other card unchanged."""
    from astropy.io.fits import Card

    if card.keyword not in ("CTYPE1", "CTYPE2") or len(str(card.value)) != 8:
        return card
    return Card(card.keyword, f"{card.value}-SIP", card.comment)
