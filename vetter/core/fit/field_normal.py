"""Normal shift and scale of the template at a position, as the field's own stars show them."""

from __future__ import annotations

import math
from typing import NamedTuple


class FieldNormal(NamedTuple):
    """Normal shift and scale around a candidate, with their scatter from star to star.

    Attributes
    ----------
    dx, dy : float
        Normal shift of the template, pixels.
    shift_err : float
        Scatter of the stars' shifts along one axis, pixels; infinite if unknown.
    scale : float
        Normal scale of the template.
    scale_err : float
        Scatter of the stars' scales; infinite if unknown.
    """

    dx: float = 0.0
    dy: float = 0.0
    shift_err: float = math.inf
    scale: float = 1.0
    scale_err: float = math.inf

    @property
    def is_known(self) -> bool:
        """Whether shift or scale is known from stars."""
        return math.isfinite(self.shift_err) or math.isfinite(self.scale_err)


UNKNOWN_NORMAL = FieldNormal()
"""Normal of an input without stars: no shift, scale 1, any deviation as likely as another."""

MATCHED_NORMAL = FieldNormal(0.0, 0.0, 0.1, 1.0, 0.05)
"""Normal of a field whose template was matched on its own stars, where these are too few to tell.

The match takes shift and scale out; the scatter is what it usually leaves from star to star.
"""
