from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Column, MaskedColumn, Table

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.columns.facts import Fact, image_facts, known_facts, picked_facts
from vetter.core.columns.review_columns import ReviewColumns


class Undecided:
    codes = np.zeros(2, np.uint8)

    def remarked_rows(self) -> list[int]:
        return []

    def opinion(self, row: int) -> None:
        raise AssertionError("facts are of the table")


def _list(table: Table, roles: Roles, **known: list[float]) -> CandidateList:
    unknown = [np.nan] * len(table)
    places = {name: np.array(known.get(name, unknown)) for name in ("x", "y", "ra", "dec")}
    return CandidateList(table, roles, np.array(["a", "b"]), **places)


def _texts(candidates: CandidateList, row: int, picked: tuple[str, ...] = ()) -> dict[str, str]:
    columns = ReviewColumns(candidates, Undecided())
    facts = known_facts(columns, candidates)
    facts += picked_facts(columns, picked, facts)
    return {fact.caption: fact.text(row) for fact in facts}


def test_a_list_of_pixels_says_nothing_of_the_sky() -> None:
    candidates = _list(Table({"n": [1, 2]}), Roles(), x=[1.5, 2.25], y=[3.0, np.nan])
    assert _texts(candidates, 0) == {"x y (from 0)": "1.50 3.00"}
    assert _texts(candidates, 1) == {"x y (from 0)": "-"}


def test_positions_are_sexagesimal_and_degrees() -> None:
    candidates = _list(Table({"n": [1, 2]}), Roles(), ra=[65.2636, 0.0], dec=[33.2, -0.5])
    assert _texts(candidates, 0) == {
        "RA Dec": "04:21:03.26 +33:12:00.0",
        "deg": "65.263600 +33.200000",
    }
    assert _texts(candidates, 1)["RA Dec"] == "00:00:00.00 -00:30:00.0"


@pytest.mark.parametrize(
    ("mag", "error", "text"),
    [
        (19.25, 0.5, "19.25 ± 0.5"),
        (19.25, np.nan, "19.25"),
        (np.nan, 0.5, "-"),
        (None, 0.5, "-"),
        (19.25, None, "19.25"),
    ],
)
def test_a_magnitude_and_its_error(mag: float | None, error: float | None, text: str) -> None:
    table = Table({"M": _masked(mag, 20.75), "E": _masked(error, 0.25)})
    table["M"].info.format, table["E"].info.format = ".2f", ".1f"
    assert _texts(_list(table, Roles(mag="M", mag_err="E")), 0) == {"mag": text}


def test_the_times_column_decides_how_it_is_read() -> None:
    table = Table({"obsjd": [2458850.0, 2458851.0]})
    assert _texts(_list(table, Roles(time="obsjd")), 0) == {
        "time": "2020-01-01 12:00:00 (JD 2458850.00000)"
    }


def test_a_picked_column_is_not_said_twice() -> None:
    table = Table({"M": [19.5, 20.5], "n": [3, 4]})
    texts = _texts(_list(table, Roles(mag="M")), 1, ("M", "n", "n", "verdict", "gone"))
    assert texts == {"mag": "20.5", "n": "4"}


def test_image_facts_stand_in_for_missing_columns() -> None:
    facts = image_facts("2026-03-14T03:16:43 TAI", "F814W", [])
    assert {fact.caption: fact.text(3) for fact in facts} == {
        "time": "2026-03-14 03:16:43 TAI",
        "filter": "F814W",
    }


def test_image_facts_leave_columns_and_unknown() -> None:
    shown = [Fact("time", str)]
    assert image_facts("2026-03-14T03:16:43", "", shown) == []


def test_picked_column_is_named_with_its_unit() -> None:
    listed = candidate_list(1, plain=np.ones(1), dist=Column([1.0], unit="arcsec"))
    facts = picked_facts(FakeSession(listed).columns, ["dist", "plain", "gone"], [])
    assert [(fact.caption, fact.tip, fact.copied) for fact in facts] == [
        ("dist", "column dist (arcsec)", True),
        ("plain", "column plain", True),
    ]


def _masked(*values: float | None) -> MaskedColumn:
    return MaskedColumn([value or 0.0 for value in values], mask=[v is None for v in values])


def test_facts_tell_their_columns_and_what_can_be_copied() -> None:
    table = Table({"M": [1.0, 2.0], "E": [0.1, 0.2], "T": [58849.0, 58850.0], "B": ["g", "r"]})
    table["n"] = Column([3, 4], unit="adu")
    listed = _list(table, Roles(mag="M", mag_err="E", time="T", filter="B"), x=[1, 2], ra=[1, 2])
    columns = ReviewColumns(listed, Undecided())
    facts = known_facts(columns, listed)
    facts += picked_facts(columns, ("n", "E", "x"), facts)
    assert [(fact.caption, fact.tip, fact.columns, fact.copied) for fact in facts] == [
        ("RA Dec", "right ascension (hours) and declination (degrees)", (), True),
        ("deg", "right ascension and declination in degrees", (), True),
        ("x y (from 0)", "pixels of the image; FITS pixels are counted from 1", (), True),
        ("mag", "column M, error from E", ("M", "E"), False),
        ("time", "column T", ("T",), True),
        ("filter", "column B", ("B",), False),
        ("n", "column n (adu)", ("n",), True),
    ]
    alone = _list(table, Roles(mag="M"))
    (fact,) = known_facts(ReviewColumns(alone, Undecided()), alone)
    assert (fact.tip, fact.columns, fact.text(1)) == ("column M", ("M",), "2")
    (picked,) = picked_facts(ReviewColumns(alone, Undecided()), ["E"], [])
    assert picked.tip == "column E"


def test_image_facts_can_be_copied_as_times_can() -> None:
    facts = image_facts("2026-03-14T03:16:43", "r", [])
    assert [(fact.caption, fact.copied) for fact in facts] == [("time", True), ("filter", False)]
    assert image_facts("", "r", [Fact("filter", str)]) == []


def test_filter_that_is_missing_or_blank_is_a_dash() -> None:
    table = Table({"B": MaskedColumn(["g", " "], mask=[True, False])})
    assert [_texts(_list(table, Roles(filter="B")), row) for row in (0, 1)] == [
        {"filter": "-"},
        {"filter": "-"},
    ]
