"""PSF of artificial sources at their places, as the stars around them or a PSF file have it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve

from tests.helpers.field_files import write_image, write_list
from vetter.core.psf.models import Gaussian
from vetter.io.field.field_source import FieldSource
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.inputs.planting.field_optics import FieldOptics, measure_optics

SIDE = 640
NARROW, WIDE = 3.4, 4.6


def write_field(folder: Path, count: int = 100) -> Path:
    """Write a list and an image whose stars are narrow on the left and wide on the right."""
    rng = np.random.default_rng(5)
    image = rng.normal(100, 3, (SIDE, SIDE))
    across = np.arange(count) % 10 * 62.0 + 40
    up = np.arange(count) // 10 * 62.0 + 40
    for x, y in zip(
        across + rng.uniform(-8, 8, count), up + rng.uniform(-8, 8, count), strict=True
    ):
        fwhm = NARROW + (WIDE - NARROW) * x / SIDE
        corner = int(x) - 20, int(y) - 20
        light = Gaussian(fwhm).render((41, 41), x - corner[0], y - corner[1])
        rows, columns = slice(corner[1], corner[1] + 41), slice(corner[0], corner[0] + 41)
        room = image[max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop]
        room += (
            rng.uniform(2e4, 6e4)
            * light[-room.shape[0] :, -room.shape[1] :][: room.shape[0], : room.shape[1]]
        )
    write_image(folder / "image.fits", image, {"GAIN": 1.5})
    write_image(folder / "template.fits", rng.normal(100, 3, (SIDE, SIDE)))
    return write_list(folder / "l.csv", id=["a", "b"], x=[300.0, 331.0], y=[310.0, 100.0])


def optics_of(folder: Path, path: Path, **options: Any) -> FieldOptics:
    planes = {name: str(folder / f"{name}.fits") for name in ("image", "template")}
    how = InputOptions.from_keywords(planes=planes, **options)
    with closing(open_input(str(path), how)) as source:
        assert isinstance(source, FieldSource)
        optics = measure_optics(source, np.random.default_rng(0))
        # Built while the files are open.
        for x in (60.0, 580.0):
            optics.psf_at(x, 320.0)
        return optics


def test_psf_follows_the_stars_across_the_field(tmp_path: Path) -> None:
    optics = optics_of(tmp_path, write_field(tmp_path))
    left, right = (optics.psf_at(x, 320.0).fwhm for x in (60.0, 580.0))
    assert left < optics.psf.fwhm - 0.15 < right - 0.3
    assert left == pytest.approx(NARROW + 0.2, abs=0.15)
    assert right == pytest.approx(WIDE - 0.2, abs=0.15)


def test_few_stars_have_one_psf_for_the_field(tmp_path: Path) -> None:
    optics = optics_of(tmp_path, write_field(tmp_path, 30))
    assert optics.local_psf is None
    assert optics.psf_at(60.0, 320.0) is optics.psf


def test_named_psf_holds_everywhere(tmp_path: Path) -> None:
    optics = optics_of(tmp_path, write_field(tmp_path), psf="gaussian", fwhm=4.0)
    assert optics.local_psf is None


@pytest.mark.parametrize(("reach", "low", "high"), [(0, 1.0, 1.1), (1.0, 1.7, 3.0)])
def test_correlated_noise_counts_as_more(
    reach: float, low: float, high: float, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 3, (400, 400))
    image = 100 + (gaussian_filter(noise, reach) if reach else noise)
    write_image(tmp_path / "image.fits", image, {"GAIN": 1.5})
    write_image(tmp_path / "convolved.fits", np.full((400, 400), 100.0))
    path = write_list(tmp_path / "l.csv", id=["a", "b"], x=[300.0, 331.0], y=[310.0, 100.0])
    planes = {name: str(tmp_path / f"{name}.fits") for name in ("image", "convolved")}
    how = InputOptions.from_keywords(planes=planes, fwhm=4.0)
    with closing(open_input(str(path), how)) as source:
        assert isinstance(source, FieldSource)
        factor = measure_optics(source, np.random.default_rng(0)).noise_factor
    assert low <= factor <= high


def test_source_has_its_ratio_in_the_difference(tmp_path: Path) -> None:
    # The template is twice as noisy as the image, and both are correlated; no errors are given.
    rng = np.random.default_rng(4)
    image = 100 + gaussian_filter(rng.normal(0, 6, (400, 400)), 0.8)
    convolved = 100 + gaussian_filter(rng.normal(0, 12, (400, 400)), 0.8)
    pixels = {"image": image, "convolved": convolved, "diff": image - convolved}
    planes = {}
    for name, values in pixels.items():
        planes[name] = str(write_image(tmp_path / f"{name}.fits", values, {"GAIN": 1e6}))
    path = write_list(tmp_path / "l.csv", id=["a", "b"], x=[300.0, 331.0], y=[310.0, 100.0])
    how = InputOptions.from_keywords(planes=planes, fwhm=4.0, fakes=12)
    psf = Gaussian(4.0).render((21, 21), 10, 10)
    filtered = fftconvolve(pixels["diff"], psf[::-1, ::-1], mode="valid") / (psf**2).sum()
    sigma = float(np.std(filtered))
    with closing(open_input(str(path), how)) as source:
        truths = [json.loads(row.truth) for row in source.planted]
    ratios = np.array([truth["flux"] / sigma / truth["snr"] for truth in truths])
    assert np.median(ratios) == pytest.approx(1.0, abs=0.15)
