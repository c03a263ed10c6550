"""The check of an input behind the window: each finding is told, and a failure is one."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PyQt6.QtCore import Qt

from tests.helpers.plain_source import PlainSource
from vetter.errors import InputError
from vetter.io.field.content_check import PlaneCheck
from vetter.io.files.cancellation import check_cancelled
from vetter.io.inputs import content_cautions
from vetter.review.opening.content_checker import ContentChecker

Make = Callable[..., ContentChecker]


@pytest.fixture
def make(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Checkers of a source whose positions and planes are found to be as given."""
    made: list[ContentChecker] = []

    def make(apart: float, findings: Callable[[], Iterator[PlaneCheck]]) -> ContentChecker:
        monkeypatch.setattr(content_cautions, "apart_share", lambda _source: apart)
        monkeypatch.setattr(content_cautions, "content_findings", lambda *_: findings())
        made.append(ContentChecker(PlainSource()))
        return made[-1]

    yield make
    for checker in made:
        checker.close()


def run(qtbot: Any, checker: ContentChecker) -> list[tuple[int, int, bool]]:
    """Return how much is known at each finding that is told: lines, planes, the positions."""
    told: list[tuple[int, int, bool]] = []
    checker.found.connect(
        lambda: told.append(
            (len(checker.lines), len(checker.differences), math.isfinite(checker.apart))
        ),
        Qt.ConnectionType.DirectConnection,
    )
    checker.start()
    qtbot.waitUntil(lambda: not checker.running)
    return told


@pytest.mark.parametrize(("apart", "at_once"), [(0.0, []), (math.nan, []), (0.25, [(0, 0, True)])])
def test_each_finding_is_told_and_none_where_there_is_none(
    qtbot: Any, make: Make, apart: float, at_once: list[Any]
) -> None:

    def check() -> Iterator[PlaneCheck]:
        check_cancelled()
        yield PlaneCheck(["mask: no mask"])
        yield PlaneCheck([])
        yield PlaneCheck([], ("image",))

    checker = make(apart, check)
    known = not math.isnan(apart)
    assert run(qtbot, checker) == [*at_once, (1, 0, known), (1, 1, known)]
    assert (checker.lines, checker.differences) == (["mask: no mask"], ["image"])
    assert checker.apart == pytest.approx(apart, nan_ok=True)


def test_failure_is_told_as_a_finding(qtbot: Any, make: Make) -> None:
    def fail() -> Iterator[PlaneCheck]:
        raise InputError("image.fits: cut short")

    checker = make(0.0, fail)
    assert run(qtbot, checker) == [(1, 0, True)]
    assert checker.lines == ["planes not checked: image.fits: cut short"]


def test_check_ends_when_it_is_closed(make: Make) -> None:
    begun, closed = threading.Event(), threading.Event()

    def wait() -> Iterator[PlaneCheck]:
        begun.set()
        assert closed.wait(60)
        check_cancelled()
        yield PlaneCheck(["too late"])

    checker = make(0.0, wait)
    checker.start()
    assert begun.wait(60) and checker.running
    threading.Timer(0.02, closed.set).start()
    checker.close()
    assert not checker.running and checker.lines == []
