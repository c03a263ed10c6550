"""Images and headers that a script gives: astropy's NDData, masked arrays, headers as dicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vetter.core.coordinates.sky import pixel_scale
from vetter.core.coordinates.wcs import header_wcs
from vetter.core.cutout.plane import Array
from vetter.errors import InputError, suppress_warnings

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS


class ImageParts(NamedTuple):
    """An image and its companions: header, WCS and standard deviation, None where missing."""

    pixels: Array
    header: Any
    wcs: WCS | None
    err: Array | None


def split_image(image: Any) -> ImageParts:
    """Return the pixels of an image with what an NDData or a CCDData holds besides.

    Masked pixels become a masked array. The uncertainty becomes a standard deviation. A WCS of
    another kind than `astropy.wcs.WCS` is left out.
    """
    if not is_nddata(image):
        return ImageParts(np.asanyarray(image), None, None, None)
    from astropy.wcs import WCS

    err = None
    if image.uncertainty is not None and image.uncertainty.uncertainty_type != "unknown":
        from astropy.nddata import StdDevUncertainty

        err = np.asarray(image.uncertainty.represent_as(StdDevUncertainty).array)
    wcs = image.wcs if isinstance(image.wcs, WCS) else None
    return ImageParts(pixels_of(image), image.meta or None, wcs, err)


def pixels_of(plane: Any) -> Any:
    """Return the pixels of an NDData, masked if it has a mask; anything else unchanged."""
    if not is_nddata(plane):
        return plane
    if plane.mask is None:
        return np.asarray(plane.data)
    return np.ma.MaskedArray(plane.data, mask=np.broadcast_to(plane.mask, np.shape(plane.data)))


def is_nddata(image: Any) -> bool:
    """Return whether an image is an NDData of astropy."""
    # By name: astropy.nddata takes 0.2 s to import, and who has an NDData has imported it.
    return any(cls.__name__ == "NDDataBase" for cls in type(image).__mro__)


def as_header(header: Any) -> Header:
    """Return a header; a mapping of keywords to values becomes one.

    Values that FITS lacks are left out.

    Examples
    --------
    >>> as_header({"OBJECT": "M 31", "EXPTIME": 30.0})["EXPTIME"]
    30.0
    """
    from astropy.io.fits import Header

    if isinstance(header, Header):
        return header
    if not isinstance(header, Mapping):
        raise InputError(f"header: expected a FITS header or a dict, found {type(header).__name__}")
    made = Header()
    for keyword, value in header.items():
        if keyword in ("COMMENT", "HISTORY"):
            add = made.add_history if keyword == "HISTORY" else made.add_comment
            for line in [value] if isinstance(value, str) else value:
                add(line)
        elif keyword and np.ndim(value) == 0:
            _put(made, str(keyword), value)
    return made


def _put(header: Header, keyword: str, value: Any) -> None:
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        with suppress_warnings():
            header[keyword] = plain
    except (ValueError, TypeError):
        # A mapping may hold objects and NaN, for which FITS has no card.
        return


def radius_in_pixels(
    radius: Any, header: Header | None, wcs: WCS | None, x: float, y: float
) -> float:
    """Return a radius in pixels; a Quantity may be in pixels or, with a WCS, an angle.

    An angle is converted by the pixel scale at the position x, y, 0-based.

    Raises
    ------
    InputError
        The unit is neither, or an angle comes without a WCS.
    """
    unit = getattr(radius, "unit", None)
    if unit is None:
        return float(radius)
    if unit.is_equivalent("pix") or unit.is_equivalent(""):
        return float(radius.to_value(unit))
    if not unit.is_equivalent("deg"):
        raise InputError(f"radius: expected pixels or an angle, found {radius}")
    sky = wcs if wcs is not None else None if header is None else header_wcs(header)
    scale = None if sky is None else pixel_scale(sky, x, y)
    if scale is None:
        raise InputError(f"radius: {radius} needs a WCS; give wcs, header or a radius in pixels")
    return float(radius.to_value("arcsec")) / scale
