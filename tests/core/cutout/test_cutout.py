"""The cutout: planes on one grid, header, WCS and metadata."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.plain_cutout import a_cutout, a_header
from vetter.core.cutout.cutout import Cutout, crop_cutout, cut_to
from vetter.core.cutout.plane import Box
from vetter.errors import InputError


@pytest.mark.parametrize("shape", [(5, 3), (3, 4)])
def test_planes_of_another_shape_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="plane 'template': expected the other planes' shape"):
        a_cutout()["template"] = np.zeros(shape)


def test_names_of_other_things_are_no_planes() -> None:
    with pytest.raises(InputError, match="not names of planes"):
        Cutout({"meta": np.zeros((2, 2))})


def test_wcs_is_made_when_asked_for() -> None:
    cutout = a_cutout(header=a_header())
    assert cutout.given_wcs is None
    assert cutout.wcs is cutout["wcs"]
    assert cutout.given_wcs is None


def test_no_wcs_without_sky() -> None:
    cutout = a_cutout(header=fits.Header([("OBJECT", "M 1")]))
    assert cutout.wcs is None
    assert "wcs" not in cutout
    assert "header" in cutout


def test_a_new_header_brings_its_wcs() -> None:
    cutout = a_cutout(header=a_header())
    assert cutout.wcs is not None
    header = a_header()
    header["CRVAL1"] = 11.0
    cutout["header"] = header
    assert cutout["wcs"].wcs.crval[0] == 11.0


def test_position_from_pixels() -> None:
    x, y = a_cutout(origin=(10, 7)).position
    assert (x, y) == pytest.approx((2.3, 0.8))


def test_position_from_the_sky() -> None:
    cutout = a_cutout(header=a_header())
    cutout["meta"].update(ra=10.0, dec=20.0)
    assert cutout.position == pytest.approx((2.0, 1.0))


def test_position_is_the_middle_if_nothing_is_known() -> None:
    cutout = a_cutout()
    cutout.meta.clear()
    assert cutout.position == (2.0, 1.0)


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (-0.4, 1, True),
        (-0.6, 1, False),
        (4.4, 1, True),
        (4.6, 1, False),
        (2, -0.4, True),
        (2, -0.6, False),
        (2, 2.4, True),
        (2, 2.6, False),
    ],
)
def test_position_from_the_sky_is_on_the_cutout(x: float, y: float, inside: bool) -> None:
    cutout = a_cutout(header=a_header())
    ra, dec = map(float, cutout.wcs.all_pix2world(x, y, 0))
    cutout.meta.update(ra=ra, dec=dec)
    assert cutout.position == pytest.approx((x, y) if inside else (2, 1))
    cutout.middle = (1.5, 0.5)
    assert cutout.position == pytest.approx((x, y) if inside else (1.5, 0.5))


@pytest.mark.parametrize(("place", "unknown"), [("x", None), ("y", np.nan), ("ra", "east")])
def test_half_a_position_gives_way_to_the_next(place: str, unknown: object) -> None:
    cutout = a_cutout(header=a_header(), origin=(10, 7))
    cutout.meta.update(ra=10.0, dec=20.0)
    cutout.meta[place] = unknown
    assert cutout.position == pytest.approx((2.3, 0.8) if place == "ra" else (2, 1))
    cutout.meta.update(x=None, dec=None)
    assert cutout.position == (2, 1)


def test_cutout_is_written_with_its_planes_and_size() -> None:
    cutout = a_cutout()
    assert repr(cutout) == "<Cutout unnamed: image, mask; 5 x 3>"
    cutout.meta["name"] = "SN 1"
    assert repr(cutout) == "<Cutout SN 1: image, mask; 5 x 3>"


@pytest.mark.parametrize("shape", [(3,), (2, 3, 5)])
def test_plane_that_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="plane 'diff': expected a two-dimensional array, found"):
        a_cutout().put_plane("diff", np.zeros(shape))


@pytest.mark.parametrize(("unit", "text"), [(" adu ", "adu"), (7, ""), (None, "")])
def test_unit_is_that_of_the_header(unit: object, text: str) -> None:
    header = a_header()
    if unit is not None:
        header["BUNIT"] = unit
    assert a_cutout(header=header).unit == text
    assert a_cutout().unit == ""


def test_part_of_a_cutout_keeps_its_place_and_all_else() -> None:
    bits = {"mask": np.arange(15, dtype=np.uint16).reshape(3, 5)}
    cutout = a_cutout(header=a_header(), origin=(10, 7), bits=bits, notes={"image": "odd"})
    cutout.unread = {"err": "gone"}
    cutout["remark"] = "seen"
    part = cut_to(cutout, Box(1, 1, 5, 2))
    assert part.shape == (2, 5) and part.origin == (11, 8)
    assert part.position == pytest.approx((1.3, -0.2))
    assert np.isnan(part["image"]).tolist() == [[False] * 4 + [True]] * 2
    assert part["mask"].tolist() == [[False] * 4 + [True]] * 2
    assert part.bits["mask"][:, 0].tolist() == [6, 11]
    assert (part.notes, part.unread, part.extras) == (
        {"image": "odd"},
        {"err": "gone"},
        {"remark": "seen"},
    )
    assert part.header["CRPIX1"] == 2 and part.given_wcs is None
    place, whole = part.wcs.all_pix2world([[1, 0]], 0), cutout.wcs.all_pix2world([[2, 1]], 0)
    np.testing.assert_allclose(place, whole)
    bare = cut_to(a_cutout(), Box(1, 1, 2, 2))
    assert bare.origin is None and bare.header is None and bare.wcs is None
    given = cut_to(a_cutout(wcs=cutout.wcs), Box(1, 1, 2, 2))
    assert given.given_wcs.wcs.crpix.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("shape", "radius", "cropped"),
    [
        ((5, 5), 2, (5, 5)),
        ((5, 5), 1, (3, 3)),
        ((5, 3), 2, (5, 3)),
        ((3, 5), 2, (3, 5)),
        ((5, 7), 2, (5, 5)),
        ((7, 5), 2, (5, 5)),
        ((3, 9), 2, (5, 5)),
        ((9, 3), 1.2, (5, 5)),
    ],
)
def test_larger_cutout_is_cropped_to_a_radius(
    shape: tuple[int, int], radius: float, cropped: tuple[int, int]
) -> None:
    cutout = Cutout({"image": np.ones(shape)})
    found = crop_cutout(cutout, radius)
    assert found.shape == cropped
    assert (found is cutout) == (shape == cropped)


def test_read_only_shares_the_pixels() -> None:
    cutout = a_cutout()
    frozen = cutout.read_only()
    assert np.shares_memory(frozen["image"], cutout["image"])
    with pytest.raises(ValueError, match="read-only"):
        frozen["image"][0, 0] = 5
    cutout["image"][0, 0] = 5
    frozen.meta["x"] = 0
    assert cutout.meta["x"] == 12.3


def test_a_plain_dict_is_wrapped() -> None:
    plain = {"image": np.ones((2, 2)), "meta": {"a": 1}, "x": 3, "none": None}
    cutout = Cutout.wrap(plain)
    assert cutout["image"] is plain["image"]
    assert cutout.meta is plain["meta"]
    assert cutout.extras == {"x": 3}
    assert Cutout.wrap(cutout) is cutout


def test_a_new_mask_lets_the_old_bits_go() -> None:
    cutout = a_cutout(bits={"mask": np.full((3, 5), 4, np.uint16)})
    assert "mask" in cutout.bits
    cutout["mask"] = np.ones((3, 5), bool)
    assert not cutout.bits


def test_masked_planes_become_nan() -> None:
    plane = np.ma.MaskedArray(np.ones((3, 5)), np.eye(3, 5))
    cutout = a_cutout()
    cutout["diff"] = plane
    assert np.isnan(cutout["diff"][0, 0])
    assert type(cutout["diff"]) is np.ndarray


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_deep_copies_are_apart(duplicate: object) -> None:
    cutout = a_cutout(header=a_header(), origin=(1, 2))
    other = duplicate(cutout)
    other["image"][0, 0] = 9
    other.meta["x"] = 1
    assert cutout["image"][0, 0] == 1
    assert cutout.meta["x"] == 12.3
    assert other.origin == (1, 2)
    assert other.wcs is not None


def test_a_plane_that_is_put_in_is_no_longer_unread() -> None:
    cutout = Cutout({"image": np.zeros((3, 3))})
    cutout.unread = {"err": "gone", "mask": "gone"}
    duplicate = cutout.copy()
    duplicate["err"] = np.ones((3, 3))
    assert list(duplicate.unread) == ["mask"] and list(cutout.unread) == ["err", "mask"]


def test_a_shallow_copy_has_its_own_planes() -> None:
    cutout = a_cutout()
    other = copy.copy(cutout)
    other["diff"] = np.zeros((3, 5))
    assert "diff" not in cutout
    assert other["image"] is cutout["image"]


def test_a_name_is_of_a_plane_or_of_a_value_never_of_both() -> None:
    cutout, plane = a_cutout(), np.zeros_like(a_cutout()["image"])
    cutout["seen"] = 3
    cutout["seen"] = plane
    assert "seen" not in cutout.extras and cutout["seen"] is cutout.planes["seen"]
    cutout["seen"] = 4
    assert "seen" not in cutout.planes and cutout["seen"] == 4
