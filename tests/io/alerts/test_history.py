from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import record
from vetter.core.candidates.light_curve import LightCurve
from vetter.io.alerts.history import light_curve
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.producers import producer_of
from vetter.io.input_options import InputOrigin

LIMIT = {"jd": 2460210.5, "fid": 1, "isdiffpos": None, "magpsf": None, "sigmapsf": None}


def curve(packet: dict[str, Any]) -> LightCurve:
    producer = producer_of(packet)
    assert producer is not None
    found = light_curve(packet, producer)
    assert found is not None
    return found


def test_limits_and_detections_are_in_the_order_of_time() -> None:
    packet = record(
        prv_candidates=[
            {**LIMIT, "jd": 2460215.5, "magpsf": 19.0, "sigmapsf": 0.2, "isdiffpos": "f"},
            {**LIMIT, "diffmaglim": 20.25},
        ]
    )
    found = curve(packet)
    assert found.time.tolist() == [60210.0, 60215.0, 60219.0]
    assert found.value.tolist() == [20.25, 19.0, 18.5]
    assert found.limit.tolist() == [True, False, False]
    assert found.kind.tolist() == ["limit", "detection", "detection"]
    assert found.band.tolist() == ["g", "g", "r"]
    assert found.negative.tolist() == [False, True, False]
    assert (found.quantity, found.unit, found.current) == ("magnitude", "mag", 2)


def test_epochs_without_a_value_are_left_out() -> None:
    packet = record(prv_candidates=[{**LIMIT, "diffmaglim": None}, {**LIMIT, "jd": math.nan}])
    assert len(curve(packet)) == 1


def test_forced_fluxes_become_magnitudes_or_limits() -> None:
    zero = {"fid": 2, "magzpsci": 25.0}
    packet = record()
    packet["fp_hists"] = [
        {"jd": 2460201.5, "forcediffimflux": 100.0, "forcediffimfluxunc": 10.0, **zero},
        {"jd": 2460202.5, "forcediffimflux": 10.0, "forcediffimfluxunc": 10.0, **zero},
        {"jd": 2460203.5, "forcediffimflux": -100.0, "forcediffimfluxunc": 10.0, **zero},
        {"jd": 2460204.5, "forcediffimflux": -99999.0, "forcediffimfluxunc": -99999.0, **zero},
    ]
    found = curve(packet)
    assert found.kind.tolist() == ["forced"] * 3 + ["detection"]
    assert found.value[:3] == pytest.approx([20.0, 25 - 2.5 * math.log10(50), 20.0])
    assert found.limit.tolist() == [False, True, False, False]
    assert found.negative.tolist() == [False, False, True, False]
    assert found.error[0] == pytest.approx(0.1086, abs=1e-4)


def test_rubins_fluxes_stay_fluxes() -> None:
    source = {"midpointMjdTai": 60960.0, "band": "r", "psfFlux": 100.0, "psfFluxErr": 5.0}
    packet = {
        "diaSource": source,
        "prvDiaSources": [{**source, "midpointMjdTai": 60950.0, "psfFlux": -20.0}],
        "prvDiaForcedSources": [{**source, "midpointMjdTai": 60940.0}],
    }
    found = curve(packet)
    assert found.kind.tolist() == ["forced", "detection", "detection"]
    assert found.value.tolist() == [100.0, -20.0, 100.0]
    assert (found.quantity, found.unit, found.current) == ("difference flux", "nJy", 2)
    assert (found.scale, curve(record()).scale) == ("TAI", "")


@pytest.mark.parametrize("history", [None, [], "text", [None, 3], [{"jd": "text"}]])
def test_odd_histories_leave_the_epoch_itself(history: Any) -> None:
    assert len(curve(record(prv_candidates=history))) == 1


def test_every_real_packet_has_its_own_epoch(real_data: Path) -> None:
    source = open_alerts([real_data / "alerts"], None, None, None, InputOrigin())
    while source.grow() is not None:
        pass
    lengths = []
    for row in range(len(source.candidates)):
        try:
            found = source.cutout(row).light_curve
        except ValueError:
            continue
        assert found is not None and found.current >= 0
        assert np.isfinite(found.time).all() and np.isfinite(found.value).all()
        assert (np.diff(found.time) >= 0).all()
        assert 40000 < found.time[0] < 70000
        lengths.append(len(found))
    source.close()
    assert len(lengths) == 68 and max(lengths) > 60


