from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.mask_bits import bad_bits
from vetter.errors import InputError

RUBIN = {"MP_BAD": 0, "MP_SAT": 1, "MP_DETECTED": 5, "MP_NAXIS": "x", "NAXIS": 2}
VALUES = np.array([0, 1, 2, 32, 33], np.int32)


@pytest.mark.parametrize(
    ("header", "only", "good", "bad"),
    [
        ({}, None, None, [0, 1, 1, 1, 1]),
        (RUBIN, None, None, [0, 1, 1, 0, 1]),
        (RUBIN, "BAD,DETECTED", None, [0, 1, 0, 1, 1]),
        (RUBIN, None, "sat", [0, 1, 0, 1, 1]),
        ({}, "1", None, [0, 0, 1, 0, 0]),
        ({}, "0-1", None, [0, 1, 1, 0, 1]),
        ({}, "0x22", None, [0, 0, 1, 1, 1]),
        ({}, None, "0,5", [0, 0, 1, 0, 0]),
    ],
)
def test_bits(header: dict[str, object], only: str, good: str, bad: list[int]) -> None:
    assert bad_bits(header, only, good).bad(VALUES).tolist() == [bool(b) for b in bad]


def test_what_is_left_out_is_said() -> None:
    assert "DETECTED" in bad_bits(RUBIN).said


def test_nan_is_bad_in_a_mask_of_floats() -> None:
    assert bad_bits({}, "1").bad(np.array([0, 2.0, 1.0, np.nan])).tolist() == [
        False,
        True,
        False,
        True,
    ]


def test_booleans_stay() -> None:
    assert bad_bits({}).bad(np.array([True, False])).tolist() == [True, False]


def test_unsigned_bytes() -> None:
    assert bad_bits({}, "7").bad(np.array([128, 127], np.uint8)).tolist() == [True, False]


@pytest.mark.parametrize("text", ["NOPE", "70", "5-2", "0xzz"])
def test_what_is_no_bit(text: str) -> None:
    with pytest.raises(InputError, match="--mask-bits"):
        bad_bits(RUBIN, text)
