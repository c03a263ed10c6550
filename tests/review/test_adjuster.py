"""The adjuster: a result reaches the candidate it is for, or nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vetter.core.adjustment import FitOptions
from vetter.core.cutout import Cutout
from vetter.errors import InputError
from vetter.review.adjuster import Adjuster, AdjustResult

OPTIONS = FitOptions()


class FakeFit:
    """Stands for the fit: waits for its gate, then gives the cutout's name, or raises."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.begun: list[str] = []
        self.error: Exception | None = None

    def __call__(self, cutout: Any, _options: Any) -> Any:
        self.begun.append(cutout.meta["name"])
        assert self.gate.wait(20)
        if self.error is not None:
            raise self.error
        return cutout


@pytest.fixture
def fit() -> FakeFit:
    return FakeFit()


@pytest.fixture
def results() -> list[AdjustResult]:
    return []


@pytest.fixture
def adjuster(qtbot: QtBot, fit: FakeFit, results: list[AdjustResult]) -> Iterator[Adjuster]:
    adjuster = Adjuster(fit)
    adjuster.done.connect(results.append)
    yield adjuster
    fit.gate.set()
    adjuster.close()


def cutout(name: str) -> Cutout:
    return Cutout({"image": np.zeros((5, 5))}, {"name": name})


def waiting(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=5000)


def test_a_result_says_what_it_is_for(
    adjuster: Adjuster, results: list[AdjustResult], qtbot: QtBot
) -> None:
    adjuster.request(3, "C3", 7, cutout("C3"), OPTIONS)
    assert adjuster.busy("C3")
    waiting(qtbot, lambda: bool(results))
    result = results[0]
    assert (result.row, result.key, result.revision, result.error) == (3, "C3", 7, None)
    assert not adjuster.busy("C3")


def test_the_worker_gets_arrays_it_cannot_change(
    adjuster: Adjuster, results: list[Any], qtbot: QtBot
) -> None:
    adjuster.request(0, "C0", 0, cutout("C0"), OPTIONS)
    waiting(qtbot, lambda: bool(results))
    assert not results[0].adjustment.planes["image"].flags.writeable


def test_an_older_revision_is_dropped(
    adjuster: Adjuster, fit: FakeFit, results: list[AdjustResult], qtbot: QtBot
) -> None:
    fit.gate.clear()
    adjuster.request(3, "C3", 1, cutout("old"), OPTIONS)
    waiting(qtbot, lambda: fit.begun == ["old"])
    adjuster.request(3, "C3", 2, cutout("new"), OPTIONS)
    fit.gate.set()
    waiting(qtbot, lambda: bool(results))
    qtbot.wait(20)
    assert [result.revision for result in results] == [2]


def test_what_is_forgotten_is_not_told(
    adjuster: Adjuster, fit: FakeFit, results: list[AdjustResult], qtbot: QtBot
) -> None:
    fit.gate.clear()
    adjuster.request(1, "C1", 0, cutout("C1"), OPTIONS)
    adjuster.request(2, "C2", 0, cutout("C2"), OPTIONS)
    waiting(qtbot, lambda: fit.begun == ["C1"])
    adjuster.forget("C1")
    fit.gate.set()
    waiting(qtbot, lambda: bool(results))
    assert [result.key for result in results] == ["C2"]


def test_what_is_forgotten_while_it_waits_is_not_fitted(
    adjuster: Adjuster, fit: FakeFit, results: list[AdjustResult], qtbot: QtBot
) -> None:
    fit.gate.clear()
    adjuster.request(1, "C1", 0, cutout("C1"), OPTIONS)
    adjuster.request(2, "C2", 0, cutout("C2"), OPTIONS)
    waiting(qtbot, lambda: fit.begun == ["C1"])
    adjuster.forget()
    adjuster.request(3, "C3", 0, cutout("C3"), OPTIONS)
    fit.gate.set()
    waiting(qtbot, lambda: bool(results))
    assert fit.begun == ["C1", "C3"] and [result.key for result in results] == ["C3"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("no template to fit"), "no template to fit"),
        (ValueError("singular"), "the fit failed: ValueError: singular"),
    ],
    ids=["expected", "unexpected"],
)
def test_an_error_comes_back_in_words(
    adjuster: Adjuster,
    fit: FakeFit,
    results: list[AdjustResult],
    qtbot: QtBot,
    error: Exception,
    words: str,
) -> None:
    fit.error = error
    adjuster.request(1, "C1", 0, cutout("C1"), OPTIONS)
    waiting(qtbot, lambda: bool(results))
    assert results[0].adjustment is None and results[0].error == words


def test_closing_while_a_fit_runs_tells_nothing(
    fit: FakeFit, results: list[AdjustResult], qtbot: QtBot
) -> None:
    adjuster = Adjuster(fit)
    adjuster.done.connect(results.append)
    fit.gate.clear()
    adjuster.request(1, "C1", 0, cutout("C1"), OPTIONS)
    waiting(qtbot, lambda: fit.begun == ["C1"])
    timer = threading.Timer(0.05, fit.gate.set)
    timer.start()
    adjuster.close()
    timer.join()
    qtbot.wait(20)
    assert results == []
