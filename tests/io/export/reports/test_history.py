"""First detection and last non-detection of a light curve, as reports tell them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from vetter.core.candidates.light_curve import LightCurve
from vetter.io.export.reports.history import first_detection, last_non_detection
from vetter.io.export.reports.observations import Observation, ab_magnitude

OWN = Observation(0, "J1", 10.0, -5.0, mjd=60010.0, mag=18.0, mag_err=0.1, band="r")
NAN = math.nan
Epoch = tuple[float, float, float, bool, str, str, bool]


def detection(
    time: float, value: float = 19.0, error: float = 0.2, negative: bool = False
) -> Epoch:
    return time, value, error, False, "g", "detection", negative


def limit(time: float, value: float = 20.5) -> Epoch:
    return time, value, NAN, True, "i", "limit", False


def curve(*epochs: Epoch, unit: str = "mag", scale: str = "") -> LightCurve:
    return LightCurve.of(epochs, "quantity", unit, 0, scale)


@pytest.mark.parametrize(
    ("epochs", "found"),
    [
        ([detection(60005.0), detection(60007.0)], (60005.0, 19.0, 0.2)),
        ([detection(60005.0, error=0.0)], (60005.0, 19.0, None)),
        ([detection(60005.0, error=NAN)], (60005.0, 19.0, None)),
        ([detection(60003.0, negative=True), detection(60005.0)], (60005.0, 19.0, 0.2)),
        ([limit(60003.0), detection(60005.0)], (60005.0, 19.0, 0.2)),
        ([(60003.0, 19.0, 0.2, False, "g", "forced", False)], None),
        # The candidate's own epoch, to a second.
        ([detection(60010.0)], None),
        ([detection(60009.999995)], None),
        ([detection(60009.999988)], (60009.999988, 19.0, 0.2)),
        ([detection(60011.0)], None),
        ([limit(60003.0)], None),
    ],
)
def test_first_detection_is_before_the_own_one(
    epochs: list[Epoch], found: tuple[float, float, float | None] | None
) -> None:
    first = first_detection(OWN, curve(*epochs))
    assert (first is None) == (found is None)
    if first is not None:
        assert (first.mjd, first.mag, first.mag_err) == found
        assert (first.band, first.name, first.ra) == ("g", "J1", 10.0)


def test_detection_in_fluxes_becomes_a_magnitude() -> None:
    epochs = [detection(60003.0, -50.0), detection(60004.0, 0.0), detection(60005.0, 1000.0, 100.0)]
    first = first_detection(OWN, curve(*epochs, unit="nJy"))
    assert first is not None and first.mjd == 60005
    # 31.4 - 2.5 log 1000, and a tenth times 2.5 / ln 10.
    assert (first.mag, first.mag_err) == pytest.approx((23.9, 0.10857), abs=1e-4)


@pytest.mark.parametrize(
    ("epochs", "unit", "found"),
    [
        ([limit(60001.0), limit(60003.0, 20.0)], "mag", (60003.0, 20.0)),
        ([limit(60003.0), limit(60008.0)], "mag", (60003.0, 20.5)),
        ([limit(60005.0)], "mag", None),
        ([limit(60004.999988)], "mag", (60004.999988, 20.5)),
        ([limit(60004.999995)], "mag", None),
        ([detection(60003.0)], "mag", None),
        ([limit(60003.0, 1000.0)], "nJy", (60003.0, 23.9)),
        ([limit(60003.0, 0.0)], "nJy", None),
        (
            [(60003.0, 499.0, 100.0, False, "i", "forced", False)],
            "nJy",
            (60003.0, ab_magnitude(500)),
        ),
        (
            [(60003.0, -900.0, 100.0, False, "i", "forced", False)],
            "nJy",
            (60003.0, ab_magnitude(500)),
        ),
        ([(60003.0, 500.0, 100.0, False, "i", "forced", False)], "nJy", None),
        ([(60003.0, 1.0, 0.0, False, "i", "forced", False)], "nJy", None),
        ([(60003.0, -1.0, 0.0, False, "i", "forced", True)], "nJy", None),
        ([(60003.0, 1.0, 5.0, False, "i", "forced", False)], "mag", None),
        ([(60003.0, 1.0, 100.0, False, "i", "detection", False)], "nJy", None),
        ([limit(60003.0)], "counts", None),
    ],
)
def test_last_limit_is_before_the_first_detection(
    epochs: list[Epoch], unit: str, found: tuple[float, float] | None
) -> None:
    last = last_non_detection(60005.0, curve(*epochs, unit=unit))
    assert (last is None) == (found is None)
    if last is not None and found is not None:
        assert (last.mjd, last.limit) == pytest.approx(found, abs=1e-3) and last.band == "i"


def test_times_in_tai_become_utc() -> None:
    shift = 37 / 86400
    first = first_detection(OWN, curve(detection(60005.0), scale="TAI"))
    last = last_non_detection(60005.0, curve(limit(60003.0), scale="TAI"))
    assert first is not None and last is not None
    assert (first.mjd, last.mjd) == pytest.approx((60005.0 - shift, 60003.0 - shift), abs=1e-8)


@pytest.mark.parametrize(
    "changes", [{"mjd": None}, {"unit": "counts"}, {"curve": None}], ids=["time", "unit", "none"]
)
def test_without_time_or_known_unit_there_is_none(changes: dict[str, Any]) -> None:
    own = Observation(0, "J1", 1.0, 2.0, mjd=changes.get("mjd", 60010.0))
    known = curve(detection(60005.0), unit=changes.get("unit", "mag"))
    given = None if "curve" in changes else known
    assert first_detection(own, given) is None
    assert last_non_detection(60005.0, None) is None
