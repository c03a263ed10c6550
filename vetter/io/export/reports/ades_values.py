"""Values that the Minor Planet Center accepts in fields of ADES; another one rejects a batch.

Source: MPC, "Valid ADES field values" (minorplanetcenter.net/mpcops/documentation/
valid-ades-values; text in Smithsonian/mpc-public, ``observations/valid-ades-values.md``), 2026.
Values that the page has as deprecated are for historical data; new reports do without them.
"""

from __future__ import annotations

MODES = frozenset("CCD CMO VID TDI OCC".split())
"""Ways in which a position was measured."""

CATALOGUES = frozenset(
    """
    Gaia3 Gaia3E Gaia2 Gaia1 Gaia_2016 Gaia_Int PS1_DR1 PS1_DR2 ATLAS2 UCAC5 UCAC4 URAT1 2MASS
    NOMAD PPMXL UBSC
    """.split()
)
"""Catalogues of stars, of the astrometry and of the photometry."""

BANDS = frozenset(
    """
    Lu Lg Lr Li Lz Ly VR Vj Rc Ic Bj Uj Sg Sr Si Sz Pg Pr Pi Pz Pw Py Ao Ac G Gb Gr W
    """.split()
)
"""Photometric bands. ZTF has none of its own."""

LIKELY_BANDS = {
    **{band: f"S{band}" for band in "griz"},
    "U": "Uj",
    "B": "Bj",
    "V": "Vj",
    "R": "Rc",
    "I": "Ic",
    "o": "Ao",
    "c": "Ac",
    "y": "Py",
}
"""Band that a filter's name makes likely: a proposal for the user, who alone knows."""


def describe_unknown(value: str, known: frozenset[str], thing: str) -> str:
    """Return the reason why MPC would refuse a value; empty if it accepts it.

    Examples
    --------
    >>> describe_unknown("CMOS", MODES, "mode")
    "MPC has no mode 'CMOS'; it has CCD, CMO, OCC, TDI, VID"
    >>> describe_unknown("CMO", MODES, "mode")
    ''
    """
    if value in known:
        return ""
    return f"MPC has no {thing} {value!r}; it has {', '.join(sorted(known))}"
