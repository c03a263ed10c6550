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
    ("shape", "unknown", "turned"), [(3, 0, True), (4, 7, True), (4, 8, False)]
)
def test_sign_needs_nine_known_pixels(shape: int, unknown: int, turned: bool) -> None:
    image, template = sky(1)[:shape, :shape], sky(2)[:shape, :shape]
    image.flat[:unknown] = np.nan
    assert is_turned(template - image, image, template, None, (0, 0)) is turned


@pytest.mark.parametrize(("ripple", "turned"), [(0.028, True), (0.032, False)])
def test_flat_stamps_tell_the_sign_to_a_thousandth(ripple: float, turned: bool) -> None:
    # A thousandth of the difference of 30; flat stamps leave nothing to a regression.
    waves = ripple * np.where(np.arange(64).reshape(8, 8) % 2, 1.0, -1.0)
    image, template = np.full((8, 8), 100.0), np.full((8, 8), 130.0)
    assert is_turned(template - image + waves, image, template, None, (4, 4)) is turned


@pytest.mark.parametrize("scale", [1.0, 1e-4])
def test_pixels_decide_against_the_flag(scale: float) -> None:
    image, template = scale * sky(1, 200), scale * sky(2)
    assert not is_turned(image - template, image, template, False, (31, 31))
    assert is_turned(template - image, image, template, True, (31, 31))


@pytest.mark.parametrize(
    ("of_image", "of_template", "turned"),
    [
        (-2.1, 0.0, False),
        (-2.3, 0.0, True),
        (0.0, 2.1, False),
        (0.0, 2.3, True),
        (2.3, 0.0, False),
        (-10.0, -1.9, True),
        (-10.0, -2.1, False),
        (-1.9, -10.0, False),
        (10.0, 1.9, False),
        (1.9, 10.0, True),
    ],
)
def test_regression_decides_where_it_is_significant(
    of_image: float, of_template: float, turned: bool
) -> None:
    # Orthogonal patterns of 16 pixels and mean 0: a coefficient's error is sqrt(1/13) = 0.277,
    # eight of which are 2.22. A fifth of the stronger one may contradict it.
    image, template, noise = (
        np.where(np.arange(16) & bit, 1.0, -1.0).reshape(4, 4) for bit in (1, 2, 4)
    )
    diff = of_image * image + of_template * template + noise
    assert is_turned(diff, image, template, None, (1, 1)) is turned


@pytest.mark.parametrize(
    ("image", "template"),
    [(sky(1), sky(2)), (sky(1, 200), sky(2, 200)), (np.ones((63, 63)), sky(2)), (sky(1), None)],
    ids=["neither", "like both", "flat image", "no template"],
)
def test_flag_decides_where_pixels_are_unclear(image: Any, template: Any) -> None:
    diff = sky(3, 200)
    assert is_turned(diff, image, template, False, (31, 31))
    assert not is_turned(diff, image, template, None, (31, 31))
    assert not is_turned(diff, image, template, True, (31, 31))


def three_levels(core: float) -> Any:
    """A stamp of -1, 0 and 1 in turn, whose deviation is 1.48, with 5 x 5 pixels of their own."""
    diff = (np.arange(225.0) % 3 - 1).reshape(15, 15)
    diff[5:10, 5:10] = core
    return diff


@pytest.mark.parametrize(("core", "turned"), [(1.45, False), (1.51, True), (-3.0, False)])
def test_candidate_has_to_stand_out_of_the_noise(core: float, turned: bool) -> None:
    # Five times the noise of the sum of 25 pixels is 5 x 1.48 x 5 = 37.1, 1.483 a pixel.
    assert is_turned(three_levels(core), None, None, False, (7, 7)) is turned
    assert is_turned(three_levels(core) + 50, None, None, False, (7, 7)) is turned


@pytest.mark.parametrize("middle", [(7, 7), (1, 1), (0, 3), (13, 14), (14, 5)])
def test_pixels_up_to_two_from_the_middle_count(middle: tuple[int, int]) -> None:
    found = np.zeros((15, 15), bool)
    for row, column in np.ndindex(15, 15):
        diff = (np.arange(225.0) % 3 - 1).reshape(15, 15)
        diff[row, column] = 1000
        found[row, column] = is_turned(diff, None, None, False, middle)
    y, x = np.mgrid[:15, :15]
    near = (abs(x - middle[0]) <= 2) & (abs(y - middle[1]) <= 2)
    np.testing.assert_array_equal(found, near)


@pytest.mark.parametrize(
    ("source", "brighter"),
    [
        ({"psfFlux": -3.5, "isNegative": False}, False),
        ({"psfFlux": 3.5}, True),
        ({"psfFlux": 0.5, "isNegative": True}, True),
        ({"psfFlux": 0.0, "isNegative": True}, False),
        ({"psfFlux": 0.0, "psFlux": 1.0}, True),
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
