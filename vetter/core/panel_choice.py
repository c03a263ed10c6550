"""Which planes have a panel, and whether the fits of a list are worth one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource

ESTIMATED = "estimated"
"""What the note of a plane says that was made up from others."""


def is_estimated(note: object) -> bool:
    """Whether a plane is only estimated, by what is said of it."""
    return ESTIMATED in str(note or "")


def plane_notes(source: CutoutSource) -> Mapping[str, str]:
    """What a source says of its planes before any cutout is made; nothing where it does not."""
    notes: Mapping[str, str] | None = getattr(source, "plane_notes", None)
    return {} if notes is None else notes


def why_not_judged(source: CutoutSource) -> str:
    """Why no fit of a source's candidates can be judged, in words; empty where fits can.

    As far as its planes tell, by the rules of a single fit (`vetter.core.fit_facts`): ``err`` is
    given, and the template is matched to the image: ``convolved``, not reprojected, or a column
    says so.
    """
    notes = plane_notes(source)
    if is_estimated(notes.get("err")):
        return "err is only estimated"
    if "convolved" in source.plane_names and "reprojected" not in notes.get("convolved", ""):
        return ""
    if "template_matched" in source.candidates.columns:
        return ""
    return "the template is not matched to the image"


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
        estimated = frozenset(n for n, note in plane_notes(source).items() if is_estimated(note))
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
