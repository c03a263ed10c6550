"""Candidates that a catalogue knows, and the list without what tells it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.fakes.known import find_known, hide_matches, match_columns

NAN = float("nan")


def listed(roles: Roles | None = None, **columns: Any) -> CandidateList:
    table = Table({"id": ["a", "b", "c"], "x": [1.0, 2.0, 3.0], "y": [4.0, 5.0, 6.0], **columns})
    keys = np.array(["a", "b", "c"], dtype=object)
    gaps = np.full((2, 3), NAN)
    roles = roles or Roles(key="id", x="x", y="y")
    return CandidateList(table, roles, keys, table["x"].data, table["y"].data, *gaps)


@pytest.mark.parametrize(
    ("columns", "rows", "words"),
    [
        ({}, [], []),
        (
            {"ssnamenr": ["Ceres", "null", " 433 "]},
            [0, 2],
            ["ssnamenr Ceres", "ssnamenr 433"],
        ),
        ({"tns": ["", "None", "-99"]}, [], []),
        # The first column with a name tells it.
        (
            {"d_simbad": ["Star", "Unknown", "QSO"], "i_vsx": ["RRab", "EW", "0"]},
            [0, 1, 2],
            ["d_simbad Star", "i_vsx EW", "d_simbad QSO"],
        ),
        # Numbers of a match are no names, nor is a class.
        (
            {"tns_dist": [1.0, 2.0, 3.0], "ssmagnr": [18.0] * 3, "classification": ["SN"] * 3},
            [],
            [],
        ),
        ({"xmatch_score": ["1", "2", "3"], "gcvs_mag": ["1"] * 3, "vsx_sep": ["2"] * 3}, [], []),
        ({"simbad": np.ones((3, 2))}, [], []),
        ({"magnitude": ["Ceres"] * 3, "my_tns": ["SN 2020a"] * 3}, [], []),
    ],
)
def test_names_of_matches_are_found(columns: Any, rows: list[int], words: list[str]) -> None:
    found = find_known(listed(**columns))
    assert (found.rows.tolist(), found.words) == (rows, words)
    assert found.rows.dtype == np.intp


@pytest.mark.parametrize(
    ("distance", "rows"),
    [
        ([0.0, 5.0, 5.1], [0, 1]),
        ([-999.0, NAN, 1.0], [2]),
        ([9, 4, 0], [1, 2]),
        (["9", "9", "9"], [0, 1, 2]),
    ],
)
def test_minor_planet_is_within_five_arcsec(distance: list[Any], rows: list[int]) -> None:
    names = ["Ceres", "Vesta", "Juno"]
    assert find_known(listed(ssnamenr=names, ssdistnr=distance)).rows.tolist() == rows
    # Other catalogues do not rest on the planet's distance.
    assert find_known(listed(tns=names, ssdistnr=distance)).rows.tolist() == [0, 1, 2]


def test_list_without_matches_has_neutral_names() -> None:
    columns = {"tns": ["x"] * 3, "objectId": ["o1", "o2", "o3"], "mag": [1.0, 2.0, 3.0]}
    roles = Roles(key="id", name="objectId", x="x", y="y")
    given = listed(roles, **columns)
    found, hidden = hide_matches(given)
    assert hidden == ("tns", "id", "objectId")
    name = found.table.colnames[0]
    assert found.table.colnames == [name, "x", "y", "mag"]
    assert found.table[name].tolist() == ["C001", "C002", "C003"]
    assert (found.roles.name, found.roles.key, found.roles.x) == (name, None, "x")
    assert found.keys.tolist() == ["a", "b", "c"]
    # A list hidden twice has one column of names.
    again, gone = hide_matches(found)
    assert gone == (name,) and again.table.colnames == [name, "x", "y", "mag"]
    assert given.table.colnames == ["id", "x", "y", "tns", "objectId", "mag"]


def test_columns_of_matches_begin_with_the_catalogue() -> None:
    columns = {
        name: [0, 0, 0]
        for name in (
            "ssnamenr",
            "v:classification",
            "roid",
            "d:cdsxmatch",
            "mag",
            "mpc_name",
            "tag",
        )
    }
    assert match_columns(listed(**columns)) == [
        "ssnamenr", "v:classification", "roid", "d:cdsxmatch", "mpc_name",
    ]  # fmt: skip
