"""Cutouts built ahead of the user, on one thread, already stretched and coloured.

The cache holds the frames, the inputs that each was built from, and the fit's panels by row; when
memory is full, frames that are wanted go last.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy.typing as npt
from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.core.cutout_source import Place
from vetter.core.display.style import DisplayStyle
from vetter.review.cutouts.rendered_cutout import (
    FitPanel,
    RenderedCutout,
    Shift,
    Target,
    render_cutout,
    repaint,
)

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource

_RESIDUAL_SHARE = 4
"""Residuals of fits may take one part in this many of the cache."""

AGAIN_AFTER = 10.0
"""Seconds after which what could not be read is tried again, where it is wanted: a disk of the
network may be back. Until then its frame says why."""


class CutoutCache(QObject):
    """Frames by row; what is wanted is built on a thread of its own, in the order wanted.

    Besides rows there may be places on an image without a candidate (see `Place`); what is
    said of rows holds for them too, but that nothing is fitted there.

    All methods may be called from any thread. `ready` and `place_ready` tell of each frame built
    on the thread; connect it with the default connection and it arrives in the receiver's thread.

    Parameters
    ----------
    source : CutoutSource
        Not closed here.
    looks : DisplayStyle
        How the planes are drawn.
    radius : float
        Of the cutouts, in pixels.
    max_bytes : int
        What frames may take together; the longest unused go first.
    """

    ready = pyqtSignal(int)
    place_ready = pyqtSignal(object)  # Place

    def __init__(
        self,
        source: CutoutSource,
        looks: DisplayStyle,
        radius: float,
        max_bytes: int = 192 << 20,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._looks, self._radius = looks, radius
        self._frames = RenderedCutouts(max_bytes)
        self._fits = FitPanels(max_bytes // _RESIDUAL_SHARE)
        self._wishes: list[Target] = []
        self._stopped = False
        self._state = threading.Condition()
        # A source is safe for one thread at a time.
        self._reading = threading.Lock()
        self._builder = _Builder(self)
        self._builder.start()
        # A thread that outlives the application aborts the process: a script may end without
        # having closed its window.
        atexit.register(self.close)

    @property
    def looks(self) -> DisplayStyle:
        """How the planes are drawn."""
        return self._looks

    @property
    def radius(self) -> float:
        """Of the cutouts, in pixels."""
        return self._radius

    def get(self, row: Target) -> RenderedCutout | None:
        """The frame of a row as it is to be shown now, or None if it has yet to be read."""
        with self._state:
            frames = self._frames.by_spot
            kept = frames.get(row)
            if kept is None:
                return None
            frames.move_to_end(row)
            recipe = self._recipe(row)
        if kept.recipe != recipe:
            # A millisecond or two here, rather than a flash of "loading" or of the old looks.
            kept = self._made(row, recipe, kept)
            self._store(row, kept)
        return kept.frame

    def peek(self, row: Target) -> RenderedCutout | None:
        """The frame of a row if it is up to date; nothing is made for it, unlike `get`."""
        with self._state:
            kept = self._frames.by_spot.get(row)
            return None if kept is None or kept.recipe != self._recipe(row) else kept.frame

    def want(self, rows: Iterable[Target]) -> None:
        """Replace the list of rows to be built, the first one first."""
        with self._state:
            self._wishes = [row if isinstance(row, Place) else int(row) for row in rows]
            self._state.notify_all()

    def build(self, row: int) -> RenderedCutout:
        """The frame of a row, built here and now if need be."""
        frame = self.get(row)
        if frame is not None:
            return frame
        with self._state:
            recipe = self._recipe(row)
        kept = self._made(row, recipe, None)
        self._store(row, kept)
        return kept.frame

    def cutout(self, row: int, radius: float) -> Cutout:
        """A cutout straight from the source, in turn with the builder; raises InputError."""
        with self._reading:
            return self._source.cutout(row, radius)

    def set_looks(self, looks: DisplayStyle) -> None:
        """Draw anew, from the cutout at hand, the row wanted first; the others when wanted again.

        The window wants them again once it has painted: until then the builder would only
        take the interpreter from the paint that the vetter waits for.
        """
        with self._state:
            self._looks = looks
            self._wishes = self._wishes[:1]
            self._state.notify_all()

    def set_radius(self, radius: float) -> None:
        """Cut out everything anew with another radius; residuals of fits are forgotten."""
        with self._state:
            if radius == self._radius:
                return
            self._radius = radius
            self._frames.clear()
            self._fits.clear()
            self._state.notify_all()

    def read_again(self, row: Target) -> bool:
        """Forget all that could not be read, so that what is wanted of it is read anew.

        Returns
        -------
        bool
            Whether something of this row could not be read.
        """
        with self._state:
            failed = self._frames.forget_failed()
            self._state.notify_all()
        return row in failed

    def set_fit_panel(
        self,
        row: int,
        residual: npt.NDArray[Any] | None,
        reason: str | None = None,
        shift: Shift | None = None,
    ) -> None:
        """Show the residual of a fit, shape (ny, nx), as the plane `adjusted` of a row.

        ``shift`` is that of the same fit, for the arrow in the panel of the difference.
        Without a residual the panel says `reason`; without either there is no such panel.
        """
        nothing = residual is None and reason is None
        made = None if nothing else FitPanel(residual, reason, shift)
        with self._state:
            self._fits.put(row, made)
            self._state.notify_all()

    def expect_adjusted(self, words: str | None) -> None:
        """What the panel of a fit says where none has come yet; None: there is no such panel.

        With it the panels stay in their places when a result arrives.
        """
        with self._state:
            self._fits.expected = None if words is None else FitPanel(None, words)
            self._state.notify_all()

    def has_fit_panel(self, row: int) -> bool:
        """Whether the fit of a row has its panel, as pixels or as words."""
        with self._state:
            return row in self._fits.by_row

    def close(self) -> None:
        """Stop building and wait for the thread to end; frames remain available."""
        with self._state:
            self._stopped = True
            self._wishes = []
            self._state.notify_all()
        self._builder.wait()
        atexit.unregister(self.close)

    def build_wanted(self) -> None:
        """Build what is wanted until closed: the thread's work."""
        while (task := self._next_task()) is not None:
            row, recipe, old = task
            if not self._store(row, self._made(row, recipe, old)):
                continue
            if isinstance(row, Place):
                self.place_ready.emit(row)
            else:
                self.ready.emit(row)

    def _next_task(self) -> tuple[Target, Recipe, KeptFrame | None] | None:
        with self._state:
            while not self._stopped:
                for row in self._wishes:
                    recipe, kept = self._recipe(row), self._frames.by_spot.get(row)
                    if kept is None or kept.recipe != recipe:
                        return row, recipe, kept
                again = self._to_try_again()
                if again is not None:
                    return again, self._recipe(again), None
                self._state.wait()
        return None

    def _to_try_again(self) -> Target | None:
        """What is wanted and could not be read some time ago."""
        before = time.monotonic() - AGAIN_AFTER
        frames = ((row, self._frames.by_spot[row]) for row in self._wishes)
        return next((row for row, one in frames if one.failed and one.read_at <= before), None)

    def _recipe(self, row: Target) -> Recipe:
        if isinstance(row, Place):
            return Recipe(self._radius, self._looks, None)
        fits = self._fits
        return Recipe(self._radius, self._looks, fits.by_row.get(row, fits.expected))

    def _made(self, row: Target, recipe: Recipe, old: KeptFrame | None) -> KeptFrame:
        if old is not None and old.recipe.radius == recipe.radius:
            frame = repaint(old.frame, recipe.looks, recipe.adjusted)
            return KeptFrame(frame, recipe, old.read_at)
        with self._reading:
            frame = render_cutout(self._source, row, recipe.radius, recipe.looks, recipe.adjusted)
        return KeptFrame(frame, recipe, time.monotonic())

    def _store(self, row: Target, kept: KeptFrame) -> bool:
        """Keep a frame, unless its radius is no longer wanted; whether it is up to date."""
        with self._state:
            if kept.recipe.radius != self._radius:
                return False
            self._wishes = self._frames.put(row, kept, self._wishes)
            return kept.recipe == self._recipe(row)


