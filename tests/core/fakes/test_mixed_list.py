from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.epochs import Epochs
from vetter.core.fakes.mixed_epochs import mix_epochs
from vetter.core.fakes.mixed_list import Added, MixedList, mix_list


def make_list(count: int = 60, is_sorted: bool = False) -> CandidateList:
    rng = np.random.default_rng(4)
    x, y = np.round(rng.uniform(0, 500, (2, count)), 2)
    if is_sorted:
        y.sort()
    table = Table(
        {
            "id": [f"obj{k:08d}" for k in rng.integers(0, 10**8, count)],
            "X_IMAGE": x + 1,
            "Y_IMAGE": y + 1,
            "score": rng.uniform(size=count),
            "filter": ["r"] * count,
        }
    )
    roles = Roles(key="id", x="X_IMAGE", y="Y_IMAGE", filter="filter", one_based=True)
    keys = np.array(table["id"].tolist(), dtype=object)
    nowhere = np.full(count, np.nan)
    return CandidateList(table, roles, keys, x, y, nowhere, nowhere.copy())


def make_added(count: int, group: int = 0) -> Added:
    x, y = np.random.default_rng(5).uniform(0, 500, (2, count))
    nowhere = np.full((2, count), np.nan)
    return Added(x, y, *nowhere, np.full(count, group, np.intp))


def mix(candidates: CandidateList, fakes: int = 10, repeats: Any = (3, 30)) -> MixedList:
    return mix_list(candidates, make_added(fakes), list(repeats), np.random.default_rng(6))


def test_real_rows_keep_keys_and_positions() -> None:
    listed = make_list()
    mixed = mix(listed)
    assert len(mixed.candidates) == 72
    for row, key in enumerate(listed.keys):
        new = mixed.candidates.row_of(key)
        assert mixed.origin[new] == row
        assert mixed.candidates.x[new] == listed.x[row]


def test_columns_that_fakes_lack_are_hidden() -> None:
    mixed = mix(make_list())
    assert mixed.candidates.columns == ["name", "X_IMAGE", "Y_IMAGE", "filter"]
    assert mixed.hidden == ("id", "score")


def test_fake_has_cells_like_the_others() -> None:
    mixed = mix(make_list())
    row = int(mixed.rows_of_fakes()[0])
    table = mixed.candidates.table
    assert table["filter"][row] == "r"
    assert table["X_IMAGE"][row] == pytest.approx(round(table["X_IMAGE"][row], 2), abs=1e-12)
    assert table["X_IMAGE"][row] == pytest.approx(mixed.candidates.x[row] + 1)
    assert mixed.candidates.name(row) == f"C{row + 1:03d}"


def test_unsorted_list_keeps_its_order() -> None:
    mixed = mix(make_list())
    real = mixed.origin[mixed.origin >= 0]
    real = [row for row in real.tolist() if row not in (3, 30)]
    assert not mixed.is_shuffled
    assert real == sorted(real)


def test_sorted_list_is_shuffled() -> None:
    mixed = mix(make_list(is_sorted=True))
    assert mixed.is_shuffled
    known = mixed.candidates.y
    assert abs(np.corrcoef(known, np.arange(len(known)))[0, 1]) < 0.3


def test_repeat_is_far_from_its_original() -> None:
    listed = make_list(200)
    mixed = mix(listed, repeats=range(0, 200, 10))
    for row in mixed.repeats.tolist():
        original = mixed.candidates.row_of(listed.key(int(mixed.origin[row])))
        assert abs(row - original) >= 25


def test_fakes_are_anywhere_in_the_list() -> None:
    rows = mix(make_list(), fakes=30).rows_of_fakes()
    assert rows.min() < 25
    assert rows.max() > 65


def test_mix_of_one_seed_is_the_same() -> None:
    listed = make_list()
    first, second = mix(listed), mix(listed)
    assert first.candidates.keys.tolist() == second.candidates.keys.tolist()


def test_rows_stay_with_their_image() -> None:
    listed, group = make_list(), np.repeat([0, 1], 30)
    added = Added(
        *(np.concatenate(p) for p in zip(make_added(4, 0), make_added(6, 1), strict=True))
    )
    mixed = mix_list(listed, added, [3, 40], np.random.default_rng(6), group)
    images = [
        added.group[-1 - origin] if origin < 0 else group[origin]
        for origin in mixed.origin.tolist()
    ]
    assert images == [0] * 35 + [1] * 37


def test_sexagesimal_positions_are_hidden() -> None:
    listed = make_list()
    table = listed.table.copy()
    table["RA"], table["DEC"] = ["12:00:00"] * 60, ["+01:00:00"] * 60
    sky = np.linspace(180, 180.1, 60)
    texts = CandidateList(
        table, listed.roles.with_(ra="RA", dec="DEC"), listed.keys, listed.x, listed.y, sky, sky
    )
    mixed = mix(texts)
    assert mixed.candidates.roles.ra is None
    assert np.isfinite(mixed.candidates.ra[mixed.candidates.row_of(listed.key(0))])


def test_repeat_has_epochs_of_its_original() -> None:
    listed = make_list()
    mixed = mix(listed, fakes=0, repeats=[3])
    epochs = Epochs(np.array([0, 1, 2, 3, 3, *range(5, 60)]), np.arange(60.0))
    shown = mix_epochs(epochs, mixed, epochs.times[mixed.origin])
    repeat = int(mixed.repeats[0])
    original = mixed.candidates.row_of(listed.key(3))
    other = mixed.candidates.row_of(listed.key(4))
    assert shown.rows(repeat) == [repeat, other]
    assert shown.rows(original) == [original, other]
    assert shown.rows(other) == [original, other]
    assert shown.step(repeat, 1) == other
