from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.decisions.agreement.shares import deal_shares, expected_half_width


def test_shares_cover_the_list_once_but_for_the_overlap() -> None:
    shares = deal_shares(np.arange(103), 5, 0.1)
    held = np.bincount(np.concatenate(shares.rows), minlength=103)
    assert len(shares.overlap) == 11
    assert (held[shares.overlap] == 5).all()
    assert (np.delete(held, shares.overlap) == 1).all()


def test_shares_have_equal_lengths() -> None:
    lengths = [len(rows) for rows in deal_shares(np.arange(103), 5, 0.1).rows]
    assert max(lengths) - min(lengths) <= 1


def test_overlap_of_pairs_is_held_by_two_neighbours() -> None:
    shares = deal_shares(np.arange(100), 5, 0.2, pairs=True)
    held = np.bincount(np.concatenate(shares.rows), minlength=100)
    assert (held[shares.overlap] == 2).all()
    common = np.intersect1d(shares.rows[4], shares.rows[0])
    assert len(common) == 4


def test_same_seed_deals_the_same_shares() -> None:
    one, other = (deal_shares(np.arange(50), 3, 0.1, seed=7) for _ in range(2))
    assert [rows.tolist() for rows in one.rows] == [rows.tolist() for rows in other.rows]
    usual, zero = deal_shares(np.arange(50), 3, 0.1), deal_shares(np.arange(50), 3, 0.1, seed=0)
    assert [rows.tolist() for rows in usual.rows] == [rows.tolist() for rows in zero.rows]


def test_other_seed_deals_other_shares() -> None:
    one, other = (deal_shares(np.arange(50), 3, 0.1, seed=seed) for seed in (1, 2))
    assert one.rows[0].tolist() != other.rows[0].tolist()


def test_epochs_of_an_object_stay_together() -> None:
    labels = np.repeat(np.arange(20), 3)
    shares = deal_shares(labels, 4, 0)
    assert not len(shares.overlap)
    for rows in shares.rows:
        assert (np.bincount(labels[rows], minlength=20) % 3 == 0).all()


def test_full_overlap_gives_all_to_everybody() -> None:
    shares = deal_shares(np.arange(7), 3, 1.0)
    assert [len(rows) for rows in shares.rows] == [7, 7, 7]


def test_small_overlap_is_not_empty() -> None:
    assert len(deal_shares(np.arange(20), 2, 0.01).overlap) == 1


@pytest.mark.parametrize(("number", "overlap"), [(1, 0.1), (2, -0.1), (2, 1.1)])
def test_impossible_shares_are_refused(number: int, overlap: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        deal_shares(np.arange(5), number, overlap)


def test_interval_narrows_with_the_overlap() -> None:
    assert expected_half_width(400) == pytest.approx(expected_half_width(100) / 2)
    assert math.isinf(expected_half_width(0))


@pytest.mark.parametrize(
    ("candidates", "kappa", "width"),
    [(100, 0.8, 0.1176), (100, 0.0, 0.196), (25, 0.0, 0.392), (1, 1.0, 0.0), (100, -1.0, 0.0)],
)
def test_interval_is_that_of_two_equal_verdicts(
    candidates: int, kappa: float, width: float
) -> None:
    # Twice 1.96 sqrt(p (1 - p) / n), with p = (1 + kappa) / 2 who agree.
    assert expected_half_width(candidates, kappa) == pytest.approx(width, abs=1e-4)
    assert expected_half_width(candidates) == expected_half_width(candidates, 0.8)


def test_shares_are_dealt_without_pairs_by_seed_0() -> None:
    plain, said = deal_shares(np.arange(50), 3, 0.1), deal_shares(np.arange(50), 3, 0.1, 0, False)
    assert [rows.tolist() for rows in plain.rows] == [rows.tolist() for rows in said.rows]
    assert plain.overlap.tolist() == said.overlap.tolist()
    assert all((np.diff(rows) > 0).all() for rows in (*plain.rows, plain.overlap))


@pytest.mark.parametrize(("overlap", "common"), [(0.3, 3), (0.31, 4), (0.0, 0), (1.0, 10)])
def test_overlap_is_rounded_up(overlap: float, common: int) -> None:
    assert len(deal_shares(np.arange(10), 2, overlap).overlap) == common


@pytest.mark.parametrize(
    ("candidates", "kappa", "width"),
    # Verdicts agree by 90 and by 50 %; kappa has twice the error of that part.
    [(100, 0.8, 2 * 1.96 * 0.03), (1, 0.8, 2 * 1.96 * 0.3), (25, 0.0, 2 * 1.96 * 0.1)],
)
def test_interval_is_of_a_share_that_agrees(candidates: int, kappa: float, width: float) -> None:
    assert expected_half_width(candidates, kappa) == pytest.approx(width, rel=1e-4)
    assert kappa or expected_half_width(candidates) < width
