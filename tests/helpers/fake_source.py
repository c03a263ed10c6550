"""A source of small cutouts in memory, and a cache that reads them at once."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import CutoutSource
from vetter.core.display.style import DisplayStyle
from vetter.errors import InputError
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout


class FakeSource(CutoutSource):
    """Each cutout holds its row's number; rows in ``unreadable`` raise."""

    title = "test"
    plane_names = ("image", "template", "diff")
    notes: tuple[str, ...] = ()
    default_radius = 5.0
    fingerprints: tuple[Any, ...] = ()
    record: dict[str, Any] = {}

    def __init__(self, candidates: CandidateList) -> None:
        self.candidates = candidates
        self.unreadable: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()

    def cutout(self, row: int, radius: float) -> Cutout:
        assert self.gate.wait(60), "the gate stayed shut"
        if row in self.unreadable:
            raise InputError(f"row {row}: cannot be read")
        side = 2 * int(np.ceil(radius)) + 1
        rng = np.random.default_rng(row)
        image = rng.normal(row, 1, (side, side))
        planes = {"image": image, "template": image - 1, "diff": image - row}
        meta = self.candidates.candidate(row)
        return Cutout(planes, meta, origin=(0, 0))

    def close(self) -> None:
        pass


class FakeCache(QObject):
    """Has the names of the real cache; what is wanted is there when `serve` is called."""

    ready = pyqtSignal(int)
    place_ready = pyqtSignal(object)

    def __init__(self, source: FakeSource) -> None:
        super().__init__()
        self.source = source
        self.looks = DisplayStyle()
        self.radius = getattr(source, "default_radius", 5.0)
        self.wanted: list[int] = []
        self._frames: dict[int, RenderedCutout] = {}

    def get(self, row: int) -> RenderedCutout | None:
        return self._frames.get(row)

    def peek(self, row: int) -> RenderedCutout | None:
        return self.get(row)

    def want(self, rows: Any) -> None:
        self.wanted = [int(row) for row in rows]

    def cutout(self, row: int, radius: float) -> Cutout:
        return self.source.cutout(row, radius)

    def read(self, task: Any) -> Any:
        return task(self.source)

    def place(self, row: int, frame: RenderedCutout) -> None:
        """Hold this frame from now on, and tell nobody."""
        self._frames[row] = frame

    def serve(self) -> None:
        """Build what is wanted, and tell."""
        for row in self.wanted:
            if row not in self._frames:
                self._frames[row] = render_cutout(self.source, row, self.radius, self.looks)
                self.ready.emit(row)
