"""Epochs of an object: images that cover it, packets of it, first to last in time."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import candidate_list
from tests.helpers.plain_source import PlainFields, PlainSource
from vetter.core.cutout_source import SkyPosition
from vetter.review.cutouts.epoch_row import Epoch, epochs_of, object_rows


class Packets(PlainSource):
    """Packets of two objects: rows 0, 1 and 3, and row 2 alone."""

    @property
    def object_epochs(self) -> Any:
        groups = {0: [0, 1, 3], 1: [0, 1, 3], 3: [0, 1, 3], 2: [2]}
        return Some(rows=groups.__getitem__, times=np.array([58849.5, 58850.25, np.nan, 58851.0]))


def test_packets_are_epochs_with_key_time_and_filter() -> None:
    listed = candidate_list(4)
    listed.table["filter"] = np.ma.array(["r", "g", "r", "g"], mask=[False, False, False, True])
    source = Packets(candidates=listed)
    assert epochs_of(source, 1) == [
        Epoch(0, 0, "J000", "2020-01-01T12:00:00", "r"),
        Epoch(1, 0, "J001", "2020-01-02T06:00:00", "g"),
        Epoch(3, 0, "J003", "2020-01-03T00:00:00", ""),
    ]
    assert epochs_of(source, 2) == [Epoch(2, 0, "J002", "", "r")]


def test_rows_that_are_not_listed_yet_are_left_out() -> None:
    source = Packets(candidates=candidate_list(4))
    assert object_rows(source, 0) == object_rows(source, 1) == [0, 1, 3]
    assert object_rows(source, 1, 4) == [0, 1, 3]
    assert object_rows(source, 1, 3) == [0, 1]
    assert [epoch.row for epoch in epochs_of(source, 1, 3)] == [0, 1]


def test_candidate_without_epochs_is_alone() -> None:
    source = PlainSource(candidates=candidate_list(4))
    assert epochs_of(source, 1) == [] and object_rows(source, 1) == [1]
    assert object_rows(Packets(candidates=candidate_list(4)), -1) == [-1]


TIMES = {0: "2020-01-03", 1: "", 2: "2020-01-01", 3: "2020-01-03"}


@pytest.fixture
def night() -> PlainFields:
    """Four images; the object was found on the first and the third."""
    source = PlainFields(
        candidates=candidate_list(4),
        fields=[Some(name=f"e{n}", time=TIMES[n], filter="rg"[n % 2]) for n in range(4)],
        field_numbers=np.array([0, 2, 1, 3]),
        epochs=Some(rows=lambda row: [0, 1] if row < 2 else [row]),
    )
    source.fields_at = lambda ra, dec: [0, 1, 2, 3]
    return source


def test_images_without_a_candidate_are_among_the_epochs(night: PlainFields) -> None:
    listed = night.candidates
    here = float(listed.ra[0]), float(listed.dec[0])
    epochs = epochs_of(night, 0)
    assert [(epoch.name, epoch.row) for epoch in epochs] == [
        ("e2", 1),
        ("e0", 0),
        ("e3", -1),
        # Without a time it comes last.
        ("e1", -1),
    ]
    assert epochs[2].target == SkyPosition(3, *here) and epochs[2].filter == "g"


@pytest.mark.parametrize("axis", ["ra", "dec"])
def test_candidate_without_a_place_has_the_images_it_was_found_on(
    night: PlainFields, axis: str
) -> None:
    getattr(night.candidates, axis)[0] = np.nan
    assert [epoch.name for epoch in epochs_of(night, 0)] == ["e2", "e0"]
