"""Planes of a field after its match: the matched template, and the image where it is convolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Array, Box, Plane, Provenance
from vetter.core.matching.match import Match, MatchedPlanes

MATCHED_PLANES = ("image", "convolved")


@dataclass(eq=False)
class MatchedBoxes:
    """Image and matched template of boxes; the last box is remembered, since both are read.

    Attributes
    ----------
    planes : mapping of str to Plane
        Planes of the field that the match needs: ``image``, ``template``, and ``diff`` if given.
    match : Match
    """

    planes: Mapping[str, Plane]
    match: Match
    _last: tuple[Box, MatchedPlanes] | None = field(default=None, init=False)

    def read(self, box: Box) -> MatchedPlanes:
        """Return both planes of a box, NaN where unknown."""
        if self._last is None or self._last[0] != box:
            margin = self.match.margin
            wide = Box(box.x0 - margin, box.y0 - margin, box.nx + 2 * margin, box.ny + 2 * margin)
            # errstate: damaged pixels may be signalling NaN.
            with np.errstate(all="ignore"):
                pixels = {
                    name: np.asarray(plane.read(wide), np.float64)
                    for name, plane in self.planes.items()
                }
            self._last = box, self.match.apply(pixels, wide.x0, wide.y0)
        return self._last[1]


@dataclass(eq=False)
class MatchedPlane:
    """One of `MATCHED_PLANES` of a matched field.

    Attributes
    ----------
    name : str
    boxes : MatchedBoxes
        Shared by both planes of a field.
    """

    name: str
    boxes: MatchedBoxes
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.boxes.planes["image"].shape

    @property
    def note(self) -> str:
        """The match, for the user."""
        return self.boxes.match.description

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where unknown."""
        planes: npt.NDArray[np.float64] = getattr(self.boxes.read(box), self.name)
        return planes
