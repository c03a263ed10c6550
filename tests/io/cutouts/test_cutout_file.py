"""Cutout files, both ways."""

from __future__ import annotations

import doctest
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from tests.helpers.distorted_wcs import WCSS
from tests.helpers.round_trip import round_trip
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, MEASURED_NOISE
from vetter.core.cutout.plane import Provenance
from vetter.errors import InputError
from vetter.io.cutouts import cutout_file
from vetter.io.cutouts.cutout_file import load_cutout, write_cutout


def test_no_plane_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no plane"):
        write_cutout({"meta": {}}, tmp_path / "a.fits")


def test_what_is_no_plane_is_said_to_be_left(tmp_path: Path) -> None:
    plain = {"image": np.zeros((2, 2)), "meta": {"a": 1}, "x": 3.5, "remark": "odd"}
    with pytest.warns(UserWarning, match="remark: not planes") as told:
        write_cutout(plain, tmp_path / "a.fits")
    # The warning names the line of the script.
    assert [warning.filename for warning in told] == [__file__]
    assert load_cutout(tmp_path / "a.fits").meta == {"a": 1, "x": 3.5}


def test_metadata_notes_and_origin(tmp_path: Path) -> None:
    meta = {"x": 12.25, "y": 8.5, "Name": "é", "time": Time("2020-01-01"), "comment": "odd"}
    notes = {"diff": "image - convolved"}
    cutout = Cutout({"image": np.zeros((5, 5))}, meta, origin=(10, 6), notes=notes)
    back = round_trip(cutout, tmp_path)
    assert back.meta == meta
    assert back.notes == notes
    assert back.origin == (10, 6)
    assert back.position == cutout.position


def test_cutout_provenance_survives_the_file(tmp_path: Path) -> None:
    notes = {
        "diff": "image - convolved",
        "convolved": "reprojected from 40 x 40 pixels",
        "err": "variance converted, reprojected: by its WCS it lies elsewhere",
        "noise": ESTIMATED_NOISE,
        "template_err": f"{MEASURED_NOISE}: sky 9.1; photons by gain 4",
        "mask": "bits 1, 2 are bad: estimated by hand",
    }
    planes = {name: np.zeros((5, 5)) for name in ("image", *notes)}
    back = round_trip(Cutout(planes, {}, notes=notes), tmp_path)
    assert back.provenance == {
        "diff": Provenance.COMPUTED,
        "convolved": Provenance.REPROJECTED,
        "err": Provenance.CONVERTED | Provenance.REPROJECTED,
        "noise": Provenance.ESTIMATED,
        "template_err": Provenance.MEASURED,
    }


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


@pytest.mark.parametrize("name", ["a.fits.gz", "a.fits.bz2"])
def test_packed_image_without_the_name_of_a_plane_is_no_cutout(tmp_path: Path, name: str) -> None:
    fits.PrimaryHDU(np.zeros((5, 5))).writeto(tmp_path / name)
    with pytest.raises(InputError, match=f"{name}: expected a cutout, found a plain FITS image"):
        load_cutout(tmp_path / name)


def damaged(content: bytes, seed: int) -> bytes:
    """The content with 1 to 6 bytes changed, most of them in headers; some are cut short too."""
    rng = np.random.default_rng(seed)
    out = bytearray(content)
    for _ in range(rng.integers(1, 7)):
        out[rng.integers(0, len(out))] = rng.choice(list(b"0123456789'=/ -ETAB\x00\xff\n"))
    return bytes(out[: rng.integers(1, len(out))] if seed % 5 == 0 else out)


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_read_or_refused_in_a_line(tmp_path: Path) -> None:
    header = WCSS["sip"]().to_header(relax=True)
    meta = {"x": 5.0, "text": "it's long " * 20, "list": [1, 2], "time": Time("2020-01-01")}
    path = tmp_path / "a.fits"
    write_cutout(Cutout({n: np.ones((9, 9)) for n in ("image", "err")}, meta, header), path)
    content = path.read_bytes()
    read = refused = 0
    for seed in range(100):
        path.write_bytes(damaged(content, seed))
        try:
            cutout = load_cutout(path)
            assert cutout.plane_names
            assert all(cutout[name].shape == (9, 9) for name in cutout.plane_names)
            assert cutout.wcs is None or cutout.wcs.has_celestial
            read += 1
        except InputError as error:
            # The WCS is made when asked for, by what no longer knows of the file.
            assert str(error).startswith((str(path), "header: ")) and "\n" not in str(error)
            refused += 1
    assert min(read, refused) >= 10, (read, refused)


def test_cutout_file_of_the_most_bytes_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fits"
    write_cutout({"image": np.ones((9, 9))}, path)
    monkeypatch.setattr(cutout_file, "MAX_CUTOUT_BYTES", path.stat().st_size)
    assert load_cutout(path)["image"].shape == (9, 9)
    monkeypatch.setattr(cutout_file, "MAX_CUTOUT_BYTES", path.stat().st_size - 1)
    with pytest.raises(InputError, match="too large for a cutout"):
        load_cutout(path)


def test_cutout_file_over_512_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    path.touch()
    os.truncate(path, 512 * 2**20 + 1)
    with pytest.raises(InputError, match="too large for a cutout: over 512 MB"):
        load_cutout(path)


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


def test_cutout_file_example_runs() -> None:
    result = doctest.testmod(cutout_file)
    assert result.attempted and not result.failed
