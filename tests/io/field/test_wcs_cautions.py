"""Contradictions of the image's WCS are cautions, and the reason is part of what follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import pixels, tan_wcs, write_image, write_list
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.input_options import InputOptions

Open = Callable[..., Any]
# tan_wcs() has pixels of 1e-4 degrees about (150, 2) at pixel (40, 30), from 1.
CD = {"CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4}
STALE = {"PC1_1": 1.0, "PC2_2": 1.0, "CDELT1": -3e-4, "CDELT2": 3e-4}


@pytest.fixture
def field(tmp_path: Path, opened: Open) -> Open:
    """Opens a list on an image with these cards; the list has x and y or the same sky."""

    def open_(cards: dict[str, Any], sky: bool) -> Any:
        base = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 40.0, "CRPIX2": 30.0}
        base |= {"CRVAL1": 150.0, "CRVAL2": 2.0}
        image = write_image(tmp_path / "i.fits", pixels(0), {**base, **cards})
        x, y = np.array([20.0, 50.0]), np.array([30.0, 10.0])
        ra, dec = tan_wcs().all_pix2world(x, y, 0)
        places = {"ra": ra, "dec": dec} if sky else {"x": x, "y": y}
        table = write_list(tmp_path / "l.csv", id=["a", "b"], **places)
        return opened(str(table), InputOptions(planes={"image": str(image)}))

    return open_


@pytest.mark.parametrize("cards", [{**CD, **STALE}, {**STALE, **CD}])
def test_candidates_are_at_their_stars_despite_stale_pc(
    field: Open, cards: dict[str, float]
) -> None:
    source = field(cards, sky=True)
    np.testing.assert_allclose(source.candidates.x, [20, 50], atol=1e-6)
    np.testing.assert_allclose(source.candidates.y, [30, 10], atol=1e-6)
    assert source.extra_cautions == ("i.fits: CD and PC contradict: CD is taken",)


def test_wcs_that_agrees_with_itself_is_no_caution(field: Open) -> None:
    assert field(CD, sky=True).extra_cautions == ()


def test_exported_cutout_holds_the_cards_that_were_used(field: Open, tmp_path: Path) -> None:
    source = field({**CD, **STALE}, sky=True)
    write_cutout(source.cutout(0, 5), tmp_path / "out.fits")
    with fits.open(tmp_path / "out.fits") as hdus:
        for hdu in hdus[1:]:
            keywords = [keyword for keyword in hdu.header if keyword not in ("COMMENT", "HISTORY")]
            assert len(keywords) == len(set(keywords))
            assert "PC1_1" not in keywords and "CDELT1" not in keywords
            assert hdu.header["CD1_1"] == -1e-4


def test_text_in_crval_is_read(field: Open) -> None:
    source = field({**CD, "CRVAL1": "10:00:00.0", "CRVAL2": "+02:00:00"}, sky=True)
    np.testing.assert_allclose(source.candidates.x, [20, 50], atol=1e-6)
    assert "is text: read as an angle, RA in hours" in source.extra_cautions[0]


def test_unreadable_crval_gives_no_sky(field: Open, tmp_path: Path) -> None:
    source = field({**CD, "CRVAL1": "see log"}, sky=False)
    assert source.wcs is None and np.isnan(source.candidates.ra).all()
    reason = "i.fits: no WCS: its WCS cannot be used (CRVAL1 is the text 'see log')"
    assert source.extra_cautions == (reason,)
    write_cutout(source.cutout(0, 5), tmp_path / "out.fits")
    with fits.open(tmp_path / "out.fits") as hdus:
        assert "CTYPE1" not in hdus[1].header and "ra" not in source.cutout(0, 5).meta


def test_refusal_of_sky_positions_names_the_reason(field: Open) -> None:
    with pytest.raises(InputError, match="no WCS to place them.*CRVAL1 is the text 'see log'"):
        field({**CD, "CRVAL1": "see log"}, sky=True)


def test_refusal_of_a_cutout_off_the_image_names_the_contradiction(field: Open) -> None:
    turned = {"CD1_1": 1.0, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1.0}
    source = field({**turned, "CDELT1": -1e-4, "CDELT2": 1e-4}, sky=True)
    source.candidates.x[:] = 900.0
    with pytest.raises(InputError, match=r"off the image.*\(CD and CDELT contradict"):
        source.cutout(0, 5)


def test_keyword_of_two_values_occurs_once_in_cutouts(
    field: Open, tmp_path: Path, opened: Open
) -> None:
    field(CD, sky=False).close()
    path = tmp_path / "i.fits"
    with fits.open(path, mode="update") as hdus:
        hdus[0].header.append(("CRVAL1", 151.0))
        hdus[0].header.append(("GAIN", 1.5))
        hdus[0].header.append(("GAIN", 3.0))
    source = opened(str(tmp_path / "l.csv"), InputOptions(planes={"image": str(path)}))
    assert source.extra_cautions == (
        "i.fits: CRVAL1 is given as 150.0 and 151.0: the last is taken",
    )
    header = source.cutout(0, 5).header
    assert list(header).count("CRVAL1") == list(header).count("GAIN") == 1
    assert header["CRVAL1"] == 151.0 and header["GAIN"] == 1.5
