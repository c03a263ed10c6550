"""The PSF that a field's stars have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers import star_fields
from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.psf.effective_psf import effective_psf
from vetter.core.psf.models import Gaussian, Moffat, Psf, PsfImage

PLACES = ((0.0, 0.0), (0.5, 0.5), (0.25, -0.3), (-0.4, 0.1))


class Elliptical:
    """A Gaussian, 20% longer than it is wide, at an angle; at the pixels' centres."""

    fwhm = 3.5
    description = "elliptical"

    def render(self, shape: tuple[int, int], x: float, y: float) -> np.ndarray:
        rows, columns = np.indices(shape)
        along = 0.8 * (columns - x) + 0.6 * (rows - y)
        across = 0.8 * (rows - y) - 0.6 * (columns - x)
        sigma = self.fwhm / 2.3548
        value = np.exp(-0.5 * (along**2 / 1.2 + across**2 * 1.2) / sigma**2)
        return value / (2 * np.pi * sigma**2)


PSFS: dict[str, Psf] = {
    "gaussian 2.5": Gaussian(2.5),
    "gaussian 4": Gaussian(4.0),
    "moffat 3.5": Moffat(3.5, 2.5),
    "elliptical": Elliptical(),
}


def starry(psf: Psf, stars: int = 60, side: int = 500, seed: int = 5) -> np.ndarray:
    """Stars on a jittered grid, of S/N from 50 to 1000."""
    rng = np.random.default_rng(seed)
    image = np.full((side, side), 1000.0)
    cells = int(np.ceil(np.sqrt(stars)))
    step = side / cells
    for number in range(stars):
        x, y = (np.array(divmod(number, cells)) + rng.uniform(0.35, 0.65, 2)) * step
        flux = 10 ** rng.uniform(3.7, 5.0)
        column, row = int(x), int(y)
        stamp = flux * psf.render((49, 49), x - column + 24, y - row + 24)
        y0, x0 = max(row - 24, 0), max(column - 24, 0)
        part = image[y0 : row + 25, x0 : column + 25]
        part += stamp[y0 - row + 24 :, x0 - column + 24 :][: part.shape[0], : part.shape[1]]
    noise = np.sqrt(100.0 + np.clip(image - 1000.0, 0, None) / 2.0)
    return image + noise * rng.standard_normal(image.shape)


def built(image: np.ndarray, mask: np.ndarray | None = None, **options: float) -> PsfImage | str:
    plane = None if mask is None else ArrayPlane("mask", mask)
    return effective_psf(ArrayPlane("image", image), plane, **options)


def flux_of(psf: Psf, truth: Psf, x: float, y: float) -> float:
    """Flux of a star of unit flux, fitted together with a background in a box of 4 FWHM + 1."""
    side = 2 * round(2 * truth.fwhm) + 1
    middle = side // 2
    star = truth.render((side, side), middle + x, middle + y).ravel()
    model = psf.render((side, side), middle + x, middle + y).ravel()
    terms = np.stack([model, np.ones_like(model)], axis=1)
    return float(np.linalg.lstsq(terms, star, rcond=None)[0][0])


@pytest.mark.parametrize("name", PSFS)
def test_the_flux_is_right_at_any_place_in_a_pixel(name: str) -> None:
    psf = built(starry(PSFS[name]))
    assert isinstance(psf, PsfImage)
    for x, y in PLACES:
        assert flux_of(psf, PSFS[name], x, y) == pytest.approx(1.0, abs=0.04)
    assert psf.fwhm == pytest.approx(PSFS[name].fwhm, rel=0.06)


@pytest.mark.parametrize("name", star_fields.PSFS)
def test_psf_of_any_shape_gives_the_flux(name: str) -> None:
    truth = star_fields.PSFS[name]
    psf = built(star_fields.make_field(truth, stars=50, side=700).image)
    assert isinstance(psf, PsfImage) and psf.description.startswith("PSF from ")
    for x, y in PLACES:
        assert flux_of(psf, truth, x, y) == pytest.approx(1.0, abs=0.03)
    # A pixel adds 0.68 px in quadrature.
    assert psf.fwhm == pytest.approx(np.hypot(truth.fwhm, 0.68), rel=0.05)


def test_galaxies_of_deep_field_do_not_widen_the_psf() -> None:
    psf = built(star_fields.make_deep_field(Gaussian(2.0), 15, 150).image)
    assert isinstance(psf, PsfImage)
    for x, y in PLACES:
        assert flux_of(psf, Gaussian(2.0), x, y) == pytest.approx(1.0, abs=0.03)


def test_psf_of_saturated_frame_is_of_the_other_stars() -> None:
    field = star_fields.make_field(Gaussian(4.0), stars=60, side=700, dex=(4.5, 6.7))
    psf = built(np.clip(field.image, 0, 65535).astype(np.uint16))
    assert isinstance(psf, PsfImage)
    for x, y in PLACES:
        assert flux_of(psf, Gaussian(4.0), x, y) == pytest.approx(1.0, abs=0.03)


