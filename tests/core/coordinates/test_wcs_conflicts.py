"""WCS cards that contradict each other are settled, and each decision is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.io.fits import Card, Header

from vetter.core.coordinates.wcs import header_wcs, settle_wcs
from vetter.core.coordinates.wcs_conflicts import UnusableWcs

SIP = {"A_2_0": 1e-7, "B_0_2": 1e-7}


# Pixels of 0.36 and 0.72 arcsec, turned by 30 degrees, in three ways.
OBLONG = {"CDELT1": -1e-4, "CDELT2": 2e-4}


TURNED_PC = {"PC1_1": 3**0.5 / 2, "PC1_2": 1.0, "PC2_1": -0.25, "PC2_2": 3**0.5 / 2}


TURNED_CD = {
    "CD1_1": -1e-4 * 3**0.5 / 2,
    "CD1_2": -1e-4,
    "CD2_1": -0.5e-4,
    "CD2_2": 1e-4 * 3**0.5,
}


CD = {"CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4}


DELTA = {"CDELT1": -1e-4, "CDELT2": 1e-4}


def made(linear: dict[str, float], *more: tuple[str, Any], kind: str = "TAN") -> Header:
    header = Header([Card("CTYPE1", f"RA---{kind}"), Card("CTYPE2", f"DEC--{kind}")])
    values: dict[str, Any] = {"CRPIX1": 50.0, "CRPIX2": 60.0, "CRVAL1": 188.725, "CRVAL2": -0.21}
    for keyword, value in {**values, **linear, **dict(more)}.items():
        header.append(Card(keyword, value))
    return header


def second(header: Header, keyword: str, value: Any) -> Header:
    header.append(Card(keyword, value))
    return header


@pytest.mark.parametrize(
    "header",
    [
        made(CD),
        made(DELTA),
        made({**DELTA, "PC1_1": 1.0, "PC2_2": 1.0}),
        made({**CD, **DELTA}),
        made({**CD, "CDELT1": 1.0, "CDELT2": 1.0}),
        made({**CD, **DELTA, "PC1_1": 1.0, "PC2_2": 1.0}),
        made({**CD, **DELTA, "CROTA2": 0.0}),
        made({**DELTA, "CROTA2": 30.0}),
        made({"CDELT1": 1e-4, "CDELT2": 1e-4, "PC001001": -1.0, "PC002002": 1.0}),
        made({**CD, "A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-7, "B_0_2": 1e-7}, kind="TAN-SIP"),
        made({**CD, "A_ORDER": 2, "B_ORDER": 2, "A_2_0": 0.0, "B_0_2": 0.0}),
        made({**CD, "PV1_1": 1.0, "PV1_7": 1e-3, "PV2_1": 1.0}, kind="TPV"),
        made({**CD, "PV1_3": 0.0, "PV1_4": 90.0}),
        made({**CD, "PV2_1": 1.0, "PV2_3": 20.0}, kind="ZPN"),
        second(made(CD), "CRVAL1", 188.725),
        made({**DELTA, "PC1_1": 1.0, "PC2_2": 1.0, "CROTA2": 0.0}),
        made({**CD, "CROTA2": 30.0}),
        made({"CD1_2": 1e-4, "CD2_1": 2e-4, "CDELT1": -1e-4, "CDELT2": 2e-4}),
        made({**OBLONG, **TURNED_PC, "CROTA2": 30.0}),
        made({**TURNED_CD, **OBLONG, "CROTA2": 30.0}),
        made({**TURNED_CD, **OBLONG, **TURNED_PC}),
        made({**TURNED_CD, **OBLONG, **TURNED_PC, "CROTA1": 30.0}),
        made({**OBLONG, **TURNED_PC, "CROTA2": 0.0}),
        made({**TURNED_CD, "CDELT1": 0.0, "CDELT2": 0.0, "CROTA2": 45.0}),
        made({**TURNED_CD, "CDELT1": 1.0, "CDELT2": -1.0, "CROTA2": 45.0}),
        made({**CD, "CDELT1": -1.0009e-4, "CDELT2": 1e-4}),
        made({**CD, **SIP}),
        made({**CD, **SIP, "A_ORDER": 2, "A_2_0": 0.0, "B_0_2": 0}),
        made({**CD, "PV1_5": 0.0, "PV2_1": 1.0}),
        made({**CD, "PV1_4": 2.0}),
    ],
)
def test_wcs_without_contradiction_is_taken_as_it_is(header: Header) -> None:
    assert settle_wcs(header)[1] == ()


@pytest.mark.parametrize(
    ("header", "decision"),
    [
        (
            made({**CD, "PC1_1": 1.0, "PC2_2": 1.0, "CDELT1": -2e-4, "CDELT2": 2e-4}),
            "CD and PC contradict: CD is taken",
        ),
        (
            made({**CD, "CDELT1": -2e-4, "CDELT2": 2e-4}),
            "CD and CDELT contradict: CD is taken",
        ),
        (made({**CD, **DELTA, "CROTA2": 30.0}), "CD and CROTA contradict: CD is taken"),
        (
            made({**CD, "PC001001": 0.0, "PC001002": 1.0, "CDELT1": -1e-4, "CDELT2": 1e-4}),
            "CD and PC contradict: CD is taken",
        ),
        (
            made({**DELTA, "PC1_1": 1.0, "PC2_2": 1.0, "CROTA2": 30.0}),
            "PC and CROTA contradict: PC is taken",
        ),
        (
            second(made(CD), "CRVAL1", 12.0),
            "CRVAL1 is given as 188.725 and 12.0: the last is taken",
        ),
        (
            made({**CD, "A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-7, "B_0_2": 1e-7}),
            "SIP coefficients with RA---TAN and DEC--TAN, without -SIP: they are used",
        ),
        (
            made({**CD, "PV1_1": 1.0, "PV1_7": 1e-3, "PV2_1": 1.0}),
            "PV coefficients with RA---TAN and DEC--TAN: they are taken as TPV, as SCAMP's",
        ),
        (
            made(
                {**CD, "PV1_7": 1e-3, "A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-7, "B_0_2": 1e-7},
                kind="TAN-SIP",
            ),
            "PV and SIP coefficients in one header: SIP is taken",
        ),
        (made({}), "no CD, PC or CDELT: taken as 1 degree a pixel"),
        (made(CD, ("EQUINOX", "unknown")), "EQUINOX = 'unknown' is not a year: not used"),
        (
            made({**CD, "CDELT1": -1.0012e-4, "CDELT2": 1e-4}),
            "CD and CDELT contradict: CD is taken",
        ),
        (
            made({**TURNED_CD, **OBLONG, "CROTA2": 31.0}),
            "CD and CROTA contradict: CD is taken",
        ),
        (
            made({**OBLONG, **TURNED_PC, "CROTA2": 29.0}),
            "PC and CROTA contradict: PC is taken",
        ),
        (
            made({**TURNED_CD, **TURNED_PC, "CDELT1": 1e-4, "CDELT2": 2e-4, "CROTA2": 60.0}),
            "CD and PC and CROTA contradict: CD is taken",
        ),
        *(
            (
                made({**CD, **SIP, order: 2}),
                "SIP coefficients with RA---TAN and DEC--TAN, without -SIP: they are used",
            )
            for order in ("A_ORDER", "B_ORDER")
        ),
        (
            made({**CD, **SIP, "A_ORDER": 2, "PV1_5": 2.0}, kind="TAN-SIP"),
            "PV and SIP coefficients in one header: SIP is taken",
        ),
        (
            made({**CD, "PV2_1": 0.5}),
            "PV coefficients with RA---TAN and DEC--TAN: they are taken as TPV, as SCAMP's",
        ),
    ],
)
def test_contradiction_is_reported_with_what_is_taken(header: Header, decision: str) -> None:
    assert settle_wcs(header)[1] == (decision,)


def test_stale_pc_does_not_change_scale_of_cd() -> None:
    stale = {"PC1_1": 1.0, "PC2_2": 1.0, "CDELT1": -2e-4, "CDELT2": 2e-4}
    wcs = header_wcs(made({**CD, **stale}))
    assert wcs is not None
    np.testing.assert_allclose(wcs.pixel_scale_matrix, [[-1e-4, 0], [0, 1e-4]])


@pytest.mark.parametrize(
    ("texts", "how"),
    [
        ({"CRVAL1": "12:34:54.0", "CRVAL2": "-00:12:36.0"}, "an angle, RA in hours"),
        ({"CRVAL1": "12 34 54", "CRVAL2": "-0d12m36s"}, "an angle, RA in hours"),
        ({"CRVAL1": "188.725", "CRVAL2": "-00:12:36"}, "an angle, RA in hours"),
        ({"CRVAL1": "188.725", "CRVAL2": "-0.21"}, "a number"),
        ({"CRVAL1": "1.88725D+02", "CRVAL2": "-2.1D-01"}, "a number"),
    ],
)
def test_crval_as_text_is_read(texts: dict[str, str], how: str) -> None:
    header = made(CD)
    for keyword, text in texts.items():
        header[keyword] = text
    wcs = header_wcs(header)
    assert wcs is not None
    np.testing.assert_allclose(wcs.wcs.crval, [188.725, -0.21], rtol=1e-9)
    written = ", ".join(f"{keyword} = '{text}'" for keyword, text in texts.items())
    assert settle_wcs(header)[1] == (f"{written} is text: read as {how}",)


@pytest.mark.parametrize("value", ["about noon", "", True, "nan"])
def test_crval_that_is_no_number_makes_no_wcs(value: object) -> None:
    header = made(CD)
    header["CRVAL1"] = value
    with pytest.raises(UnusableWcs, match="CRVAL1 is"):
        header_wcs(header)


def test_settled_header_holds_used_cards_once() -> None:
    stale = {"PC1_1": 1.0, "PC2_2": 1.0, "CDELT1": -2e-4, "CDELT2": 2e-4}
    settled, _ = settle_wcs(second(made({**CD, **stale}), "CRPIX1", 51.0))
    assert len(settled) == len(set(settled)) and settled["CRPIX1"] == 51.0
    assert "PC1_1" not in settled and "CDELT1" not in settled and settled["CD1_1"] == -1e-4


def test_settled_header_names_sip() -> None:
    settled = settle_wcs(made({**CD, **SIP, "A_ORDER": 2}, ("CRPIX1", 50.12345)))[0]
    assert (settled["CTYPE1"], settled["CTYPE2"]) == ("RA---TAN-SIP", "DEC--TAN-SIP")
    assert settled["CRPIX1"] == 50.12345


def test_missing_crval_is_reported() -> None:
    header = made(CD)
    del header["CRVAL1"]
    assert settle_wcs(header)[1] == ("CRVAL1 missing: taken as 0",)
    del header["CRVAL2"]
    assert settle_wcs(header)[1] == ("CRVAL1 and CRVAL2 missing: taken as 0",)


@pytest.mark.parametrize(("keyword", "text"), [("CRPIX1", "50:00"), ("CRPIX1", "inf")])
def test_angles_are_read_of_the_sky_alone(keyword: str, text: str) -> None:
    header = made(CD)
    header[keyword] = text
    with pytest.raises(UnusableWcs, match=f"{keyword} is the text '{text}'"):
        settle_wcs(header)


@pytest.mark.parametrize("year", ["J2000.0", "b1950", "2000"])
def test_equinox_as_text_is_read(year: str) -> None:
    header = made(CD)
    header["EQUINOX"] = year
    settled, decisions = settle_wcs(header)
    assert settled["EQUINOX"] == float(year.strip("Jb"))
    assert decisions == (f"EQUINOX = '{year}' is text: read as a number",)
