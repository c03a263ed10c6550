from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import pixels, tan_wcs, write_damaged, write_field, write_list
from vetter.core.display.style import DisplayStyle
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.review.cutouts.rendered_cutout import render_cutout


@pytest.fixture
def source(tmp_path: Path) -> Iterator[FieldSource]:
    specs = write_field(tmp_path, ("image", "template", "mask"))
    with fits.open(specs["image"], mode="update") as hdus:
        hdus[0].header["DATE-OBS"] = "2024-05-06T07:08:09"
        hdus[0].header["FILTER"] = "r"
    path = write_list(
        tmp_path / "l.csv",
        id=["a", "edge", "off", "nowhere"],
        x=[20.25, 0.0, 900.0, np.nan],
        y=[30.0, 59.0, 10.0, 1.0],
    )
    opened: Any = open_input(str(path), InputOptions(planes=specs))
    yield opened
    opened.close()


def test_a_cutout_is_centred_on_the_pixel_of_the_candidate(source: FieldSource) -> None:
    cutout = source.cutout(0, 5)
    assert cutout.shape == (11, 11) and cutout.origin == (15, 25)
    assert cutout.position == (5.25, 5.0)
    np.testing.assert_array_equal(cutout["image"], pixels(0)[25:36, 15:26])


def test_a_cutout_anywhere_is_that_of_a_candidate_there(source: FieldSource) -> None:
    there, candidate = source.cutout_at(20.25, 30.0, 8), source.cutout(0, 8)
    assert there.position == candidate.position
    np.testing.assert_array_equal(there["image"], candidate["image"])


def test_a_cutout_has_all_planes(source: FieldSource) -> None:
    assert tuple(source.cutout(0, 5).planes) == source.plane_names
    assert source.plane_names == ("image", "template", "err", "mask")


def test_a_cutout_with_some_planes_has_the_same_pixels(source: FieldSource) -> None:
    some, whole = source.cutout_with(0, 5, ("mask", "err")), source.cutout(0, 5)
    assert tuple(some.planes) == ("err", "mask") and some.meta == whole.meta
    for name in some.planes:
        np.testing.assert_array_equal(some[name], whole[name])


def test_a_difference_that_is_made_is_that_of_its_planes(tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("image", "convolved"))
    path = write_list(tmp_path / "l.csv", id=["a"], x=[20.0], y=[30.0])
    made: Any = open_input(str(path), InputOptions(planes=specs))
    cutout, alone = made.cutout(0, 5), made.cutout_with(0, 5, ("diff",))
    made.close()
    np.testing.assert_array_equal(cutout["diff"], cutout["image"] - cutout["convolved"])
    np.testing.assert_array_equal(alone["diff"], cutout["diff"])


def test_its_metadata(source: FieldSource) -> None:
    meta = source.cutout(0, 5).meta
    assert meta["id"] == "a" and meta["name"] == "a" and meta["x"] == 20.25
    assert meta["time"] == "2024-05-06T07:08:09" and meta["filter"] == "r"
    assert meta["filename"] == "image.fits"


def test_source_has_time_and_filter_of_image(source: FieldSource) -> None:
    assert (source.time, source.filter) == ("2024-05-06T07:08:09", "r")


def test_its_wcs_follows(source: FieldSource) -> None:
    here = source.cutout(0, 5).wcs.all_pix2world(5.25, 5.0, 0)
    np.testing.assert_allclose(here, tan_wcs().all_pix2world(20.25, 30.0, 0))


def test_notes_say_what_is_estimated(source: FieldSource) -> None:
    assert source.cutout(0, 5).notes == {"err": "estimated from the image"}


def test_an_edge_is_filled(source: FieldSource) -> None:
    cutout = source.cutout(1, 5)
    assert np.isnan(cutout["image"][-1]).all() and cutout["mask"][-1].all()
    assert np.isfinite(cutout["image"][5, 5])


@pytest.mark.parametrize(("row", "says"), [(2, "off the image: at x = 900"), (3, "no position")])
def test_candidates_without_pixels_say_why(source: FieldSource, row: int, says: str) -> None:
    with pytest.raises(InputError, match=says):
        source.cutout(row, 5)


def test_unreadable_position_is_named_where_it_is_cut(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("id,x,y\na,10.5,12;5\nb,11,12\n")
    source = open_input(
        str(tmp_path / "l.csv"), InputOptions(planes=write_field(tmp_path, ("image",)))
    )
    with pytest.raises(InputError, match="a: no position on the image from x 10.5, y 12;5"):
        source.cutout(0, 5)
    source.close()


def test_a_place_that_no_image_has_is_said_in_short(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.csv", id=["a"], x=[-1e300], y=[30.0])
    source = open_input(str(path), InputOptions(planes=write_field(tmp_path, ("image",))))
    with pytest.raises(InputError, match=r"at x = -1e\+300, y = 30\.0, "):
        source.cutout(0, 5)
    source.close()


@pytest.mark.parametrize("radius", [0, -3, 1e9, float("nan")])
def test_radii_that_cannot_be(source: FieldSource, radius: float) -> None:
    with pytest.raises(InputError, match="radius"):
        source.cutout(0, radius)


def test_fingerprints_of_all_files(source: FieldSource) -> None:
    roles = [fingerprint.role for fingerprint in source.fingerprints]
    assert roles == ["candidates", "image", "template", "mask"]


def test_the_record_opens_the_same_again(source: FieldSource) -> None:
    record = source.record
    again = open_input(record["inputs"], InputOptions.from_keywords(**record["options"]))
    np.testing.assert_array_equal(again.cutout(0, 5)["template"], source.cutout(0, 5)["template"])
    again.close()


def test_a_plane_that_cannot_be_read_any_more_leaves_the_others(tmp_path: Path, opened) -> None:
    specs = write_field(tmp_path, ("image", "template", "mask"))
    source = opened(str(write_list(tmp_path / "l.csv")), InputOptions(planes=specs))
    os.truncate(specs["template"], 2900)
    cutout = source.cutout(0, 5)
    assert tuple(cutout.planes) == ("image", "err", "mask")
    assert list(cutout.unread) == ["template"]
    assert "template.fits: cannot be read any more" in cutout.unread["template"]
    frame = render_cutout(source, 0, 5, DisplayStyle())
    assert frame.error is None and frame.states == cutout.unread
    assert frame.plane_names == ("image", "template", "err", "mask")


def test_without_one_plane_that_can_be_read_there_is_no_cutout(tmp_path: Path, opened) -> None:
    specs = write_field(tmp_path, ("image",))
    source = opened(str(write_list(tmp_path / "l.csv")), InputOptions(planes=specs))
    os.truncate(specs["image"], 2900)
    with pytest.raises(InputError, match="image.fits: cannot be read any more"):
        source.cutout(0, 5)


def test_an_error_is_estimated_beside_a_damaged_tile(tmp_path: Path, opened) -> None:
    image = write_damaged(tmp_path / "i.fits", pixels(), last=5, wcs=tan_wcs())
    path = write_list(tmp_path / "l.csv", id=["a"], x=[40.0], y=[40.0])
    cutout = opened(str(path), InputOptions(planes={"image": str(image)})).cutout(0, 5)
    assert not cutout.unread and np.nanmedian(cutout["err"]) == pytest.approx(3, rel=0.2)
