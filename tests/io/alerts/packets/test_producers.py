"""Producers of packets, and the names of their filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.io.alerts.packets.producers import (
    ALERT,
    ELASTICC,
    GATTINI,
    RUBIN,
    TURBO,
    WINTER,
    ZTF,
    Producer,
    band,
    field_of,
    is_nested,
    is_positive,
    needs_rest,
    number,
    producer_of,
    with_body,
)


@pytest.mark.parametrize(
    ("producer", "value", "name"),
    [
        (ZTF, 1, "g"),
        (ZTF, 2, "r"),
        (ZTF, 3, "i"),
        (ZTF, 3.0, "i"),
        (ZTF, "1", "g"),
        (ZTF, np.int64(2), "r"),
        (ZTF, 7, "fid 7"),
        (ZTF, "zg", "zg"),
        (ALERT, 2, "r"),
        (WINTER, 2, "J"),
        (GATTINI, None, "J"),
        (GATTINI, 1, "fid 1"),
        (RUBIN, "y", "y"),
        (ZTF, float("nan"), ""),
        (ZTF, None, ""),
    ],
)
def test_filter_number_has_a_name(producer: Producer, value: Any, name: str) -> None:
    assert band(producer, value) == name


@pytest.mark.parametrize(
    ("packet", "producer"),
    [
        ({"candidate": {}, "objectId": "ZTF20aaelulu"}, ZTF),
        ({"candidate": {}, "objectId": "ZTF20aaelulu", "publisher": "Some broker"}, ZTF),
        ({"candidate": {}, "objectId": "ZTF20aaelulu", "publisher": "WINTER"}, WINTER),
        ({"candidate": {}, "objectId": "A", "publisher": "Zwicky Transient Facility"}, ZTF),
        ({"candidate": {}, "objectId": "ZTF20AAELULU"}, ALERT),
        ({"candidate": {}, "objectId": "PGIR19aacbvv"}, ALERT),
        ({"candidate": {}, "objectId": 7}, ALERT),
    ],
)
def test_packet_of_broker_is_told_by_its_object(packet: Any, producer: Producer) -> None:
    assert producer_of(packet) is producer


@pytest.mark.parametrize(
    ("value", "positive"),
    [
        *((value, True) for value in ("t", "T", "true", "1", "1.0", "+", 1, 1.0, True)),
        *((value, False) for value in ("f", "false", "0", "-1", "-", 0, -1, -1.0, False, "")),
        (None, None),
    ],
)
def test_flag_of_difference_is_read_in_every_spelling(value: Any, positive: bool | None) -> None:
    assert is_positive(value) is positive


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ({"diaObjectId": 7}, False),
        ({"diaObjectId": 7, "ssObjectId": 0}, False),
        ({"diaObjectId": 7, "ssObjectId": 9}, True),
        ({"diaObjectId": 0}, True),
        ({}, True),
        (None, False),
    ],
)
def test_rest_of_a_packet_is_needed_for_minor_planets(source: Any, needed: bool) -> None:
    assert needs_rest({"diaSource": source}) is needed
    assert not needs_rest({"candidate": {}})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, None),
        (b"1", None),
        (True, None),
        ("text", None),
        ("1.5", 1.5),
        (3, 3.0),
        (-999, None),
        (-999.0, None),
        (-99999.0, None),
        (-998.0, -998.0),
        (float("inf"), None),
        (10**400, None),
        ([1], None),
    ],
)
def test_number_is_finite_and_no_sentinel(value: Any, found: float | None) -> None:
    assert number(value) == pytest.approx(float("nan") if found is None else found, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "nested"),
    [
        ("cutoutScience", True),
        ("cutout_template", True),
        ("prv_candidates", True),
        ("prvDiaSources", True),
        ("fp_hists", True),
        ("MPCORB", True),
        ("diaObject", True),
        ("diaObjectId", False),
        ("ssSource", True),
        ("candid", False),
        ("objectId", False),
    ],
)
def test_stamps_histories_and_objects_are_nested(name: str, nested: bool) -> None:
    assert is_nested(name) is nested


def test_field_is_found_in_any_spelling() -> None:
    record = {"object_id": 1, "objectId": 2}
    assert field_of(record, "objectId") == 2 and field_of(record, "OBJECTID") == 1
    assert field_of(record, "other") is None


@pytest.mark.parametrize(
    ("record", "producer"),
    [
        ({"diaSource": {"midpointMjdTai": 1.0}}, RUBIN),
        ({"diaSource": {}}, ELASTICC),
        ({"candidate": {}, "publisher": "PGIR"}, GATTINI),
        ({"candidate": {}, "publisher": "wntr"}, WINTER),
        ({"candidate": {}, "publisher": "The TURBO telescope"}, TURBO),
        ({"candidate": {}}, ALERT),
        ({"candidate": None}, None),
        ({"diaSource": None}, None),
        ({}, None),
    ],
)
def test_producer_is_told_by_publisher_and_fields(record: Any, producer: Producer | None) -> None:
    assert producer_of(record) is producer


@pytest.mark.parametrize(
    ("producer", "value", "name"),
    [
        (ZTF, True, ""),
        (ZTF, 4, "fid 4"),
        (ZTF, "2", "r"),
        (ZTF, "2.0", "r"),
        (ZTF, 2.0, "r"),
        (ZTF, "4.0", "fid 4"),
        (ZTF, " zr ", " zr "),
        (ZTF, 2.5, "2.5"),
        (GATTINI, True, "J"),
    ],
)
def test_band_is_looked_up_or_taken(producer: Producer, value: Any, name: str) -> None:
    assert band(producer, value) == name


@pytest.mark.parametrize(
    ("value", "positive"), [([1], True), ([], False), ("y", True), ("yes", True), ("no", False)]
)
def test_other_flags_are_true_or_not(value: Any, positive: bool) -> None:
    assert is_positive(value) is positive


def test_flat_packet_gets_a_body_under_free_names() -> None:
    flat = {
        "candidate.ra": 1.0,
        "candidate_dec": 2.0,
        "magpsf": 18.0,
        "objectId": "A",
        "publisher": "B",
        "cutoutScience": b"x",
        "list": [1],
        "none": None,
    }
    found = with_body(flat)
    assert found["candidate"] == {
        "ra": 1.0,
        "dec": 2.0,
        "magpsf": 18.0,
        "candid": "A",
        "publisher": "B",
        "none": None,
    }
    assert set(found) == {"candidate", "objectId", "publisher", "cutoutScience", "list"}
    whole = {"candidate": {"ra": 1.0}, "ra": 2.0}
    assert with_body(whole) is whole
    assert with_body({"x": 1.0}) == {"x": 1.0}
    # Where the bare name is another field's, both keep theirs.
    assert with_body({"candidate.ra": 1.0, "ra": 2.0, "dec": 3.0})["candidate"] == {
        "candidate.ra": 1.0,
        "ra": 2.0,
        "dec": 3.0,
    }


@pytest.mark.parametrize(
    ("producer", "side", "scale", "north", "counts_from_1", "is_centred"),
    [
        (ZTF, 63, 1.0125, -90.0, True, True),
        (WINTER, 81, 1.1084, 90.0, False, True),
        (GATTINI, 61, 0.0, 90.0, False, False),
        (TURBO, 63, 0.0, 90.0, False, False),
        (ALERT, 0, 0.0, 90.0, False, False),
        (RUBIN, 0, 0.0, 90.0, False, False),
        (ELASTICC, 0, 0.0, 90.0, False, False),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_stamps_of_a_survey_are_as_it_makes_them(
    producer: Producer,
    side: int,
    scale: float,
    north: float,
    counts_from_1: bool,
    is_centred: bool,
) -> None:
    """East is at the left in all of them: south is up in ZTF's, which are mirrored."""
    assert (producer.side, producer.pixel_scale) == (side, scale)
    assert (producer.north, producer.east) == (north, 180.0)
    assert (producer.one_based, producer.centred) == (counts_from_1, is_centred)
