"""PSF files beside an image, and the stars that check them and the header's FWHM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import write_image, write_list
from tests.helpers.star_fields import make_field
from vetter.core.judgement.field_fit import NO_FWHM, FieldFit
from vetter.core.psf.models import Gaussian, PsfImage
from vetter.io.field.stars.psf import choose_field_fit
from vetter.io.field.stars.psf_beside import is_psf_name
from vetter.io.field.stars.psf_file import read_psf
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.settings import FitSettings

FWHM = 3.4
IMAGE = make_field(Gaussian(FWHM), stars=40, side=400).image


def fit_of(folder: Path, cards: dict[str, Any], image: np.ndarray = IMAGE, **how: Any) -> FieldFit:
    table = write_list(folder / "list.ecsv", id=["a"], x=[150.0], y=[140.0])
    planes = {"image": str(write_image(folder / "r1_sci.fits", image, cards))}
    source = open_input(str(table), InputOptions(planes=planes, **how))
    try:
        return choose_field_fit(source, source.record, FitSettings(), 20.0)
    finally:
        source.close()


def write_psf(path: Path, fwhm: float = FWHM) -> None:
    write_image(path, Gaussian(fwhm).render((31, 31), 15.0, 15.0))


@pytest.mark.parametrize(
    ("name", "card"),
    [("r1_psf.fits", {}), ("psf_r1_sci.fits", {}), ("model.fits", {"PSFFILE": "/old/model.fits"})],
    ids=["field's name", "image's name", "header"],
)
def test_psf_beside_image_is_used_and_said(tmp_path: Path, name: str, card: dict) -> None:
    write_psf(tmp_path / name)
    fit = fit_of(tmp_path, card)
    assert isinstance(fit.options.psf, PsfImage)
    assert fit.description.startswith(f"PSF of {name}; FWHM 3.4")
    assert "; found beside the image, as wide as 3" in fit.description


@pytest.mark.parametrize(
    ("fwhm", "reason"), [(4.4, "its FWHM is 4.5"), (40.0, "expected a PSF with its wings")]
)
def test_psf_unlike_the_stars_is_not_used(tmp_path: Path, fwhm: float, reason: str) -> None:
    write_psf(tmp_path / "r1_psf.fits", fwhm)
    fit = fit_of(tmp_path, {})
    assert fit.description.startswith("PSF from 3")
    assert f"r1_psf.fits is not used: {reason}" in fit.description


@pytest.mark.parametrize("name", ["r2_psf.fits", "r1_ref_psf.fits", "r1_psf.txt"])
def test_psf_of_another_image_is_no_psf_of_this(tmp_path: Path, name: str) -> None:
    write_psf(tmp_path / name)
    assert name not in fit_of(tmp_path, {}).description


def test_stars_asked_for_go_before_the_file(tmp_path: Path) -> None:
    write_psf(tmp_path / "r1_psf.fits")
    assert fit_of(tmp_path, {}, psf="stars").description.startswith("PSF from 3")


def test_psf_beside_field_without_stars_is_used(tmp_path: Path) -> None:
    write_psf(tmp_path / "r1_psf.fits")
    noise = np.random.default_rng(0).normal(100.0, 3.0, (200, 200))
    fit = fit_of(tmp_path, {}, noise)
    assert "not checked: there are too few stars" in fit.description and not fit.missing


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("ztf_20_sciimgdaopsfcent.fits", "ztf_20_sciimg.fits", True),
        ("ztf_20_diffimgpsf.fits", "ztf_20_sciimg.fits", False),
        ("r10_psf.fits", "r1.fits", False),
        ("r1.PSF", "r1.fits.fz", True),
        ("psf.fits", "science.fits", True),
        ("psf.fits", "r1.fits", False),
        ("r1_psfmatch_kernel.fits", "r1.fits", False),
    ],
)
def test_psf_names(name: str, image: str, expected: bool) -> None:
    assert is_psf_name(name, image) is expected


def test_header_that_contradicts_the_stars_is_said(tmp_path: Path) -> None:
    fit = fit_of(tmp_path, {"FWHM": 2.1})
    assert fit.description.startswith("PSF from 3")
    assert fit.options.fwhm == pytest.approx(FWHM, rel=0.03)
    assert "FWHM 2.10 px from FWHM in the header contradicts them" in fit.description


def test_stars_win_over_header_for_a_gaussian(tmp_path: Path) -> None:
    fit = fit_of(tmp_path, {"FWHM": 2.1}, psf="gaussian")
    assert fit.options.fwhm == pytest.approx(FWHM, rel=0.02)
    assert "FWHM 2.10 px from FWHM in the header contradicts them" in fit.description


def test_header_that_agrees_with_the_stars_stays(tmp_path: Path) -> None:
    fit = fit_of(tmp_path, {"FWHM": 3.1}, psf="gaussian")
    assert fit.options.fwhm == 3.1 and "contradicts" not in fit.description


def test_given_fwhm_wins_and_disagreement_is_said(tmp_path: Path) -> None:
    fit = fit_of(tmp_path, {}, fwhm=6.0)
    assert fit.options.psf == Gaussian(6.0)
    assert "FWHM 6.00 px as you say, but FWHM 3.4" in fit.description


def test_field_without_any_fwhm_has_the_reason(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(100.0, 3.0, (200, 200))
    fit = fit_of(tmp_path, {}, noise)
    assert fit.missing == NO_FWHM and fit.options.psf is None
    assert "the field has 0 good stars, a PSF needs 3" in fit.description


def test_psfex_polynomial_is_taken_at_the_centre(tmp_path: Path) -> None:
    narrow, wide = (Gaussian(f).render((41, 41), 20.0, 20.0) for f in (5.0, 8.0))
    slope = 0.5 * (wide - narrow)
    terms = np.stack([0.5 * (wide + narrow), slope, 0 * slope])[None].astype(np.float32)
    column = fits.Column("PSF_MASK", f"{terms.size}E", dim="(41,41,3)", array=terms)
    table = fits.BinTableHDU.from_columns([column], name="PSF_DATA")
    cards = {"PSF_SAMP": 1.0, "POLNGRP": 1, "POLDEG1": 1}
    cards |= {"POLNAME1": "X_IMAGE", "POLZERO1": 101.0, "POLSCAL1": 100.0}
    table.header.update(cards | {"POLNAME2": "Y_IMAGE", "POLZERO2": 101.0, "POLSCAL2": 100.0})
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "r1.psf")
    read = [read_psf(str(tmp_path / "r1.psf"), at).fwhm for at in ((0.0, 100.0), (200.0, 100.0))]
    assert read == pytest.approx([5.0, 8.0], rel=0.03)
    middle = read_psf(str(tmp_path / "r1.psf"), (100.0, 100.0))
    np.testing.assert_array_equal(middle.samples, read_psf(str(tmp_path / "r1.psf")).samples)
