from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.mask_bits import bad_bits, bit_names
from vetter.errors import InputError

RUBIN = {"MP_BAD": 0, "MP_SAT": 1, "MP_DETECTED": 5, "MP_NAXIS": "x", "NAXIS": 2}
IMAGES = {
    "MSKN0000": "BAD",
    "MSKM0000": 1,
    "MSKD0000": "Bad pixel.",
    "MSKN0001": "SATURATED",
    "MSKM0001": 2,
    "MSKN0004": "DETECTION_EDGE",
    "MSKM0004": 16,
    "MSKN0005": "DETECTED",
    "MSKM0005": 32,
}
VALUES = np.array([0, 1, 2, 32, 33], np.int32)


@pytest.mark.parametrize(
    ("header", "only", "good", "bad"),
    [
        ({}, None, None, [0, 1, 1, 1, 1]),
        (RUBIN, None, None, [0, 1, 1, 0, 1]),
        (IMAGES, None, None, [0, 1, 1, 0, 1]),
        (IMAGES, "SATURATED", None, [0, 0, 1, 0, 0]),
        (IMAGES, None, "detected,bad", [0, 0, 1, 0, 0]),
        (RUBIN, "BAD,DETECTED", None, [0, 1, 0, 1, 1]),
        (RUBIN, None, "sat", [0, 1, 0, 1, 1]),
        ({}, "1", None, [0, 0, 1, 0, 0]),
        ({}, "0-1", None, [0, 1, 1, 0, 1]),
        ({}, "0x22", None, [0, 0, 1, 1, 1]),
        ({}, None, "0,5", [0, 0, 1, 0, 0]),
    ],
)
def test_bits(header: dict[str, object], only: str, good: str, bad: list[int]) -> None:
    assert bad_bits(header, only, good).find_bad(VALUES).tolist() == [bool(b) for b in bad]


def test_what_is_left_out_is_said() -> None:
    assert "DETECTED" in bad_bits(RUBIN).note


def test_nan_is_bad_in_a_mask_of_floats() -> None:
    assert bad_bits({}, "1").find_bad(np.array([0, 2.0, 1.0, np.nan])).tolist() == [
        False,
        True,
        False,
        True,
    ]


def test_booleans_stay() -> None:
    assert bad_bits({}).find_bad(np.array([True, False])).tolist() == [True, False]


def test_unsigned_bytes() -> None:
    assert bad_bits({}, "7").find_bad(np.array([128, 127], np.uint8)).tolist() == [True, False]


@pytest.mark.parametrize("text", ["NOPE", "70", "5-2", "0xzz"])
def test_what_is_no_bit(text: str) -> None:
    with pytest.raises(InputError, match="--mask-bits"):
        bad_bits(RUBIN, text)


def test_bit_without_value_card_is_its_number() -> None:
    assert bit_names({"MSKN0003": "COSMIC_RAY", "MSKN0031": "SUSPECT"}) == {
        "COSMIC_RAY": 3,
        "SUSPECT": 31,
    }


def test_edge_of_detection_is_bad() -> None:
    names = {"MSKN0004": "DETECTION_EDGE", "MSKN0005": "DETECTED_NEGATIVE"}
    bad = bad_bits(names).find_bad(np.array([16, 32]))
    assert bad.tolist() == [True, False]


def test_value_card_with_several_bits_names_none() -> None:
    assert bit_names({"MSKN0003": "COSMIC_RAY", "MSKM0003": 9}) == {}


def test_injected_sources_are_not_bad() -> None:
    names = {"MP_INJECTED": 3, "MP_INJECTED_CORE_TEMPLATE": 4, "MP_BAD": 0}
    assert bad_bits(names).find_bad(np.array([8, 16, 1])).tolist() == [False, False, True]
