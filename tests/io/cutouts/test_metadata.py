"""Metadata in FITS cards: everything comes back as it was."""

from __future__ import annotations

import datetime
import json
import math
import string
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from vetter.io.cutouts.metadata import decode_meta, encode_meta
from vetter.io.cutouts.metadata_values import unpack


def a_header(text: str) -> fits.Header:
    structure = "".join(f"{card:80}" for card in ("SIMPLE  =                    T",))
    return fits.Header.fromstring(structure + text + "END".ljust(80))


def round_trip(meta: dict[Any, Any]) -> dict[str, Any]:
    text = encode_meta(meta)
    assert len(text) % 80 == 0
    return decode_meta(a_header(text))


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Time):
        parts = [(np.array([t.jd1, t.jd2]).tolist(), t.scale, t.format) for t in (one, other)]
        return parts[0] == parts[1]
    if isinstance(one, np.ndarray):
        return bool(
            type(one) is type(other)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and np.ma.allequal(one, other, fill_value=True)
            or repr(one) == repr(other)
        )
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


UTC = datetime.UTC
VALUES = {
    "none": None,
    "true": True,
    "false": False,
    "nan": math.nan,
    "inf": math.inf,
    "minus inf": -math.inf,
    "float": 0.1 + 0.2,
    "tiny": 5e-324,
    "whole float": 3.0,
    "large float": 1e300,
    "integer": -7,
    "64 bits": 2**63,
    "beyond 64 bits": -(10**25),
    "far beyond": 10**200,
    "text": "abc",
    "empty": "",
    "trailing blanks": "abc  ",
    "leading blanks": "  abc",
    "quotes": "it's ''quoted''",
    "ampersand": "abc&",
    "text NaN": "NaN",
    "text Inf": "Inf",
    "text -Inf": "-Inf",
    "text array": "array([1, 2])",
    "text T": "T",
    "text number": "1.5",
    "record-valued": "axis.1: 3.5",
    "accents": "Bételgeuse",
    "no Latin": "超新星 🌟",
    "lines": "a\nb\tc\x00d",
    "long": "x" * 1000,
    "long with quotes": "it's " * 300,
    "a path in long text": "see '/home/me' / and 'x' " * 9,
    "array of paths": np.array(["'/home/me' / " * 9, "it's"]),
    "list of paths": ["'/home/me' / " * 9],
    "long with accents": "é" * 300,
    "json": '{"a": 1}',
    "array": np.arange(4.0),
    "array with nan": np.array([np.nan, -np.inf]),
    "single array": np.array([[1.1, 2.2]], np.float32),
    "long array": np.arange(2000.0),
    "text array of arrays": np.array(["é", "b"]),
    "complex array": np.array([1 + 2j, complex(np.nan, np.inf)]),
    "object array": np.array([None, 1, "x"], object),
    "empty array": np.zeros((0, 3)),
    "masked array": np.ma.MaskedArray([1, 2, 3], [0, 1, 0]),
    "list": [1, 2.5, "é", None, [math.nan]],
    "numbers": [1, 2, 3],
    "tuple": (1, (2, 3)),
    "dict": {"a": {"b": [1]}, "é": (2,)},
    "bytes": b"\x00\xff",
    "complex": 1 - 2j,
    "datetime": datetime.datetime(2020, 1, 2, 3, 4, 5, 678901),
    "datetime with zone": datetime.datetime(2020, 1, 2, tzinfo=UTC),
    "date": datetime.date(2020, 1, 2),
    "time": Time("2020-01-01T12:34:56.123456789"),
    "time in tdb": Time(59000.123456789, 1e-13, format="mjd", scale="tdb"),
    "time in jd": Time(2459000.5, 0.1234567890123456, format="jd"),
    "old time": Time(-1000.5, format="jyear"),
    "times": Time([59000.1, 59000.2], format="mjd"),
    "quantity": 3.5 * u.Jy,
    "quantities": np.arange(3) * u.km / u.s,
    "numpy time": np.datetime64("2020-01-01T00:00:00", "ns"),
    "numpy duration": np.timedelta64(5, "s"),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("key", ["value", "time", "A long Key with Capitals"])
def test_values(name: str, key: str) -> None:
    value = VALUES[name]
    back = round_trip({key: value})
    assert list(back) == [key]
    assert same(back[key], value), repr(back[key])


def test_masked_comes_back_masked() -> None:
    assert round_trip({"a": np.ma.masked})["a"] is np.ma.masked


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (np.float32(1.1), float(np.float32(1.1))),
        (np.int16(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.str_("abc"), "abc"),
        (np.bytes_(b"abc"), b"abc"),
    ],
)
def test_numpy_scalars_become_those_of_python(value: Any, wanted: Any) -> None:
    assert same(round_trip({"a": value})["a"], wanted)


