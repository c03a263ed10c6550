"""Cutout files, both ways."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

from tests.core.test_crop import WCSS
from vetter.core.cutout import Cutout
from vetter.core.extraction import get_cutout
from vetter.errors import InputError
from vetter.io.cutout_files import load_cutout, write_cutout

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


def round_trip(cutout: Any, path: Path) -> Cutout:
    write_cutout(cutout, path / "cutout.fits")
    return load_cutout(path / "cutout.fits")


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


NAMES = ("image", "diff", "TMask", "PSF image", "clé", "a" * 100, "primary", "vetwcs", "Image")


def test_names_of_planes(tmp_path: Path) -> None:
    planes = {name: np.full((2, 2), float(i)) for i, name in enumerate(NAMES)}
    back = round_trip(Cutout(planes), tmp_path)
    assert back.plane_names == NAMES
    assert [back[name][0, 0] for name in NAMES] == list(range(len(NAMES)))


def test_planes_of_complex_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="plane 'image': FITS has no numbers of type complex128"):
        write_cutout(Cutout({"image": np.zeros((2, 2), complex)}), tmp_path / "a.fits")
    assert not os.listdir(tmp_path)


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


def test_no_plane_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no plane"):
        write_cutout({"meta": {}}, tmp_path / "a.fits")


def test_what_is_no_plane_is_said_to_be_left(tmp_path: Path) -> None:
    plain = {"image": np.zeros((2, 2)), "meta": {"a": 1}, "x": 3.5, "remark": "odd"}
    with pytest.warns(UserWarning, match="remark: not planes"):
        back = round_trip(plain, tmp_path)
    assert back.meta == {"a": 1, "x": 3.5}


def test_metadata_notes_and_origin(tmp_path: Path) -> None:
    meta = {"x": 12.25, "y": 8.5, "Name": "é", "time": Time("2020-01-01"), "comment": "odd"}
    notes = {"diff": "image - convolved"}
    cutout = Cutout({"image": np.zeros((5, 5))}, meta, origin=(10, 6), notes=notes)
    back = round_trip(cutout, tmp_path)
    assert back.meta == meta
    assert back.notes == notes
    assert back.origin == (10, 6)
    assert back.position == cutout.position


def test_the_header_comes_back(tmp_path: Path) -> None:
    header = fits.Header([("OBJECT", "M 1"), ("BSCALE", 2.0), ("GAIN", 1.5, "e/ADU")])
    header["HISTORY"] = "made here"
    header["HIERARCH ESO DET NAME"] = "a long keyword"
    header["LONG"] = "it's " * 40
    planes = {"image": pixels("u2"), "mask": pixels("?")}
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


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "a.fits"
    write_cutout({"image": np.ones((2, 2)), "meta": {}}, path)

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        write_cutout({"image": np.zeros((2, 2)), "meta": {}}, path)
    assert os.listdir(tmp_path) == ["a.fits"]
    assert load_cutout(path)["image"].all()


def test_a_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    code = f'array(open("{marker}", "w"))'
    primary = fits.PrimaryHDU()
    primary.header["EVIL"] = code
    path = tmp_path / "a.fits"
    fits.HDUList([primary, fits.ImageHDU(np.zeros((2, 2)), name="IMAGE")]).writeto(path)
    assert load_cutout(path).meta["evil"] == code
    assert not marker.exists()


def test_an_image_in_the_primary_hdu(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(np.ones((1, 3, 4), np.float32)).writeto(path)
    cutout = load_cutout(path)
    assert cutout.plane_names == ("image",)
    assert cutout.shape == (3, 4)


def test_images_of_another_shape_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    images = [fits.ImageHDU(np.ones((n, n)), name=f"P{n}") for n in (4, 2)]
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])])
    fits.HDUList([fits.PrimaryHDU(), *images, table]).writeto(path)
    cutout = load_cutout(path)
    assert cutout.plane_names == ("p4",)
    assert cutout.notes == {"p2": "left out: shape (2, 2)"}


def test_gzipped_and_compressed_files(tmp_path: Path) -> None:
    plain, packed, tiled = (tmp_path / n for n in ("a.fits", "a.fits.gz", "b.fits"))
    image = np.arange(100, dtype=np.int32).reshape(10, 10)
    write_cutout({"image": image, "meta": {"a": 1}}, plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    np.testing.assert_array_equal(load_cutout(packed)["image"], image)
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(image, name="IMAGE")]).writeto(tiled)
    np.testing.assert_array_equal(load_cutout(tiled)["image"], image)


@pytest.mark.parametrize(("suffix", "start"), [(".gz", b"\x1f\x8b"), (".bz2", b"BZh")])
def test_a_name_says_how_to_compress(tmp_path: Path, suffix: str, start: bytes) -> None:
    path = tmp_path / f"a.fits{suffix}"
    write_cutout({"image": np.ones((3, 4)), "meta": {"a": 1}}, path)
    assert path.read_bytes().startswith(start)
    assert load_cutout(path).shape == (3, 4)
    assert load_cutout(path).meta == {"a": 1}


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


BAD = {
    "missing": (None, "found no such file"),
    "empty": (b"", "the file is empty"),
    "text": (b"not FITS at all\n" * 300, "found something else or a file cut short"),
    "no image": ("primary", "found none"),
    "cut short": ("cut", "found something else or a file cut short"),
}


@pytest.mark.parametrize("kind", BAD)
def test_unusable_files_are_one_clear_error(tmp_path: Path, kind: str) -> None:
    content, message = BAD[kind]
    path = tmp_path / "a.fits"
    if content == "primary":
        fits.PrimaryHDU().writeto(path)
    elif content == "cut":
        write_cutout({"image": np.zeros((100, 100)), "meta": {}}, path)
        path.write_bytes(path.read_bytes()[:40000])
    elif content is not None:
        path.write_bytes(bytes(content))
    with pytest.raises(InputError, match=message) as caught:
        load_cutout(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value) and "reshape" not in str(caught.value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_read_or_refused_in_a_line(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    header = WCSS["sip"]().to_header(relax=True)
    meta = {"x": 5.0, "text": "it's long " * 20, "list": [1, 2], "time": Time("2020-01-01")}
    path = tmp_path / "a.fits"
    write_cutout(Cutout({n: np.ones((9, 9)) for n in ("image", "err")}, meta, header), path)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    places = rng.integers(0, content.size, 60)
    content[places] = rng.choice(np.frombuffer(b"0123456789'=/ -ETAB\x00\xff\n", np.uint8), 60)
    path.write_bytes(content[: rng.integers(1, content.size)] if seed % 5 == 0 else content)
    try:
        cutout = load_cutout(path)
        assert cutout.plane_names
        assert cutout.wcs is None or cutout.wcs.has_celestial
    except InputError as error:
        assert "\n" not in str(error)


def test_every_file_of_stdpipe(real_data: Path, tmp_path: Path) -> None:
    paths = sorted((real_data / "stdpipe").glob("*_??.fits"))
    assert len(paths) > 30
    for path in paths:
        cutout = load_cutout(path)
        assert cutout["mask"].dtype == bool
        assert isinstance(cutout.meta.get("time", Time(0, format="mjd")), Time)
        back = round_trip(cutout, tmp_path)
        assert list(back) == list(cutout)
        for name in cutout.plane_names:
            assert back[name].tobytes() == cutout[name].tobytes()
        assert repr(back.meta) == repr(cutout.meta)


ODD = ["arange", "blank", "double_ext", "equatorial_3d", "m13", "m13_rice", "random_groups"]
ODD += ["scale", "sip-wcs", "test0", "compressed_with_nan", "gzip_named_fits_MADE"]
ODD += ["text_named_fits", "truncated_midimage_MADE"]


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_read_or_refused_in_a_line(real_data: Path, name: str) -> None:
    try:
        cutout = load_cutout(real_data / "odd_fits" / f"{name}.fits")
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert cutout.plane_names
