"""Extraction of a candidate's cutout from images in memory."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.coordinates.angles import j_name
from vetter.core.coordinates.wcs import has_tables, header_wcs, sky_to_pixel, with_wcs
from vetter.core.cutout.crop import crop_array, crop_header, crop_wcs
from vetter.core.cutout.cutout import SPECIAL, Cutout
from vetter.core.cutout.plane import Array, Box
from vetter.errors import InputError
from vetter.settings import MOST_RADIUS

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.time import Time
    from astropy.wcs import WCS


def get_cutout(
    image: Array,
    candidate: Any,
    radius: float,
    header: Header | None = None,
    wcs: WCS | None = None,
    time: Time | datetime.datetime | str | None = None,
    filename: str | None = None,
    name: str | None = None,
    **planes: Array | None,
) -> Cutout:
    """Cut the planes around a candidate out of images.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        The image; not changed.
    candidate : dict, astropy Row, or anything with ``keys()``
        Fields ``x`` and ``y``, 0-based pixels of `image`, or ``ra`` and ``dec``, degrees, which
        need `wcs` or `header`. All fields go into the metadata, and computed x and y too.
    radius : float
        Half the side, pixels: the cutout has 2 ceil(radius) + 1 columns and rows, and the
        pixel that contains the position is the central one, halves rounded up.
    header : astropy.io.fits.Header, optional
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
    **planes : ndarray or None
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
    image = np.asanyarray(image)
    images = _select_images(planes)
    for plane, pixels in images.items():
        _check_plane(plane, np.shape(pixels), image.shape)
    if not 0 <= float(radius) <= MOST_RADIUS:
        raise InputError(f"radius: expected pixels from 0 to {MOST_RADIUS:.0f}, found {radius}")
    meta = {key: candidate[key] for key in candidate.keys()}
    x, y = _find_position(meta, header, wcs)
    box = Box.around(x, y, float(radius))
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
    """Return x and y of a candidate; store them in the metadata if computed from ra and dec."""
    x, y = _read_number(meta, "x"), _read_number(meta, "y")
    if np.isfinite(x) and np.isfinite(y):
        return x, y
    ra, dec = _read_number(meta, "ra"), _read_number(meta, "dec")
    if not (np.isfinite(ra) and np.isfinite(dec)):
        fields = ", ".join(str(key) for key in meta) or "nothing"
        raise InputError(f"candidate: expected finite x and y, or ra and dec; found {fields}")
    sky = wcs if wcs is not None else None if header is None else header_wcs(header)
    if sky is None:
        raise InputError("candidate: ra and dec without x and y need a WCS; give wcs or header")
    x, y = sky_to_pixel(sky, ra, dec)
    if not (np.isfinite(x) and np.isfinite(y)):
        raise InputError(f"candidate: the WCS has no pixel for ra = {ra}, dec = {dec}")
    meta["x"], meta["y"] = x, y
    return x, y


def _read_number(meta: Mapping[str, Any], key: str) -> float:
    """Return a number of the candidate, NaN if missing or masked; angles in degrees."""
    value = meta.get(key)
    if value is None or np.ma.is_masked(value):
        return float("nan")
    unit = getattr(value, "unit", None)
    if unit is not None and hasattr(value, "to_value"):
        value = value.to_value("deg") if unit.is_equivalent("deg") else value.value
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"candidate: expected a number for {key}, found {value!r}") from error


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
        ra, dec = _read_number(meta, "ra"), _read_number(meta, "dec")
        if np.isfinite(ra) and abs(dec) <= 90:
            meta["name"] = j_name(ra, dec)


def _read_time(time: Any) -> Time:
    from astropy.time import Time

    try:
        return Time(time)
    except (ValueError, TypeError) as error:
        raise InputError(f"time: expected a Time, a datetime or text, found {time!r}") from error
