"""Whether a table's columns place its rows: what tells a list from another table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.positions import galactic_pair


def has_positions(names: Sequence[str], units: Mapping[str, str], ucds: Mapping[str, str]) -> bool:
    """Whether columns are known to be positions, by pixels or on the sky."""
    roles = recognise(names, units, ucds)
    known = roles.x is not None or roles.ra is not None
    return known or galactic_pair(names, units, ucds) is not None
