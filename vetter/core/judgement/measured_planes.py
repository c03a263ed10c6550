"""Planes that the fits of a field need and nobody gave: a matched template, and its noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vetter.core.cutout.plane import Plane
from vetter.core.matching.match import Match
from vetter.core.matching.matched_plane import MatchedBoxes, MatchedPlane
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.noise.noise_plane import CorrectedErrPlane, NoisePlane


@dataclass(frozen=True, eq=False)
class MeasuredPlanes:
    """Matched template and noise of a field, as its own pixels give them.

    Attributes
    ----------
    match : Match, optional
        None: the field's own ``convolved`` is used as it is.
    noise : NoiseModel or ErrCheck, optional
        The noise of the difference, or corrections of the field's own ``err``; None: that is used
        as it is.
    """

    match: Match | None = None
    noise: NoiseModel | ErrCheck | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines for the user on what was measured."""
        measured = (self.match, self.noise)
        return tuple(part.description for part in measured if part is not None and part.description)

    def replace(self, planes: Mapping[str, Plane]) -> dict[str, Plane]:
        """Return the planes of a field with those that were measured.

        Parameters
        ----------
        planes : mapping of str to Plane
            All planes of the field by name.

        Returns
        -------
        dict of str to Plane
            ``convolved``, ``err`` and ``image`` (where the image is convolved) may be new.
        """
        changed = dict(planes)
        if self.match is not None:
            needed = ("image", "template", "convolved", "diff")
            boxes = MatchedBoxes({n: planes[n] for n in needed if n in planes}, self.match)
            for name in ("image", "convolved"):
                changed[name] = MatchedPlane(name, boxes)
        if "convolved" not in changed:
            return changed
        image, convolved = changed["image"], changed["convolved"]
        if isinstance(self.noise, ErrCheck):
            changed["err"] = CorrectedErrPlane(planes["err"], image, convolved, self.noise)
        elif self.noise is not None:
            changed["err"] = NoisePlane(image, convolved, self.noise)
        return changed
