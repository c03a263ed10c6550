"""Cutouts built ahead of the user, on one thread, already stretched and coloured.

The cache holds the frames, the inputs that each was built from, and the fit panels by row; if
memory is full, requested frames are evicted last.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy.typing as npt
from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.core.cutout_source import SkyPosition
from vetter.core.display.style import DisplayStyle
from vetter.errors import InputError
from vetter.review.cutouts.rendered_cutout import (
    FitPanel,
    RenderedCutout,
    Shift,
    Target,
    render_cutout,
    repaint,
)
from vetter.review.cutouts.surround import Surround, render_surround

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource

_RESIDUAL_SHARE = 4
"""1/4 of the cache's memory is the limit for the residuals of fits."""

RETRY_SECONDS = 10.0
"""10 s between two reads of a requested cutout that fails, since a network disk may be back.

Until then the frame shows the reason."""

_SURROUNDS = 12
"""Number of surroundings in memory, 0.4 MB each."""


class CutoutCache(QObject):
    """Frames by row, and a worker thread that builds the requested ones in the given order.

    A row may also be a `SkyPosition` on an image without a candidate; nothing is fitted there.

    All methods may be called from any thread. `ready` and `place_ready` are emitted for each frame
    built on the worker thread; with the default connection they arrive in the receiver's thread.

    Parameters
    ----------
    source : CutoutSource
        Not closed here.
    looks : DisplayStyle
        Display style of the planes.
    radius : float
        Radius of the cutouts, in pixels.
    max_bytes : int
        Memory of all frames together; the longest unused are evicted first.
    """

    ready = pyqtSignal(int)
    place_ready = pyqtSignal(object)  # Place
    surround_ready = pyqtSignal(int)

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
        self._own_looks: dict[Target, DisplayStyle] = {}
        self._frames = RenderedCutouts(max_bytes)
        self._fits = FitPanels(max_bytes // _RESIDUAL_SHARE)
        self._requests: list[Target] = []
        self.finish: Callable[[Target, RenderedCutout], None] | None = None
        """Called on the worker thread with each frame that it has built, before any other thread
        can see it."""
        self._surrounds: OrderedDict[tuple[int, float, DisplayStyle], Surround | None]
        self._surrounds = OrderedDict()
        self._surround_rows: list[int] = []
        self._stopped = False
        self._state = threading.Condition()
        # A source is safe for one thread at a time.
        self._reading = threading.Lock()
        self._builder = _Builder(self)
        self._builder.start()
        # A QThread that outlives the application aborts the process, and a script may end
        # without closing its window.
        atexit.register(self.close)

    @property
    def looks(self) -> DisplayStyle:
        """Display style of the planes."""
        return self._looks

    @property
    def radius(self) -> float:
        """Radius of the cutouts, in pixels."""
        return self._radius

    def get(self, row: Target) -> RenderedCutout | None:
        """Return the up-to-date frame of a row, redrawn if need be; None if not read yet."""
        with self._state:
            frames = self._frames.by_target
            cached = frames.get(row)
            if cached is None:
                return None
            frames.move_to_end(row)
            recipe = self._recipe(row)
        if cached.recipe != recipe:
            # Redrawing here takes 1 to 2 ms, and avoids a flash of "loading" or of the old looks.
            cached = self._make_frame(row, recipe, cached)
            self._store(row, cached)
        return cached.frame

    def peek(self, row: Target) -> RenderedCutout | None:
        """Return the frame of a row if it is up to date; unlike `get`, redraw nothing."""
        with self._state:
            cached = self._frames.by_target.get(row)
            return None if cached is None or cached.recipe != self._recipe(row) else cached.frame

    def want(self, rows: Iterable[Target]) -> None:
        """Replace the list of requested rows, which are built in this order."""
        with self._state:
            self._requests = [row if isinstance(row, SkyPosition) else int(row) for row in rows]
            self._state.notify_all()

    def want_surrounds(self, rows: Iterable[int]) -> None:
        """Replace the list of rows whose surroundings are built, after all requested frames."""
        with self._state:
            self._surround_rows = [int(row) for row in rows]
            self._state.notify_all()

    def surround(self, row: int) -> Surround | None:
        """Return the surroundings of a row; None if they are not built or cannot be read."""
        with self._state:
            return self._surrounds.get(self._surround_key(row))

    def build(self, row: int) -> RenderedCutout:
        """Return the frame of a row, built in the calling thread if need be."""
        frame = self.get(row)
        if frame is not None:
            return frame
        with self._state:
            recipe = self._recipe(row)
        cached = self._make_frame(row, recipe, None)
        self._store(row, cached)
        return cached.frame

    def cutout(self, row: int, radius: float) -> Cutout:
        """Read a cutout from the source, in turn with the builder; raises InputError."""
        with self._reading:
            return self._source.cutout(row, radius)

    def read(self, task: Callable[[CutoutSource], Any]) -> Any:
        """Run a function with the source, in turn with the builder, and return its result.

        The function should be short: the builder waits for it.

        Raises
        ------
        InputError
            The cache is closed, or the function raises it.
        """
        with self._reading:
            if self._stopped:
                raise InputError("the input is closed")
            return task(self._source)

    def looks_of(self, row: Target) -> DisplayStyle:
        """Return the display style of a row: its own, or that of all."""
        return self._own_looks.get(row, self._looks)

    def set_looks(self, looks: DisplayStyle, only: Target | None = None) -> None:
        """Change the looks, and redraw the first requested row; others when requested again.

        With a row in ``only`` this row alone changes; else no row has looks of its own any more.

        The window requests the others once it has painted: until then the builder would only
        take the interpreter from the paint that the user waits for.
        """
        with self._state:
            if only is None:
                self._looks, self._own_looks = looks, {}
            else:
                self._own_looks[only] = looks
            self._requests = self._requests[:1]
            self._surround_rows = []
            self._state.notify_all()

    def set_max_bytes(self, max_bytes: int) -> None:
        """Change the memory of all frames together; the next frame evicts what is too much."""
        with self._state:
            self._frames.max_bytes = max_bytes
            self._fits.max_bytes = max_bytes // _RESIDUAL_SHARE

    def set_radius(self, radius: float) -> None:
        """Change the radius of all cutouts; frames and residuals of fits are dropped."""
        with self._state:
            if radius == self._radius:
                return
            self._radius = radius
            self._frames.clear()
            self._fits.clear()
            self._state.notify_all()

    def read_again(self, row: Target) -> bool:
        """Drop all frames that could not be read, so that requested ones are read again.

        Returns
        -------
        bool
            Whether the frame of this row was dropped.
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

        ``shift`` belongs to the same fit, for the arrow in the panel of `diff`. Without a
        residual the panel shows `reason`; without either the row has no such panel.
        """
        is_empty = residual is None and reason is None
        panel = None if is_empty else FitPanel(residual, reason, shift)
        with self._state:
            self._fits.put(row, panel)
            self._state.notify_all()

    def expect_adjusted(self, text: str | None) -> None:
        """Set the text of fit panels before a result; None for no panel.

        With a text the panels keep their places when a result arrives.
        """
        with self._state:
            self._fits.expected = None if text is None else FitPanel(None, text)
            self._state.notify_all()

    def has_fit_panel(self, row: int) -> bool:
        """Return whether the fit of a row has its panel, with pixels or with text."""
        with self._state:
            return row in self._fits.by_row

    def close(self) -> None:
        """Stop building and wait for the thread to end; frames remain available."""
        with self._state:
            self._stopped = True
            self._requests, self._surround_rows = [], []
            self._state.notify_all()
        self._builder.wait()
        with self._reading:
            # A `read` on another thread has ended: the source may be closed.
            pass
        atexit.unregister(self.close)

    def build_wanted(self) -> None:
        """Build requested frames until the cache is closed; runs in the worker thread."""
        while (task := self._next_task()) is not None:
            row, recipe, old = task
            if recipe is None:
                assert isinstance(row, int)
                self._build_surround(row)
                continue
            cached = self._make_frame(row, recipe, old)
            finish = self.finish
            if finish is not None:
                finish(row, cached.frame)
            if not self._store(row, cached):
                continue
            if isinstance(row, SkyPosition):
                self.place_ready.emit(row)
            else:
                self.ready.emit(row)

    def _build_surround(self, row: int) -> None:
        key = self._surround_key(row)
        with self._reading:
            made = render_surround(self._source, *key)
        with self._state:
            self._surrounds[key] = made
            while len(self._surrounds) > _SURROUNDS:
                self._surrounds.popitem(last=False)
        self.surround_ready.emit(row)

    def _surround_key(self, row: int) -> tuple[int, float, DisplayStyle]:
        return row, self._radius, self._looks

    def _next_task(self) -> Task | None:
        """Wait for something to build, and return it; None once the cache is closed."""
        with self._state:
            task = self._state.wait_for(self._open_task)
        return task if isinstance(task, Task) else None

    def _open_task(self) -> Task | bool:
        """Return the next task; False while there is none, True if none will come any more."""
        if self._stopped:
            return True
        for row in self._requests:
            recipe, cached = self._recipe(row), self._frames.by_target.get(row)
            if cached is None or cached.recipe != recipe:
                return Task(row, recipe, cached)
        retry = self._next_retry()
        if retry is not None:
            return Task(retry, self._recipe(retry), None)
        for row in self._surround_rows:
            if self._surround_key(row) not in self._surrounds:
                return Task(row, None, None)
        return False

    def _next_retry(self) -> Target | None:
        """Return a requested row whose last read failed `RETRY_SECONDS` seconds ago or earlier."""
        before = time.monotonic() - RETRY_SECONDS
        frames = ((row, self._frames.by_target[row]) for row in self._requests)
        return next(
            (row for row, cached in frames if cached.failed and cached.read_at <= before), None
        )

    def _recipe(self, row: Target) -> Recipe:
        if isinstance(row, SkyPosition):
            return Recipe(self._radius, self.looks_of(row), None)
        fits = self._fits
        return Recipe(self._radius, self.looks_of(row), fits.by_row.get(row, fits.expected))

    def _make_frame(self, row: Target, recipe: Recipe, old: CachedFrame | None) -> CachedFrame:
        if old is not None and old.recipe.radius == recipe.radius:
            frame = repaint(old.frame, recipe.looks, recipe.adjusted)
            return CachedFrame(frame, recipe, old.read_at)
        with self._reading:
            frame = render_cutout(self._source, row, recipe.radius, recipe.looks, recipe.adjusted)
        return CachedFrame(frame, recipe, time.monotonic())

    def _store(self, row: Target, cached: CachedFrame) -> bool:
        """Cache a frame unless its radius is outdated; return whether the frame is up to date."""
        with self._state:
            if cached.recipe.radius != self._radius:
                return False
            self._requests = self._frames.put(row, cached, self._requests)
            return cached.recipe == self._recipe(row)


class _Builder(QThread):
    """Worker thread of a cache; the cache owns it and waits for its end."""

    def __init__(self, cache: CutoutCache) -> None:
        super().__init__(cache)
        self.setObjectName("cutout builder")
        self._cache = cache

    def run(self) -> None:
        self._cache.build_wanted()


class Recipe(NamedTuple):
    """Inputs that a frame was built from; if they have changed, the frame is stale."""

    radius: float
    looks: DisplayStyle
    adjusted: FitPanel | None


class CachedFrame(NamedTuple):
    """A frame, its recipe, and the time when its pixels were read (seconds, monotonic)."""

    frame: RenderedCutout
    recipe: Recipe
    read_at: float

    @property
    def failed(self) -> bool:
        """Whether the cutout or one of its planes could not be read."""
        cutout = self.frame.cutout
        return self.frame.error is not None or (cutout is not None and bool(cutout.unread))

    @property
    def nbytes(self) -> int:
        """Size of the frame in memory, in bytes, with 2 kB for parts other than arrays."""
        return self.frame.nbytes + 2048


class Task(NamedTuple):
    """A row to build, its recipe and its old frame; no recipe for its surroundings."""

    row: Target
    recipe: Recipe | None
    old: CachedFrame | None


class RenderedCutouts:
    """Frames by row or place, the longest unused first.

    Not safe for several threads: `CutoutCache` calls it under its lock.

    Attributes
    ----------
    by_target : OrderedDict of Target to KeptFrame
        The caller moves a used frame to the end; all other changes are made by the methods.

    Parameters
    ----------
    max_bytes : int
        Memory of all frames together.
    """

    def __init__(self, max_bytes: int) -> None:
        self.by_target: OrderedDict[Target, CachedFrame] = OrderedDict()
        self.max_bytes = max_bytes
        self._nbytes = 0

    def put(self, target: Target, cached: CachedFrame, requests: list[Target]) -> list[Target]:
        """Store a frame in place of an earlier one; if memory is full, evict requested ones last.

        Returns
        -------
        list of Target
            The first of the requests, as many as memory holds: if more were built, they would
            evict each other without end.
        """
        old = self.by_target.pop(target, None)
        self._nbytes += cached.nbytes - (old.nbytes if old is not None else 0)
        self.by_target[target] = cached
        wanted = set(requests)
        while self._nbytes > self.max_bytes and len(self.by_target) > 1:
            unwanted = (
                other for other in self.by_target if other not in wanted and other != target
            )
            victim: Target | None = next(unwanted, None)
            if victim is None:
                victim = next(
                    (other for other in reversed(requests) if other in self.by_target), None
                )
                if victim is None or victim == requests[0]:
                    break
                requests = requests[: requests.index(victim)]
                wanted = set(requests)
            self._drop(victim)
        return requests

    def forget_failed(self) -> list[Target]:
        """Drop all frames that could not be read, and return their rows."""
        failed = [target for target, cached in self.by_target.items() if cached.failed]
        for target in failed:
            self._drop(target)
        return failed

    def clear(self) -> None:
        """Drop all frames."""
        self.by_target.clear()
        self._nbytes = 0

    def _drop(self, target: Target) -> None:
        self._nbytes -= self.by_target.pop(target).nbytes


class FitPanels:
    """Fit panels by row; the oldest are dropped if the residuals take too much memory.

    Not safe for several threads: `CutoutCache` calls it under its lock.

    Attributes
    ----------
    by_row : OrderedDict of int to FitPanel
        In the order of arrival; read-only for callers.
    expected : FitPanel or None
        The panel of any other row; None for no panel.

    Parameters
    ----------
    max_bytes : int
        Memory of all residuals together.
    """

    def __init__(self, max_bytes: int) -> None:
        self.by_row: OrderedDict[int, FitPanel] = OrderedDict()
        self.expected: FitPanel | None = None
        self.max_bytes = max_bytes
        self._nbytes = 0

    def put(self, row: int, panel: FitPanel | None) -> None:
        """Store the panel of a row as the newest; None removes the row's panel."""
        self._nbytes -= _residual_bytes(self.by_row.pop(row, None))
        if panel is not None:
            self.by_row[row] = panel
            self._nbytes += _residual_bytes(panel)
        while self._nbytes > self.max_bytes:
            _, oldest = self.by_row.popitem(last=False)
            self._nbytes -= _residual_bytes(oldest)

    def clear(self) -> None:
        """Drop all panels."""
        self.by_row.clear()
        self._nbytes = 0


def _residual_bytes(panel: FitPanel | None) -> int:
    return 0 if panel is None or panel.residual is None else panel.residual.nbytes
