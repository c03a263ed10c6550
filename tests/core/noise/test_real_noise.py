"""Noise of real differences, beside the error planes that came or were made with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.noisy_fields import plane
from vetter.core.noise.err_check import ErrCheck, check_err
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel


def read(path: Path, extension: int | str = 0) -> np.ndarray:
    return np.asarray(fits.getdata(path, extension), float)


def test_decam_noise_equals_made_plane(real_data: Path) -> None:
    image = read(real_data / "decam_field" / "science.fits")
    template = read(real_data / "decam_field" / "convolved_template.fits")
    err = read(real_data / "stdpipe" / "decam_err.fits")
    model = measure_noise(plane(image), plane(template), gain=3.98)
    assert isinstance(model, NoiseModel)
    ratio = model.err(image, template, 0, 0) / err
    assert np.median(ratio) == pytest.approx(1, abs=0.05)
    # Convolution correlates the pixels of both.
    assert model.psf_noise_factor(5.2) > 2


def test_rubin_variance_is_right(real_data: Path) -> None:
    folder = real_data / "cases" / "R01_rubin_dp2"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    image, difference = read(folder / "visit.fits", "IMAGE"), read(folder / "diff.fits", "IMAGE")
    err = np.sqrt(read(folder / "diff.fits", "VARIANCE"))
    template = plane(image - difference)
    checked = check_err(plane(image), template, plane(err))
    assert isinstance(checked, ErrCheck) and checked.description == ""
    model = measure_noise(plane(image), template)
    assert isinstance(model, NoiseModel)
    ratio = model.err(image, template.pixels, 0, 0) / err
    assert np.nanmedian(ratio) == pytest.approx(1, abs=0.05)


def test_noise_of_template_counts_in_listed_field(cases: Path) -> None:
    image, template, err = (
        read(cases / "_field" / f"{name}.fits") for name in ("science", "template", "err")
    )
    model = measure_noise(plane(image), plane(template))
    assert isinstance(model, NoiseModel)
    assert np.median(model.err(image, template, 0, 0) / err) == pytest.approx(1, abs=0.03)
