"""Cautions on a source's planes and positions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import tan_wcs, write_image, write_list
from tests.helpers.matched_planes import night, sky, write_planes
from tests.helpers.night_files import write_night
from vetter.io.input_options import InputOptions
from vetter.io.inputs.content_cautions import apart_share, content_cautions, content_findings
from vetter.io.inputs.open_input import open_input


def test_cautions_of_a_source_leave_its_planes_open(tmp_path: Path) -> None:
    planes = write_planes(tmp_path, night())
    planes["template"] = str(
        write_image(tmp_path / "other.fits", sky(2, stars=8).astype(np.float32))
    )
    del planes["convolved"]
    table = write_list(tmp_path / "list.csv", id=["a"], x=[70.0], y=[81.0])
    source = open_input(str(table), InputOptions(planes=planes))
    try:
        (line,) = content_cautions(source)
        assert line.startswith("template shows")
        assert source.cutout(0).planes["image"].shape == (41, 41)
    finally:
        source.close()


@pytest.mark.parametrize(("shift", "share"), [(0.0, 0.0), (30.0, 1.0)])
def test_share_of_pixels_apart_from_the_sky(tmp_path: Path, shift: float, share: float) -> None:
    image = write_image(tmp_path / "image.fits", sky(1).astype(np.float32), wcs=tan_wcs())
    x, y = np.array([20.0, 50.0]), np.array([30.0, 44.0])
    ra, dec = tan_wcs().all_pix2world(x, y, 0)
    table = write_list(tmp_path / "list.csv", id=["a", "b"], x=x + shift, y=y, ra=ra, dec=dec)
    source = open_input(str(table), InputOptions(planes={"image": str(image)}))
    try:
        assert apart_share(source) == share
    finally:
        source.close()


def test_share_apart_is_unknown_without_sky_positions(tmp_path: Path) -> None:
    image = write_image(tmp_path / "image.fits", sky(1).astype(np.float32), wcs=tan_wcs())
    table = write_list(tmp_path / "list.csv")
    source = open_input(str(table), InputOptions(planes={"image": str(image)}))
    try:
        assert np.isnan(apart_share(source))
    finally:
        source.close()


def test_each_image_of_a_night_is_checked(tmp_path: Path) -> None:
    path = write_night(tmp_path, planes=("image", "err"))
    # Errors of 100 +- 3 on noise of 3: a plane of the image's level is no error.
    source = open_input(str(path))
    try:
        lines = list(content_cautions(source))
    finally:
        source.close()
    assert [line.split(":")[0] for line in lines] == ["n0", "n1", "n2"]
    assert all("the noise of image" in line for line in lines)


def write_triplets(folder: Path, count: int, sign: int) -> Path:
    """Write image, template and difference of some candidates, as a file each."""
    for number in range(count):
        rng = np.random.default_rng(number)
        image, template = rng.normal(100, 5, (2, 31, 31)).astype(np.float32)
        planes = {"sci": image, "ref": template, "diff": sign * (image - template)}
        for word, pixels in planes.items():
            fits.writeto(folder / f"cand{number}_{word}.fits", pixels)
    return folder


@pytest.mark.parametrize(("count", "sign", "lines"), [(6, -1, 1), (6, 1, 0), (4, -1, 0)])
def test_turned_differences_of_stamps_are_told(
    tmp_path: Path, count: int, sign: int, lines: int
) -> None:
    source = open_input(str(write_triplets(tmp_path, count, sign)))
    found = list(content_cautions(source))
    source.close()
    assert len(found) == lines
    assert all(line.startswith(f"diff is template - image in {count} of") for line in found)


def test_stamps_are_read_in_turn_and_unreadable_ones_left_out(tmp_path: Path) -> None:
    source = open_input(str(write_triplets(tmp_path, 30, -1)))
    (tmp_path / "cand0_sci.fits").write_bytes(b"no image")
    tasks = []

    def read(task):
        tasks.append(task)
        return task(source)

    (found,) = content_findings(source, read)
    source.close()
    assert len(tasks) == 12
    assert found.lines[0].startswith("diff is template - image in 11 of 11 stamps looked at")
    assert found.differences == ("diff",)


@pytest.mark.parametrize("name", ["alerts/ztf", "labelled/ztf_alerts_51.parquet"])
def test_packets_of_ztf_have_no_caution(real_data: Path, name: str) -> None:
    source = open_input(str(real_data / name)).read_whole_list()
    (found,) = content_findings(source)
    source.close()
    assert found == ([], ("diff",))
