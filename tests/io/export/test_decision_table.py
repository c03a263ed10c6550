from __future__ import annotations

import numpy as np
from astropy.table import Table

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.judgement.answer import META_KEYS, Answer, Judgement
from vetter.io.export.decision_table import (
    COLUMNS,
    FrozenOpinions,
    decision_table,
    rename_columns,
)


def ledger() -> Ledger:
    ledger = Ledger(listing(3), REVIEWER)
    ledger.apply(
        event(listing(3), 1, Verdict.REJECT, tags=("dipole", "ghost"), comment="faint", seconds=2.5)
    )
    return ledger


def test_original_columns_come_first() -> None:
    table, notes = decision_table(Table({"id": [1, 2, 3], "mag": [1.0, 2.0, 3.0]}), ledger())
    assert table.colnames == ["id", "mag", *COLUMNS]
    assert notes == ()


def test_what_was_said() -> None:
    table, _ = decision_table(Table({"id": [1, 2, 3]}), ledger())
    assert list(table["verdict"]) == ["none", "reject", "none"]
    assert list(table["tags"]) == ["", "dipole;ghost", ""]
    assert list(table["comment"]) == ["", "faint", ""]
    assert list(table["reviewer"]) == ["", REVIEWER, ""]
    assert list(table["decided_at"]) == ["", "2026-01-31T03:14:15.926Z", ""]
    np.testing.assert_array_equal(table["seconds"], [np.nan, 2.5, np.nan])


def test_columns_of_our_names_are_renamed_and_that_is_said() -> None:
    table, notes = decision_table(Table({"Verdict": ["a", "b", "c"]}), ledger())
    assert list(table["Verdict_original"]) == ["a", "b", "c"]
    assert notes == ("the list's own column 'Verdict' is written as 'Verdict_original'",)


def test_renamed_again_after_a_second_export() -> None:
    renamed = rename_columns(["tags", "tags_original", "x"])
    assert renamed == {"tags": "tags_original_2"}
    renamed = rename_columns(["Tags", "tags", "x"])
    assert renamed == {"Tags": "Tags_original", "tags": "tags_original_2"}


def test_the_list_is_not_changed() -> None:
    table = Table({"verdict": ["a", "b", "c"]})
    decision_table(table, ledger())
    assert table.colnames == ["verdict"]
    assert list(table["verdict"]) == ["a", "b", "c"]


def test_an_empty_list() -> None:
    table, _ = decision_table(Table({"id": np.array([], int)}), Ledger(listing(0), REVIEWER))
    assert len(table) == 0 and table.colnames == ["id", *COLUMNS]


ANSWERS = [
    Judgement(Answer.ORDINARY, "", 310.0, 4.5, 41).as_meta(),
    {},
    {"adjust_answer": "explained"},
]


def test_answers_follow_the_opinions() -> None:
    table, _ = decision_table(Table({"id": [1, 2, 3]}), ledger(), ANSWERS)
    assert table.colnames == ["id", *COLUMNS, *META_KEYS]
    assert list(table["adjust_answer"]) == ["ordinary", "", "explained"]
    np.testing.assert_array_equal(table["adjust_flux_limit"], [310.0, np.nan, np.nan])
    np.testing.assert_array_equal(table["adjust_power"], [4.5, np.nan, np.nan])
    assert list(table["adjust_stars"]) == [41, 0, 0]


def test_earlier_answers_of_the_list_are_renamed() -> None:
    listed = Table({"adjust_answer": ["kept", "kept", "kept"]})
    table, notes = decision_table(listed, ledger(), ANSWERS)
    assert list(table["adjust_answer_original"]) == ["kept"] * 3
    assert list(table["adjust_answer"])[0] == "ordinary"
    assert "adjust_answer_original" in notes[0]


def test_without_answers_the_list_keeps_its_own() -> None:
    listed = Table({"adjust_answer": ["kept", "kept", "kept"]})
    table, notes = decision_table(listed, ledger())
    assert list(table["adjust_answer"]) == ["kept"] * 3 and notes == ()


def test_frozen_opinions_ignore_later_decisions() -> None:
    listed, source = listing(3), ledger()
    frozen = FrozenOpinions.of(source)
    before = source.opinion(1)
    source.apply(event(listed, 1, Verdict.ACCEPT))
    source.apply(event(listed, 2, Verdict.ACCEPT, tags=("new",)))
    assert frozen.opinion(1) == before and frozen.codes.tolist() == [0, 2, 0]
    assert [frozen.opinion(row).has_content for row in range(3)] == [False, True, False]
    assert list(frozen.remarked_rows()) == [1]


def test_columns_of_the_list_are_shared() -> None:
    listed = Table({"id": [1, 2, 3]})
    table, _ = decision_table(listed, ledger())
    assert np.shares_memory(table["id"], listed["id"])


def test_list_keeps_its_own_time_unless_a_candidate_is_put_off() -> None:
    listed = Table({"until": ["a", "b", "c"]})
    table, notes = decision_table(listed, ledger())
    assert table.colnames == ["until", *COLUMNS] and notes == ()
    source = ledger()
    source.apply(event(listing(3), 0, Verdict.LATER, until="2027-01-01T00:00:00.000Z"))
    table, notes = decision_table(listed, source)
    assert table.colnames == ["until_original", *COLUMNS, "until"] and len(notes) == 1
    assert list(table["until"]) == ["2027-01-01T00:00:00.000Z", "", ""]


def test_rows_with_a_tag_or_a_comment_are_remarked() -> None:
    source = ledger()
    source.apply(event(listing(3), 0, Verdict.ACCEPT, tags=("one",)))
    source.apply(event(listing(3), 1, Verdict.ACCEPT))
    source.apply(event(listing(3), 2, Verdict.ACCEPT, comment="two"))
    frozen = FrozenOpinions.of(source)
    assert sorted(frozen.remarked_rows()) == [0, 2]
    assert sorted(FrozenOpinions.of(frozen).remarked_rows()) == [0, 2]


def test_frozen_opinions_can_be_frozen_again() -> None:
    once = FrozenOpinions.of(ledger())
    twice = FrozenOpinions.of(once)
    assert [twice.opinion(row) for row in range(3)] == [once.opinion(row) for row in range(3)]
    assert list(twice.by_row) == [1] and twice.codes.tolist() == once.codes.tolist()
    assert list(twice.remarked_rows()) == [1]


def test_some_rows_are_in_the_table_with_what_is_said_of_the_list() -> None:
    listed = Table({"id": [1, 2, 3]}, meta={"night": "2026-01-31"})
    for rows, found in ((None, [1, 2, 3]), (np.array([1, 2]), [2, 3]), (np.array([], int), [])):
        table, _ = decision_table(listed, ledger(), rows=rows)
        assert list(table["id"]) == found and table.meta == {"night": "2026-01-31"}
        assert list(table["verdict"]) == ["none", "reject", "none"][3 - len(found) :]


def test_frozen_opinions_of_taken_back_decision_are_empty() -> None:
    source = ledger()
    for decision in source.undo_step():
        source.apply(decision)
    frozen = FrozenOpinions.of(source)
    assert not frozen.opinion(1).has_content and list(frozen.remarked_rows()) == []