def test_unknown_objects_are_kept_as_text() -> None:
    assert round_trip({"a": range(3)})["a"] == "range(0, 3)"


KEYS = [
    *(
        "comment",
        "history",
        "simple",
        "end",
        "naxis",
        "naxis1",
        "naxis_x",
        "extend",
        "bitpix",
        "continue",
    ),
    *("COMMENT", "END", "", " ", "hierarch", "extname", "bzero", "checksum", "vetmeta", "time_"),
    *("x", "X", "MixedCase", "mixedcase", "X_IMAGE", "with blanks", "flux.r", "a=b", "a-b", "a/b"),
    *("clé", "k" * 200, "k" * 201, "average_long_keyword_name", "'quoted'", "line\nbreak", "ß"),
]


@pytest.mark.parametrize("value", [1.5, "text", "a long text " * 20, None, True])
def test_all_keys_together(value: Any) -> None:
    meta = dict.fromkeys(KEYS, value)
    back = round_trip(meta)
    assert list(back) == list(meta)
    assert back == meta


def test_plain_metadata_needs_no_record() -> None:
    meta = {"x": 1.5, "id": 3, "name": "a", "ok": True, "nan": math.nan, "arr": np.arange(3)}
    assert "VETMETA" not in encode_meta(meta)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=60), st.text(max_size=200), max_size=5))
def test_any_text(meta: dict[str, str]) -> None:
    assert round_trip(meta) == meta


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab'/& \"\\", max_size=300))
def test_quotes_and_continuations(text: str) -> None:
    assert round_trip({"key": text, "a_longer_key": text}) == {"key": text, "a_longer_key": text}


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.floats(allow_nan=False), st.integers(), st.booleans(), st.none()))
def test_any_number(value: Any) -> None:
    back = round_trip({"key": value, "a_rather_long_key_of_a_candidate": value})
    assert set(map(repr, back.values())) == {repr(value)}


def test_the_longest_numbers_fit_behind_the_longest_keys() -> None:
    meta = {"k" * n: value for n in range(30, 42) for value in [-(10**30) + 1]}
    meta |= {"q" * n: -1.2345678901234567e-300 for n in range(30, 42)}
    assert round_trip(meta) == meta


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=string.printable, max_size=400))
def test_malformed_records_do_no_harm(text: str) -> None:
    header = fits.Header([("X", 1.5), ("VETMETA", json.dumps(text)[:68])])
    assert decode_meta(header) == {"x": 1.5}


@pytest.mark.parametrize(
    "record",
    [
        '{"types":{"X":{"time":["tdb"]}}}',
        '{"types":{"X":{"nonsense":1}}}',
        '{"types":{"X":"str"}}',
        '{"types":{"X":{"dict":3}}}',
        '{"types":{"X":{"elements":[[1000000000],"f8",[]]}}}',
        '{"types":{"X":{"quantity":[1,"os.system"]}}}',
        '{"types":[1],"keys":3}',
        "[" * 50000,
    ],
    ids=lambda record: record[:30],
)
def test_malformed_entries_leave_the_card(record: str) -> None:
    header = fits.Header([("X", 1.5), ("VETMETA", record)])
    assert decode_meta(header) == {"x": 1.5}


