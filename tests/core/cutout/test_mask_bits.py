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


@pytest.mark.parametrize(
    ("only", "good", "note"),
    [
        (None, None, ""),
        ("0,2", None, "bad are bits 0,2, as you say"),
        (None, "1", "bits 1 are not bad, as you say"),
        ("0", "1", "bad are bits 0, as you say"),
    ],
)
def test_choice_of_the_user_is_told(only: str | None, good: str | None, note: str) -> None:
    assert bad_bits({}, only, good).note == note


def test_harmless_bits_are_named() -> None:
    header = {"MP_BAD": 0, "MP_DETECTED": 5, "MP_INJECTED_CORE": 6}
    found = bad_bits(header)
    assert found.note == "bits DETECTED, INJECTED_CORE are not bad; --mask-bits says otherwise"
    assert found.find_bad(np.array([32, 64, 96, 97, 1 << 62])).tolist() == [False] * 3 + [True] * 2
    assert bad_bits({"MP_BAD": 0}) == (None, "")


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("0-2", [1, 1, 1, 0]),
        ("0, 3", [1, 0, 0, 1]),
        ("0|3", [1, 0, 0, 1]),
        ("1+2", [0, 1, 1, 0]),
        ("mp_sat", [0, 1, 0, 0]),
        ("0X9", [1, 0, 0, 1]),
        ("62", [0, 0, 0, 0]),
    ],
)
def test_bits_are_spelt_in_many_ways(text: str, bad: list[int]) -> None:
    found = bad_bits({"MP_SAT": 1}, text).find_bad(np.array([1, 2, 4, 8]))
    assert found.tolist() == [bool(one) for one in bad]
    good = bad_bits({"MP_SAT": 1}, None, text).find_bad(np.array([1, 2, 4, 8]))
    assert good.tolist() == [not one for one in bad]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("63", "--mask-bits: expected bits from 0 to 62, found 63"),
        ("60-63", "--mask-bits: expected bits from 0 to 62, found 60-63"),
        ("3-1", "--mask-bits: expected bits from 0 to 62, found 3-1"),
        ("0xg", "--mask-bits: expected a hexadecimal number, found 0xg"),
        ("cat", "--mask-bits: no bit 'cat' in the mask; named bits: SAT"),
    ],
)
def test_what_is_no_bit_is_named(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        bad_bits({"MP_SAT": 1}, text)
    with pytest.raises(InputError, match="named bits: none in its header"):
        bad_bits({}, "cat")


@pytest.mark.parametrize(
    ("value", "bit"),
    [
        (1, 0),
        (1 << 31, 31),
        (-(2**31), 31),
        (1 << 62, 62),
        (3, None),
        (0, None),
        (True, 4),
        ("x", 4),
    ],
)
def test_value_card_gives_the_bit(value: object, bit: int | None) -> None:
    names = bit_names({"MSKN0004": "sat", "MSKM0004": value})
    assert names == ({} if bit is None else {"SAT": bit})


@pytest.mark.parametrize(("bit", "known"), [(62, True), (63, False), (-1, False), ("1", False)])
def test_named_bits_are_from_0_to_62(bit: object, known: bool) -> None:
    assert bit_names({"mp_sat": bit}) == ({"SAT": bit} if known else {})


def test_floats_are_bad_by_bits_or_altogether() -> None:
    values = np.array([0.0, 1.0, 2.0, np.nan, np.inf])
    assert bad_bits({}).find_bad(values).tolist() == [False, True, True, True, True]
    assert bad_bits({}, "1").find_bad(values).tolist() == [False, False, True, True, True]
