"""What the window and the process that fits tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from vetter.settings import FitSettings

if TYPE_CHECKING:
    # What the window does not need before the first answer is not imported for its start.
    from vetter.core.fit.adjustment import Adjustment
    from vetter.core.judgement.field_fit import FieldFit


@dataclass(frozen=True, slots=True)
class Start:
    """The first message: what to open and how to fit it; ``psfs`` are kept ones, by image."""

    record: dict[str, Any]
    settings: FitSettings
    radius: float
    psfs: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


class Ready(NamedTuple):
    """Comes before the first result of a field: options, and what results are kept under.

    ``signature`` is empty where the field's files cannot be read: its results are not kept; and
    where the list is still being read: the window makes it when the list is complete.
    """

    fit: FieldFit
    signature: str
    field: int = 0


class Wishes(NamedTuple):
    """Rows to fit: ``first`` at once and in this order, then the others in batches.

    ``then`` None: go on with the others as they were wished for before. Rows of ``first``
    are fitted even if they were before, and come with their residual; but for those on their way,
    of which whoever had ``heard`` so many answers when it wished could not know.
    """

    first: tuple[int, ...]
    then: tuple[int, ...] | None
    heard: int = 2**62


class More(NamedTuple):
    """The list has grown by these rows: they come after all that is wished for already."""

    rows: range


class Fitted(NamedTuple):
    """Results, one for each row; and as texts, which is how they are kept."""

    rows: tuple[int, ...]
    adjustments: tuple[Adjustment, ...]
    texts: tuple[str, ...]


class Broken(NamedTuple):
    """The input could not be opened here: no fit can be made, and why."""

    reason: str


class StarWish(NamedTuple):
    """Asks the fitting process for the stars of the field; they come when nothing else is wanted.

    With candidates waiting in the background they take turns. ``field`` is the image's number,
    ``known`` the signature of options and pixels under which its stars are kept.
    """

    field: int = 0
    known: str = ""


class StarFits(NamedTuple):
    """Stars of one part of the field: x, y, dx, dy (pixels) and scale of each.

    ``left`` is how many parts are still to come, ``field`` the number of the image, ``signature``
    names options and pixels: no star and the wish's own one mean that the kept ones are current.
    """

    stars: tuple[tuple[float, float, float, float, float], ...]
    left: int
    field: int = 0
    signature: str = ""


Wish = Wishes | More | StarWish