def test_a_gaussian_in_its_place_loses_a_quarter_of_a_moffat() -> None:
    assert flux_of(Gaussian(3.7), PSFS["moffat 3.5"], 0.2, 0.1) < 0.78


@pytest.fixture(scope="module")
def of_25_stars() -> PsfImage:
    psf = built(starry(Gaussian(3.0), stars=25))
    assert isinstance(psf, PsfImage)
    return psf


def test_it_says_how_many_stars_it_rests_on(of_25_stars: PsfImage) -> None:
    words = of_25_stars.description.split()
    assert words[:2] == ["PSF", "from"] and words[3:] == ["stars", "of", "the", "field"]
    assert 15 <= int(words[2]) <= 25


def test_twice_is_the_same_to_the_bit(of_25_stars: PsfImage) -> None:
    again = built(starry(Gaussian(3.0), stars=25))
    assert isinstance(again, PsfImage)
    np.testing.assert_array_equal(again.samples, of_25_stars.samples)


@pytest.mark.parametrize("few", [3, 5, 9])
def test_psf_of_few_stars_is_a_smooth_moffat(few: int) -> None:
    psf = built(starry(PSFS["moffat 3.5"], stars=few, side=200))
    assert isinstance(psf, PsfImage)
    assert psf.description.startswith("Moffat PSF of beta ")
    assert psf.description.endswith(f"from {few} stars of the field")
    for x, y in PLACES:
        assert flux_of(psf, PSFS["moffat 3.5"], x, y) == pytest.approx(1.0, abs=0.03)


def only_two(image: np.ndarray) -> np.ndarray:
    return image[:250, :130]


def nothing(image: np.ndarray) -> np.ndarray:
    return image[:, :20]


@pytest.mark.parametrize("change", [only_two, nothing])
def test_too_few_good_stars_are_said(change: Callable[[np.ndarray], np.ndarray]) -> None:
    found = built(change(starry(Gaussian(3.0), stars=16)))
    assert found == "the field has 0 good stars, a PSF needs 3"


def test_masked_stars_and_those_near_saturation_do_not_count() -> None:
    image = starry(Gaussian(3.0), stars=25)
    mask = image > 1500.0
    assert isinstance(built(image, mask), str)
    every, some = built(image, saturation=1e6), built(image, saturation=4000.0)
    assert isinstance(every, PsfImage) and isinstance(some, PsfImage)
    assert int(some.description.split()[2]) < int(every.description.split()[2])


def test_pairs_of_stars_do_not_count() -> None:
    image = starry(Gaussian(3.0), stars=25)
    pairs = image + np.roll(image - 1000.0, 7, axis=1)
    assert isinstance(built(pairs), str)


def test_star_wider_than_its_stamp_does_not_count() -> None:
    # The first box tells stamps of 17 pixels; a galaxy of 13 pixels fills one to its corners.
    image = np.full((1300, 1300), 1000.0)
    image[400:900, 400:900] = starry(Gaussian(2.5), stars=25)
    image += np.random.default_rng(2).normal(0.0, 10.0, image.shape)
    alone = built(image)
    assert isinstance(alone, PsfImage)
    image[60:141, 60:141] += 1e6 * Gaussian(13.0).render((81, 81), 40, 40)
    image[1160:1241, 1160:1241] += 1e6 * Gaussian(13.0).render((81, 81), 40, 40)
    beside = built(image)
    assert isinstance(beside, PsfImage)
    np.testing.assert_array_equal(beside.samples, alone.samples)


def test_a_large_image_is_read_by_boxes() -> None:
    class Spy(ArrayPlane):
        count = 0

        def read(self, box: Box) -> np.ndarray:
            assert box.nx * box.ny <= 1024 * 1024
            Spy.count += 1
            return super().read(box)

    assert isinstance(effective_psf(Spy("image", np.zeros((2000, 2600)))), str)
    assert Spy.count == 5


def test_a_star_in_boxes_that_overlap_is_one() -> None:
    image = np.random.default_rng(1).normal(1000.0, 10.0, (1100, 1100))
    image[400:900, 400:900] = starry(Gaussian(3.0), stars=9)
    found = built(image)
    assert isinstance(found, PsfImage) and "from 9 stars" in found.description


def test_real_field_of_five_stars_has_a_smooth_psf(real_data: Path) -> None:
    image = fits.getdata(real_data / "decam_field" / "science.fits").astype(float)
    found = built(image)
    assert isinstance(found, PsfImage)
    assert found.description.endswith("from 5 stars of the field")
    assert found.fwhm == pytest.approx(5.1, abs=0.4)
