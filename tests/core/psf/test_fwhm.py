"""The field's FWHM from its stars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.psf.fwhm import star_fwhm
from vetter.core.psf.models import Gaussian, Moffat, Psf


def starry(psf: Psf, shape: tuple[int, int] = (400, 500), stars: int = 40) -> np.ndarray:
    rng = np.random.default_rng(2)
    image = rng.normal(1000.0, 10.0, shape)
    for _ in range(stars):
        x, y = rng.uniform(25, shape[1] - 25), rng.uniform(25, shape[0] - 25)
        column, row = int(x), int(y)
        stamp = 10 ** rng.uniform(4, 5.5) * psf.render((39, 39), x - column + 19, y - row + 19)
        image[row - 19 : row + 20, column - 19 : column + 20] += stamp
    return image


@pytest.mark.parametrize("psf", [Gaussian(3.0), Gaussian(5.0), Moffat(4.0)], ids=str)
def test_the_fwhm_is_found(psf: Psf) -> None:
    found = star_fwhm(starry(psf))
    assert found is not None
    assert found.fwhm == pytest.approx(psf.fwhm, rel=0.04)
    assert found.stars > 10


@pytest.mark.parametrize("uneven", ["two amplifiers", "a slope"])
def test_stars_are_found_on_an_uneven_sky(uneven: str) -> None:
    image = starry(Gaussian(4.0))
    across = np.arange(image.shape[1])
    image += np.where(across < 250, 0.0, 500.0) if uneven == "two amplifiers" else 3.0 * across
    found = star_fwhm(image)
    assert found is not None
    assert found.fwhm == pytest.approx(4.0, rel=0.04)
    assert found.stars > 10


def test_saturated_stars_cosmic_rays_and_holes_do_not_count() -> None:
    image = np.minimum(starry(Gaussian(4.0)), 4000.0)
    image[50:390:17, 33] = 20000.0
    image[200:230] = np.nan
    found = star_fwhm(image)
    assert found is not None
    assert found.fwhm == pytest.approx(4.06, rel=0.04)


@pytest.mark.parametrize("unit", [1e-30, 1e30, 1e200])
def test_fwhm_is_independent_of_flux_units(unit: float) -> None:
    found = star_fwhm(starry(Gaussian(4.0)) * unit)
    assert found is not None
    assert found.fwhm == pytest.approx(4.0, rel=0.04)


@pytest.mark.parametrize("dtype", ["uint16", "int16", ">i4", "float32", ">f8"])
def test_fwhm_is_independent_of_pixel_type(dtype: str) -> None:
    found = star_fwhm(np.clip(starry(Gaussian(4.0)), 0, 30000).astype(dtype))
    assert found is not None
    assert found.fwhm == pytest.approx(4.0, rel=0.04)


def test_noise_has_no_fwhm() -> None:
    assert star_fwhm(np.random.default_rng(0).normal(size=(300, 300))) is None


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((5, 5)),
        np.full((99, 99), np.nan),
        np.ones((60, 60)),
        np.full((60, 60), 1.7e308),
        1.7e308 * np.random.default_rng(3).uniform(-1, 1, (60, 60)),
    ],
    ids=["tiny", "nan", "constant", "largest constant", "both ends of floats"],
)
def test_images_without_anything_have_no_fwhm(image: np.ndarray) -> None:
    assert star_fwhm(image) is None


def test_a_large_image_is_read_by_boxes() -> None:
    class Spy(ArrayPlane):
        def read(self, box: Box) -> np.ndarray:
            assert box.nx * box.ny <= 1024 * 1024
            return super().read(box)

    assert star_fwhm(Spy("image", np.zeros((1500, 2600)))) is None


def test_the_real_field(real_data: Path) -> None:
    image = fits.getdata(real_data / "decam_field" / "science.fits").astype(float)
    found = star_fwhm(image)
    assert found is not None
    assert 4.0 < found.fwhm < 6.0
    assert "stars of the field" in found.note
