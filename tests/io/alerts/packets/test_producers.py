"""Producers of packets, and the names of their filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.io.alerts.packets.producers import (
    ALERT,
    GATTINI,
    RUBIN,
    WINTER,
    ZTF,
    Producer,
    band,
    is_positive,
    producer_of,
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
