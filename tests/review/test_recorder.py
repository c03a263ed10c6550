"""Decisions take effect once they are on disk, and what waits for them comes after."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.helpers.fake_session import candidate_list
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.errors import VetterError
from vetter.review.recorder import Recorder
from vetter.review.writer import Writer


class Store:
    """A session file that can be slow, and can fail."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.error = ""
        self.kept: list[tuple[str, str | None]] = []

    def append(self, decisions: Sequence[Decision], position: str | None) -> list[Decision]:
        assert self.gate.wait(60), "the gate stayed shut"
        if self.error:
            raise VetterError(self.error)
        self.kept += [(decision.key, position) for decision in decisions]
        return list(decisions)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(candidate_list(3), "ann")


@pytest.fixture
def told() -> list[Any]:
    return []


@pytest.fixture
def recorder(qapp: Any, store: Store, ledger: Ledger, told: list[Any]) -> Iterator[Recorder]:
    writer = Writer(store)
    recorder = Recorder(ledger, writer)
    recorder.begun.connect(lambda: told.append("begun"))
    recorder.saving.connect(lambda: told.append("saving"))
    recorder.failed.connect(told.append)
    recorder.recorded.connect(lambda made: told.append([decision.key for decision in made]))
    yield recorder
    store.gate.set()
    writer.close()


def accept(recorder: Recorder, ledger: Ledger, row: int, told: list[Any]) -> None:
    made = decide(ledger, row, verdict=Verdict.ACCEPT)
    assert made is not None
    recorder.record([made], "J002", lambda: told.append(ledger.codes.tolist()))


def test_decision_on_a_quick_disk_is_in_force_at_once(
    recorder: Recorder,
    store: Store,
    ledger: Ledger,
    told: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A busy machine may take longer than a window waits.
    monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 30.0)
    store.gate.set()
    accept(recorder, ledger, 1, told)
    assert told == ["begun", [0, 1, 0], ["J001"]] and store.kept == [("J001", "J002")]
    assert not recorder.busy


def test_what_comes_during_a_commit_waits_for_its_end(
    qtbot: Any, recorder: Recorder, store: Store, ledger: Ledger, told: list[Any]
) -> None:
    accept(recorder, ledger, 1, told)
    recorder.when_free(lambda: accept(recorder, ledger, 0, told))
    recorder.when_free(lambda: told.append("last"))
    assert recorder.busy and told == ["begun", "saving"] and not ledger.codes.any()
    store.gate.set()
    qtbot.waitUntil(lambda: told[-1] == "last", timeout=30000)
    assert [word for word in told if word != "saving"] == [
        *("begun", [0, 1, 0], ["J001"]),
        *("begun", [1, 1, 0], ["J000"], "last"),
    ]


def test_decision_that_is_not_on_disk_has_no_effect(
    qtbot: Any, recorder: Recorder, store: Store, ledger: Ledger, told: list[Any]
) -> None:
    store.error = "disk full"
    accept(recorder, ledger, 1, told)
    store.gate.set()
    qtbot.waitUntil(lambda: not recorder.busy, timeout=30000)
    assert told == ["begun", "saving", "not saved, so nothing was decided: disk full"]
    assert not ledger.codes.any()


def test_end_waits_for_all_that_waits_and_tells_nothing(
    recorder: Recorder, store: Store, ledger: Ledger, told: list[Any]
) -> None:
    accept(recorder, ledger, 1, told)
    recorder.when_free(lambda: accept(recorder, ledger, 0, told))
    threading.Timer(0.02, store.gate.set).start()
    recorder.finish()
    assert told == ["begun", "saving", [0, 1, 0], [1, 1, 0]] and not recorder.busy
    assert store.kept == [("J001", "J002"), ("J000", "J002")]
