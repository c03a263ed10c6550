"""The tables of trust: every row filled, small enough for a test."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.benchmark.fit_trust import PValues, explained_table, measure, p_value_table


@pytest.fixture(scope="module")
def p_values() -> list[PValues]:
    return list(p_value_table(count=100))


def test_p_values_where_the_background_is_held_carry_the_windows_warning(
    p_values: list[PValues],
) -> None:
    rows = {row.case: row for row in p_values}
    assert len(rows) == 12
    assert "held at its mode" in rows["background held"].warning
    assert "correlated" in rows["neighbours correlated 0.5"].warning
    assert "under 2.9" in rows["FWHM 2"].warning
    assert "too small" in rows["err 10% low"].warning
    assert "template's own noise" in rows["template as noisy as the image"].warning
    assert rows["FWHM 4, whole cutout"].warning == ""


def test_the_window_warns_of_nearly_all_outside_the_promise_and_of_hardly_any_within(
    p_values: list[PValues],
) -> None:
    for row in p_values:
        if row.promised:
            assert row.warned <= 0.03, row.case
        elif "template_err given" in row.case:
            # What is known of its noise is in the p-value.
            assert row.below == 0.0 and abs(row.chi2_ratio - 1.0) < 0.05
        else:
            assert row.warned >= 0.9, row.case


def test_dipoles_disappear_and_new_sources_do_not() -> None:
    dipoles, alone = islice(explained_table(count=40), 2)
    assert dipoles.disappeared >= 0.9
    assert alone.disappeared == 0.0
    assert alone.reference >= alone.disappeared


def test_the_tables_of_trust_say_what_is_promised() -> None:
    rows = {figure.what: figure for figure in measure(20, 30)}
    # p-values; dipoles and new sources for three FWHM, and with a noisy template.
    assert len(rows) == 12 + 18 + 4
    uniform = rows["p-values of 20: FWHM 4, whole cutout"]
    assert uniform.note == "promised uniform, p > 0.01: kept"
    assert "promised" not in rows["p-values of 20: FWHM 2"].note
    assert rows["FWHM 4: new, S/N 15, alone, 30"].note == "under 0.01: kept"
    assert rows["FWHM 4: new, S/N 10, alone, 30"].note == ""
    assert rows["FWHM 4: dipoles to 0.8 px and 15%, S/N 20 to 300, 30"].note.startswith("at least")
