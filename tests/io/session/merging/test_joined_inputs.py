"""Inputs that a merged session opens with."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vetter.core.cutout_source import Fingerprint
from vetter.core.fakes.plan import PlantPlan
from vetter.io.session.database import SessionDatabase
from vetter.io.session.merging.joined_inputs import join_inputs
from vetter.io.session.merging.parts import SessionParts
from vetter.io.session.recorded_inputs import RecordedInput

ONE, OTHER = PlantPlan(fakes=2, seed=1).as_plain(), PlantPlan(fakes=3, seed=2).as_plain()


def opening(
    at: str, candidates: int = 10, digest: str = "d", name: str = "/gone.csv", **record: Any
) -> RecordedInput:
    prints = (Fingerprint("candidates", name, 1, 2, digest),)
    return RecordedInput(at, candidates, {"inputs": [name], **record}, prints)


def part(name: str, *inputs: RecordedInput) -> SessionParts:
    database = cast(SessionDatabase, SimpleNamespace(path=Path(f"/{name}.vetter")))
    return SessionParts(database, {}, True, list(inputs), {}, [], [], ())


def share(number: int, keys: list[str] | None, of: int = 2) -> dict[str, Any]:
    return {"numbers": [number], "of": of, "keys": keys, "overlap": []}


def test_newest_record_of_a_list_stays() -> None:
    parts = [
        part("a", opening("1", 3), opening("5", 9, note="a")),
        part("b", opening("7", 8, note="b")),
        part("c"),
    ]
    joined, lines = join_inputs(parts)
    assert joined == [opening("7", 8, note="b")] and lines == []
    assert join_inputs(parts[::-1]) == (joined, [])
    assert join_inputs([]) == ([], [])


def test_list_that_is_here_comes_last(tmp_path: Path) -> None:
    here = tmp_path / "here.csv"
    here.touch()
    old = opening("1", digest="x", name=f"{here}[SCI]")
    new = opening("9", digest="y")
    joined, lines = join_inputs([part("a", old), part("b", new)])
    assert joined == [new, old]
    assert lines == [
        f"/b.vetter: expected the list {here}[SCI], found another (/gone.csv): "
        "its verdicts count where key and position agree"
    ]
    demo = opening("0", digest="z", name="demo")
    assert join_inputs([part("a", demo), part("b", new)])[0] == [new, demo]
    later = opening("5", digest="w")
    assert join_inputs([part("a", new), part("b", later)])[0] == [later, new]


@pytest.mark.parametrize(
    ("plans", "plan", "candidates"),
    [
        ((ONE, ONE), ONE, 12),
        ((ONE, OTHER), None, 10),
        ((None, ONE), None, 10),
        ((ONE, None), None, 10),
        ((None, None), None, 10),
    ],
)
def test_test_rows_stay_if_all_sessions_have_the_same(
    plans: tuple[dict[str, Any] | None, ...], plan: dict[str, Any] | None, candidates: int
) -> None:
    records = [
        opening(
            str(number),
            10 + (0 if one is None else one["fakes"]),
            **({"plant": one} if one else {}),
        )
        for number, one in enumerate(plans)
    ]
    (joined,), _ = join_inputs([part(str(n), one) for n, one in enumerate(records)])
    assert joined.candidates == candidates and joined.record.get("plant") == plan


@pytest.mark.parametrize(
    ("shares", "keys", "candidates"),
    [
        ([share(1, ["a", "b"], 3), share(2, ["b", "c"], 3)], ["a", "b", "c"], 3),
        ([share(1, ["a", "b"], 3), None], None, 10),
        ([share(1, ["a", "b"]), share(2, ["b", "c"])], None, 3),
        ([share(1, None), share(2, ["b"])], None, 10),
    ],
)
def test_shares_of_one_list_become_one(
    shares: list[dict[str, Any] | None], keys: list[str] | None, candidates: int
) -> None:
    records = [
        opening(str(number), 10 if one is None or one["keys"] is None else len(one["keys"]))
        for number, one in enumerate(shares)
    ]
    parts = [
        part(str(n), one if own is None else one._replace(record={**one.record, "share": own}))
        for n, (one, own) in enumerate(zip(records, shares, strict=True))
    ]
    (joined,), _ = join_inputs(parts)
    assert joined.record["share"]["keys"] == keys and joined.candidates == candidates
    assert join_inputs(parts[::-1])[0][0].candidates == candidates


def test_test_rows_add_to_the_shares() -> None:
    own = {"share": share(1, ["a", "b"], 3), "plant": ONE}
    other = {"share": share(2, ["c"], 3), "plant": ONE}
    parts = [part("a", opening("1", 4, **own)), part("b", opening("2", 3, **other))]
    (joined,), _ = join_inputs(parts)
    assert joined.candidates == 3 + 2 and joined.record["plant"] == ONE


@pytest.mark.parametrize("keys", [["a", "b"], None])
def test_test_rows_of_one_session_stay(keys: list[str] | None) -> None:
    own = opening("1", 12, plant=ONE, share=share(1, keys))
    (joined,), _ = join_inputs([part("a", own)])
    assert joined.record["plant"] == ONE
    assert joined.candidates == (12 if keys is None else 2 + 2)


def test_one_of_two_records_of_a_time_stays_whatever_the_order_of_its_words() -> None:
    first, second = opening("1", y=1, x=1), opening("1", x=2, y=1)
    for parts in ([part("a", first), part("b", second)], [part("a", second), part("b", first)]):
        assert join_inputs(parts) == ([second], [])
