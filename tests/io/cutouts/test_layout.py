"""Planes of a cutout, to a file and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.round_trip import round_trip
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, MEASURED_NOISE
from vetter.core.cutout.plane import Provenance
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import load_cutout, write_cutout
from vetter.io.cutouts.layout import assemble
from vetter.io.fits.plain_images import PlainHdu

NAMES = ("image", "diff", "TMask", "PSF image", "clé", "a" * 100, "primary", "vetwcs", "Image")
DTYPES = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]


def pixels(dtype: str, shape: tuple[int, int] = (5, 7)) -> Any:
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return np.random.default_rng(2).random(shape) > 0.5
    if kind.kind == "f":
        values = np.random.default_rng(2).normal(0, 100, shape).astype(kind)
        values[0, :4] = np.nan, np.inf, -np.inf, -0.0
        return values
    info = np.iinfo(kind)
    values = np.random.default_rng(2).integers(info.min, info.max, shape, kind, endpoint=True)
    values[0, :2] = info.min, info.max
    return values


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["image", "mask", "depth"])
def test_planes_to_the_bit(tmp_path: Path, dtype: str, name: str) -> None:
    plane = pixels(dtype)
    plane.flags.writeable = False
    back = round_trip(Cutout({name: plane}), tmp_path)
    assert back.plane_names == (name,)
    assert back[name].dtype == plane.dtype
    assert back[name].dtype.isnative
    assert back[name].tobytes() == plane.tobytes()


def test_big_endian_planes_and_views(tmp_path: Path) -> None:
    plane = np.arange(70.0).reshape(7, 10).astype(">f4")[:, ::-2].T
    back = round_trip(Cutout({"image": plane}), tmp_path)
    np.testing.assert_array_equal(back["image"], plane)


def test_names_of_planes(tmp_path: Path) -> None:
    planes = {name: np.full((2, 2), float(i)) for i, name in enumerate(NAMES)}
    back = round_trip(Cutout(planes), tmp_path)
    assert back.plane_names == NAMES
    assert [back[name][0, 0] for name in NAMES] == list(range(len(NAMES)))


@pytest.mark.parametrize(
    "dtype",
    "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split(),
)
def test_plane_of_each_type_is_what_astropy_reads(tmp_path: Path, dtype: str) -> None:
    limits = np.iinfo(dtype) if "int" in dtype else np.finfo(dtype)
    plane = np.array([[limits.min, 0, 1], [5, 100, limits.max]], dtype)
    write_cutout(Cutout({"image": plane}), tmp_path / "a.fits")
    read = fits.getdata(tmp_path / "a.fits", "IMAGE")
    np.testing.assert_array_equal(read, plane)
    assert read.dtype.newbyteorder("=") == dtype


def test_planes_of_complex_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="plane 'image': FITS has no numbers of type complex128"):
        write_cutout(Cutout({"image": np.zeros((2, 2), complex)}), tmp_path / "a.fits")
    assert not os.listdir(tmp_path)


def test_bits_of_a_mask_survive(tmp_path: Path) -> None:
    bits = np.array([[0, 4], [3, 0]], np.uint16)
    path = tmp_path / "a.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(bits, name="MASK")]).writeto(path)
    cutout = load_cutout(path)
    np.testing.assert_array_equal(cutout["mask"], bits != 0)
    assert cutout["mask"].dtype == bool
    write_cutout(cutout, tmp_path / "b.fits")
    np.testing.assert_array_equal(fits.getdata(tmp_path / "b.fits", "MASK"), bits)
    assert load_cutout(tmp_path / "b.fits")["mask"].dtype == bool


def test_bits_do_not_outlive_a_changed_mask(tmp_path: Path) -> None:
    bits = np.array([[0, 4], [3, 0]], np.uint16)
    cutout = Cutout({"mask": bits != 0}, bits={"mask": bits})
    cutout["mask"][0, 0] = True
    back = round_trip(cutout, tmp_path)
    assert back["mask"].tolist() == [[True, True], [True, False]]


def test_image_in_primary_hdu_is_the_image_plane(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    primary = fits.PrimaryHDU(np.ones((1, 3, 4), np.float32))
    fits.HDUList([primary, fits.ImageHDU(np.zeros((3, 4)), name="DIFF")]).writeto(path)
    cutout = load_cutout(path)
    assert cutout.plane_names == ("image", "diff")
    assert cutout.shape == (3, 4)


@pytest.mark.parametrize("extension", [False, True])
def test_plain_fits_image_is_refused_in_words(tmp_path: Path, extension: bool) -> None:
    path = tmp_path / "science.fits"
    image = fits.PrimaryHDU(np.ones((3, 4), np.float32))
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(image.data)] if extension else [image]
    fits.HDUList(hdus).writeto(path)
    with pytest.raises(InputError, match=r"science.fits: .* found a plain FITS image; cut it with"):
        load_cutout(path)


def test_images_of_another_shape_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    images = [fits.ImageHDU(np.ones((n, n)), name=f"P{n}") for n in (4, 2)]
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])])
    fits.HDUList([fits.PrimaryHDU(), *images, table]).writeto(path)
    cutout = load_cutout(path)
    assert cutout.plane_names == ("p4",)
    assert cutout.notes == {"p2": "left out: shape (2, 2)"}


def test_files_are_standard_fits(tmp_path: Path) -> None:
    meta = {"x": 1.5, "text": "it's long " * 30, "minf": -np.inf, "a rather long key": None}
    planes = {name: pixels(dtype) for name, dtype in zip("abcdefghijkl", DTYPES, strict=True)}
    path = tmp_path / "a.fits"
    write_cutout(Cutout(planes, meta), path)
    assert path.stat().st_size % 2880 == 0
    with fits.open(path) as hdus:
        hdus.verify("exception")
        assert [hdu.name for hdu in hdus] == ["PRIMARY", *"ABCDEFGHIJKL"]
        assert list(hdus[0].header)[:4] == ["SIMPLE", "BITPIX", "NAXIS", "EXTEND"]


def plane_of(name: str, data: Any) -> PlainHdu:
    text = "SIMPLE  =                    T".ljust(80) + "END".ljust(80)
    return PlainHdu(name, data, text.ljust(2880))


def test_planes_are_images_of_one_shape_whatever_leads_them() -> None:
    image = np.arange(6, dtype=">i2").reshape(1, 1, 2, 3)
    parts = [plane_of("", image), plane_of("DIFF", np.ones((3, 2))), plane_of("MASK", None)]
    parts += [plane_of("", np.ones((2, 3))), plane_of("LINE", np.ones(3))]
    cutout = assemble("a.fits", parts)
    assert set(cutout.planes) == {"image", "hdu3"}
    np.testing.assert_array_equal(cutout["image"], image[0, 0])
    assert cutout["image"].dtype.isnative
    left_out = {name: text for name, text in cutout.notes.items() if "left out" in text}
    assert set(left_out.values()) == {"left out: shape (3, 2)", "left out: shape (3,)"}
    assert len(left_out) == 2


@pytest.mark.parametrize(
    "parts", [[], [("", None)], [("A", np.ones(3))], [("A", np.ones((2, 3, 3)))]]
)
def test_file_without_an_image_is_refused(parts: list[tuple[str, Any]]) -> None:
    with pytest.raises(InputError, match=r"a.fits: expected two-dimensional images, found"):
        assemble("a.fits", [plane_of(name, data) for name, data in parts])


@pytest.mark.parametrize(
    ("note", "flags"),
    [
        (ESTIMATED_NOISE, Provenance.ESTIMATED),
        (f"{MEASURED_NOISE} of 12", Provenance.MEASURED),
        ("reprojected onto the image", Provenance.REPROJECTED),
        ("variance converted", Provenance.CONVERTED),
        ("weight converted, reprojected", Provenance.CONVERTED | Provenance.REPROJECTED),
        ("image - convolved", Provenance.COMPUTED),
        ("my own", None),
        ("not reprojected", None),
    ],
)
def test_notes_of_a_file_tell_how_planes_were_made(
    tmp_path: Path, note: str, flags: Provenance | None
) -> None:
    planes = {name: pixels("f4") for name in ("image", "err")}
    back = round_trip(Cutout(planes, notes={"err": note}), tmp_path)
    assert back.notes == {"err": note}
    assert back.provenance == ({} if flags is None else {"err": flags})
