"""PSFs: unit flux, the width asked for, at the place asked for."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.psf.models import Gaussian, Moffat, Psf, PsfImage


def image_of(psf: Psf) -> PsfImage:
    return PsfImage(5.0 * psf.render((41, 41), 20.0, 20.0))


PSFS = {
    "gaussian": Gaussian(4.0),
    "moffat": Moffat(4.0, 4.0),
    "image": image_of(Gaussian(4.0)),
}


@pytest.mark.parametrize("name", PSFS)
def test_unit_flux_at_the_place(name: str) -> None:
    stamp = PSFS[name].render((61, 51), 24.3, 31.6)
    rows, columns = np.indices(stamp.shape)
    assert stamp.sum() == pytest.approx(1.0, abs=5e-3)
    assert (stamp * columns).sum() == pytest.approx(24.3, abs=0.05)
    assert (stamp * rows).sum() == pytest.approx(31.6, abs=0.05)


@pytest.mark.parametrize("psf", [Gaussian(6.0), Moffat(6.0), Moffat(6.0, 2.0)], ids=str)
def test_half_of_the_peak_at_half_of_the_width(psf: Psf) -> None:
    stamp = psf.render((41, 41), 20.0, 20.0)
    assert stamp[20, 23] / stamp[20, 20] == pytest.approx(0.5, abs=0.01)


def test_the_width_of_an_image() -> None:
    assert PSFS["image"].fwhm == pytest.approx(4.06, abs=0.1)


@pytest.mark.parametrize("bad", [np.zeros((5, 5)), np.full((5, 5), np.nan), np.ones(5)], ids=str)
def test_what_is_no_psf_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="PSF image"):
        PsfImage(bad)


@pytest.mark.parametrize("fwhm", [1.5, 2.0, 3.0])
def test_coarse_moffat_is_integrated_over_the_pixels(fwhm: float) -> None:
    fine = Moffat(7 * fwhm, 3.0, 0.6, 0.4).render((287, 287), 143 + 7 * 0.3, 143 - 7 * 0.2)
    found = Moffat(fwhm, 3.0, 0.6, 0.4).render((41, 41), 20.3, 19.8)
    np.testing.assert_allclose(
        found, fine.reshape(41, 7, 41, 7).sum((1, 3)), atol=3e-3 * found.max()
    )


def test_moffat_is_longer_along_its_angle() -> None:
    stamp = Moffat(8.0, 3.0, 0.5, np.pi / 6).render((81, 81), 40.0, 40.0)
    y, x = np.indices(stamp.shape) - 40.0
    xx, xy, yy = ((stamp**2 * value).sum() for value in (x * x, x * y, y * y))
    assert 0.5 * np.arctan2(2 * xy, xx - yy) == pytest.approx(np.pi / 6, abs=0.01)
    wide, narrow = np.linalg.eigvalsh([[xx, xy], [xy, yy]])[::-1]
    assert np.sqrt(narrow / wide) == pytest.approx(0.5, abs=0.01)
