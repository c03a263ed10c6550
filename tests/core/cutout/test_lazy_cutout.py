from __future__ import annotations

import numpy as np
import pytest

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
