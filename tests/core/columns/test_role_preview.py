from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.fake_session import candidate_list
from tests.helpers.field_files import tan_wcs
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.placement.listed_pixels import AxisOrigin, ImageFrame
from vetter.core.columns.role_preview import ColumnPreview, find_problem, preview_roles

NOBODY = np.array([], np.intp)


def with_sky() -> CandidateList:
    """x and y count from 1; a second pair of pixels is far off."""
    steps = np.arange(20.0)
    ra, dec = tan_wcs().all_pix2world(10 + steps, 20 + steps, 1)
    columns = {"x": 10 + steps, "y": 20 + steps, "ra": ra, "dec": dec, "u": steps, "v": steps}
    plain = candidate_list(20, **columns)
    return CandidateList(plain.table, plain.roles, plain.keys, 9 + steps, 19 + steps, ra, dec)


def tried(decided: np.ndarray = NOBODY, one_based: bool | None = None, **changes) -> ColumnPreview:
    listed = with_sky()
    roles = listed.roles.with_(**changes)
    return preview_roles(
        listed, roles, one_based, ImageFrame(tan_wcs()), {"ra": "deg", "dec": "deg"}, decided
    )


def test_the_first_rows_as_they_would_be() -> None:
    found = tried()
    assert found.keys == [f"J{n:03d}" for n in range(8)]
    assert found.x[:2] == pytest.approx([9, 10]) and found.roles.one_based
    assert any("count pixels from 1" in note for note in found.notes)
    assert not any("sample" in note for note in found.notes)


def test_the_users_word_against_the_wcs() -> None:
    found = tried(one_based=False)
    assert found.x[0] == 10 and "mean from 1 through the WCS" in found.cautions[0]


def test_preview_tells_evidence_for_axis_origin() -> None:
    assert tried().axis_origin is AxisOrigin.WCS
    assert tried(one_based=True).axis_origin is AxisOrigin.USER
    # Their offset is told through the WCS, and settles nothing.
    assert tried(x="u", y="v").axis_origin is AxisOrigin.NAME


def test_preview_of_sample_says_so() -> None:
    count = 5000
    listed = candidate_list(count, x=np.arange(count) * 1.0, y=np.full(count, 4.0))
    listed.table["y"] = ["4"] * (count - 1) + ["?4"]
    last = np.array([count - 1])
    found = preview_roles(listed, listed.roles, None, ImageFrame(), {}, last)
    assert found.cautions[-1:] == (
        "1 candidate has a position in x and y that cannot be read: y '?4' in row 5000 "
        "(in a sample of 1,007 rows)",
    )


def test_other_pixels_that_disagree_with_the_sky() -> None:
    found = tried(x="u", y="v")
    assert "disagree by more than 2 px for 100%" in found.cautions[0]


def test_sky_alone() -> None:
    found = tried(x=None, y=None)
    assert found.x[0] == pytest.approx(9, abs=1e-6) and found.problem == ""
    listed = with_sky()
    roles = listed.roles.with_(x=None, y=None)
    alone = preview_roles(listed, roles, None, ImageFrame(), {}, NOBODY)
    assert alone.problem == "the image has no WCS: choose x and y"


def test_all_decisions_carry_over_where_key_and_place_stay() -> None:
    found = tried(np.array([0, 15]))
    assert (found.verdicts, found.carried) == (2, 2)


@pytest.mark.parametrize("changes", [{"key": None}, {"key": "mag"}])
def test_another_key_leaves_decisions_behind(changes: dict[str, str | None]) -> None:
    found = tried(np.array([0, 15]), **changes)
    assert (found.verdicts, found.carried) == (2, 0)


@pytest.mark.parametrize(
    ("dx", "dy", "carried"),
    [(0.0, 0.0, 1), (2.0, 0.0, 1), (0.0, -2.0, 1), (2.1, 0.0, 0), (0.0, -2.1, 0), (1.5, 1.5, 0)],
)
def test_decision_of_a_list_without_sky_carries_over_within_two_pixels(
    dx: float, dy: float, carried: int
) -> None:
    steps = np.arange(4.0)
    columns = {"x": steps, "y": steps, "u": steps + dx, "v": steps + dy}
    plain = candidate_list(4, **columns)
    unknown = np.full(4, np.nan)
    listed = CandidateList(plain.table, plain.roles, plain.keys, steps, steps, unknown, unknown)
    roles = listed.roles.with_(x="u", y="v", ra=None, dec=None)
    found = preview_roles(listed, roles, False, ImageFrame(), {}, np.array([2]))
    assert (found.verdicts, found.carried) == (1, carried)


@pytest.mark.parametrize(
    ("roles", "has_wcs", "says"),
    [
        (Roles(x="x", y="y"), False, ""),
        (Roles(ra="a", dec="d"), True, ""),
        (Roles(ra="a", dec="d"), False, "the image has no WCS"),
        (Roles(x="x"), True, "x and y go together"),
        (Roles(x="x", y="y", dec="d"), True, "RA and Dec go together"),
        (Roles(key="k"), True, "positions are missing"),
    ],
)
def test_what_cannot_place_candidates(roles: Roles, has_wcs: bool, says: str) -> None:
    assert find_problem(roles, has_wcs).startswith(says) and bool(says) == bool(
        find_problem(roles, has_wcs)
    )


@pytest.mark.parametrize(
    ("shift", "carried"),
    [
        ((0.0, 0.0), 1),
        ((1.9, 0.0), 1),
        ((0.0, -1.9), 1),
        ((2.1, 0.0), 0),
        ((0.0, -2.1), 0),
        ((1.5, 1.5), 0),
    ],
)
def test_decision_of_a_list_of_pixels_carries_over_within_two(
    shift: tuple[float, float], carried: int
) -> None:
    steps = np.arange(4.0)
    moved = {"u": 10.0 + steps + shift[0], "v": 20.25 + steps + shift[1]}
    unknown = np.full(4, np.nan)
    plain = candidate_list(4, **moved)
    roles = plain.roles.with_(ra=None, dec=None)
    listed = CandidateList(plain.table, roles, plain.keys, plain.x, plain.y, unknown, unknown)
    found = preview_roles(listed, roles.with_(x="u", y="v"), False, ImageFrame(), {}, np.array([2]))
    assert (found.verdicts, found.carried) == (1, carried)
