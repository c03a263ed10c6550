from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import pixels, tan_wcs, write_field, write_image
from vetter.core.cutout.plane import Box
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, open_planes

INSIDE = Box(10, 20, 5, 4)
CORNER = Box(-2, -2, 5, 5)
OUTSIDE = Box(500, 500, 3, 3)


@pytest.fixture
def opened() -> Iterator[Any]:
    fields: list[FieldPlanes] = []

    def open_(specs: dict[str, str], **options: Any) -> FieldPlanes:
        fields.append(open_planes(specs, **options))
        return fields[-1]

    yield open_
    for field in fields:
        field.close()


def test_a_box_inside(opened: Any, tmp_path: Path) -> None:
    planes = opened(write_field(tmp_path))
    values = planes.planes["template"].read(INSIDE)
    np.testing.assert_array_equal(values, pixels(1)[20:24, 10:15])


def test_a_corner_is_nan_off_the_image(opened: Any, tmp_path: Path) -> None:
    values = opened(write_field(tmp_path)).planes["image"].read(CORNER)
    assert np.isnan(values[:2]).all() and np.isnan(values[:, :2]).all()
    np.testing.assert_array_equal(values[2:, 2:], pixels(0)[:3, :3])


def test_off_the_image_a_mask_is_masked(opened: Any, tmp_path: Path) -> None:
    mask = opened(write_field(tmp_path, ("image", "mask"))).planes["mask"]
    assert mask.read(CORNER)[0].all() and mask.read(OUTSIDE).all()


def test_integers_become_floats(opened: Any, tmp_path: Path) -> None:
    path = write_image(tmp_path / "i.fits", np.arange(12, dtype=np.int16).reshape(3, 4))
    assert opened({"image": str(path)}).planes["image"].read(Box(0, 0, 2, 2)).dtype == np.float32


def test_the_files_bits_come_with_the_mask(opened: Any, tmp_path: Path) -> None:
    data = np.zeros((60, 80), np.int32)
    data[20, 10] = 33
    specs = write_field(tmp_path, ("image",))
    specs["mask"] = str(write_image(tmp_path / "m.fits", data, {"HIERARCH MP_DETECTED": 5}))
    mask = opened(specs).planes["mask"]
    flags, bits = mask.read_both(INSIDE)
    assert flags[0, 0] and bits[0, 0] == 33 and flags.sum() == 1


def test_detected_pixels_are_not_bad(opened: Any, tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("image",))
    data = np.full((60, 80), 32, np.int32)
    specs["mask"] = str(write_image(tmp_path / "m.fits", data, {"HIERARCH MP_DETECTED": 5}))
    field = opened(specs)
    assert not field.planes["mask"].read(INSIDE).any()
    assert any("DETECTED" in note for note in field.notes)


def test_a_mask_over_most_of_the_image_is_pointed_out(opened: Any, tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("image",))
    specs["mask"] = str(write_image(tmp_path / "m.fits", np.ones((60, 80), np.uint8)))
    assert any("covers 100%" in note for note in opened(specs).notes)


def test_a_variance_becomes_an_error(opened: Any, tmp_path: Path) -> None:
    data = pixels(3)
    data[20, 10] = -1
    path = write_image(tmp_path / "v.fits", data)
    field = opened(write_field(tmp_path, ("image",)), variance=str(path))
    err = field.planes["err"].read(INSIDE)
    assert np.isnan(err[0, 0])
    np.testing.assert_allclose(err[1], np.sqrt(pixels(3)[21, 10:15]))
    assert "err: variance converted" in field.notes


def test_a_weight_becomes_an_error(opened: Any, tmp_path: Path) -> None:
    path = write_image(tmp_path / "w.fits", np.full((60, 80), 0.25, np.float32))
    field = opened(write_field(tmp_path, ("image",)), weight=str(path))
    assert (field.planes["err"].read(INSIDE) == 2).all()


def test_a_variance_given_as_err_is_known_by_its_utype(opened: Any, tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("image",))
    data = np.full((60, 80), 9, np.float32)
    header = {"UTYPE": "VarianceUncertainty"}
    specs["err"] = str(write_image(tmp_path / "u.fits", data, header))
    assert (opened(specs).planes["err"].read(INSIDE) == 3).all()