def test_a_value_changed_elsewhere_is_not_overruled() -> None:
    header = a_header(encode_meta({"when": Time("2020-01-01"), "Note": "é", "flux": 2 * u.Jy}))
    header["WHEN"] = "2021-02-03T00:00:00"
    header["NOTE"] = "plain"
    header["FLUX"] = 5.0
    wanted = {"when": "2021-02-03T00:00:00", "Note": "plain", "flux": 5.0}
    assert decode_meta(header) == wanted


def test_nothing_is_run(tmp_path: Any) -> None:
    marker = tmp_path / "owned"
    code = f"array(__import__('pathlib').Path('{marker}').touch())"
    header = fits.Header([("A", code), ("B", code.replace("array(", "array([")), ("TIME", code)])
    meta = decode_meta(header)
    assert meta["a"] == code
    assert meta["time"] == code
    assert not marker.exists()


def test_comment_cards_of_stdpipe_are_one_text() -> None:
    header = fits.Header()
    header["comment"] = "a remark " * 20
    assert decode_meta(header)["comment"] == ("a remark " * 20).rstrip()


def test_what_astropy_cannot_read_stays_text() -> None:
    card = "BROKEN  = 12:34:56 no quotes".ljust(80)
    header = fits.Header.fromstring(card + "X       =                  1.5".ljust(80))
    assert decode_meta(header) == {"broken": "12:34:56 no quotes", "x": 1.5}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (np.datetime64("2020-01-01T01:02:03"), "2020-01-01T01:02:03"),
        (b"ZTF19abc", "ZTF19abc"),
    ],
    ids=["date", "datetime64", "bytes"],
)
def test_other_readers_get_plain_text(value: Any, text: str) -> None:
    header = a_header(encode_meta({"when": value}))
    assert header["WHEN"] == text
    assert decode_meta(header) == {"when": value}


TAI = "2026-03-14T03:13:03.25 TAI"


def test_time_with_scale_is_utc_to_other_readers() -> None:
    header = a_header(encode_meta({"time": TAI}))
    assert header["TIME"] == "2026-03-14T03:12:26.250000000"
    assert decode_meta(header) == {"time": TAI}


def test_time_with_scale_changed_elsewhere_is_new_one() -> None:
    header = a_header(encode_meta({"time": TAI}))
    header["TIME"] = "2026-03-15T00:00:00"
    assert decode_meta(header)["time"].isot == "2026-03-15T00:00:00.000"


@pytest.mark.parametrize(
    "time", ["2026-03-14T03:13:03 LOCAL", "noon TAI", "2026-13-14T03:13:03 TAI"]
)
def test_time_of_unknown_scale_stays_text(time: str) -> None:
    assert round_trip({"time": time}) == {"time": time}


def test_a_complex_number_of_stdpipe_is_one() -> None:
    assert decode_meta(fits.Header([("GAMMA", 1 - 2j)])) == {"gamma": 1 - 2j}


def test_a_row_of_a_structured_array_is_its_values() -> None:
    row = np.array([(1, 2.5, "a")], dtype=[("n", int), ("x", float), ("s", "U1")])[0]
    assert round_trip({"row": row}) == {"row": (1, 2.5, "a")}


@pytest.mark.parametrize("key", ["ESO DET OUT1 GAIN", "Flux.Auto", "ID"])
def test_capitals_leave_a_key_its_keyword(key: str) -> None:
    header = a_header(encode_meta({key: 1.5}))
    assert header[key.upper()] == 1.5
    assert decode_meta(header) == {key: 1.5}


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        ({}, "a packed value has one key"),
        ({"float": "nan", "array": ""}, "a packed value has one key"),
        ({"colour": 1}, "no such type: colour"),
        ({"time": 3}, "not a time: "),
        ({"quantity": [1]}, "not a quantity: "),
        ([1, {"colour": 1}], "no such type: colour"),
    ],
)
def test_what_was_not_packed_here_is_refused(packed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}"):
        unpack(packed)


def test_value_that_cannot_be_read_is_its_text() -> None:
    assert decode_meta(a_header(f"{'BAD     = 1.2.3':80}")) == {"bad": "1.2.3"}
