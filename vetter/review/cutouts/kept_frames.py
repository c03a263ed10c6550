"""Frames that were made, what each was made with, and which go when memory is full."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from vetter.core.display.style import Looks
from vetter.review.cutouts.rendered_cutout import Adjusted, Frame, Spot


class Recipe(NamedTuple):
    """What a frame was made with; the frame is stale when the recipe has changed."""

    radius: float
    looks: Looks
    adjusted: Adjusted | None


class KeptFrame(NamedTuple):
    """A frame, and when its pixels were read (seconds, monotonic)."""

    frame: Frame
    recipe: Recipe
    read_at: float

    @property
    def failed(self) -> bool:
        """Whether all of it or a plane could not be read."""
        cutout = self.frame.cutout
        return self.frame.error is not None or (cutout is not None and bool(cutout.unread))

    @property
    def nbytes(self) -> int:
        """What it takes of the memory."""
        return self.frame.nbytes + 2048


class KeptFrames:
    """Frames by row or place, the longest unused first.

    Not safe for several threads: `CutoutCache` asks under its lock.

    Attributes
    ----------
    by_spot : OrderedDict of Spot to KeptFrame
        Whoever uses one moves it to the end; it is changed otherwise by the methods only.

    Parameters
    ----------
    max_bytes : int
        What frames may take together.
    """

    def __init__(self, max_bytes: int) -> None:
        self.by_spot: OrderedDict[Spot, KeptFrame] = OrderedDict()
        self._max_bytes = max_bytes
        self._nbytes = 0

    def put(self, spot: Spot, kept: KeptFrame, wishes: list[Spot]) -> list[Spot]:
        """Take a frame in the place of the one before; others make room, wanted ones last.

        Returns
        -------
        list of Spot
            Those of the wishes, the first one first, for which there is memory: were more
            built, they would drive each other out forever.
        """
        old = self.by_spot.pop(spot, None)
        self._nbytes += kept.nbytes - (old.nbytes if old is not None else 0)
        self.by_spot[spot] = kept
        wanted = set(wishes)
        while self._nbytes > self._max_bytes and len(self.by_spot) > 1:
            unwanted = (one for one in self.by_spot if one not in wanted and one != spot)
            victim: Spot | None = next(unwanted, None)
            if victim is None:
                victim = next((one for one in reversed(wishes) if one in self.by_spot), None)
                if victim is None or victim == wishes[0]:
                    break
                wishes = wishes[: wishes.index(victim)]
                wanted = set(wishes)
            self._drop(victim)
        return wishes

    def forget_failed(self) -> list[Spot]:
        """Forget, and name, all that could not be read."""
        failed = [spot for spot, kept in self.by_spot.items() if kept.failed]
        for spot in failed:
            self._drop(spot)
        return failed

    def clear(self) -> None:
        """Forget all of them."""
        self.by_spot.clear()
        self._nbytes = 0

    def _drop(self, spot: Spot) -> None:
        self._nbytes -= self.by_spot.pop(spot).nbytes
