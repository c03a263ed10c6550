"""``scripts/bench --fuzz``: what goes wrong is found, named, kept and found again."""

from __future__ import annotations

import random
import select
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fuzzing import case, run
from tests.fuzzing.case import Cases, Outcome
from tests.fuzzing.damage import damaged
from tests.fuzzing.readers import READERS, Reader
from vetter.errors import InputError


def reader(look: object) -> Reader:
    return Reader("x.dat", (lambda _folder: b"1 2 3 " * 100,), look)


def outcome_of(look: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.setitem(READERS, "made up", reader(look))
    return Cases("made up", tmp_path).outcome("1/1")


def test_the_same_seed_does_the_same_damage() -> None:
    content = bytes(range(256)) * 20
    assert damaged(content, random.Random("a")) == damaged(content, random.Random("a"))
    assert damaged(content, random.Random("a")) != damaged(content, random.Random("b"))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InputError("x.dat: no table"), "refused"),
        (InputError(""), "said"),
        (KeyError("x"), "KeyError"),
        (MemoryError(), "memory"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_reader_raises_is_told_apart(
    error: Exception, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(path: Path) -> None:
        raise error

    outcome = outcome_of(look, tmp_path, monkeypatch)
    assert outcome.kind == kind
    assert outcome.is_finding == (kind != "refused")


def test_memory_that_a_reader_hides_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(path: Path) -> None:
        raise InputError("x.dat: damaged") from MemoryError()

    assert outcome_of(look, tmp_path, monkeypatch).kind == "memory"


def test_a_slow_reader_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "MOST_SECONDS", -1.0)
    assert outcome_of(lambda path: None, tmp_path, monkeypatch).kind == "slow"


@pytest.mark.process
def test_a_case_is_read_in_a_process_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(3, ["settings"], None) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["reader", "usable", "refused", "wrong"]
    assert row.split()[0] == "settings"
    assert sum(int(count) for count in row.split()[1:4]) == 3
    assert run.main(0, [], "settings/1/2") == 0
    assert capsys.readouterr().out.startswith("settings/1/2: ")


@pytest.mark.process
def test_a_process_that_dies_or_is_stuck_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = run.Reading("settings", None)
    try:
        first = reading._process
        first.send_signal(signal.SIGSTOP)
        with monkeypatch.context() as patch:
            patch.setattr(run, "MOST_SECONDS", 30.0)
            patch.setattr(select, "select", _nothing_once())
            assert reading.outcome("1/1") == Outcome("stuck")
        assert first.poll() is not None
        reading._process.kill()
        assert reading.outcome("1/1") == Outcome("died")
        assert reading.outcome("1/1").kind in ("usable", "refused")
    finally:
        reading.close()


def _nothing_once() -> Callable[..., Any]:
    """`select.select` that at its first call waits in vain."""
    real, calls = select.select, []

    def wait(*arguments: Any) -> Any:
        calls.append(arguments)
        return ([], [], []) if len(calls) == 1 else real(*arguments)

    return wait


def test_unknown_readers_are_refused() -> None:
    with pytest.raises(InputError, match="no such reader; there are image"):
        run.main(1, ["jpeg"], None)


def test_a_seed_alone_is_told_what_it_wants() -> None:
    with pytest.raises(InputError, match="wants --fuzz N"):
        run.main(0, [], "7")