class _Builder(QThread):
    """The thread that builds; owned by the cache, which waits for it."""

    def __init__(self, cache: CutoutCache) -> None:
        super().__init__(cache)
        self.setObjectName("cutout builder")
        self._cache = cache

    def run(self) -> None:
        self._cache.build_wanted()


class Recipe(NamedTuple):
    """What a frame was made with; the frame is stale when the recipe has changed."""

    radius: float
    looks: DisplayStyle
    adjusted: FitPanel | None


class KeptFrame(NamedTuple):
    """A frame, and when its pixels were read (seconds, monotonic)."""

    frame: RenderedCutout
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


class RenderedCutouts:
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
        self.by_spot: OrderedDict[Target, KeptFrame] = OrderedDict()
        self._max_bytes = max_bytes
        self._nbytes = 0

    def put(self, spot: Target, kept: KeptFrame, wishes: list[Target]) -> list[Target]:
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
            victim: Target | None = next(unwanted, None)
            if victim is None:
                victim = next((one for one in reversed(wishes) if one in self.by_spot), None)
                if victim is None or victim == wishes[0]:
                    break
                wishes = wishes[: wishes.index(victim)]
                wanted = set(wishes)
            self._drop(victim)
        return wishes

    def forget_failed(self) -> list[Target]:
        """Forget, and name, all that could not be read."""
        failed = [spot for spot, kept in self.by_spot.items() if kept.failed]
        for spot in failed:
            self._drop(spot)
        return failed

    def clear(self) -> None:
        """Forget all of them."""
        self.by_spot.clear()
        self._nbytes = 0

    def _drop(self, spot: Target) -> None:
        self._nbytes -= self.by_spot.pop(spot).nbytes


class FitPanels:
    """Residuals and words by row, the oldest forgotten when the residuals take too much.

    Not safe for several threads: `CutoutCache` asks under its lock.

    Attributes
    ----------
    by_row : OrderedDict of int to Adjusted
        In the order in which they came; to be read only.
    expected : FitPanel or None
        What the panel of any other row shows; None: it has no such panel.

    Parameters
    ----------
    max_bytes : int
        What residuals may take together.
    """

    def __init__(self, max_bytes: int) -> None:
        self.by_row: OrderedDict[int, FitPanel] = OrderedDict()
        self.expected: FitPanel | None = None
        self._max_bytes = max_bytes
        self._nbytes = 0

    def put(self, row: int, made: FitPanel | None) -> None:
        """Take what a fit has to show, the newest of all; None: the row has none any more."""
        self._nbytes -= _size(self.by_row.pop(row, None))
        if made is not None:
            self.by_row[row] = made
            self._nbytes += _size(made)
        while self._nbytes > self._max_bytes:
            _, oldest = self.by_row.popitem(last=False)
            self._nbytes -= _size(oldest)

    def clear(self) -> None:
        """Forget all of them."""
        self.by_row.clear()
        self._nbytes = 0


def _size(made: FitPanel | None) -> int:
    return 0 if made is None or made.residual is None else made.residual.nbytes
