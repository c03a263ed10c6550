"""A source whose list grows when a test says so."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from PyQt6.QtCore import QThread

from tests.helpers.fake_session import candidate_list
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import CutoutSource, Fingerprint


def first_rows(candidates: CandidateList, count: int) -> CandidateList:
    """The beginning of a list, as a list of its own."""
    places = {name: getattr(candidates, name)[:count] for name in ("x", "y", "ra", "dec")}
    return CandidateList(
        candidates.table[:count], candidates.roles, candidates.keys[:count], **places
    )


class GrowingFake(CutoutSource):
    """Hands out the first rows of a list, then more with each lot that is allowed.

    ``lots`` are the lengths of the lists handed out one after the other; with ``free`` false
    each waits for :meth:`allow`.
    """

    title = "growing"
    plane_names = ("image", "template", "diff")
    notes: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    is_complete = False
    expected_count: int | None = None
    default_radius = 5.0

    def __init__(
        self, lots: tuple[int, ...], whole: CandidateList | None = None, free: bool = False
    ) -> None:
        self.whole = candidate_list(lots[-1]) if whole is None else whole
        self.candidates = first_rows(self.whole, lots[0])
        self.expected_count = lots[-1]
        self.record: dict[str, Any] = {"inputs": ["growing"], "options": {}}
        self._left = list(lots[1:])
        self._free = free
        self._allowed = threading.Semaphore(0)
        self._closed = False
        self.breaks: Exception | None = None
        """Raised in place of the list's end."""
        self.fingerprinted_by: set[str] = set()

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        assert self.is_complete, "asked for before the list was read"
        self.fingerprinted_by.add(QThread.currentThread().objectName())
        return (Fingerprint("cutouts", "growing", 1, 1, "digest"),)

    def allow(self, lots: int = 1) -> None:
        """Let so many more lots be read, the end counted as one."""
        for _ in range(lots):
            self._allowed.release()

    def grow(self) -> CandidateList | None:
        if not self._free:
            self._allowed.acquire()
        if self._closed:
            return None
        if not self._left:
            if self.breaks is not None:
                raise self.breaks
            self.is_complete = True
            return None
        self.candidates = first_rows(self.whole, self._left.pop(0))
        return self.candidates

    def cutout(self, row: int, radius: float) -> Cutout:
        side = 2 * int(np.ceil(radius)) + 1
        image = np.random.default_rng(row).normal(row, 1, (side, side))
        planes = {"image": image, "template": image - 1, "diff": image - row}
        return Cutout(planes, self.candidates.candidate(row), origin=(0, 0))

    def close(self) -> None:
        self._closed = True
        self.allow()
