from __future__ import annotations

import numpy as np
from astropy.table import Table

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.io.export.decision_table import COLUMNS, decision_table, rename_columns


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


def test_the_list_is_not_changed() -> None:
    table = Table({"verdict": ["a", "b", "c"]})
    decision_table(table, ledger())
    assert table.colnames == ["verdict"]
    assert list(table["verdict"]) == ["a", "b", "c"]


def test_an_empty_list() -> None:
    table, _ = decision_table(Table({"id": np.array([], int)}), Ledger(listing(0), REVIEWER))
    assert len(table) == 0 and table.colnames == ["id", *COLUMNS]
