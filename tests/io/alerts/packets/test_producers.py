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
        ({"candidate": {}, "objectId": "ZTF20aaelulu", "publisher": "Nobody"}, ALERT),
        ({"candidate": {}, "objectId": "PGIR19aacbvv"}, ALERT),
        ({"candidate": {}, "objectId": 7}, ALERT),
    ],
)
def test_packet_without_publisher_is_told_by_its_object(packet: Any, producer: Producer) -> None:
    assert producer_of(packet) is producer
