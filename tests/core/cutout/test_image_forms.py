"""Images and headers as scripts give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy import units
from astropy.io.fits import Header
from astropy.nddata import (
    CCDData,
    InverseVariance,
    NDData,
    StdDevUncertainty,
    UnknownUncertainty,
    VarianceUncertainty,
)
from astropy.wcs import WCS

from tests.helpers.plain_cutout import a_header
from vetter.core.cutout.image_forms import (
    as_header,
    is_nddata,
    pixels_of,
    radius_in_pixels,
    split_image,
)
from vetter.errors import InputError

PIXELS = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("uncertainty", "err"),
    [
        (StdDevUncertainty(np.full((2, 3), 4.0)), 4),
        (VarianceUncertainty(np.full((2, 3), 4.0)), 2),
        (InverseVariance(np.full((2, 3), 4.0)), 0.5),
        (UnknownUncertainty(np.full((2, 3), 4.0)), None),
        (None, None),
    ],
)
def test_uncertainty_becomes_a_standard_deviation(uncertainty: Any, err: float | None) -> None:
    parts = split_image(NDData(PIXELS, uncertainty=uncertainty))
    assert (parts.err is None) == (err is None)
    assert parts.err is None or np.unique(parts.err).tolist() == [err]
    np.testing.assert_array_equal(parts.pixels, PIXELS)


def test_companions_of_an_image_are_its_own() -> None:
    wcs = WCS(a_header())
    parts = split_image(CCDData(PIXELS, unit="adu", wcs=wcs, meta={"OBJECT": "M 31"}))
    assert parts.wcs is not None and dict(parts.header) == {"OBJECT": "M 31"}
    plain = split_image(PIXELS)
    assert plain[1:] == (None, None, None) and plain.pixels is PIXELS
    assert split_image(NDData(PIXELS)).header is None


def test_masked_pixels_stay_masked() -> None:
    mask = np.zeros((2, 3), bool)
    mask[1, 2] = True
    found = pixels_of(NDData(PIXELS, mask=mask))
    assert found.mask.tolist() == mask.tolist() and pixels_of(PIXELS) is PIXELS
    assert pixels_of(NDData(PIXELS, mask=True)).mask.all()
    assert is_nddata(NDData(PIXELS)) and not is_nddata(PIXELS) and not is_nddata(None)


def test_mapping_becomes_a_header() -> None:
    header = as_header(
        {
            "OBJECT": "M 31",
            "GAIN": np.float32(1.5),
            "": 1,
            "LIST": [1, 2],
            "BAD": object(),
            "UNKNOWN": float("nan"),
            "HISTORY": ["one", "two"],
            "COMMENT": "three",
        }
    )
    assert (header["OBJECT"], header["GAIN"]) == ("M 31", 1.5)
    assert list(header["HISTORY"]) == ["one", "two"] and list(header["COMMENT"]) == ["three"]
    assert not {"LIST", "BAD", "UNKNOWN"} & set(header)
    given = Header()
    assert as_header(given) is given
    with pytest.raises(InputError, match="header: expected a FITS header or a dict, found list"):
        as_header([])


def test_radius_is_in_pixels_or_an_angle() -> None:
    header = a_header()  # 0.36 arcsec
    assert radius_in_pixels(7, None, None, 0, 0) == 7
    assert radius_in_pixels(7 * units.pix, None, None, 0, 0) == 7
    assert radius_in_pixels(7 * units.one, None, None, 0, 0) == 7
    angle = 3.6 * units.arcsec
    assert radius_in_pixels(angle, header, None, 2, 1) == pytest.approx(10)
    assert radius_in_pixels(angle, None, WCS(header), 2, 1) == pytest.approx(10)
    assert radius_in_pixels(0.06 * units.arcmin, header, None, 2, 1) == pytest.approx(10)
    with pytest.raises(InputError, match="needs a WCS; give wcs, header or a radius in pixels"):
        radius_in_pixels(angle, None, None, 0, 0)
    with pytest.raises(InputError, match="expected pixels or an angle, found 3.0 s"):
        radius_in_pixels(3 * units.s, header, None, 0, 0)
