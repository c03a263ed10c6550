"""Named filters: kept, renamed and removed, and never replaced unasked."""

from __future__ import annotations

import pytest

from vetter.review.opening.named_filters import MAX_NAME_CHARACTERS, NamedFilters
from vetter.review.opening.window_settings import MAX_FILTER_CHARACTERS, MAX_FILTERS


@pytest.fixture
def filters(qapp) -> NamedFilters:
    return NamedFilters({"faint": "mag>20", "Bright": "mag<17"})


def test_names_are_sorted_without_case(filters):
    filters.keep("comets", "tags~comet")
    assert list(filters.expressions) == ["Bright", "comets", "faint"]


def test_name_and_filter_lose_blanks_around_them(qtbot, filters):
    with qtbot.waitSignal(filters.kept) as kept:
        filters.keep(" red ", "  mag<19 ")
    assert kept.args == ["red", "mag<19"]
    assert filters.expressions["red"] == "mag<19"


def test_long_name_is_cut(filters):
    filters.keep("n" * 80, "mag<19")
    assert "n" * MAX_NAME_CHARACTERS in filters.expressions


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("  ", "no filter"),
        ("x" * (MAX_FILTER_CHARACTERS + 1), "longer than"),
        ("x" * MAX_FILTER_CHARACTERS, ""),
        ("mag<1", ""),
    ],
)
def test_refused_filter_gets_no_name(filters, expression, reason):
    assert filters.why_not_kept(expression).startswith(reason)
    filters.keep("new", expression)
    assert ("new" in filters.expressions) is (reason == "")


def test_number_of_names_is_bounded(qapp):
    full = NamedFilters({f"{number}": "mag<1" for number in range(MAX_FILTERS)})
    assert "remove one first" in full.why_not_kept("mag<2")
    full.keep("new", "mag<2")
    assert len(full.expressions) == MAX_FILTERS


def test_rename_keeps_the_filter(qtbot, filters):
    with qtbot.waitSignals([filters.kept, filters.deleted]) as seen:
        filters.rename("faint", " dim ")
    assert [item.args for item in seen.all_signals_and_args] == [("dim", "mag>20"), ("faint",)]
    assert filters.expressions == {"Bright": "mag<17", "dim": "mag>20"}


@pytest.mark.parametrize("taken", ["Bright", "faint", " "])
def test_rename_to_a_name_in_use_has_no_effect(filters, taken):
    filters.rename("faint", taken)
    assert filters.expressions == {"Bright": "mag<17", "faint": "mag>20"}


def test_adopted_filter_never_replaces_another(filters):
    filters.adopt("faint", "mag>21")
    filters.adopt("Bright", "mag<17")
    assert filters.expressions == {"Bright": "mag<17", "faint": "mag>20", "faint 2": "mag>21"}


def test_filters_of_a_script_belong_to_its_session(qapp):
    assert not NamedFilters().is_stored and NamedFilters().expressions == {}
    assert NamedFilters(is_stored=True).is_stored


def test_deleted_name_is_reported(qtbot, filters):
    with qtbot.waitSignal(filters.deleted) as deleted:
        filters.delete("faint")
    assert deleted.args == ["faint"] and "faint" not in filters.expressions
