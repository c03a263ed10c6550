"""Masks of saturated pixels, whose level a field's own stars show or a header gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane, Provenance

_SHARE = 0.95
"""Fraction of the level from which on pixels are not linear; flat fields vary by a few percent."""


@dataclass(eq=False)
class SaturationMask:
    """A field's mask, with the saturated pixels of a plane and those around them.

    Attributes
    ----------
    name : str
        ``mask``, or ``template_mask``.
    plane : Plane
        The plane that saturates.
    level : float
        Its saturation level, in its units.
    reach : int
        Pixels around a saturated one that are masked too: bleeding, or a kernel's reach.
    given : Plane, optional
        The field's own mask of that name; its pixels stay masked.

    Examples
    --------
    >>> from vetter.core.cutout.plane import ArrayPlane
    >>> pixels = np.zeros((5, 5))
    >>> pixels[2, 2] = 65535
    >>> mask = SaturationMask("mask", ArrayPlane("image", pixels), 65535.0, 1)
    >>> int(mask.read(Box(0, 0, 5, 5)).sum())
    9
    """

    name: str
    plane: Plane
    level: float
    reach: int = 1
    given: Plane | None = None
    is_mask: ClassVar[bool] = True
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.plane.shape

    def read(self, box: Box) -> npt.NDArray[np.bool_]:
        """Return booleans, shape ``box.shape``, True where bad; pixels off the image are bad."""
        reach = self.reach
        wide = Box(box.x0 - reach, box.y0 - reach, box.nx + 2 * reach, box.ny + 2 * reach)
        # errstate: damaged pixels may be signalling NaN.
        with np.errstate(invalid="ignore"):
            saturated = np.asarray(self.plane.read(wide)) >= _SHARE * self.level
        bad = _grow(saturated, reach)[reach : reach + box.ny, reach : reach + box.nx]
        if self.given is not None:
            bad = bad | (np.asarray(self.given.read(box)) != 0)
        return bad


def has_saturated(pixels: npt.NDArray[Any], level: float) -> bool:
    """Return whether pixels of a plane reach its saturation level; never for an infinite one.

    Examples
    --------
    >>> has_saturated(np.array([[10.0, 64000.0]]), 65535.0), has_saturated(np.ones((2, 2)), np.inf)
    (True, False)
    """
    with np.errstate(invalid="ignore"):
        return bool((np.asarray(pixels) >= _SHARE * level).any())


def _grow(flags: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """Return flags that reach some pixels farther along both axes."""
    if not flags.any():
        return flags
    from scipy.ndimage import maximum_filter

    grown: npt.NDArray[np.bool_] = maximum_filter(flags, 2 * reach + 1, mode="constant")
    return grown


def mask_saturated(
    planes: dict[str, Plane], name: str, plane: Plane, level: float, reach: int
) -> None:
    """Put a mask of a plane's saturated pixels into a field's planes, if the level is finite."""
    if math.isfinite(level):
        planes[name] = SaturationMask(name, plane, level, reach, planes.get(name))
