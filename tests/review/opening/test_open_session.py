"""What is said of a session when it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.decisions import event
from tests.helpers.memory_source import MemorySource
from vetter.core.fakes.planted_row import make_row
from vetter.io.inputs.blind_source import make_blind
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.open_session import open_session
from vetter.settings import Settings


def notes_for(path: Path, reviewer: str) -> list[str]:
    with SessionFile.start(path, reviewer) as store:
        session, notes = open_session(MemorySource(), store, Settings(), reviewer)
        session.close()
    return notes


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    """A session in which ada has decided."""
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ada") as store:
        store.append([event(MemorySource().candidates, 0)])
    return path


def test_who_begins_in_a_session_of_others_is_told_so(qapp, decided: Path) -> None:
    assert notes_for(decided, "bob") == [
        "decided so far by ada; you are bob (--reviewer NAME changes it)"
    ]


def test_who_goes_on_is_told_nothing(qapp, decided: Path) -> None:
    assert notes_for(decided, "ada") == []


def order_of(path: Path, shuffle: int | None = None, sort: str = "") -> list[int]:
    """Order of the list in a session, sorted by a column if one is given."""
    with SessionFile.start(path, "ada") as store:
        session, _ = open_session(MemorySource(), store, Settings(), "ada", shuffle)
        if sort:
            session.queue.sort_by(sort, True)
        order = session.queue.order.tolist()
        session.close()
    return order


@pytest.mark.parametrize("at_once", [20_000, 0], ids=["short list", "long list"])
def test_shuffle_is_kept_for_next_start(
    qapp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("vetter.review.queue.AT_ONCE_ROWS", at_once)
    shuffled = order_of(tmp_path / "s.vetter", shuffle=5)
    assert shuffled != sorted(shuffled)
    assert order_of(tmp_path / "s.vetter") == shuffled


def test_sort_is_kept_for_next_start(qapp, tmp_path: Path) -> None:
    by_mag = order_of(tmp_path / "s.vetter", sort="x")
    assert by_mag != sorted(by_mag)
    assert order_of(tmp_path / "s.vetter") == by_mag


def test_sort_by_missing_column_is_dropped(qapp, tmp_path: Path) -> None:
    with SessionFile.start(tmp_path / "s.vetter", "ada") as store:
        store.set_settings({"order": {"sort": [["gone", False]], "seed": None}})
    order = order_of(tmp_path / "s.vetter")
    assert order == sorted(order)


@pytest.mark.parametrize("read_only", [False, True])
def test_test_rows_are_stored_where_something_can_be(qapp, tmp_path: Path, read_only: bool) -> None:
    path, source = tmp_path / "s.vetter", MemorySource()
    source.planted = (make_row("C1", "fake", {"snr": 6.0}),)
    with SessionFile.create(path, "ada") as store:
        store.append([event(source.candidates, 0)])
    with SessionFile.open(path, "ada", read_only=read_only) as store:
        session, _ = open_session(source, store, Settings(), "ada")
        session.close()
        assert [row.key for row in store.planted()] == ([] if read_only else ["C1"])


def test_reviewer_among_others_is_told_who_they_are(qapp, decided: Path) -> None:
    with SessionFile.open(decided, "bob") as store:
        store.append([event(MemorySource().candidates, 1, reviewer="bob")])
    assert notes_for(decided, "bob") == []
    assert notes_for(decided, "cat") == [
        "decided so far by ada, bob; you are cat (--reviewer NAME changes it)"
    ]


@pytest.mark.parametrize("blind", [False, True])
def test_blind_review_has_no_columns_of_fits_others_and_earlier_verdicts(
    qapp, decided: Path, blind: bool
) -> None:
    source = MemorySource()
    source.plane_names = ("image", "template")
    shown = make_blind(source) if blind else source
    with SessionFile.open(decided, "bob") as store:
        session, _ = open_session(shown, store, Settings(), "bob", has_seen=True)
        session.close()
    assert (session.columns.fits is None) is blind
    names = set(session.columns.names)
    assert names.isdisjoint({"seen", "others"}) is blind
    assert blind or {"seen", "others"} <= names


def test_source_without_a_template_has_no_fits(qapp, tmp_path: Path) -> None:
    with SessionFile.create(tmp_path / "s.vetter", "ada") as store:
        session, _ = open_session(MemorySource(), store, Settings(), "ada")
        session.close()
    assert session.columns.fits is None and "seen" not in session.columns.names


def test_session_begins_at_the_first_undecided(qapp, decided: Path) -> None:
    with SessionFile.open(decided, "ada") as store:
        session, _ = open_session(MemorySource(), store, Settings(), "ada")
        assert (session.current_row, session.path, session.complete) == (1, decided, True)
        assert session.columns.values("waits").shape == (6,)
        session.close()


def test_shuffle_of_the_command_goes_before_the_order_of_the_last_time(
    qapp, tmp_path: Path
) -> None:
    by_x = order_of(tmp_path / "s.vetter", sort="x")
    shuffled = order_of(tmp_path / "s.vetter", shuffle=5)
    assert shuffled == order_of(tmp_path / "other.vetter", shuffle=5) != by_x


def test_list_that_is_still_being_read_is_recorded_without_its_files(qapp, tmp_path: Path) -> None:
    class Growing(MemorySource):
        is_complete = False

        @property
        def fingerprints(self):
            raise AssertionError("the files are not known yet")

    with SessionFile.create(tmp_path / "s.vetter", "ada") as store:
        session, _ = open_session(Growing(), store, Settings(), "ada")
        assert not session.complete
        session.close()
        assert [(one.candidates, one.fingerprints) for one in store.inputs()] == [(6, ())]
