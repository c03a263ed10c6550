"""The pixel grid that is asked of a survey's server."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vetter.core.coordinates.wcs import has_tables, wcs_cards, without_tables
from vetter.errors import InputError
from vetter.io.surveys.survey_image import refine_grid

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS


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
