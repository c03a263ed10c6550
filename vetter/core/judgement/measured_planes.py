"""Planes that the fits of a field need and nobody gave: a matched template, and its noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vetter.core.cutout.plane import Plane
from vetter.core.matching.match import Match
from vetter.core.matching.matched_plane import MatchedBoxes, MatchedPlane
from vetter.core.noise.err_check import ErrCheck
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.noise.noise_plane import CorrectedErrPlane, NoisePlane, split_planes
from vetter.core.psf.saturation import mask_saturated


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
    saturation, template_saturation : float
        Saturation levels of image and template, in their units; infinite if nothing is saturated.
    """

    match: Match | None = None
    noise: NoiseModel | ErrCheck | None = None
    saturation: float = math.inf
    template_saturation: float = math.inf

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
            ``convolved``, ``err``, ``template_err`` and, where convolved, ``image`` may be new.
        """
        changed = dict(planes)
        template = planes.get("template", planes.get("convolved"))
        mask_saturated(changed, "mask", planes["image"], self.saturation, 1)
        if template is not None:
            reach = 1 if self.match is None else 1 + self.match.margin // 2
            level = self.template_saturation
            mask_saturated(changed, "template_mask", template, level, reach)
        if self.match is not None:
            needed = ("image", "template", "convolved", "diff")
            boxes = MatchedBoxes({n: planes[n] for n in needed if n in planes}, self.match)
            for name in ("image", "convolved"):
                changed[name] = MatchedPlane(name, boxes)
        if "convolved" not in changed:
            return changed
        image, convolved = changed["image"], changed["convolved"]
        if isinstance(self.noise, ErrCheck):
            corrected = CorrectedErrPlane(planes["err"], image, convolved, self.noise)
            # A template's own error that is given is not in that of the image.
            share = 0.0 if "template_err" in planes else self.noise.template_share
            changed.update(split_planes(corrected, share))
        elif self.noise is not None:
            # The scatter of the difference has the template's noise, given or not.
            changed.pop("template_err", None)
            measured = NoisePlane(image, convolved, self.noise)
            changed.update(split_planes(measured, self.noise.template_share))
        return changed
