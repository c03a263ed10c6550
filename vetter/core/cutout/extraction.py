"""Extraction of a candidate's cutout from images in memory."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.coordinates.angles import j_name
from vetter.core.coordinates.wcs import has_tables, header_wcs, sky_to_pixel, with_wcs
from vetter.core.cutout.candidate_fields import (
    find_pixel,
    find_sky_position,
    read_fields,
    read_number,
)
from vetter.core.cutout.crop import crop_array, crop_header, crop_wcs
from vetter.core.cutout.cutout import SPECIAL, Cutout
from vetter.core.cutout.image_forms import as_header, pixels_of, radius_in_pixels, split_image
from vetter.core.cutout.plane import Array, Box
from vetter.errors import InputError
from vetter.settings import MAX_RADIUS

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.nddata import NDData
    from astropy.time import Time
    from astropy.units import Quantity
    from astropy.wcs import WCS


def get_cutout(
    image: Array | NDData,
    candidate: Any,
    radius: float | Quantity,
    header: Header | Mapping[str, Any] | None = None,
    wcs: WCS | None = None,
    time: Time | datetime.datetime | str | None = None,
    filename: str | None = None,
    name: str | None = None,
    **planes: Array | NDData | None,
) -> Cutout:
    """Cut the planes around a candidate out of images.

    Parameters
    ----------
    image : ndarray, shape (rows, columns), or NDData
        The image; not changed. An NDData or CCDData also gives its mask (as NaN), its WCS and
        header unless these are given, and its uncertainty as ``err``.
    candidate : dict, astropy Row, pandas row, numpy record, namedtuple, dataclass or SkyCoord
        Fields ``x`` and ``y``, 0-based pixels of `image`; or SExtractor's ``XWIN_IMAGE`` and
        ``YWIN_IMAGE`` or ``X_IMAGE`` and ``Y_IMAGE``, which count from 1; or ``ra`` and ``dec``,
        degrees, or a SkyCoord, which need `wcs` or `header`. All fields go into the metadata,
        and computed x and y too.
    radius : float or Quantity
        Half the side, pixels: the cutout has 2 ceil(radius) + 1 columns and rows, and the
        pixel that contains the position is the central one, halves rounded up. A Quantity may
        be an angle, which needs `wcs` or `header`.
    header : astropy.io.fits.Header or mapping, optional
        Header of the image; the cutout gets a copy that follows the crop (see
        `vetter.core.cutout.crop.crop_header`).
    wcs : astropy.wcs.WCS, optional
        WCS of the image; takes precedence over the header's.
    time : astropy.time.Time, datetime or str, optional
        Time of the image, stored as a Time in ``meta['time']``.
    filename : str, optional
        Name stored in ``meta['filename']``.
    name : str, optional
        Name stored in ``meta['name']``. Default: the candidate's name, else a name from ra and
        dec: JHHMMSS.ss+DDMMSS.s.
    **planes : ndarray, NDData or None
        More images of the same shape: ``template``, ``convolved``, ``diff``, ``err``, ``mask``,
        or any name. None is omitted. Masked pixels become NaN, and True in a boolean mask.

    Returns
    -------
    Cutout
        Copies with the images' dtypes. Off the image: NaN, and True in a boolean mask; 0 in
        integer planes. A candidate off the image is not an error.

    Raises
    ------
    InputError
        The candidate lacks a usable position, the radius is out of range, a plane's shape differs
        from the image's, or the time cannot be read.

    Warns
    -----
    UserWarning
        A plane is not two-dimensional; it is omitted.

    Notes
    -----
    Differs from STDPipe 0.4.1: a given WCS is cropped (STDPipe does not crop it, so all positions
    are off by the cutout's origin) and needs no header; masks are True off the image; halves are
    rounded up, not to even; candidates with only ra and dec are accepted. A plane of another shape
    than the image's raises (STDPipe cuts it at the same pixels), and masked pixels count as bad
    (STDPipe loses the mask).

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.cutouts import get_cutout
    >>> image = np.arange(10000.0).reshape(100, 100)
    >>> cutout = get_cutout(image, {"x": 40.2, "y": 60.7}, radius=5, template=image - 1)
    >>> cutout["image"].shape
    (11, 11)
    >>> float(cutout["image"][5, 5]), float(image[61, 40])
    (6140.0, 6140.0)
    >>> sorted(cutout.planes), cutout["meta"]["x"]
    (['image', 'template'], 40.2)
    """
    parts = split_image(image)
    image, wcs = parts.pixels, parts.wcs if wcs is None else wcs
    header = parts.header if header is None else header
    header = None if header is None else as_header(header)
    if parts.err is not None and planes.get("err") is None:
        planes["err"] = parts.err
    images = _select_images({plane: pixels_of(pixels) for plane, pixels in planes.items()})
    for plane, pixels in images.items():
        _check_plane(plane, np.shape(pixels), image.shape)
    meta = read_fields(candidate)
    x, y = _find_position(meta, header, wcs)
    radius = radius_in_pixels(radius, header, wcs, x, y)
    if not 0 <= radius <= MAX_RADIUS:
        raise InputError(f"radius: expected pixels from 0 to {MAX_RADIUS:.0f}, found {radius}")
    box = Box.around(x, y, radius)
    cropped = {"image": crop_array(image, box)}
    for plane, pixels in images.items():
        cropped[plane] = crop_array(np.asanyarray(pixels), box)
    cropped_header = None if header is None else crop_header(header, box)
    cropped_wcs = None if wcs is None else crop_wcs(wcs, box)
    if cropped_header is not None and cropped_wcs is not None and not has_tables(cropped_wcs):
        cropped_header = with_wcs(cropped_header, cropped_wcs)
    _describe(meta, time, filename, name)
    return Cutout(cropped, meta, cropped_header, cropped_wcs, origin=(box.x0, box.y0))


def _select_images(planes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the two-dimensional planes: a script may pass a number in place of an image."""
    images = {name: pixels for name, pixels in planes.items() if np.ndim(pixels) == 2}
    omitted = [n for n, pixels in planes.items() if n not in images and pixels is not None]
    if omitted:
        warnings.warn(f"get_cutout: {', '.join(omitted)}: not an image, omitted", stacklevel=3)
    return images


def _check_plane(name: str, shape: tuple[int, ...], image_shape: tuple[int, ...]) -> None:
    if name in SPECIAL:
        raise InputError(f"plane '{name}': {', '.join(SPECIAL)} are not names of planes")
    if shape != image_shape:
        raise InputError(f"plane '{name}': expected the image's shape {image_shape}, found {shape}")


def _find_position(
    meta: dict[str, Any], header: Header | None, wcs: WCS | None
) -> tuple[float, float]:
    """Return x and y of a candidate; store them in the metadata if other fields gave them."""
    pixel = find_pixel(meta)
    if pixel is None:
        position = find_sky_position(meta)
        if position is None:
            fields = ", ".join(str(key) for key in meta) or "nothing"
            raise InputError(f"candidate: expected finite x and y, or ra and dec; found {fields}")
        sky = wcs if wcs is not None else None if header is None else header_wcs(header)
        if sky is None:
            raise InputError("candidate: ra and dec without x and y need a WCS; give wcs or header")
        pixel = sky_to_pixel(sky, *position)
        if not np.isfinite(pixel).all():
            raise InputError(
                "candidate: the WCS has no pixel for ra = {}, dec = {}".format(*position)
            )
    if read_number(meta, "x") != pixel[0] or read_number(meta, "y") != pixel[1]:
        meta["x"], meta["y"] = pixel
    return pixel


def _describe(
    meta: dict[str, Any],
    time: Time | datetime.datetime | str | None,
    filename: str | None,
    name: str | None,
) -> None:
    if time is not None:
        meta["time"] = _read_time(time)
    if filename is not None:
        meta["filename"] = filename
    if name is not None:
        meta["name"] = name
    elif "name" not in meta:
        position = find_sky_position(meta)
        if position is not None and abs(position[1]) <= 90:
            meta["name"] = j_name(*position)


def _read_time(time: Any) -> Time:
    from astropy.time import Time

    try:
        return Time(time)
    except (ValueError, TypeError) as error:
        raise InputError(f"time: expected a Time, a datetime or text, found {time!r}") from error
