"""The sign of a packet's difference: image - template, whatever its producer wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import record, stamp
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.io.alerts.cutout import packet_cutout
from vetter.io.alerts.difference_sign import is_brighter, is_turned
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.producers import ALERT, RUBIN, ZTF
from vetter.io.input_options import InputOrigin

MIDDLE = np.s_[31, 31]


def sky(seed: int, peak: float = 0.0) -> Any:
    y, x = np.mgrid[:63, :63] - 31
    noise = np.random.default_rng(seed).normal(100, 5, (63, 63))
    return (noise + peak * np.exp(-(x**2 + y**2) / 6)).astype(np.float32)


def cutout_of(image: Any, template: Any, diff: Any, flag: Any) -> Cutout:
    stamps = {
        name: None if pixels is None else {"fileName": "x", "stampData": stamp(pixels)}
        for name, pixels in (
            ("cutoutScience", image),
            ("cutoutTemplate", template),
            ("cutoutDifference", diff),
        )
    }
    return packet_cutout(record(isdiffpos=flag, **stamps), ZTF, {})


@pytest.mark.parametrize("flag", ["f", "0", 0, False])
def test_negative_detection_of_ztf_is_shown_as_on_sky(flag: Any) -> None:
    image, template = sky(1), sky(2, 200)
    cutout = cutout_of(image, template, template - image, flag)
    np.testing.assert_array_equal(cutout["diff"], image - template)
    assert cutout["diff"][MIDDLE] < -150
    assert cutout.provenance["diff"] is Provenance.TURNED
    assert cutout.notes["diff"] == "turned: was template - image"


def test_negative_detection_that_is_dark_stays() -> None:
    image, template = sky(1), sky(2, 200)
    cutout = cutout_of(image, template, image - template, "f")
    np.testing.assert_array_equal(cutout["diff"], image - template)
    assert "diff" not in cutout.provenance and "diff" not in cutout.notes


def test_positive_detection_of_opposite_producer_is_turned() -> None:
    image, template = sky(1, 200), sky(2)
    noise = np.random.default_rng(9).normal(0, 3, (63, 63)).astype(np.float32)
    # The template is neither of the image's flux scale nor exactly subtracted.
    diff = 0.7 * template - image + noise
    cutout = cutout_of(image, template, diff.astype(np.float32), "t")
    assert cutout["diff"][MIDDLE] > 150
    assert Provenance.TURNED in cutout.provenance["diff"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("peak", [50, 400], ids=["faint", "bright"])
def test_star_of_the_template_alone_tells_the_sign(sign: int, peak: float) -> None:
    image, template = sky(1), sky(2, peak)
    # The image's own noise is not in the difference: nothing but the star tells of its sign.
    rest = np.random.default_rng(9).normal(0, 8, (63, 63))
    diff = (rest - sign * (template - sky(2))).astype(np.float32)
    assert is_turned(diff, image, template, None, (31, 31)) is (sign < 0)


@pytest.mark.parametrize(("flag", "peak", "turned"), [("f", 90, True), ("f", -90, False)])
def test_without_template_the_flag_decides(flag: str, peak: float, turned: bool) -> None:
    cutout = cutout_of(sky(1), None, sky(3, peak), flag)
    assert (Provenance.TURNED in cutout.provenance.get("diff", Provenance.GIVEN)) is turned


def test_positive_flag_on_dark_pixels_without_template_stays() -> None:
    assert "diff" not in cutout_of(sky(1), None, sky(3, -90), "t").provenance


def test_difference_like_both_stamps_is_not_turned() -> None:
    # One and the same stamp thrice, as brokers' test packets have it.
    same = sky(1, 200)
    assert "diff" not in cutout_of(same, same, same, "t").provenance
    assert "diff" not in cutout_of(sky(1, 200), sky(2, 200), sky(3, 200), "t").provenance


@pytest.mark.parametrize(
    ("diff", "image", "template"),
    [
        (np.zeros((63, 63)), sky(1), sky(2)),
        (np.ones((63, 63)), sky(1), sky(2)),
        (sky(3), np.ones((63, 63)), sky(2)),
        (sky(3), np.ones((63, 63)), np.ones((63, 63))),
        (np.full((63, 63), np.nan), sky(1), sky(2)),
        (np.full((63, 63), 1e36), np.full((63, 63), 1e36), np.full((63, 63), -1e36)),
        (np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2))),
    ],
    ids=["zero", "flat", "flat image", "flat both", "nan", "huge", "tiny"],
)
@pytest.mark.parametrize("positive", [True, False, None])
def test_pixels_that_tell_nothing_turn_nothing(
    diff: Any, image: Any, template: Any, positive: bool | None
) -> None:
    assert not is_turned(diff, image, template, positive, (0, 0))


def test_flat_stamps_are_turned_by_their_levels() -> None:
    image, template = np.full((63, 63), 100.0), np.full((63, 63), 130.0)
    assert is_turned(template - image, image, template, None, (31, 31))
    assert not is_turned(image - template, image, template, False, (31, 31))


@pytest.mark.parametrize(
    ("source", "brighter"),
    [
        ({"psfFlux": -3.5, "isNegative": False}, False),
        ({"psfFlux": 3.5}, True),
        ({"psfFlux": None, "isNegative": True}, False),
        ({"psfFlux": None, "isNegative": None}, None),
    ],
)
def test_flux_says_whether_rubin_candidate_brightened(source: Any, brighter: bool | None) -> None:
    assert is_brighter({"diaSource": source}, RUBIN) is brighter


def test_packet_without_flag_says_nothing() -> None:
    assert is_brighter({"candidate": {"jd": 1.0}}, ALERT) is None


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("labelled/ztf_alerts_51.parquet", 20),
        ("alerts/ztf", 3),
        ("alerts/lsst/rubin_sample_data_10_0.parquet", 0),
        ("alerts/other", 0),
    ],
)
def test_real_differences_have_their_detections_sign(
    real_data: Path, name: str, turned: int
) -> None:
    source = open_alerts([real_data / name], None, None, None, InputOrigin()).read_whole_list()
    count = 0
    for row in range(len(source.candidates)):
        cutout = source.cutout(row)
        meta = cutout.meta
        count += Provenance.TURNED in cutout.provenance.get("diff", Provenance.GIVEN)
        positive = meta["psfFlux"] > 0 if "psfFlux" in meta else bool(meta["isdiffpos"])
        x, y = (round(value) for value in cutout.position)
        core = cutout["diff"][y - 2 : y + 3, x - 2 : x + 3] - np.nanmedian(cutout["diff"])
        # The test packets of one survey call everything positive.
        assert name == "alerts/other" or (np.nansum(core) > 0) == positive
    source.close()
    assert count == turned
