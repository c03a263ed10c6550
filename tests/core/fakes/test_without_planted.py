from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.fakes.planted_row import ADDED_KINDS, make_row, truth_of
from vetter.core.fakes.without_planted import added_keys, without_planted

KEYS = st.text(max_size=3)
ROWS = st.lists(
    st.builds(make_row, KEYS, st.sampled_from(["fake", "repeat", "known"]), st.just({}))
)


def decided(key: str) -> Decision:
    return Decision(key, None, key, Verdict.ACCEPT, (), "", "me", "2026-01-01", 1.0)


@given(st.lists(KEYS), ROWS)
def test_no_decision_on_added_row_remains(keys: list[str], rows: list) -> None:
    kept = without_planted([decided(key) for key in keys], rows)
    added = {row.key for row in rows if row.kind in ADDED_KINDS}
    assert [decision.key for decision in kept] == [key for key in keys if key not in added]


def test_rows_of_the_list_at_hand_stay() -> None:
    rows = [make_row("a", "fake", {}), make_row("b", "fake", {})]
    assert added_keys(rows, rows[:1]) == {"b"}


def test_known_object_is_a_candidate() -> None:
    assert added_keys([make_row("a", "known", {"match": "Ceres"})]) == frozenset()


def test_truth_is_what_was_planted() -> None:
    assert truth_of(make_row("a", "repeat", {"of": "b"})) == {"of": "b"}


def test_damaged_truth_is_empty() -> None:
    for text in ("", "[1]", "{", "[" * 5000):
        assert truth_of(make_row("a", "fake", {})._replace(truth=text)) == {}
