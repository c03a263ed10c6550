"""A smaller part of a cutout, about the candidate."""

from __future__ import annotations

import copy

from vetter.core.cutout.crop import crop_array, crop_header, crop_wcs
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Box


def cropped(cutout: Cutout, radius: float) -> Cutout:
    """The cutout within a radius of its position; itself where it is no larger.

    Parameters
    ----------
    cutout : Cutout
        Not changed.
    radius : float
        Half the side, pixels.

    Returns
    -------
    Cutout
        2 ceil(radius) + 1 pixels on a side; where the cutout does not reach, NaN.
    """
    x, y = cutout.position
    box = Box.around(x, y, radius)
    rows, columns = cutout.shape
    if box.nx >= columns and box.ny >= rows:
        return cutout
    origin, given = cutout.origin, cutout.given_wcs
    part = Cutout(
        {name: crop_array(plane, box) for name, plane in cutout.planes.items()},
        cutout.meta,
        None if cutout.header is None else crop_header(cutout.header, box),
        None if given is None else crop_wcs(given, box),
        origin=None if origin is None else (origin[0] + box.x0, origin[1] + box.y0),
        notes=cutout.notes,
        bits={name: crop_array(bits, box) for name, bits in cutout.bits.items()},
        provenance=cutout.provenance,
    )
    part.extras, part.unread = copy.copy(cutout.extras), dict(cutout.unread)
    part.light_curve, part.psf_image = cutout.light_curve, cutout.psf_image
    return part
