"""A list made of decisions alone, in place of one whose files are not read."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.decided_list import DecidedList


def test_candidates_are_where_their_last_decision_was() -> None:
    listed = listing(3)
    events = [event(listed, 2), event(listed, 0), event(listed, 2, x=7.0, y=8.0, ra=9.0, dec=1.0)]
    decided = DecidedList(events)
    assert len(decided) == 2 and decided.keys.tolist() == ["c0", "c2"]
    assert (decided.row_of("c2"), decided.name(1)) == (1, "c2")
    places = decided.x[1], decided.y[1], decided.ra[1], decided.dec[1]
    assert places == (7.0, 8.0, 9.0, 1.0)
    assert decided.ra[0] == 150 and decided.dec[0] == 20
    with pytest.raises(KeyError):
        decided.row_of("c1")


def test_list_of_keys_has_each_once_and_no_place() -> None:
    decided = DecidedList.of_keys(["b", "a", "b"])
    assert decided.keys.tolist() == ["a", "b"]
    assert np.isnan([decided.x, decided.y, decided.ra, decided.dec]).all()
    assert decided.has_keys(["b", "c"]).tolist() == [False, True]
    assert not len(DecidedList.of_keys([])) and not len(DecidedList(()))