@pytest.mark.parametrize(
    ("earlier", "kept"),
    [
        ({"jd": 2460219.5}, 1),
        ({"jd": 2460219.25}, 2),
        ({"jd": 2460219.5, "fid": 1}, 2),
        ({"jd": 2460219.5, "magpsf": None, "diffmaglim": 20.0}, 2),
    ],
)
def test_own_epoch_among_the_earlier_ones_is_shown_once(earlier: dict[str, Any], kept: int) -> None:
    packet = record()
    packet["prv_candidates"] = [{**packet["candidate"], **earlier}]
    found = curve(packet)
    assert len(found) == kept
    assert found.time[found.current] == 60219.0 and not found.limit[found.current]


@pytest.mark.parametrize(
    ("flux", "value", "limit"),
    [
        (29.0, 25 - 2.5 * math.log10(50), True),
        (-29.0, 25 - 2.5 * math.log10(50), True),
        (30.0, 25 - 2.5 * math.log10(30), False),
        (-31.0, 25 - 2.5 * math.log10(31), False),
    ],
)
def test_forced_flux_is_a_detection_from_three_sigma(
    flux: float, value: float, limit: bool
) -> None:
    packet = record()
    forced = {"forcediffimflux": flux, "forcediffimfluxunc": 10.0, "magzpsci": 25.0}
    packet["fp_hists"] = [{"jd": 2460201.5, "fid": 2, **forced}]
    found = curve(packet)
    assert found.value[0] == pytest.approx(value) and found.limit[0] == limit
    assert math.isnan(found.error[0]) == limit
    assert found.negative[0] == (flux < -30)
    # 2.5 / ln 10 magnitudes per relative error.
    assert limit or found.error[0] == pytest.approx(1.0857 * 10 / abs(flux), rel=1e-4)


@pytest.mark.parametrize("flux", [0.5, -0.5])
def test_forced_flux_may_be_less_than_one(flux: float) -> None:
    packet = record()
    forced = {"forcediffimflux": flux, "forcediffimfluxunc": 0.1, "magzpsci": 25.0}
    packet["fp_hists"] = [{"jd": 2460201.5, "fid": 2, **forced}]
    found = curve(packet)
    # 2.5 log10(0.5) is -0.753.
    assert found.value[0] == pytest.approx(25.753, abs=1e-3) and not found.limit[0]
    assert found.negative[0] == (flux < 0)


@pytest.mark.parametrize("changed", [{"forcediffimflux": None}, {"forcediffimfluxunc": 0.0}])
def test_forced_epoch_without_a_flux_or_its_error_is_left_out(changed: dict[str, Any]) -> None:
    packet = record()
    forced = {"forcediffimflux": 100.0, "forcediffimfluxunc": 10.0, "magzpsci": 25.0}
    packet["fp_hists"] = [{"jd": 2460201.5, "fid": 2, **forced, **changed}]
    assert len(curve(packet)) == 1


def test_limits_of_rubin_are_five_times_the_noise() -> None:
    packet = {
        "diaSource": {"midpointMjdTai": 60960.0, "band": "r", "psfFlux": 0.5, "psfFluxErr": 5.0},
        "prvDiaNondetectionLimits": [{"midpointMjdTai": 60950.0, "band": "i", "diaNoise": 7.0}],
    }
    found = curve(packet)
    assert found.value.tolist() == [35, 0.5] and found.limit.tolist() == [True, False]
    assert found.kind.tolist() == ["limit", "detection"] and found.band.tolist() == ["i", "r"]
    assert math.isnan(found.error[0]) and found.error[1] == 5
    assert found.negative.tolist() == [False, False] and found.current == 1


@pytest.mark.parametrize(
    ("jd", "mjd"), [(2460219.5, 60219.0), (60219.25, 60219.25), (1e6, 1e6), (1000001.5, -1399999.0)]
)
def test_times_are_mjd_of_either_kind(jd: float, mjd: float) -> None:
    assert curve(record(jd=jd)).time.tolist() == [mjd]


def test_packet_without_a_body_has_no_history() -> None:
    producer = producer_of(record())
    assert producer is not None
    assert light_curve({producer.body: "text"}, producer) is None
