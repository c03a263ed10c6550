"""Source and opinions that may leave a session with test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from tests.helpers.plain_source import PlainSource
from vetter.core.cutout.cutout import Cutout
from vetter.core.decisions.agreement.policy import CombinedOpinions, Policy
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.errors import InputError
from vetter.io.export.unplanted import open_unplanted, without_test_rows

MIXED = listing(4)


class Reopened(PlainSource):
    """The list without the row between: c0, c2, c3."""

    closed = 0

    def __init__(self, keys: tuple[str, ...] = ("c0", "c2", "c3")) -> None:
        super().__init__(candidates=listing(len(keys), keys=np.array(keys)))

    def close(self) -> None:
        self.closed += 1


def mixed(real: Any = None) -> PlainSource:
    return PlainSource(candidates=MIXED, reopen_unplanted=real)


def opinions() -> Ledger:
    ledger = Ledger(MIXED, "ada")
    for row, verdict in ((1, Verdict.MAYBE), (2, Verdict.REJECT), (3, Verdict.ACCEPT)):
        ledger.apply(event(MIXED, row, verdict, comment=f"of c{row}"))
    return ledger


def test_rows_and_opinions_are_those_of_the_list() -> None:
    real = Reopened()
    found = open_unplanted(mixed(lambda: real), opinions())
    assert found is not None and found.source is real
    assert found.opinions.codes.tolist() == [0, Verdict.REJECT.code, Verdict.ACCEPT.code]
    assert found.opinions.opinion(1).comment == "of c2"
    assert found.opinions.remarked_rows() == [1, 2]
    assert open_unplanted(mixed(), opinions()) is None


def test_policy_is_that_of_the_list() -> None:
    events = [
        event(MIXED, row, Verdict.ACCEPT, reviewer=name)
        for row in (2, 3)
        for name in ("ann", "bob")
    ]
    combined = CombinedOpinions(collect_ratings(MIXED, events), Policy.MAJORITY)
    found = open_unplanted(mixed(Reopened), combined)
    assert found is not None
    left: Any = found.opinions
    assert left.policy is Policy.MAJORITY and left.combined(1).basis == "2 of 2"
    assert left.codes.tolist() == [0, 1, 1]


def test_pictures_are_drawn_of_the_mixed_rows() -> None:
    found = open_unplanted(mixed(Reopened), opinions())
    assert found is not None and found.picture(None) is None
    cutout = Cutout({"image": np.ones((2, 2))})
    draw = found.picture(lambda row, drawn: f"{row} {drawn is cutout}".encode())
    assert draw is not None and draw(1, cutout) == b"2 True"


class Named:
    """A picture with a heading."""

    def __init__(self, candidates: Any = None) -> None:
        self.candidates = candidates

    def __call__(self, row: int, cutout: Cutout) -> bytes:
        return str(self.candidates.name(row)).encode()

    def of_list(self, candidates: Any) -> Named:
        return Named(candidates)


def test_heading_of_a_picture_has_the_own_name() -> None:
    found = open_unplanted(mixed(Reopened), opinions())
    assert found is not None
    draw = found.picture(Named())
    assert draw is not None and draw(1, Cutout({"image": np.ones((2, 2))})) == b"c2"


def test_list_that_has_changed_is_refused_and_closed() -> None:
    real = Reopened(("c0", "new"))
    with pytest.raises(InputError, match="test: the list has changed since it was opened; open it"):
        open_unplanted(mixed(lambda: real), opinions())
    assert real.closed == 1


def test_source_opened_again_is_closed_at_the_end() -> None:
    real, own = Reopened(), mixed()
    with without_test_rows(mixed(lambda: real), opinions()) as found:
        assert found.source is real and not real.closed
    assert real.closed == 1
    with without_test_rows(own, opinions()) as found:
        assert found.source is own
        assert found.opinions.codes.tolist() == opinions().codes.tolist()
        assert found.opinions.remarked_rows() == [1, 2, 3]
