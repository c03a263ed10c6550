"""Choice of the planes that have panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource
from vetter.core.judgement.disappeared import why_not_judged


class PanelChoice(NamedTuple):
    """Which planes have panels: as the vetter says, else all but those that are only estimated.

    Attributes
    ----------
    said : mapping of str to bool
        The vetter's word, by plane.
    estimated : frozenset of str
        Planes that the source only estimates, known before the first cutout.
    fits_stay : bool
        The fit's panel keeps its place where one candidate has no fit; else it comes with a fit
        and goes with it.
    """

    said: Mapping[str, bool] = {}
    estimated: frozenset[str] = frozenset()
    fits_stay: bool = True

    @classmethod
    def of(cls, source: CutoutSource, said: object = None) -> PanelChoice:
        """The choice for a source; ``said`` is what was kept of the vetter's, of any type."""
        kept: Mapping[Any, Any] = said if isinstance(said, Mapping) else {}
        words = {str(plane): value for plane, value in kept.items() if isinstance(value, bool)}
        made = source.plane_provenance.items()
        estimated = frozenset(name for name, how in made if Provenance.ESTIMATED in how)
        return cls(words, estimated, not why_not_judged(source))

    def by_default(self, plane: str) -> bool:
        """Whether it has one where the vetter says nothing."""
        return plane not in self.estimated and (plane != "adjusted" or self.fits_stay)

    def chosen(self, ticked: Iterable[str], planes: Iterable[str]) -> dict[str, bool]:
        """What the vetter's ticks say beyond the rule, for these planes."""
        ticks = set(ticked)
        return {
            plane: plane in ticks for plane in planes if (plane in ticks) != self.by_default(plane)
        }
