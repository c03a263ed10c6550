"""PSFs from files, and the kinds that need none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from vetter.core.psf.models import Gaussian
from vetter.errors import InputError
from vetter.io.field.stars.psf_file import read_psf

WIDE = Gaussian(6.0).render((41, 41), 20.0, 20.0)


def written(path: Path, pixels: np.ndarray, **cards: object) -> str:
    hdu = fits.ImageHDU(pixels, name="PSF")
    hdu.header.update(cards)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return str(path)


def psfex(path: Path, step: float = 0.5) -> str:
    """As PSFEx writes: the constant term first, then that of a polynomial."""
    terms = np.stack([WIDE, 0.01 * WIDE])[None].astype(np.float32)
    column = fits.Column("PSF_MASK", f"{terms.size}E", dim="(41,41,2)", array=terms)
    table = fits.BinTableHDU.from_columns([column], name="PSF_DATA")
    table.header["PSF_SAMP"] = step
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
    return str(path)


def test_an_image_has_the_pixels_of_the_field(tmp_path: Path) -> None:
    psf = read_psf(written(tmp_path / "psf.fits", WIDE) + "[PSF]")
    assert psf.fwhm == pytest.approx(6.0, rel=0.03)
    assert psf.description == "PSF of psf.fits[PSF]"
    assert psf.render((41, 41), 20.0, 20.0).sum() == pytest.approx(1.0, abs=1e-3)


def test_an_oversampled_image_says_so(tmp_path: Path) -> None:
    psf = read_psf(written(tmp_path / "psf.fits", WIDE, OVERSAMP=2))
    assert psf.fwhm == pytest.approx(3.0, rel=0.03)
    stamp = psf.render((21, 21), 10.25, 9.5)
    assert stamp.sum() == pytest.approx(1.0, abs=1e-3)
    assert stamp.sum(0) @ np.arange(21) == pytest.approx(10.25, abs=1e-3)


def test_a_model_of_psfex_is_taken_in_the_middle_of_its_field(tmp_path: Path) -> None:
    psf = read_psf(psfex(tmp_path / "field.psf"))
    assert psf.fwhm == pytest.approx(3.0, rel=0.03)


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.full((31, 31), np.nan), "finite"),
        (np.zeros((31, 31)), "sum"),
        (np.pad(WIDE, ((0, 60), (0, 0))), "peak in the middle"),
        (WIDE[17:24, 17:24], "wings"),
        (np.ones((2000, 2000), np.float32), "expected a PSF"),
        (np.ones(7), "two-dimensional"),
    ],
    ids=["nan", "empty", "aside", "cut", "large", "line"],
)
def test_what_is_no_psf_is_refused_in_one_line(
    tmp_path: Path, pixels: np.ndarray, said: str
) -> None:
    name = written(tmp_path / "psf.fits", pixels)
    with pytest.raises(InputError, match=said) as caught:
        read_psf(name)
    assert str(caught.value).startswith(name) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there_names_the_kinds(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gaussian, moffat, stars or a file"):
        read_psf(str(tmp_path / "mofat"))


@pytest.mark.parametrize("step", [0.0, -1.0])
def test_a_psfex_model_without_a_step_is_refused(tmp_path: Path, step: float) -> None:
    with pytest.raises(InputError, match="PSF_SAMP"):
        read_psf(psfex(tmp_path / "field.psf", step))
