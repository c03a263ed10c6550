"""Pixel grids requested from a survey's server, and steps that convert its image to ours."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.wcs import has_tables, wcs_cards, without_tables
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

Image = npt.NDArray[np.float64]

_SIP = re.compile(r"(A|B|AP|BP)_(\d+)_(\d+)")


class SurveyGrid:
    """Requested pixel grid with all distortion terms, in the interface of a WCS for astroquery."""

    def __init__(self, wcs: WCS, nx: int, ny: int, factor: int) -> None:
        self.pixel_shape = nx * factor, ny * factor
        middle = (nx - 1) / 2, (ny - 1) / 2
        self._cards = wcs_cards(without_tables(wcs, *middle) if has_tables(wcs) else wcs)
        if factor > 1:
            refine_grid(self._cards, factor)

    def to_header(self) -> Header:
        """Return the cards of the WCS; astroquery adds the size."""
        header = self._cards.copy()
        if header["CTYPE1"].endswith("TPV") and not any(k.startswith("PV1_") for k in header):
            # The service refuses TPV without PV terms, which equals TAN.
            for axis in (1, 2):
                header[f"CTYPE{axis}"] = header[f"CTYPE{axis}"].replace("TPV", "TAN")
        return header


def grid_size(
    width: int | None,
    height: int | None,
    shape: tuple[int, int] | None,
    header: Header | None,
    wcs: WCS | None,
) -> tuple[int, int]:
    """Return columns and rows from the first argument that gives them; else raise InputError."""
    if width is None or height is None:
        if shape is not None:
            height, width = shape
        elif header is not None and "NAXIS1" in header and "NAXIS2" in header:
            width, height = header["NAXIS1"], header["NAXIS2"]
        elif wcs is not None and wcs.pixel_shape is not None:
            width, height = wcs.pixel_shape
        else:
            raise InputError(
                "hips2fits: the image size is missing; give width and height, or shape"
            )
    if width < 1 or height < 1:
        raise InputError(f"hips2fits: expected a positive size, found {width} x {height}")
    return int(width), int(height)


def refinement_factor(wcs: WCS, upscale: bool | int) -> int:
    """Return the factor that requested pixels are smaller; True: down to 1 arcsec or less."""
    if upscale is True:
        from astropy.wcs.utils import proj_plane_pixel_scales

        return max(1, math.ceil(float(np.mean(proj_plane_pixel_scales(wcs))) * 3600))
    return max(1, int(upscale))


def undo_asinh(image: Image) -> Image:
    """Convert Pan-STARRS' asinh scale to linear flux, in units of its softening.

    ``2 sinh(v / a)`` with a = 2.5 log10(e) (Waters et al. 2020, ApJS 251, 4, the compression
    of the stacks). NaN stays NaN; values beyond the float range become infinite.
    """
    with np.errstate(over="ignore"):
        linear: Image = 2.0 * np.sinh(np.asarray(image, float) * (0.4 * np.log(10.0)))
    return linear


def normalise_background(image: Image) -> Image:
    """Scale an image to a median of 100 and a noise (1.4826 MAD) of 10.

    NaN stays NaN. An image of zero noise is only shifted; without finite pixels it is unchanged.
    """
    finite = image[np.isfinite(image)]
    if finite.size == 0:
        return image
    middle = float(np.median(finite))
    noise = 1.4826 * float(np.median(np.abs(finite - middle)))
    scaled: Image = (image - middle) * (10.0 / noise if noise > 0 else 1.0) + 100.0
    return scaled


def bin_mean(image: Image, factor: int) -> Image:
    """Average blocks of factor x factor pixels; a NaN makes its block NaN."""
    ny, nx = (size // factor for size in image.shape)
    blocks = image[: ny * factor, : nx * factor].reshape(ny, factor, nx, factor)
    means: Image = blocks.mean(axis=(1, 3))
    return means


def refine_grid(cards: Any, factor: int) -> None:
    """Change a header's WCS, in place, to pixels `factor` times smaller on the same sky.

    CRPIX, PC (or CD) and the SIP polynomials change; TPV terms are in degrees and stay.
    """
    # PC, not CDELT: wcslib applies the TPV terms between them.
    if not any(re.fullmatch(r"CD\d_\d", keyword) for keyword in cards):
        for axis in (1, 2):
            cards.setdefault(f"PC{axis}_{axis}", 1.0)
    for keyword in list(cards):
        sip = _SIP.fullmatch(keyword)
        if keyword.startswith("CRPIX"):
            cards[keyword] = (cards[keyword] - 0.5) * factor + 0.5
        elif re.fullmatch(r"(CD|PC)\d_\d", keyword):
            cards[keyword] /= factor
        elif sip:
            cards[keyword] /= float(factor) ** (int(sip[2]) + int(sip[3]) - 1)
