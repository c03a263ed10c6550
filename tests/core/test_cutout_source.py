"""Sources: one image by default, several where a source has them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.growing_source import GrowingFake
from tests.helpers.memory_source import MemorySource
from tests.helpers.plain_source import PlainField, PlainFields, PlainSource
from vetter.core.cutout_source import CutoutSource, has_epochs

NIGHT = PlainFields(
    fields=(PlainField(name="r1"), PlainField(name="r2")), field_numbers=np.array([0, 1, 1])
)


def test_source_of_one_image_is_that_image() -> None:
    source = PlainSource()
    assert source.fields == (source,) and source.with_planes() is source
    assert (source.name, source.time, source.filter, source.shape) == ("", "", "", None)


def test_source_of_one_image_has_all_rows_on_it() -> None:
    source, rows = PlainSource(), np.array([0, 4])
    assert source.field_of(4) == 0
    assert source.on_field(rows, 0).tolist() == source.on_field(rows, 1, 0).tolist() == [True] * 2
    assert source.on_field(rows, 1).tolist() == source.on_field(rows).tolist() == [False] * 2


def test_source_of_several_images_tells_rows_apart() -> None:
    rows = np.array([2, 0])
    assert [NIGHT.field_of(row) for row in range(3)] == [0, 1, 1]
    assert NIGHT.on_field(rows, 1).tolist() == [True, False]
    assert NIGHT.on_field(rows, 0, 1).tolist() == [True, True]


@pytest.mark.parametrize(
    ("source", "expected"),
    [(PlainSource(), False), (PlainFields(fields=(PlainField(),)), False), (NIGHT, True)],
    ids=["one", "one of several", "several"],
)
def test_epochs_want_several_images(source: CutoutSource, expected: bool) -> None:
    assert has_epochs(source) is expected


def test_whole_source_is_complete_and_reports_nothing() -> None:
    source = MemorySource()
    assert source.is_complete and source.read_whole_list() is source
    assert source.grow() is None and source.expected_count is None and source.report == ()


def test_growing_source_is_completed_to_its_end() -> None:
    source = GrowingFake((2, 3, 5), free=True)
    assert not source.is_complete and len(source.candidates) == 2
    assert source.read_whole_list() is source
    assert source.is_complete and len(source.candidates) == 5


def test_cutout_with_some_planes_is_whole_by_default() -> None:
    source = MemorySource()
    cutout = source.cutout_with(1, 4.0, ("image",))
    assert set(cutout.planes) == {"image", "diff", "mask"} and cutout.shape == (9, 9)
