"""A source with another list: rows are translated, all else is the other source's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.growing_source import GrowingFake
from tests.helpers.memory_source import MemorySource
from tests.helpers.plain_source import PlainField, PlainFields
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.epochs import Epochs
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PsfFwhm, SkyPosition
from vetter.core.decisions.planted import PlantedRow
from vetter.io.cutouts.relisted_source import RelistedNight, RelistedSource, Rows

PRINT = Fingerprint("candidates", "/l.csv", 1, 2, "d")


class OddRows(RelistedSource):
    """Every other candidate, from the second on."""

    def wrap(self, inner: CutoutSource) -> CutoutSource:
        return OddRows(inner)

    def choose_rows(self, keys: Any, first: int) -> Rows:
        rows = np.arange(first, first + len(keys))
        return rows[rows % 2 == 1]

    def change_cutout(self, cutout: Cutout) -> Cutout:
        cutout.meta["changed"] = True
        return cutout


class OddNight(OddRows, RelistedNight):
    """The same of several images."""


class Full(MemorySource):
    """Six candidates with an answer to everything."""

    name, time, filter = "image a", "2026-01-31", "r"
    shape = (60, 80)
    has_own_widths = chooses_columns = True
    extra_notes, extra_cautions = ("note",), ("caution",)
    notes, report = ("note",), ("left out",)
    fingerprints = (PRINT,)
    planted = (PlantedRow("C3", "fake", "{}"), PlantedRow("C4", "fake", "{}"))
    expected_count = 6
    object_epochs: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.closed = 0
        self.taken: Any = None
        self.object_epochs = Epochs(np.array([0, 1, 0, 1, 2, 1]), np.arange(6.0))

    def cutout(self, row: int, radius: float) -> Cutout:
        self.plane_names = (*self.plane_names, f"plane{row}")
        self.plane_provenance = {"err": Provenance.ESTIMATED}
        self.unjudged = f"row {row}"
        return super().cutout(row, radius)

    def cutout_with(self, row: int, radius: float, names: Any) -> Cutout:
        cutout = self.cutout(row, radius)
        cutout.meta["names"] = names
        return cutout

    def fit_cutout(self, row: int, radius: float, names: Any, measured: Any = None) -> Cutout:
        cutout = self.cutout(row, radius)
        cutout.meta["fit"] = names, measured
        return cutout

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        return PsfFwhm(float(row), "own")

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        return PsfFwhm(3.0, "measured" if measure else "known")

    def field_of(self, row: int) -> int:
        return 10 * row

    def on_field(self, rows: Any, *numbers: int) -> Any:
        return np.isin(rows, numbers)

    def list_for_others(self) -> Any:
        return "the list"

    def take_list(self, listed: Any) -> Full:
        self.taken = listed
        return self

    def close(self) -> None:
        self.closed += 1


def test_rows_are_those_of_the_other_list() -> None:
    inner = Full()
    source = OddRows(inner)
    assert source.candidates.keys.tolist() == ["C1", "C3", "C5"]
    assert source.candidates.x.tolist() == [30.25, 50.25, 70.25]
    assert source.candidates.table["title"].tolist() == ["C1", "C3", "C5"]
    assert [row.key for row in source.planted] == ["C3"]
    assert source.field_of(2) == 50 and source.on_field(np.array([0, 2]), 5).tolist() == [0, 1]
    assert source.own_fwhm(1, inner.cutout(3, 5.0)) == PsfFwhm(3.0, "own")
    epochs = source.object_epochs
    assert epochs is not None and epochs.labels.tolist() == [1, 1, 1]
    assert epochs.times.tolist() == [1, 3, 5] and source.object_epochs is epochs
    inner.object_epochs = Epochs(np.arange(6), np.arange(6.0))
    assert source.object_epochs is not epochs


def test_all_else_is_the_other_sources() -> None:
    inner = Full()
    source: Any = OddRows(inner)
    for name in (
        *(
            "title",
            "record",
            "name",
            "time",
            "filter",
            "wcs",
            "shape",
            "parents",
            "notes",
            "report",
        ),
        *("default_radius", "has_own_widths", "chooses_columns", "extra_notes", "extra_cautions"),
        *("fingerprints", "fields", "is_complete", "expected_count", "plane_names", "unjudged"),
        *("plane_provenance", "reopen_unplanted"),
    ):
        given = getattr(inner, name)
        assert getattr(source, name) == (given if name != "fields" else (inner,)), name
    assert source.fwhm() == PsfFwhm(3.0, "measured")
    assert source.fwhm(False) == PsfFwhm(3.0, "known")
    assert source.list_for_others() == "the list"
    assert source.take_list("other") is source and inner.taken == "other"
    assert source.read_whole_list() is source
    source.close()
    assert inner.closed == 1


@pytest.mark.parametrize("how", ["cutout", "cutout_with", "fit_cutout"])
def test_cutout_is_the_other_sources_as_this_one_shows_it(how: str) -> None:
    source = OddRows(Full())
    arguments: tuple[Any, ...] = (1, 5.0)
    if how != "cutout":
        arguments += (("image",),)
    if how == "fit_cutout":
        arguments += ("measured",)
    cutout = getattr(source, how)(*arguments)
    assert cutout.meta["id"] == "C3" and cutout.meta["changed"]
    assert cutout.meta.get("names") == (("image",) if how == "cutout_with" else None)
    assert cutout.meta.get("fit") == ((("image",), "measured") if how == "fit_cutout" else None)
    # What the other source has learnt about its planes.
    assert source.plane_names[-1] == "plane3" and source.unjudged == "row 3"
    assert source.plane_provenance == {"err": Provenance.ESTIMATED}


def test_source_without_epochs_has_none() -> None:
    assert OddRows(MemorySource()).object_epochs is None


def test_list_grows_with_the_other_past_lots_without_a_row() -> None:
    inner = GrowingFake((2, 3, 4, 6), free=True)
    source = OddRows(inner)
    assert len(source.candidates) == 1 and not source.is_complete
    grown = source.grow()
    assert grown is not None and grown.keys.tolist() == ["J001", "J003"]
    assert source.candidates is grown
    assert len(source.read_whole_list().candidates) == 3
    assert source.grow() is None and source.is_complete


def test_inputs_opened_again_are_listed_alike() -> None:
    inner = Full()
    inner.reopen_unplanted = MemorySource
    again = OddRows(inner).reopen_unplanted
    assert again is not None
    assert again().candidates.keys.tolist() == ["C1", "C3", "C5"]


class TwoImages(PlainFields):
    """Four candidates on two images."""

    plane_names = ("image",)
    default_radius = 5.0
    fields: Sequence[Any] = (PlainField(name="a"), PlainField(name="b"))
    field_numbers = np.array([0, 1, 1, 1])
    epochs = Epochs(np.array([0, 0, 1, 1]), np.arange(4.0))

    def __init__(self) -> None:
        keys, places = np.array(list("abcd")), np.arange(4.0)
        listed = CandidateList(Table({"id": keys}), Roles(key="id"), keys, *[places] * 4)
        super().__init__(candidates=listed)

    def fields_at(self, ra: float, dec: float) -> list[int]:
        return [int(ra), int(dec)]

    def cutout_at(self, place: SkyPosition, radius: float) -> Cutout:
        return Cutout({"image": np.ones((3, 3))}, {"place": place, "radius": radius})


def test_night_keeps_images_and_epochs() -> None:
    inner = TwoImages()
    source = OddNight(inner)
    assert source.field_numbers.tolist() == [1, 1] and source.epochs.labels.tolist() == [0, 1]
    assert source.object_epochs is source.epochs
    assert source.fields_at(1.0, 0.0) == [1, 0]
    place = SkyPosition(1, 2.0, 3.0)
    meta = source.cutout_at(place, 7.0).meta
    assert (meta["place"], meta["radius"]) == (place, 7.0)
    inner.fields = inner.fields[:1]
    assert source.object_epochs is None


class AllRows(RelistedSource):
    """The same list."""

    def wrap(self, inner: CutoutSource) -> CutoutSource:
        return AllRows(inner)


class WithColumn(GrowingFake):
    """A list whose last column is known once it is complete."""

    def grow(self) -> CandidateList | None:
        grown = super().grow()
        if grown is None:
            self.candidates.table["late"] = np.arange(len(self.candidates))
        return grown


def test_all_rows_are_listed_unless_they_are_chosen() -> None:
    source = AllRows(WithColumn((2, 3, 6), free=True))
    keys = [f"J{row:03}" for row in range(6)]
    assert source.candidates.keys.tolist() == keys[:2]
    for count in (3, 6):
        grown = source.grow()
        assert grown is not None and grown.keys.tolist() == keys[:count]
    assert "late" not in source.candidates.table.colnames
    assert source.grow() is None
    assert source.candidates.keys.tolist() == keys
    assert source.candidates.table["late"].tolist() == list(range(6))
    assert source.cutout(4, 5.0).meta["id"] == "J004"
