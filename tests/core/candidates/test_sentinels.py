from __future__ import annotations

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.joined_lists import Part, join_lists
from vetter.core.candidates.sentinels import ColumnSentinels, find_sentinels, sentinel_note


def sentinels(values: object, name: str = "snr", **roles: str) -> tuple[float, ...]:
    return find_sentinels(Table({name: values}), Roles(**roles)).get(name, ())


@pytest.mark.parametrize(
    ("name", "values", "missing"),
    [
        ("mag", [18.2, 99.0, -99.0, 17.5, -999, 99.99, 0.0], (-999, -99, 99, 99.99)),
        ("MAG_AUTO", [21.5, 99.0, 20.1], (99,)),
        ("mag", np.array([18.2, 99.99, 17.1], np.float32), (float(np.float32(99.99)),)),
        ("e_mag", [0.02, 99.999, 0.3], (99.999,)),
        ("drb", [0.9, -999.0, 0.2, -99, 0.5, -999, 0], (-999, -99)),
        ("snr", [12, 9, np.inf, 7, -999, 0], (-999,)),
        ("fwhm", [3.1, 2.9, 99.0, 3.3], (99,)),
        ("flux", [120.5, 1e30, -40.0], (1e30,)),
        ("flux", [120.5, -1e30, -40.0], (-1e30,)),
        ("chi2", [1.1, 9999.0, 0.9], (9999,)),
        ("nobs", [3, -32768, 12], (-32768,)),
        ("dist", [0.3, 3.4028234663852886e38, 1.2], (3.4028234663852886e38,)),
        ("ra", [188.7, -999.0, 188.8], (-999,)),
        ("rb", [-999.0, -999.0], (-999,)),
    ],
)
def test_value_apart_from_rest_is_missing(name: str, values: object, missing: object) -> None:
    assert sentinels(values, name, mag_err="e_mag") == pytest.approx(missing)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("snr", [12.1, 99.0, 8.3]),
        ("nobs", [3, 99, 12]),
        ("nobs", [99, 99, 99]),
        ("ra", [98.0, 99.0, 101.0]),
        ("flux", [-150.0, -99.0, 320.0]),
        ("x", [10.5, 999.0, 2040.0]),
        ("percent", [97.0, 98.0, 99.0, 100.0]),
        ("score", [0.1, 99.9, 57.0]),
        ("magnification", [12.0, 99.0, 40.0]),
        ("XWIN_IMAGE", [12.0, 99.0, 40.0]),
        ("theta", [-80.0, 99.0, -120.0]),
        ("temperature", [-120.0, -99.0, -80.0]),
        ("flux", [9999.0, 8000.0, 7200.0]),
        ("objectid", [2**60 + 1, -999, 2**60 + 3]),
    ],
)
def test_real_value_of_nines_stays(name: str, values: object) -> None:
    assert sentinels(values, name) == ()


def test_key_has_no_sentinels() -> None:
    assert sentinels([1, 2, -999], "id", key="id") == ()


def test_sentinel_note_counts_each_column() -> None:
    table = Table({"mag": [18.0, 99.0, 99.0], "rb": [0.5, -999.0, 0.1]})
    note = sentinel_note(table, find_sentinels(table, Roles(mag="mag")))
    assert note == "values that mean none count as missing: 99 in mag (2); -999 in rb (1)"


def make_list(**columns: object) -> CandidateList:
    table, nan = Table(columns), np.full(3, np.nan)
    roles = Roles(mag="mag")
    keys = np.array(["a", "b", "c"], object)
    missing = find_sentinels(table, roles)
    return CandidateList(table, roles, keys, nan, nan, nan, nan, sentinels=missing)


def test_column_with_sentinels_holds_nan_and_table_keeps_values() -> None:
    candidates = make_list(mag=[18.0, 99.0, 17.5], nobs=[5, -99, 7])
    np.testing.assert_array_equal(candidates.column("mag"), [18, np.nan, 17.5])
    np.testing.assert_array_equal(candidates.column("nobs", 1), [np.nan, 7])
    assert candidates.value("mag", 1) is None
    assert candidates.table["mag"].tolist() == [18, 99, 17.5]


def test_joined_lists_have_sentinels() -> None:
    lists = [make_list(mag=[18.0, 99.0, 17.5]), make_list(mag=[19.0, 18.5, -999.0])]
    both = join_lists([Part(name, one) for name, one in zip("ab", lists, strict=True)])
    assert np.isnan(both.column("mag")).tolist() == [False, True, False, False, False, True]


def test_masked_long_integers_keep_their_digits() -> None:
    ids = MaskedColumn([2**60 + 1, 0, 2**60 + 3], mask=[False, True, False])
    candidates = make_list(mag=[1.0, 2, 3], diaObjectId=ids)
    assert candidates.column("diaObjectId").tolist() == [str(2**60 + 1), "", str(2**60 + 3)]


def test_sentinels_of_growing_list_are_found_by_column() -> None:
    table = Table({"mag": [18.0, 99.0, 17.5], "name": ["a", "b", "c"]})
    missing = ColumnSentinels(table, Roles(mag="mag"))
    assert (missing["mag"], missing["name"], missing.get("other", ())) == ((99.0,), (), ())
    assert dict(missing) == {"mag": (99.0,), "name": ()}
