"""Planes of errors of a difference: by a noise model, or as given and corrected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from vetter.core.cutout.plane import Array, Box, Plane, Provenance
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel

MIN_SHARE = 0.02
"""Share of the template in the squared errors from which on a fit has to know it."""


class ErrPlane:
    """Errors, 1 sigma, on the grid of another plane.

    Parameters
    ----------
    of : Plane
        Plane of the same shape.
    note : str
        Origin of the errors, for the user.
    name : str, optional
    """

    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    def __init__(self, of: Plane, note: str, name: str = "err") -> None:
        self.shape: tuple[int, int] = of.shape
        self.note, self.name = note, name


class NoisePlane(ErrPlane):
    """Errors of ``image - convolved`` by a noise model of the field."""

    def __init__(self, image: Plane, convolved: Plane, noise: NoiseModel) -> None:
        super().__init__(image, noise.description)
        self._planes, self._noise = (image, convolved), noise

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        image, convolved = _read_floats(self._planes, box)
        return self._noise.err(image, convolved, box.x0, box.y0)


class CorrectedErrPlane(ErrPlane):
    """Errors as given, corrected by a check on the difference."""

    def __init__(self, given: Plane, image: Plane, convolved: Plane, check: ErrCheck) -> None:
        super().__init__(image, check.description)
        self._planes, self._check = (given, image, convolved), check

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        err, image, convolved = _read_floats(self._planes, box)
        # errstate: products may overflow.
        with np.errstate(all="ignore"):
            return self._check.apply(err, image, convolved, box.x0, box.y0)


class ErrPartPlane(ErrPlane):
    """Part of a difference's errors that the image has, or the matched template.

    Parameters
    ----------
    whole : Plane
        Errors of the difference.
    factor : float
        Root of the part's share of their squares.
    name : str
    """

    def __init__(self, whole: Plane, factor: float, name: str) -> None:
        super().__init__(whole, str(getattr(whole, "note", "")), name)
        self._whole, self._factor = whole, factor

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        return _read_floats((self._whole,), box)[0] * self._factor


def _read_floats(planes: Sequence[Plane], box: Box) -> list[Array]:
    # errstate: damaged pixels may be signalling NaN.
    with np.errstate(all="ignore"):
        return [np.asarray(plane.read(box), np.float64) for plane in planes]


def split_planes(err: Plane, share: float) -> dict[str, Plane]:
    """Return the planes ``err`` and ``template_err`` of a difference's errors.

    Parameters
    ----------
    err : Plane
        Errors of the difference.
    share : float
        Part of their squares that is the template's own, 0 to 1.

    Returns
    -------
    dict of str to Plane
        ``err`` alone, as it is, if the share is below `MIN_SHARE`: a fit that knows the template's
        noise takes twice as long.
    """
    if not share >= MIN_SHARE:
        return {"err": err}
    return {
        "err": ErrPartPlane(err, math.sqrt(1.0 - share), "err"),
        "template_err": ErrPartPlane(err, math.sqrt(share), "template_err"),
    }
