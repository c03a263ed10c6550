"""Storage of fits: results in batches once the list is whole, and read a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.review.fits.fit_storage import FitStorage
from vetter.review.writer import StoredFits


class Writer(QObject):
    """Remembers what it was told."""

    read_only = False
    loaded = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Any] = []

    def keep_adjustments(self, results: Any) -> None:
        self.told.append(list(results))

    def load_adjustments(self, signature: str, after: str = "") -> None:
        self.told.append((signature, after))


@pytest.fixture
def session(qapp: Any) -> Any:
    return SimpleNamespace(writer=Writer(), complete=True)


@pytest.fixture
def storage(session: Any) -> Iterator[FitStorage]:
    storage = FitStorage(session)
    yield storage
    storage.close()


def waits(storage: FitStorage) -> bool:
    return any(timer.isActive() for timer in storage.findChildren(QTimer))


A, B, C = ("J0", "s", "{}"), ("J1", "s", "{}"), ("J2", "", "{}")


def test_results_are_one_batch_after_a_while(session: Any, storage: FitStorage) -> None:
    assert not waits(storage)
    storage.add(A)
    (timer,) = storage.findChildren(QTimer)
    begun = timer.remainingTime()
    storage.add(B)
    # Those that keep coming do not put the batch off.
    assert waits(storage) and timer.isSingleShot() and timer.remainingTime() <= begun
    assert session.writer.told == []
    timer.timeout.emit()
    assert session.writer.told == [[A, B]]
    timer.timeout.emit()
    assert session.writer.told == [[A, B]]


def test_results_wait_for_the_end_of_the_list(session: Any, storage: FitStorage) -> None:
    session.complete = False
    storage.add(A)
    storage.save()
    assert session.writer.told == []
    session.complete = True
    storage.save()
    assert session.writer.told == [[A]]


def test_results_without_a_signature_get_theirs_or_are_dropped(
    session: Any, storage: FitStorage
) -> None:
    for result in (A, C):
        storage.add(result)
    storage.sign({"J0": "new", "J2": ""}.__getitem__)
    assert session.writer.told == [[("J0", "new", "{}")]]
    storage.save()
    assert len(session.writer.told) == 1


def test_what_was_not_written_is_written_at_the_end(session: Any) -> None:
    storage = FitStorage(session)
    storage.add(A)
    storage.close()
    assert session.writer.told == [[A]] and not waits(storage)
    # Nothing arrives any more.
    session.writer.loaded.emit(StoredFits("s", [("J0", {})], True))
    assert session.writer.told == [[A]]


def test_results_of_images_are_read_one_image_after_another(
    session: Any, storage: FitStorage
) -> None:
    arrived: list[Any] = []
    storage.arrived.connect(arrived.append)
    storage.read_through.connect(lambda: arrived.append("through"))
    for signature in ("one", "two"):
        storage.read(signature)
    assert session.writer.told == [("one", "")] and list(storage.reading) == ["one", "two"]
    few = StoredFits("one", [("J0", {}), ("J1", {})], False)
    session.writer.loaded.emit(few)
    assert session.writer.told[1:] == [("one", "J1")] and arrived == [few]
    last = StoredFits("one", [], True)
    session.writer.loaded.emit(last)
    assert session.writer.told[2:] == [("two", "")]
    assert arrived == [few, last, "through"] and list(storage.reading) == ["two"]
    session.writer.loaded.emit(StoredFits("two", [], True))
    assert len(session.writer.told) == 3 and list(storage.reading) == []


def test_read_only_session_reads_nothing(session: Any) -> None:
    session.writer.read_only = True
    storage = FitStorage(session)
    storage.read("one")
    assert session.writer.told == [] and list(storage.reading) == []
    storage.close()
