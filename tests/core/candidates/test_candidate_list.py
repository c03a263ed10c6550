from __future__ import annotations

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles


def a_list() -> CandidateList:
    table = Table(
        {
            "id": [7, 8],
            "X_IMAGE": [11.5, 21.0],
            "Y_IMAGE": [12.5, 22.0],
            "NAME": [b"one", b""],
            "MAG": MaskedColumn([19.5, 0.0], mask=[False, True]),
        }
    )
    roles = Roles(key="id", name="NAME", x="X_IMAGE", y="Y_IMAGE", mag="MAG", one_based=True)
    nan = np.full(2, np.nan)
    keys = np.array(["7", "8"], object)
    x, y = np.array([10.5, 20.0]), np.array([11.5, 21.0])
    return CandidateList(table, roles, keys, x, y, nan, nan)


def test_row_of_a_key() -> None:
    assert a_list().row_of("8") == 1


def test_unknown_key() -> None:
    with pytest.raises(KeyError):
        a_list().row_of("9")


def test_candidate_has_the_tables_columns_and_zero_based_pixels() -> None:
    candidate = a_list().candidate(0)
    assert (candidate["X_IMAGE"], candidate["x"], candidate["y"]) == (11.5, 10.5, 11.5)


def test_candidate_leaves_out_what_is_unknown() -> None:
    assert "ra" not in a_list().candidate(0)


def test_candidate_holds_plain_types() -> None:
    candidate = a_list().candidate(1)
    assert type(candidate["id"]) is int
    assert candidate["MAG"] is None
    assert a_list().candidate(0)["NAME"] == "one"


def test_name_falls_back_to_the_key() -> None:
    assert [a_list().name(row) for row in (0, 1)] == ["one", "8"]


def test_value_by_role() -> None:
    candidates = a_list()
    assert candidates.value("x", 0) == 10.5
    assert candidates.value("ra", 0) is None
    assert candidates.value("mag", 1) is None
    assert candidates.value("time", 0) is None


def test_column_of_masked_numbers_has_nan() -> None:
    assert np.isnan(a_list().column("MAG")[1])


def test_column_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        a_list().column("none")


def test_listed_position_holds_cells_that_are_filled() -> None:
    table = Table({"ra": ["12;34", "12:34:56", ""], "dec": [-999.0, -1.5, np.nan]})
    nan, keys = np.full(3, np.nan), np.array(["a", "b", "c"], object)
    roles = Roles(ra="ra", dec="dec")
    candidates = CandidateList(table, roles, keys, nan, nan, nan, nan, sentinels={"dec": (-999.0,)})
    texts = [candidates.listed_position(row) for row in range(3)]
    assert texts == ["ra 12;34", "ra 12:34:56, dec -1.5", ""]
