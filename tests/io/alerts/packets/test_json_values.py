from __future__ import annotations

from typing import Any

import pytest

from vetter.io.alerts.packets.json_values import plain_value


@pytest.mark.parametrize(
    "item, value",
    [
        ({"$binary": {"base64": "AQI=", "subType": "00"}}, b"\x01\x02"),
        ({"$binary": "AQI=", "$type": "00"}, b"\x01\x02"),
        ({"$numberLong": "2475433850015010009"}, 2475433850015010009),
        ({"$numberInt": "7"}, 7),
        ({"$numberDouble": "1.5"}, 1.5),
        ({"$oid": "507f1f77bcf86cd799439011"}, "507f1f77bcf86cd799439011"),
        ({"$date": "2026-11-30T00:00:00Z"}, "2026-11-30T00:00:00Z"),
    ],
)
def test_objects_of_extended_json_are_their_values(item: dict[str, Any], value: Any) -> None:
    assert plain_value(item) == value


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"ra": 1.5},
        {"$binary": 7},
        {"$binary": {"subType": "00"}},
        {"$binary": "a"},
        {"$numberLong": "many"},
        {"$numberLong": "7", "ra": 1, "dec": 2},
    ],
)
def test_other_objects_stay_as_they_are(item: dict[str, Any]) -> None:
    assert plain_value(item) is item
