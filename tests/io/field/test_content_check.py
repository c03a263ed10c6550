"""Roles of planes checked on real fields, and on the same fields with planes mistaken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.matched_planes import night, residuals, write_planes
from vetter.io.field.content_check import boxes_of, check_planes
from vetter.io.field.field_planes import open_planes
from vetter.io.inputs.open_input import demo_input

DECAM = {
    "image": "science",
    "template": "template",
    "convolved": "convolved_template",
    "diff": "difference",
}


def checked(planes: dict[str, str], **options: Any) -> list[str]:
    field = open_planes(planes, **options)
    try:
        return check_planes(field).lines
    finally:
        field.close()


def decam(real_data: Path, **changed: str) -> dict[str, str]:
    folder = real_data / "decam_field"
    return {name: str(folder / f"{file}.fits") for name, file in (DECAM | changed).items()}


def test_demo_is_right() -> None:
    assert checked(dict(demo_input()[1].planes)) == []


@pytest.mark.parametrize("diff", ["difference", "difference_decorr"])
def test_real_field_is_right(real_data: Path, diff: str) -> None:
    planes = decam(real_data, diff=diff)
    assert checked(planes) == []
    del planes["convolved"]
    assert checked(planes) == []


def test_swapped_planes_of_a_real_field_are_found(real_data: Path) -> None:
    (line,) = checked(decam(real_data, image="difference", diff="science"))
    assert line.startswith("image and diff look swapped")


def test_difference_of_a_case_as_image_is_found(cases: Path) -> None:
    folder = cases / "_field"
    (line,) = checked(
        {"image": str(folder / "diff.fits"), "template": str(folder / "template.fits")}
    )
    assert line.startswith("image looks like a difference")


@pytest.mark.parametrize(
    ("case", "planes"),
    [
        ("_field", {"image": "science", "template": "template", "diff": "diff", "err": "err"}),
        ("I08_ps1_asinh_template", {"image": "science", "template": "ps1_stack"}),
        (
            "I09_hotpants",
            {
                "image": "fill_science",
                "convolved": "fill_conv",
                "diff": "fill_diff",
                "err": "fill_noise",
            },
        ),
        ("R01_rubin_dp2", {"image": "visit", "template": "template", "diff": "diff"}),
    ],
)
def test_planes_of_a_case_are_right(cases: Path, case: str, planes: dict[str, str]) -> None:
    folder = cases / case
    assert checked({name: str(folder / f"{file}.fits") for name, file in planes.items()}) == []


def test_mask_as_err_is_found(tmp_path: Path) -> None:
    planes = write_planes(tmp_path, night())
    bad = np.where(np.random.default_rng(3).random((160, 160)) > 0.95, 2, 0).astype(np.int16)
    fits.writeto(tmp_path / "flags.fits", bad)
    (line,) = checked(planes | {"err": str(tmp_path / "flags.fits")})
    assert line.startswith("err looks like a mask")


def test_converted_variance_is_right(tmp_path: Path) -> None:
    planes = write_planes(tmp_path, night(err=np.full((160, 160), 121.0)))
    variance = planes.pop("err")
    assert checked(planes, variance=variance) == []


def test_error_called_a_variance_is_found(tmp_path: Path) -> None:
    planes = write_planes(tmp_path, night(err=np.full((160, 160), 1e-3)))
    (line,) = checked(planes, variance=planes.pop("err"))
    assert line.startswith("err is")


def test_boxes_lie_on_the_image_and_do_not_overlap() -> None:
    for shape in ((50, 60), (384, 385), (400, 4000), (10000, 9000)):
        boxes = boxes_of(shape)
        assert all(box.overlap(shape)[1] == (slice(0, box.ny), slice(0, box.nx)) for box in boxes)
        area = np.zeros(shape, np.int8)
        for box in boxes:
            area[box.overlap(shape)[0]] += 1
        assert area.max() == 1


def test_plane_around_zero_with_lobes_of_both_signs_is_a_difference(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).normal(0, 10, residuals().shape)
    stars = np.clip(residuals(), 0, None)
    planes = write_planes(
        tmp_path,
        night()
        | {
            "haze": noise + residuals(),
            "faint": noise,
            "stars": noise + stars,
            "deep": stars + 500,
        },
    )
    field = open_planes(planes)
    try:
        found = check_planes(field)
    finally:
        field.close()
    assert "haze" in found.differences
    assert not {"faint", "stars", "deep", "image", "template"}.intersection(found.differences)
