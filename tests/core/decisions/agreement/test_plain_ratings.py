from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.decisions import listing
from vetter.core.decisions.agreement.decided_list import DecidedList
from vetter.core.decisions.agreement.plain_ratings import rate_verdicts
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group

LIST = listing(4)
_ROW = st.integers(0, 3)
_VERDICT = st.sampled_from(list(Verdict))
_STEP = st.one_of(
    st.tuples(st.just("verdict"), _ROW, _VERDICT),
    st.tuples(st.just("remark"), _ROW, st.sampled_from(["", "faint"])),
    st.tuples(st.just("group"), st.lists(_ROW, min_size=1), _VERDICT),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
)


def made_by(ledger: Ledger, step: tuple[Any, ...]) -> list[Decision | None]:
    if step[0] == "verdict":
        return [decide(ledger, step[1], verdict=step[2])]
    if step[0] == "remark":
        return [decide(ledger, step[1], comment=step[2])]
    if step[0] == "group":
        return [*decide_group(ledger, step[1], step[2])]
    return [*(ledger.undo_step() if step[0] == "undo" else ledger.redo_step())]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ann", "bob"]), _STEP), max_size=30))
def test_codes_are_as_the_ledgers_say(steps: list[tuple[str, tuple[Any, ...]]]) -> None:
    ledgers = {name: Ledger(LIST, name) for name in ("ann", "bob")}
    events: list[Decision] = []
    for name, step in steps:
        new = [event for event in made_by(ledgers[name], step) if event is not None]
        ledgers[name].replay(new)
        events += new
    listed = DecidedList.of_keys(event.key for event in events)
    columns = zip(*((e.key, e.reviewer, e.verdict.value) for e in events), strict=True)
    plain = rate_verdicts(listed, *(tuple(columns) or ((), (), ())), names=["cat"])
    whole = collect_ratings(DecidedList(events), events, ["cat"])
    assert plain.reviewers == whole.reviewers
    assert plain.codes.tolist() == whole.codes.tolist()
    assert plain.arbitrated.tolist() == whole.arbitrated.tolist() and plain.arbiter == {}
    assert listed.keys.tolist() == DecidedList(events).keys.tolist()


def test_no_event_gives_no_candidates() -> None:
    ratings = rate_verdicts(DecidedList.of_keys([]), (), (), (), ["bob", "ann"])
    assert ratings.reviewers == ("ann", "bob") and ratings.codes.shape == (2, 0)


@pytest.mark.parametrize(("key", "verdict"), [("z", "accept"), ("a", "acceps")])
def test_unknown_key_or_verdict_is_refused(key: str, verdict: str) -> None:
    with pytest.raises(KeyError):
        rate_verdicts(DecidedList.of_keys(["a"]), [key], ["ann"], [verdict])
