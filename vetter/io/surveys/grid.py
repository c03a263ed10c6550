"""The pixel grid asked of a survey's server, and the steps that fit its image to one's own."""

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


class Grid:
    """The pixel grid asked for, as astroquery wants a WCS: with all its distortion terms."""

    def __init__(self, wcs: WCS, nx: int, ny: int, factor: int) -> None:
        self.pixel_shape = nx * factor, ny * factor
        middle = (nx - 1) / 2, (ny - 1) / 2
        self._cards = wcs_cards(without_tables(wcs, *middle) if has_tables(wcs) else wcs)
        if factor > 1:
            refine_grid(self._cards, factor)

    def to_header(self) -> Header:
        """The WCS's cards; the size is added by whoever asks."""
        header = self._cards.copy()
        if header["CTYPE1"].endswith("TPV") and not any(k.startswith("PV1_") for k in header):
            # The service refuses TPV without terms, which is TAN.
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
    """Columns and rows, from the first that says; InputError where nothing does."""
    if width is None or height is None:
        if shape is not None:
            height, width = shape
        elif header is not None and "NAXIS1" in header and "NAXIS2" in header:
            width, height = header["NAXIS1"], header["NAXIS2"]
        elif wcs is not None and wcs.pixel_shape is not None:
            width, height = wcs.pixel_shape
        else:
            raise InputError("hips2fits: wants the image's size; give width and height, or shape")
    if width < 1 or height < 1:
        raise InputError(f"hips2fits: wants a positive size, found {width} x {height}")
    return int(width), int(height)


def refinement(wcs: WCS, upscale: bool | int) -> int:
    """How many times smaller the pixels to ask for are; True: until they are below 1 arcsec."""
    if upscale is True:
        from astropy.wcs.utils import proj_plane_pixel_scales

        return max(1, math.ceil(float(np.mean(proj_plane_pixel_scales(wcs))) * 3600))
    return max(1, int(upscale))


def undo_asinh(image: Image) -> Image:
    """Linear flux of Pan-STARRS' asinh scale, in units of its softening.

    ``2 sinh(v / a)`` with a = 2.5 log10(e) (Waters et al. 2020, ApJS 251, 4, the compression
    of the stacks). NaN stays; beyond the range it is infinite.
    """
    with np.errstate(over="ignore"):
        linear: Image = 2.0 * np.sinh(np.asarray(image, float) * (0.4 * np.log(10.0)))
    return linear


def normalise_background(image: Image) -> Image:
    """The image scaled so that its median is 100 and its noise (1.4826 MAD) is 10.

    NaN stays. Where the noise is zero, or nothing is finite, it is not scaled.
    """
    finite = image[np.isfinite(image)]
    if finite.size == 0:
        return image
    middle = float(np.median(finite))
    noise = 1.4826 * float(np.median(np.abs(finite - middle)))
    scaled: Image = (image - middle) * (10.0 / noise if noise > 0 else 1.0) + 100.0
    return scaled


def bin_mean(image: Image, factor: int) -> Image:
    """Means of blocks of factor x factor pixels; a NaN makes its block NaN."""
    ny, nx = (size // factor for size in image.shape)
    blocks = image[: ny * factor, : nx * factor].reshape(ny, factor, nx, factor)
    means: Image = blocks.mean(axis=(1, 3))
    return means


def refine_grid(cards: Any, factor: int) -> None:
    """Change a header's WCS, in place, to pixels `factor` times smaller on the same sky.

    CRPIX, PC (or CD) and the SIP polynomials change; TPV's are in degrees and do not.
    """
    # PC rather than CDELT, for wcslib applies TPV's terms in between.
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
