"""Header and WCS of a cutout, to a file and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.helpers.distorted_wcs import WCSS
from tests.helpers.round_trip import round_trip
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.extraction import get_cutout
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import write_cutout


def test_a_malformed_header_is_refused_in_a_line(tmp_path: Path) -> None:
    header = fits.Header.fromstring("GAIN    = 1.5\x00/ a comment".ljust(80))
    with pytest.raises(InputError, match="header: GAIN cannot be written"):
        write_cutout(Cutout({"image": np.zeros((2, 2))}, {}, header), tmp_path / "a.fits")


def test_long_comments_are_shortened_without_a_word(tmp_path: Path) -> None:
    header = fits.Header([("GAIN", 1.5, "a comment " * 4)])
    header["GAIN"] = -1.234567890123e-300
    back = round_trip(Cutout({"image": np.zeros((2, 2))}, {}, header), tmp_path)
    assert back.header is not None
    assert back.header["GAIN"] == -1.234567890123e-300


def test_the_header_comes_back(tmp_path: Path) -> None:
    header = fits.Header([("OBJECT", "M 1"), ("BSCALE", 2.0), ("GAIN", 1.5, "e/ADU")])
    header["HISTORY"] = "made here"
    header["HIERARCH ESO DET NAME"] = "a long keyword"
    header["LONG"] = "it's " * 40
    planes = {"image": np.ones((5, 7), np.uint16), "mask": np.ones((5, 7), bool)}
    back = round_trip(Cutout(planes, {}, header), tmp_path)
    assert back.header is not None
    wanted = [card for card in header.cards if card.keyword != "BSCALE"]
    found = [card for card in back.header.cards if not card.keyword.startswith("NAXIS")]
    assert [tuple(c) for c in found] == [tuple(c) for c in wanted]


@pytest.mark.parametrize("kind", WCSS)
@pytest.mark.parametrize("with_header", [False, True])
def test_wcs_survives(tmp_path: Path, kind: str, with_header: bool) -> None:
    image = np.zeros((900, 900))
    header = fits.Header([("OBJECT", "M 1"), ("CTYPE1", "RA---TAN")]) if with_header else None
    cutout = get_cutout(image, {"x": 500.3, "y": 400.2}, 20, header=header, wcs=WCSS[kind]())
    back = round_trip(cutout, tmp_path)
    corners = np.array([0.0, 40.0, 0.0, 40.0]), np.array([0.0, 0.0, 40.0, 40.0])
    assert back.wcs is not None and cutout.wcs is not None
    np.testing.assert_allclose(
        back.wcs.all_pix2world(*corners, 0),
        WCSS[kind]().all_pix2world(corners[0] + 480, corners[1] + 380, 0),
        rtol=0,
        atol=1e-9,
    )
    assert back.header is not None
    assert back.header.get("OBJECT") == ("M 1" if with_header else None)
    # Readers without tables get a WCS too, right at the candidate.
    plain = WCS(fits.getheader(tmp_path / "cutout.fits", 1))
    here = np.array(plain.all_pix2world(20.3, 20.2, 0))
    np.testing.assert_allclose(here, back.wcs.all_pix2world(20.3, 20.2, 0), rtol=0, atol=2e-6)


def test_a_wcs_put_in_later_is_the_one_written(tmp_path: Path) -> None:
    first, later = WCSS["tpv"](), WCSS["sip"]()
    cutout = get_cutout(np.zeros((90, 90)), {"x": 50, "y": 40}, 5, header=first.to_header(True))
    cutout["wcs"] = later
    back = round_trip(cutout, tmp_path)
    assert back.wcs is not None
    np.testing.assert_allclose(
        back.wcs.all_pix2world([0, 9], [0, 9], 0), later.all_pix2world([0, 9], [0, 9], 0), atol=1e-9
    )


def test_a_header_without_sky(tmp_path: Path) -> None:
    header = fits.Header([("OBJECT", "M 1")])
    back = round_trip(Cutout({"image": np.zeros((3, 3))}, {}, header), tmp_path)
    assert back.wcs is None


def test_a_header_that_wants_tables_it_has_not_is_still_read(tmp_path: Path) -> None:
    header = WCSS["tables"]().to_fits(relax=True)[0].header
    write_cutout(Cutout({"image": np.zeros((3, 3))}, {}, header), tmp_path / "a.fits")
    WCS(fits.getheader(tmp_path / "a.fits", 1))


def a_dict(header: fits.Header) -> dict[str, Any]:
    """As STDPipe's: with whatever astropy makes of the header."""
    image = np.ones((5, 5))
    return {"image": image, "meta": {"ra": 10.0}, "header": header, "wcs": WCS(header)}


def test_a_wcs_of_three_axes_is_written_as_that_of_the_sky(tmp_path: Path) -> None:
    header = fits.Header()
    header["NAXIS"] = 3
    for axis, (kind, value, step) in enumerate(
        (("RA---TAN", 10.0, -1e-4), ("DEC--TAN", 20.0, 1e-4), ("FREQ", 1.4e9, 1e6)), start=1
    ):
        header[f"CTYPE{axis}"], header[f"CRVAL{axis}"] = kind, value
        header[f"CRPIX{axis}"], header[f"CDELT{axis}"] = 3.0, step
    back = round_trip(a_dict(header), tmp_path)
    assert back.wcs is not None
    assert back.wcs.naxis == 2
    np.testing.assert_allclose(back.wcs.all_pix2world([[2, 2]], 0), [[10, 20]], rtol=1e-12)


def test_a_wcs_without_sky_puts_nothing_into_the_header(tmp_path: Path) -> None:
    back = round_trip(a_dict(fits.Header([("OBJECT", "M 31")])), tmp_path)
    assert list(back.header)[-1] == "OBJECT"
    assert back.wcs is None


@pytest.mark.parametrize("keyword", ["CD1_1", "HIERARCH ESO DET GAIN"])
def test_numbers_of_the_header_keep_their_digits(tmp_path: Path, keyword: str) -> None:
    number = -6.615001230106592e-05
    header = fits.Header([(keyword, number, "what it is"), ("OTHER", "=" * 60)])
    back = round_trip(Cutout({"image": np.ones((3, 3))}, header=header), tmp_path)
    assert back.header is not None
    assert back.header[keyword] == number
    assert back.header.comments[keyword] == "what it is"
    assert back.header["OTHER"] == "=" * 60
