"""What has to be done to a survey's image before it can stand beside one's own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.float64]

_SIP = re.compile(r"(A|B|AP|BP)_(\d+)_(\d+)")


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
