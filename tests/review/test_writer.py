"""What is written first, and what happens to the rest."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from vetter.review.fits.fit_storage import FitStorage
from vetter.review.writer import FITS_PER_WRITE, StoredFits, Writer


class GatedStore:
    """Notes the order of what it is told; holds the first call until the gate opens."""

    def __init__(self) -> None:
        self.told: list = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.busy = threading.Event()

    def append(self, decisions, position=None):
        if self.error is not None:
            raise self.error
        self.told.append(("append", list(decisions)))
        return list(decisions)

    def set_position(self, key) -> None:
        self.busy.set()
        assert self.gate.wait(60), "the gate stayed shut"
        self.told.append(("position", key))

    def put_adjustments(self, results) -> None:
        self.told.append(("results", len(results)))

    def set_settings(self, settings) -> None:
        raise OSError("disk full")

    def adjustments_of(self, signature, after, limit) -> list:
        return [(key, {"of": signature}) for key in ("a", "b", "c") if key > after][:limit]


@pytest.fixture
def store() -> GatedStore:
    return GatedStore()


@pytest.fixture
def writer(qapp, store: GatedStore) -> Iterator[Writer]:
    writer = Writer(store)
    yield writer
    store.gate.set()
    writer.close()


def test_a_verdict_overtakes_the_results_that_wait(writer, store):
    writer.keep_position("a")
    assert store.busy.wait(5)
    writer.keep_adjustments([("key", "signature", "{}")] * (2 * FITS_PER_WRITE + 5))
    receipt = writer.submit(["verdict"], "a")
    store.gate.set()
    assert receipt.wait(5)
    writer.close()
    assert store.told[:2] == [("position", "a"), ("append", ["verdict"])]


def test_results_are_written_few_at_a_time_and_all_of_them_before_the_end(writer, store):
    writer.keep_adjustments([("key", "signature", "{}")] * (2 * FITS_PER_WRITE + 5))
    store.gate.set()
    writer.close()
    assert store.told == [("results", FITS_PER_WRITE), ("results", FITS_PER_WRITE), ("results", 5)]


def test_verdicts_keep_their_order(writer, store):
    writer.keep_position("a")
    receipts = [writer.submit([number], None) for number in range(5)]
    store.gate.set()
    assert all(receipt.wait(5) for receipt in receipts)
    assert [told[1] for told in store.told if told[0] == "append"] == [[0], [1], [2], [3], [4]]


def test_what_fails_beside_the_verdicts_is_said(writer, store, qtbot):
    with qtbot.waitSignal(writer.failed) as told:
        writer.keep_setting("looks", {})
    assert "disk full" in told.args[0]


def test_a_place_that_was_put_off_does_not_replace_that_of_a_later_decision(writer, store):
    writer.keep_position("a")
    assert store.busy.wait(60)
    writer.keep_position("b")
    receipt = writer.submit(["verdict"], "c")
    store.gate.set()
    assert receipt.wait(60)
    writer.close()
    assert store.told == [("position", "a"), ("append", ["verdict"])]


def test_results_are_read_on_the_writers_thread(writer, qtbot):
    with qtbot.waitSignal(writer.loaded) as told:
        writer.load_adjustments("mine")
    found = [(key, {"of": "mine"}) for key in "abc"]
    assert told.args[0] == StoredFits("mine", found, True)


def test_results_are_read_a_few_at_a_time(writer, qtbot, monkeypatch):
    monkeypatch.setattr("vetter.review.writer.FITS_PER_READ", 2)
    heard = []
    storage = FitStorage(SimpleNamespace(writer=writer, complete=True))
    storage.arrived.connect(heard.append)
    storage.read("mine")
    storage.read("other")
    qtbot.waitUntil(lambda: not storage.reading, timeout=30000)
    keys = [(part.signature, [key for key, _ in part.results]) for part in heard]
    assert keys == [(name, part) for name in ("mine", "other") for part in (["a", "b"], ["c"])]


def test_results_that_cannot_be_read_do_not_keep_those_of_other_images(writer, store, qtbot):
    read = store.adjustments_of
    store.adjustments_of = lambda name, *rest: {}[name] if name == "bad" else read(name, *rest)
    heard = []
    storage = FitStorage(SimpleNamespace(writer=writer, complete=True))
    storage.arrived.connect(lambda part: heard.append((part.signature, len(part.results))))
    storage.read("bad")
    storage.read("mine")
    qtbot.waitUntil(lambda: not storage.reading, timeout=30000)
    assert heard == [("bad", 0), ("mine", 3)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "there is not enough memory"),
        (sqlite3.ProgrammingError("closed"), "a fault of this program (ProgrammingError: closed)"),
        (KeyError(3), "a fault of this program (KeyError: 3)"),
    ],
)
def test_an_error_nobody_expected_is_a_failed_commit_and_the_next_is_written(
    writer, store, error, said
):
    store.error = error
    failed = writer.submit(["first"], None)
    assert failed.wait(30)
    assert failed.decisions == [] and failed.error.startswith(said)
    store.error = None
    following = writer.submit(["second"], None)
    assert following.wait(30)
    assert following.error is None and following.decisions == ["second"]


def test_an_error_nobody_expected_beside_the_verdicts_is_said(writer, store, qtbot):
    store.adjustments_of = lambda *_: {}["gone"]
    with qtbot.waitSignal(writer.failed, timeout=30000) as told:
        writer.load_adjustments("mine")
    assert told.args[0] == "a fault of this program (KeyError: 'gone')"
    assert writer.submit(["verdict"], None).wait(30)


def test_verdicts_and_what_is_put_off_for_them_are_all_written(writer, store):
    store.gate.set()
    for number in range(50):
        writer.keep_adjustments([("key", "signature", "{}")])
        assert writer.submit([number], None).wait(5)
        assert ("append", [number]) in store.told
    writer.close()
    assert store.told.count(("results", 1)) == 50
