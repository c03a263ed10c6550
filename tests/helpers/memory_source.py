"""A source of cutouts in memory, without Qt: noise that differs from row to row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Box
from vetter.core.cutout_source import CutoutSource, Fingerprint
from vetter.errors import InputError

COUNT = 6


class MemorySource(CutoutSource):
    """Six candidates with keys C0 to C5; rows in ``fails`` cannot be read."""

    title = "in memory"
    plane_names = ("image", "diff", "mask")
    notes: tuple[str, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    default_radius = 5.0

    def __init__(self, names: Sequence[str] | None = None, fails: tuple[int, ...] = ()) -> None:
        self.fails = fails
        self.record: dict[str, Any] = {}
        keys = np.array([f"C{row}" for row in range(COUNT)])
        x, y = 20.25 + 10 * np.arange(COUNT), 30.0 + 5 * np.arange(COUNT)
        unknown = np.full(COUNT, np.nan)
        self.candidates = CandidateList(
            Table({"id": keys, "title": list(names or keys), "x": x, "y": y}),
            Roles(key="id", name="title", x="x", y="y"),
            *(keys, x, y, unknown, unknown),
        )

    def cutout(self, row: int, radius: float) -> Cutout:
        if row in self.fails:
            raise InputError(f"C{row}.fits: wants an image, found none")
        box = Box.around(self.candidates.x[row], self.candidates.y[row], radius)
        image = np.random.default_rng(row).normal(size=box.shape).astype(np.float32)
        planes = {"image": image, "diff": image - 1, "mask": image > 2}
        return Cutout(planes, self.candidates.candidate(row), origin=(box.x0, box.y0))

    def close(self) -> None:
        pass
