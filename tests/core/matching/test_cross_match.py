"""Cross-convolution: one PSF for both stamps, white noise of known size, fluxes and shifts kept."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.matching.cross_match import CrossMatched, cross_match
from vetter.core.psf.models import Gaussian, Moffat, Psf, PsfImage

SIDE = 51
CASES = {
    "equal": (4.0, 4.0, 1.0, 1.0),
    "sharp template": (5.0, 3.5, 1.0, 0.3),
    "sharp image": (3.5, 5.0, 1.0, 0.3),
    "deep template": (4.0, 4.2, 1.0, 0.05),
    "undersampled": (2.0, 3.0, 1.0, 0.5),
}


def star(psf: Psf, flux: float, x: float = 25.2, y: float = 24.7) -> np.ndarray:
    return flux * psf.render((SIDE, SIDE), x, y)


def matched_pair(case: str, seed: int, new_flux: float = 0.0) -> CrossMatched:
    """Match stamps of a star of S/N some 300, and of a new source."""
    widths = CASES[case]
    rng = np.random.default_rng(seed)
    psfs = Moffat(widths[0], 3.0), Moffat(widths[1], 3.0)
    image, template = (
        100 + rng.normal(0, noise, (SIDE, SIDE)) + star(psf, 3000.0)
        for psf, noise in zip(psfs, widths[2:], strict=True)
    )
    image += star(psfs[0], new_flux, 29.0, 22.0)
    return cross_match(image, template, widths[2], widths[3], *psfs)


@pytest.mark.parametrize("case", CASES)
def test_noise_is_white_and_of_the_size_given(case: str) -> None:
    chi2, neighbours = [], []
    for seed in range(20):
        matched = matched_pair(case, seed)
        residual = (matched.image - matched.convolved) / matched.err
        chi2.append(np.nanmean(residual**2))
        neighbours.append(np.nanmean(residual[:, 1:] * residual[:, :-1]))
    assert np.mean(chi2) == pytest.approx(1.0, abs=0.05)
    assert np.mean(neighbours) == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("case", CASES)
def test_new_source_has_the_psf_and_flux_told(case: str) -> None:
    fluxes, errors = [], []
    for seed in range(20):
        matched = matched_pair(case, seed, 300.0)
        psf = matched.psf.render((SIDE, SIDE), 29.0, 22.0)
        known = np.isfinite(matched.image)
        weight = float((psf**2)[known].sum())
        difference = matched.image - matched.convolved
        fluxes.append(float((difference * psf)[known].sum()) / weight)
        errors.append(float(matched.err[25, 25]) / weight**0.5)
    assert np.mean(fluxes) == pytest.approx(300.0, abs=4 * np.mean(errors) / 20**0.5)
    assert np.mean(errors) < 15.0


def test_shift_of_the_template_stays_a_shift() -> None:
    wide, sharp = Gaussian(4.5), Gaussian(3.5)
    at, moved = (
        cross_match(star(wide, 1e4), star(sharp, 1e4, 25.2 + dx), 1.0, 0.5, wide, sharp)
        for dx in (0.0, 1.0)
    )
    expected = at.convolved[10:-10, 10:-11]
    assert moved.convolved[10:-10, 11:-10] == pytest.approx(expected, abs=0.2)


def test_unknown_pixels_are_unknown_around_them_alone() -> None:
    wide, sharp = Moffat(4.5), Moffat(3.5)
    image, template = star(wide, 1e4), star(sharp, 1e4)
    template[25, 40] = np.nan
    matched = cross_match(image, template, 1.0, 0.5, wide, sharp)
    assert np.isnan(matched.convolved[25, 40])
    assert np.isnan(matched.image).sum() == np.isnan(matched.err).sum()
    assert np.nanmax(np.abs(matched.image - matched.convolved)) < 1.0
    assert np.isfinite(matched.image[15:36, 15:36]).mean() > 0.9


def test_errors_of_a_bright_source_stay_at_the_source() -> None:
    wide, sharp = Moffat(4.5), Moffat(3.5)
    err = np.sqrt(1.0 + star(wide, 1e3))
    matched = cross_match(star(wide, 1e3), star(sharp, 1e3), err, 0.5, wide, sharp)
    assert matched.err[25, 25] > 3 * matched.err[25, 12]
    assert matched.err[25, 12] == pytest.approx(1.25**0.5, rel=0.05)


def test_psf_images_give_the_same_as_their_models() -> None:
    psfs = Gaussian(4.5), Gaussian(3.5)
    images = [PsfImage(psf.render((41, 41), 20, 20)) for psf in psfs]
    of_models, of_images = (
        cross_match(star(psfs[0], 1e4), star(psfs[1], 1e4), 1.0, 0.5, *pair)
        for pair in (psfs, images)
    )
    assert of_images.convolved == pytest.approx(of_models.convolved, abs=0.5, nan_ok=True)


def test_stamps_without_errors_are_refused() -> None:
    psf = Gaussian(3.0)
    with pytest.raises(ValueError, match="errors: expected a finite one"):
        cross_match(star(psf, 1.0), star(psf, 1.0), 0.0, 1.0, psf, psf)
