"""Planes of errors of a difference: by a noise model, or as given and corrected."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vetter.core.cutout.plane import Array, Box, Plane, Provenance
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel

MIN_SHARE = 0.02
"""Share of the template in the squared errors from which on a fit has to know it."""


@dataclass(eq=False)
class NoisePlane:
    """Errors, 1 sigma, of ``image - convolved``, by a noise model of the field.

    Attributes
    ----------
    image, convolved : Plane
    noise : NoiseModel
    """

    image: Plane
    convolved: Plane
    noise: NoiseModel
    name: ClassVar[str] = "err"
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.image.shape

    @property
    def note(self) -> str:
        """The noise model, for the user."""
        return self.noise.description

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        # errstate: damaged pixels may be signalling NaN.
        with np.errstate(all="ignore"):
            planes = [np.asarray(p.read(box), np.float64) for p in (self.image, self.convolved)]
        return self.noise.err(planes[0], planes[1], box.x0, box.y0)


@dataclass(eq=False)
class CorrectedErrPlane:
    """Errors as given, corrected by a check on the difference.

    Attributes
    ----------
    given, image, convolved : Plane
    check : ErrCheck
    """

    given: Plane
    image: Plane
    convolved: Plane
    check: ErrCheck
    name: ClassVar[str] = "err"
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.image.shape

    @property
    def note(self) -> str:
        """The corrections, for the user."""
        return self.check.description

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        # errstate: damaged pixels may be signalling NaN.
        with np.errstate(all="ignore"):
            planes = (self.given, self.image, self.convolved)
            err, image, convolved = (np.asarray(p.read(box), np.float64) for p in planes)
            return self.check.apply(err, image, convolved, box.x0, box.y0)


@dataclass(eq=False)
class ErrPartPlane:
    """Part of a difference's errors that the image has, or the matched template.

    Attributes
    ----------
    whole : Plane
        Errors of the difference.
    factor : float
        Root of the part's share of their squares.
    name : str
    """

    whole: Plane
    factor: float
    name: str
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.whole.shape

    @property
    def note(self) -> str:
        """The origin of the errors, for the user."""
        return str(getattr(self.whole, "note", ""))

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        out: Array = np.asarray(self.whole.read(box), np.float64) * self.factor
        return out


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