def test_a_missing_difference_is_made(opened: Any, tmp_path: Path) -> None:
    field = opened(write_field(tmp_path, ("image", "convolved")))
    expected = (pixels(0) - pixels(1))[20:24, 10:15]
    np.testing.assert_array_equal(field.planes["diff"].read(INSIDE), expected)
    assert "diff: image - convolved" in field.notes


def test_a_missing_error_is_estimated(opened: Any, tmp_path: Path) -> None:
    field = opened(write_field(tmp_path, ("image",)))
    assert abs(field.planes["err"].read(INSIDE)[0, 0] - 3) < 0.4
    assert "err: estimated from the image" in field.notes


def test_planes_come_in_the_order_of_the_panels(opened: Any, tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("mask", "extra", "diff", "template", "image"))
    names = tuple(opened(specs).planes)
    assert names == ("image", "template", "diff", "err", "mask", "extra")


def test_another_shape_is_refused(tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("image",))
    specs["diff"] = str(write_image(tmp_path / "d.fits", pixels(0, (60, 81))))
    with pytest.raises(InputError, match=r"d.fits: diff is 81 x 60 pixels, image .*80 x 60"):
        open_planes(specs)


def test_an_error_given_twice_is_refused(tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("image", "err"))
    with pytest.raises(InputError, match="twice"):
        open_planes(specs, variance=specs["err"])


def test_no_plane_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="--image"):
        open_planes({})


def test_the_wcs_is_the_images(opened: Any, tmp_path: Path) -> None:
    wcs = opened(write_field(tmp_path)).wcs
    np.testing.assert_allclose(wcs.wcs.crpix, tan_wcs().wcs.crpix)


def test_infinite_pixels_are_no_data(opened: Any, tmp_path: Path) -> None:
    data = np.ones((10, 10), np.float32)
    data[2, 3], data[4, 5] = np.inf, -np.inf
    path = write_image(tmp_path / "i.fits", data)
    values = opened({"image": str(path)}).planes["image"].read(Box(0, 0, 10, 10))
    assert values.dtype == np.float32 and np.isnan(values[[2, 4], [3, 5]]).all()
    assert np.isnan(values).sum() == 2


def several(path: Path, *names: str) -> str:
    parts = [
        fits.ImageHDU(np.full((10, 10), number, np.int16), name=name)
        for number, name in enumerate(names)
    ]
    fits.HDUList([fits.PrimaryHDU(), *parts]).writeto(path)
    return str(path)


@pytest.mark.parametrize(
    ("plane", "names", "number"),
    [
        ("template", ("SCI", "REF", "DIFF"), 1),
        ("diff", ("SCI", "REF", "DIFFERENCE"), 2),
        ("mask", ("SCI", "ERR", "DQ"), 2),
        ("template", ("SCI", "REF", "TEMPLATE"), 2),
    ],
)
def test_an_extension_called_by_another_word(
    opened: Any, tmp_path: Path, plane: str, names: tuple[str, ...], number: int
) -> None:
    path = several(tmp_path / "m.fits", *names)
    field = opened({"image": path, plane: path})
    values = field.planes[plane].read(Box(2, 2, 1, 1))
    assert values[0, 0] == (number > 0 if plane == "mask" else number)
    assert not any("is the same image as" in note for note in field.notes)


def test_two_planes_of_one_image_are_said(opened: Any, tmp_path: Path) -> None:
    path = several(tmp_path / "m.fits", "A", "B")
    notes = opened({"image": path, "template": path}).notes
    assert any("template is the same image as image, m.fits" in note for note in notes)


def test_a_slice_where_another_axis_has_one_plane(opened: Any, tmp_path: Path) -> None:
    cube = np.arange(3.0)[None, :, None, None] * np.ones((1, 3, 10, 10))
    path = write_image(tmp_path / "c.fits", cube)
    for name in (f"{path}[0][2]", f"{path}[0][0][2]"):
        assert opened({"image": name}).planes["image"].read(Box(1, 1, 1, 1))[0, 0] == 2
    with pytest.raises(InputError, match=r"as c\.fits\[0\]\[k\]\[k\], k from 0"):
        opened({"image": f"{path}[0][0][0][0]"})
