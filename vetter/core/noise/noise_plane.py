"""Planes of errors of a difference: by a noise model, or as given and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vetter.core.cutout.plane import Array, Box, Plane, Provenance
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel


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
