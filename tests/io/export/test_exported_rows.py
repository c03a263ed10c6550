"""Choice of the rows of an export."""

from __future__ import annotations

import math

import pytest
from astropy.table import Table

from tests.helpers.decisions import REVIEWER, event
from tests.helpers.memory_source import COUNT, MemorySource
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement, make_fit_record
from vetter.errors import InputError
from vetter.io.export.export import export
from vetter.io.export.exported_rows import (
    RowChoice,
    choose_rows,
    list_exported_rows,
    parse_time,
)
from vetter.io.export.stored_fit_table import stored_fit_table

ANY = tuple(Verdict)


@pytest.fixture
def listed() -> MemorySource:
    return MemorySource()


@pytest.fixture
def ledger(listed) -> Ledger:
    """C0 accepted on the 1st, C1 rejected on the 2nd, C2 maybe on the 3rd; the first two tagged."""
    ledger = Ledger(listed.candidates, REVIEWER)
    for row, (verdict, tags) in enumerate(
        [(Verdict.ACCEPT, ("dipole",)), (Verdict.REJECT, ("Ghost", "dipole")), (Verdict.MAYBE, ())]
    ):
        at = f"2026-01-0{row + 1}T12:00:00.000Z"
        ledger.apply(event(listed.candidates, row, verdict, tags=tags, at=at))
    return ledger


def _chosen(listed, ledger, **changes) -> list[int]:
    choice = RowChoice(**{"verdicts": ANY, **changes})
    return list_exported_rows(listed, ledger, choice).chosen.tolist()


def test_accepted_rows_are_chosen_by_default(listed, ledger) -> None:
    rows = list_exported_rows(listed, ledger, RowChoice())
    assert rows.chosen.tolist() == [0]
    assert rows.listed.tolist() == list(range(COUNT))


def test_one_tag_of_several_is_enough(listed, ledger) -> None:
    assert _chosen(listed, ledger, tags=("ghost", "other")) == [1]


@pytest.mark.parametrize(
    ("since", "until", "rows"),
    [
        ("2026-01-02", "", [1, 2]),
        ("", "2026-01-02", [0, 1]),
        ("2026-01-02T12:00", "2026-01-02T12:00:00Z", [1]),
        ("2026-01-02T12:00:00.001", "", [2]),
        ("2026-01-02 13:00+01:00", "", [1, 2]),
    ],
    ids=["since", "whole-last-day", "both-ends-count", "milliseconds", "offset"],
)
def test_time_of_decision_limits_rows(listed, ledger, since, until, rows) -> None:
    assert _chosen(listed, ledger, since=since, until=until) == rows


def test_filter_names_columns_and_verdicts(listed, ledger) -> None:
    assert _chosen(listed, ledger, where="x>25 not verdict=none") == [1, 2]


def test_conditions_hold_together(listed, ledger) -> None:
    assert _chosen(listed, ledger, tags=("dipole",), since="2026-01-02", where="x>0") == [1]


def test_filter_error_is_one_line(listed, ledger) -> None:
    with pytest.raises(InputError, match="nothing"):
        _chosen(listed, ledger, where="nothing>3")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "30.11.2026"])
def test_unreadable_time_says_what_is_expected(text) -> None:
    with pytest.raises(InputError, match=f"{text}: expected a time in UTC as"):
        parse_time(text)


def test_list_with_test_rows_is_refused(listed, ledger) -> None:
    listed.record = {"plant": {"fakes": 3}}
    with pytest.raises(InputError, match="in memory: holds artificial sources or repeats"):
        list_exported_rows(listed, ledger, RowChoice())
    assert choose_rows(listed, ledger, RowChoice()).tolist() == [0]


def test_only_chosen_rows_are_in_the_table(listed, ledger, tmp_path) -> None:
    choice = RowChoice((Verdict.REJECT, Verdict.MAYBE), only_chosen=True)
    fits = {"C1": {"adjust_answer": "kept"}, "C0": {"adjust_answer": "explained"}}
    export(listed, ledger, tmp_path, choice, adjustments=fits)
    table = Table.read(tmp_path / "decisions.ecsv")
    assert table["id"].tolist() == ["C1", "C2"]
    assert table["verdict"].tolist() == ["reject", "maybe"]
    assert table["adjust_answer"][0] == "kept"


def test_filter_names_columns_of_stored_fits(listed, ledger, tmp_path) -> None:
    stored = {
        key: make_fit_record(Adjustment(True, dx=dx, dy=0.0), Judgement(answer, ""))
        for key, dx, answer in (("C0", 0.5, Answer.KEPT), ("C1", 0.75, Answer.EXPLAINED))
    }
    choice = RowChoice(ANY, where="answer=explained shift>0.6", only_chosen=True)
    export(listed, ledger, tmp_path, choice, adjustments=stored)
    assert Table.read(tmp_path / "decisions.ecsv")["id"].tolist() == ["C1"]


def test_fits_of_other_lists_and_versions_are_no_columns(listed) -> None:
    metas = {"gone": {"adjust_converged": True, "adjust_answer": "kept"}, "C0": {"adjust_dx": 1.0}}
    metas["C1"] = {"adjust_answer": "kept"}
    assert stored_fit_table(listed.candidates, metas) is None
    metas["C2"] = {"adjust_converged": True, "adjust_answer": "kept", "adjust_power": 7.5}
    table = stored_fit_table(listed.candidates, metas)
    assert table is not None and table.rows() == [2]
    _, judgement = table.get(2) or (None, None)
    assert judgement is not None and judgement.answer is Answer.KEPT
    assert (judgement.power, judgement.stars) == (7.5, 0) and math.isnan(judgement.flux_limit)


@pytest.mark.parametrize(
    ("text", "is_end", "found"),
    [
        ("", False, None),
        ("  ", True, None),
        ("2026-11-30", False, "2026-11-30T00:00:00+00:00"),
        ("2026-11-30", True, "2026-11-30T23:59:59.999999+00:00"),
        ("2026-11-30T04", True, "2026-11-30T04:00:00+00:00"),
        (" 2026-11-30 04:00 ", False, "2026-11-30T04:00:00+00:00"),
        ("2026-11-30 04:00+02:00", False, "2026-11-30T02:00:00+00:00"),
        ("2026-11-30T04:00:00Z", False, "2026-11-30T04:00:00+00:00"),
    ],
)
def test_time_of_a_choice_is_utc(text, is_end, found) -> None:
    moment = parse_time(text, is_end)
    assert (None if moment is None else moment.isoformat()) == found


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({"since": "2026-01-02T12:00"}, [1, 2]),
        ({"since": "2026-01-02T12:00:00.001"}, [2]),
        ({"until": "2026-01-02T12:00"}, [0, 1]),
        ({"until": "2026-01-02T11:59:59"}, [0]),
        ({"verdicts": (Verdict.REJECT, Verdict.MAYBE)}, [1, 2]),
        ({"verdicts": (Verdict.NONE,)}, list(range(3, COUNT))),
        ({"verdicts": ()}, []),
        ({"tags": (" DIPOLE ",)}, [0, 1]),
        ({"where": "  "}, list(range(COUNT))),
    ],
)
def test_limits_of_a_choice_are_included(listed, ledger, changes, rows) -> None:
    assert _chosen(listed, ledger, **changes) == rows


def test_decision_of_a_damaged_date_is_outside_every_limit(listed, ledger) -> None:
    ledger.apply(event(listed.candidates, 3, Verdict.ACCEPT, at="no time"))
    assert 3 in _chosen(listed, ledger) and 3 not in _chosen(listed, ledger, since="2000-01-01")
