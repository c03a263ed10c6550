"""Measurer: the request made last is measured, and no bad candidate ends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.processes import process_of, stands_back
from vetter.core.cutout.cutout import Cutout
from vetter.core.psf.measures.cutout_measures import UNKNOWN_APERTURE, CutoutMeasures
from vetter.review.cutouts.measure_worker import NICENESS
from vetter.review.cutouts.measurer import Measurer, MeasureRequest

pytestmark = pytest.mark.process

CUTOUT = Cutout({"image": np.random.default_rng(1).normal(0, 1, (41, 41))})


@pytest.fixture
def measurer(qapp: Any) -> Iterator[Measurer]:
    """A measurer of the test's own, which it may close and whose process it may kill."""
    measurer = Measurer(FieldInMemory())
    yield measurer
    measurer.close()


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, qapp: Any) -> Iterator[Measurer]:
    """One for all tests that only ask it: its process takes a second to start."""
    measurer = Measurer(FieldInMemory())
    # Now, so that no test is taken for the one that has left it running.
    measured(QtBot(request), measurer, MeasureRequest(0, CUTOUT, 3.0, 0.0))
    yield measurer
    measurer.close()


def measured(
    qtbot: Any, measurer: Measurer, *requests: MeasureRequest
) -> list[tuple[MeasureRequest, CutoutMeasures]]:
    """Make requests, and wait for the measures of the last."""
    found: list[tuple[MeasureRequest, CutoutMeasures]] = []
    connection = measurer.measured.connect(lambda *told: found.append(told))
    for request in requests:
        measurer.measure(request)
    qtbot.waitUntil(lambda: bool(found) and found[-1][0] is requests[-1], timeout=90000)
    measurer.measured.disconnect(connection)
    return found


def test_request_has_its_fwhm_and_direction(qtbot: Any, shared: Measurer) -> None:
    ((_, measures),) = measured(qtbot, shared, MeasureRequest(0, CUTOUT, 3.0, 30.0))
    assert (measures.aperture, measures.angle) == (3.0, 30.0)


def test_fwhm_that_nothing_tells_is_unknown(qtbot: Any, shared: Measurer) -> None:
    ((_, measures),) = measured(qtbot, shared, MeasureRequest(0, CUTOUT, None, 0.0))
    assert measures.aperture == UNKNOWN_APERTURE


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="needs processes that stand back")
def test_window_comes_before_the_measures(shared: Measurer) -> None:
    assert stands_back(process_of(shared), NICENESS)


def test_requests_overtaken_are_not_measured(qtbot: Any, shared: Measurer) -> None:
    requests = [MeasureRequest(row, CUTOUT, 3.0, 0.0) for row in range(30)]
    assert [request.row for request, _ in measured(qtbot, shared, *requests)] == [0, 29]


def test_broken_cutout_is_told_and_the_next_measured(qtbot: Any, shared: Measurer) -> None:
    broken = Cutout({"image": np.full((41, 41), "x")})
    ((_, measures),) = measured(qtbot, shared, MeasureRequest(0, broken, 3.0, 0.0))
    assert measures.lines[0].startswith("not measured: a fault of this program")
    found = measured(qtbot, shared, MeasureRequest(1, CUTOUT, 3.0, 0.0))
    assert found[-1][1].planes


def test_closed_measurer_takes_no_request(measurer: Measurer) -> None:
    measurer.close()
    measurer.measure(MeasureRequest(0, CUTOUT, 3.0, 0.0))
    assert not measurer.running


def test_process_that_dies_is_told_and_replaced(qtbot: Any, measurer: Measurer) -> None:
    measured(qtbot, measurer, MeasureRequest(0, CUTOUT, 3.0, 0.0))
    process_of(measurer).kill()
    found = measured(qtbot, measurer, MeasureRequest(1, CUTOUT, 3.0, 0.0))
    assert found[-1][1].lines[0].startswith("not measured: the measuring process ended")
    found = measured(qtbot, measurer, MeasureRequest(2, CUTOUT, 3.0, 0.0))
    assert found[-1][1].planes
