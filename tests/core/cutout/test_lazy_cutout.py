from __future__ import annotations

import numpy as np
import pytest
from astropy.io.fits import Header
from astropy.wcs import DistortionLookupTable

from tests.helpers.field_files import tan_wcs
from vetter.core.cutout import cutout as lazy_cutout
from vetter.core.cutout.cutout import LazyCutout
from vetter.core.cutout.plane import Box

BOX = Box(10, 20, 5, 5)


def a_cutout() -> LazyCutout:
    header = tan_wcs().to_header()
    return LazyCutout({"image": np.zeros((5, 5))}, {"x": 12.25, "y": 22.0}, BOX, header, tan_wcs())


def test_header_follows_the_crop() -> None:
    assert a_cutout().header["CRPIX1"] == 30.0


def test_wcs_follows_the_crop() -> None:
    here = a_cutout().wcs.all_pix2world(2, 2, 0)
    np.testing.assert_allclose(here, tan_wcs().all_pix2world(12, 22, 0))


def test_position_is_sub_pixel() -> None:
    assert a_cutout().position == (2.25, 2.0)


def test_a_header_put_in_stays() -> None:
    cutout = a_cutout()
    cutout.header = None
    assert cutout.header is None and "header" not in cutout


def test_a_copy_is_as_lazy() -> None:
    assert a_cutout().read_only().header["CRPIX2"] == 10.0


def test_the_parents_header_is_not_changed() -> None:
    header = tan_wcs().to_header()
    LazyCutout({"image": np.zeros((5, 5))}, {}, BOX, header).header["NEW"] = 1
    assert "NEW" not in header


def test_to_ask_whether_it_is_one_crops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy_cutout, "crop_header", lambda *_: pytest.fail("cropped"))
    assert a_cutout()


def test_wcs_is_given_where_the_header_lacks_it() -> None:
    header = tan_wcs().to_header()
    planes = {"image": np.zeros((5, 5))}
    assert a_cutout().given_wcs is None
    assert LazyCutout(planes, {}, BOX, None, tan_wcs()).given_wcs is not None
    assert LazyCutout(planes, {}, BOX, header).given_wcs is None
    plain = Header([("OBJECT", "M31")])
    assert LazyCutout(planes, {}, BOX, plain, tan_wcs()).given_wcs is not None
    for name in ("cpdis1", "cpdis2", "det2im1", "det2im2"):
        wcs = tan_wcs()
        table = DistortionLookupTable(np.zeros((2, 2), np.float32), (1, 1), (1, 1), (1, 1))
        setattr(wcs, name, table)
        given = LazyCutout(planes, {}, BOX, header, wcs).given_wcs
        assert given is not None and tuple(getattr(given, name).crval) == (-9, -19)


def test_unit_is_the_parents_until_a_header_is_put_in() -> None:
    parent = Header([("BUNIT", "adu")])
    cutout = LazyCutout({"image": np.zeros((5, 5))}, {}, BOX, parent)
    assert cutout.unit == "adu"
    cutout.header = Header([("BUNIT", "nJy")])
    assert cutout.unit == "nJy" and cutout.header["BUNIT"] == "nJy"


def test_wcs_put_in_replaces_the_parents() -> None:
    cutout, other = a_cutout(), tan_wcs()
    cutout.wcs = other
    assert cutout.wcs is other
    cutout.wcs = None
    assert cutout.wcs is None
    assert LazyCutout({"image": np.zeros((5, 5))}, {}, BOX).wcs is None
