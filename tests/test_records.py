"""Tests of what all the program's records have in common: change, comparison, other attributes."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import re
from functools import cache
from importlib import import_module

import vetter

CHANGED = set(
    """
    ArraySource CutoutFolder Draft DraftField FieldPlanes FieldSource FolderContent FoundKind
    MatchedBoxes NightField NightSource PanelState PlaneSet PlaneSets Points SaturationMask
    StampArray TripletFolder DifferencePlane ErrorPlane EstimatedErrorPlane ImagePlane
    KernelErrorPlane KernelPlane LostPlane MaskPlane MatchedPlane SamePlane _Block _Found
    _HtmlTable _LeftOut _Records _Row
    """.split()
)
"""Records that are filled or changed after they are made."""
HELD = re.compile(r"\b(NDArray|Array|Floats|Bools|Flags|Mask|Rows|WCS|\w*Plane)\b")
"""What two records are not compared by: arrays, and what holds arrays or a file."""


@cache
def records() -> tuple[type, ...]:
    """All dataclasses that the program's modules define."""
    found = []
    for module in pkgutil.walk_packages(vetter.__path__, "vetter."):
        if module.name.endswith("__main__"):
            continue
        for record in vars(import_module(module.name)).values():
            is_record = inspect.isclass(record) and dataclasses.is_dataclass(record)
            if is_record and record.__module__ == module.name:
                found.append(record)
    return tuple(found)


def is_identical_only(record: type) -> bool:
    """Whether a record is equal to itself alone."""
    return record.__eq__ is object.__eq__


def holds_arrays(record: type) -> bool:
    """Whether a record holds arrays, in its fields or in the records that these are."""
    held = " ".join([record.__name__, *(str(field.type) for field in dataclasses.fields(record))])
    identical = {other.__name__ for other in records() if is_identical_only(other)}
    return bool(HELD.search(held)) or not identical.isdisjoint(re.findall(r"\w+", held))


def test_records_cannot_be_changed_but_those_that_are_filled() -> None:
    changeable = set()
    for record in filter(dataclasses.fields, records()):
        try:
            setattr(object.__new__(record), dataclasses.fields(record)[0].name, None)
        except dataclasses.FrozenInstanceError:
            continue
        changeable.add(record.__name__)
    assert changeable == CHANGED


def test_records_that_hold_arrays_are_compared_by_identity() -> None:
    compared = [record for record in records() if holds_arrays(record)]
    assert [record for record in compared if not is_identical_only(record)] == []


def test_other_records_are_equal_where_their_values_are() -> None:
    others = [
        record
        for record in records()
        if record.__name__ not in CHANGED and not holds_arrays(record)
    ]
    assert [record for record in others if is_identical_only(record)] == []


def test_values_have_no_room_for_a_misspelt_attribute() -> None:
    roomy = []
    for record in records():
        if record.__name__ in CHANGED or is_identical_only(record):
            continue
        try:
            object.__setattr__(object.__new__(record), "misspelt", None)
        except AttributeError:
            continue
        roomy.append(record)
    assert roomy == []
