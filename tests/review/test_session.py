"""What the verbs of a session do, and what they leave alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.hand_clock import HandClock
from tests.helpers.plain_source import PlainSource
from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Decision, Opinion, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide_group
from vetter.errors import VetterError
from vetter.review.queue import Queue
from vetter.review.session import Session
from vetter.review.writer import NoWriter, Writer
from vetter.settings import ReviewSettings, Settings

KEYS = ["a", "b", "c", "d"]


class MemoryStore:
    """Stands for the session file; can be slow, and can fail."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.position: str | None = None
        self.error: str | None = None
        self.gate = threading.Event()
        self.gate.set()

    def append(self, decisions: Sequence[Decision], position: str | None = None) -> list[Decision]:
        assert self.gate.wait(60), "the gate stayed shut"
        if self.error is not None:
            raise VetterError(self.error)
        start = len(self.decisions)
        made = [decision._replace(seq=start + i + 1) for i, decision in enumerate(decisions)]
        self.decisions.extend(made)
        self.position = position
        return made

    def set_position(self, key: str) -> None:
        self.position = key

    def set_settings(self, settings: dict) -> None:
        raise AssertionError("nothing was set")

    def put_adjustments(self, results: list) -> None:
        raise AssertionError("no fit was made")

    def adjustments_of(self, signature: str, after: str, limit: int) -> list:
        raise AssertionError("no fit was made")


def candidate_list(keys: Sequence[str] = KEYS) -> CandidateList:
    positions = np.arange(len(keys), dtype=float)
    unknown = np.full(len(keys), np.nan)
    table = Table({"id": list(keys), "x": positions, "y": positions})
    roles = Roles(key="id", x="x", y="y")
    return CandidateList(table, roles, np.array(keys), positions, positions, unknown, unknown)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A busy machine may take longer than a window waits; only the tests of that wait do not."""
    if "impatient" not in request.fixturenames:
        monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 5.0)


@pytest.fixture
def impatient() -> None:
    """The window's own patience, for a store that takes longer."""


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def session(qapp, store: MemoryStore) -> Iterator[Session]:
    candidates = candidate_list()
    ledger = Ledger(candidates, "ann")
    # A filter names the keys that match it.
    queue = Queue(4, lambda name: np.zeros(4), lambda text: np.isin(KEYS, text.split()))
    session = Session(
        PlainSource(candidates=candidates),
        ledger,
        Writer(store),
        queue,
        ReviewColumns(candidates, ledger),
        Settings(),
        "ann",
    )
    session.go_to_row(0)
    session.record_paint(0)
    yield session
    store.gate.set()
    session.close()


def paint_all(session: Session) -> None:
    """A window that paints at once."""
    session.current_changed.connect(session.record_paint)


@pytest.mark.parametrize(
    ("verb", "verdict"), [("accept", "accept"), ("reject", "reject"), ("maybe", "maybe")]
)
def test_a_verdict_is_written_and_the_next_is_shown(session, store, verb, verdict):
    getattr(session, verb)()
    assert [(d.key, d.verdict) for d in store.decisions] == [("a", verdict)]
    assert session.verdict("a") == verdict
    assert session.current_key == "b"


def test_a_verdict_before_the_candidate_is_painted_does_nothing(session, store):
    session.accept()
    session.reject()
    assert [d.key for d in store.decisions] == ["a"]
    assert session.current_key == "b"


def test_a_verdict_before_the_candidate_is_painted_says_that_it_was_not_taken(session):
    said: list[str] = []
    session.message.connect(said.append)
    session.accept()
    session.reject()
    assert said == ["key ignored: its candidate was not on screen yet"]


def test_a_key_that_was_not_taken_is_not_hidden_by_what_was_saved(session, store, qtbot, impatient):
    said: list[str] = []
    session.message.connect(said.append)
    store.gate.clear()
    session.accept()
    session.reject()
    with qtbot.waitSignal(session.opinions_changed):
        store.gate.set()
    assert said == [
        "saving...",
        "key ignored: its candidate was not on screen yet",
    ]


def test_the_same_verdict_again_is_no_event_but_goes_on(session, store):
    paint_all(session)
    session.accept()
    session.previous()
    session.accept()
    assert len(store.decisions) == 1
    assert session.current_key == "b"


def test_the_next_shows_only_when_the_commit_is_acknowledged(session, store, qtbot, impatient):
    store.gate.clear()
    session.accept()
    assert session.current_key == "a"
    assert session.verdict("a") is Verdict.NONE
    with qtbot.waitSignal(session.current_changed):
        store.gate.set()
    assert session.current_key == "b"
    assert session.verdict("a") is Verdict.ACCEPT


def test_nothing_moves_while_a_commit_is_under_way(session, store, qtbot, impatient):
    store.gate.clear()
    session.accept()
    session.reject()
    session.next()
    session.undo()
    with qtbot.waitSignal(session.current_changed):
        store.gate.set()
    assert [d.verdict for d in store.decisions] == ["accept"]
    assert session.current_key == "b"


def test_an_undo_that_comes_while_a_verdict_is_saved_is_not_dropped_without_a_word(
    session, store, qtbot, impatient
):
    said: list[str] = []
    session.message.connect(said.append)
    store.gate.clear()
    session.accept()
    session.undo()
    with qtbot.waitSignal(session.opinions_changed):
        store.gate.set()
    assert said[-1] == ("key ignored: the decision before it was still being saved")


def test_what_cannot_be_kept_is_said_once_and_is_no_failure(session, store, qtbot):
    noticed: list[str] = []
    failed: list[str] = []
    session.noticed.connect(noticed.append)
    session.failed.connect(failed.append)

    def full(results: list) -> None:
        raise VetterError("s.vetter: the disk is full")

    store.put_adjustments = full
    for _ in range(2):
        with qtbot.waitSignal(session.writer.failed):
            session.writer.keep_adjustments([("a", "signature", "{}")])
    assert noticed == ["fits, position and settings not saved: s.vetter: the disk is full"]
    assert not failed


def test_keys_after_a_tag_that_is_being_saved_take_their_turn(session, store, qtbot, impatient):
    paint_all(session)
    store.gate.clear()
    session.toggle_tag(1)
    session.toggle_tag(2)
    session.accept()
    # The candidate that this one was meant for is not on screen yet.
    session.reject()
    store.gate.set()
    qtbot.waitUntil(lambda: session.current_key == "b" and not session.busy, timeout=30000)
    assert [(d.key, d.verdict, len(d.tags)) for d in store.decisions] == [
        ("a", "none", 1),
        ("a", "none", 2),
        ("a", "accept", 2),
    ]


def test_a_key_whose_turn_comes_on_another_candidate_is_said(session, store, qtbot, impatient):
    paint_all(session)
    said: list[str] = []
    session.message.connect(said.append)
    store.gate.clear()
    session.toggle_tag(1)
    session.accept()
    session.reject()
    store.gate.set()
    qtbot.waitUntil(lambda: session.current_key == "b" and not session.busy, timeout=30000)
    assert said[-1] == "key ignored: its candidate was not on screen yet"


def test_what_waits_for_the_disk_at_the_end_is_written(session, store, impatient):
    paint_all(session)
    store.gate.clear()
    session.toggle_tag(1)
    session.accept()
    session.reject()
    session.set_comment(3, "look again")
    threading.Timer(0.05, store.gate.set).start()
    session.close()
    assert [(d.key, d.verdict, d.comment) for d in store.decisions] == [
        ("a", "none", ""),
        ("a", "accept", ""),
        ("d", "none", "look again"),
    ]
    assert store.position == "b"


def test_what_was_typed_while_saving_is_written_afterwards(session, store, qtbot, impatient):
    store.gate.clear()
    session.accept()
    session.set_comment(2, "look again")
    session.decide_group([3], Verdict.MAYBE)
    store.gate.set()
    qtbot.waitUntil(lambda: session.codes[3] == 3, timeout=30000)
    assert session.opinion(2).comment == "look again"


def test_a_commit_that_fails_is_said_and_decides_nothing(session, store, qtbot):
    store.error = "disk full"
    with qtbot.waitSignal(session.failed) as told:
        session.accept()
    assert "disk full" in told.args[0]
    assert session.current_key == "a"
    assert session.verdict("a") is Verdict.NONE


def test_a_comment_that_cannot_be_written_is_given_back(session, store, qtbot):
    refused: list[tuple[int, str]] = []
    session.refused.connect(lambda row, text: refused.append((row, text)))
    store.error = "disk full"
    with qtbot.waitSignal(session.failed) as told:
        session.set_comment(1, " a long thought ")
    assert refused == [(1, "a long thought")]
    assert "disk full" in told.args[0] and "a long thought" in told.args[0]
    session.accept()
    assert refused == [(1, "a long thought")]


def test_a_comment_that_waits_for_a_verdict_that_fails_is_still_written(
    session, store, qtbot, impatient
):
    refused: list[tuple[int, str]] = []
    session.refused.connect(lambda row, text: refused.append((row, text)))
    write, store.gate = store.append, threading.Event()

    def once(*arguments, **more):
        store.append = write
        assert store.gate.wait(60), "the gate stayed shut"
        raise VetterError("disk full")

    store.append = once
    session.accept()
    session.set_comment(0, "kept")
    with qtbot.waitSignal(session.failed, timeout=30000):
        store.gate.set()
    qtbot.waitUntil(lambda: session.opinion(0).comment == "kept", timeout=30000)
    assert not refused


def test_after_a_failure_the_next_key_works(session, store):
    store.error = "disk full"
    session.accept()
    store.error = None
    session.accept()
    assert session.verdict("a") is Verdict.ACCEPT


def test_undo_returns_to_the_candidate_and_redo_does_it_again(session):
    paint_all(session)
    session.accept()
    session.reject()
    session.undo()
    assert (session.current_key, session.verdict("b")) == ("b", Verdict.NONE)
    session.undo()
    assert (session.current_key, session.verdict("a")) == ("a", Verdict.NONE)
    session.redo()
    assert (session.current_key, session.verdict("a")) == ("a", Verdict.ACCEPT)


def test_clear_takes_the_verdict_back_and_stays(session):
    paint_all(session)
    session.accept()
    session.previous()
    session.clear()
    assert (session.current_key, session.verdict("a")) == ("a", Verdict.NONE)


def test_at_the_end_the_verdict_counts_and_the_window_says_so(session, qtbot):
    paint_all(session)
    session.last()
    with qtbot.waitSignal(session.end_reached) as told:
        session.accept()
    assert session.verdict("d") is Verdict.ACCEPT
    assert session.current_key == "d"
    assert "3 undecided" in told.args[0]


def test_same_verdict_at_end_tells_end_again(session, qtbot):
    paint_all(session)
    session.last()
    session.accept()
    with qtbot.waitSignal(session.end_reached) as told:
        session.accept()
    assert told.args == ["end of the list; 3 undecided", 3]


def test_step_beyond_an_end_says_which(session):
    said: list[str] = []
    session.message.connect(said.append)
    paint_all(session)
    session.previous()
    session.last()
    session.next()
    assert said == ["start of the list", "end of the list"]
    assert session.current_key == "d"


def test_tags_go_on_and_off_without_a_step(session):
    paint_all(session)
    session.toggle_tag(1)
    session.toggle_tag(2)
    session.toggle_tag(1)
    assert session.opinion(0).tags == ("cosmic ray",)
    assert session.current_key == "a"


def test_a_tag_number_that_the_settings_do_not_name_is_said(session, qtbot):
    session.settings = Settings.from_mapping({"review": {"tags": ["junk"]}})
    with qtbot.waitSignal(session.message) as told:
        session.toggle_tag(2)
    assert "no tag 2" in told.args[0]
    assert session.opinion(0).tags == ()


def test_a_comment_is_kept_and_undone(session):
    session.set_comment(0, "  near the core ")
    assert session.opinion(0).comment == "near the core"
    session.undo()
    assert session.opinion(0).comment == ""


def test_group_undo_returns_to_place_of_decision(session):
    session.decide_group([1, 2, 3], Verdict.REJECT)
    session.go_to_row(2)
    session.undo()
    assert session.current_row == 0 and session.counts.rejected == 0


def test_group_redo_returns_to_place_of_decision(session):
    session.decide_group([1, 2, 3], Verdict.REJECT)
    session.undo()
    session.go_to_row(2)
    session.redo()
    assert session.current_row == 0 and session.counts.rejected == 3


def earlier_group(session: Session, rows: Sequence[int]) -> None:
    """Have a group decided as in an earlier run, of which the place is not known."""
    session.ledger.replay(decide_group(session.ledger, rows, Verdict.REJECT))


def test_undo_of_earlier_runs_group_returns_to_its_first(session):
    earlier_group(session, [2, 1, 3])
    session.undo()
    assert session.current_row == 2 and session.counts.rejected == 0


def test_undo_of_earlier_runs_group_stays_on_member(session):
    earlier_group(session, [1, 2, 3])
    session.go_to_row(3)
    session.undo()
    assert session.current_row == 3


@pytest.mark.parametrize(
    ("decide", "label"),
    [
        (lambda session: session.accept(), "accept of a"),
        (lambda session: session.toggle_tag(1), "tag 'dipole' on a"),
        (lambda session: session.set_comment(0, "faint"), "comment on a"),
        (lambda session: session.set_comment(2, "faint"), "comment on c"),
        (
            lambda session: session.decide_group([1, 2, 3], Verdict.REJECT),
            "reject of 3 candidates",
        ),
    ],
    ids=["verdict", "tag", "comment", "comment elsewhere", "group"],
)
def test_undo_and_redo_tell_what_they_did(session, decide, label):
    said: list[str] = []
    decide(session)
    session.message.connect(said.append)
    session.undo()
    session.redo()
    assert said == [f"undone: {label}", f"redone: {label}"]


def test_undo_on_slow_disk_tells_what_it_did_last(session, store, qtbot, impatient):
    session.accept()
    qtbot.waitUntil(lambda: not session.busy, timeout=30000)
    said: list[str] = []
    session.message.connect(said.append)
    store.gate.clear()
    session.undo()
    with qtbot.waitSignal(session.opinions_changed):
        store.gate.set()
    assert said == ["saving...", "undone: accept of a"]


def test_undo_that_fails_tells_nothing_undone(session, store):
    session.accept()
    said: list[str] = []
    session.message.connect(said.append)
    store.error = "disk full"
    session.undo()
    assert session.verdict("a") is Verdict.ACCEPT and not said


def test_a_group_is_one_step_of_undo(session, store):
    session.decide_group([1, 2, 3], Verdict.REJECT)
    assert list(session.codes) == [0, 2, 2, 2]
    session.undo()
    assert list(session.codes) == [0, 0, 0, 0]
    assert len(store.decisions) == 6


def test_next_undecided_passes_over_the_decided(session):
    session.decide_group([1, 2], Verdict.REJECT)
    session.next_undecided()
    assert session.current_key == "d"


def test_a_read_only_session_decides_nothing_and_says_why(qapp, qtbot):
    candidates = candidate_list()
    ledger = Ledger(candidates, "ann")
    queue = Queue(4, lambda name: np.zeros(4), lambda text: np.ones(4, bool))
    source = PlainSource(candidates=candidates)
    columns = ReviewColumns(candidates, ledger)
    session = Session(source, ledger, NoWriter(), queue, columns, Settings(), "ann")
    session.go_to_row(0)
    session.record_paint(0)
    with qtbot.waitSignal(session.message) as told:
        session.accept()
    assert "read only" in told.args[0]
    assert session.verdict("a") is Verdict.NONE
    session.close()


def test_the_position_is_kept_when_the_session_closes(session, store):
    session.go_to("c")
    session.close()
    assert store.position == "c"


def test_the_seconds_looked_at_are_recorded(session, store):
    clock = HandClock(session)
    session.next()
    session.record_paint(1)
    clock.advance(3.5)
    session.accept()
    assert store.decisions[0].seconds == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, ""),
        (1, "1 earlier verdict belongs to no candidate"),
        (1200, "1,200 earlier verdicts belong to no candidate"),
    ],
)
def test_earlier_verdicts_without_a_candidate_are_counted(session, monkeypatch, count, words):
    monkeypatch.setattr(Ledger, "unplaced", count)
    assert words in session.unplaced_note and bool(session.unplaced_note) == bool(count)


@pytest.mark.parametrize(
    ("unplaced", "changed", "notes"),
    [
        (0, (), []),
        (0, ("candidates",), ["changed since the last time: candidates"]),
        (2, ("candidates",), [None]),
        (2, ("candidates", "image"), [None, "changed since the last time: image"]),
    ],
)
def test_a_changed_list_is_said_once_and_what_asks_for_something_first(
    session, monkeypatch, unplaced, changed, notes
):
    monkeypatch.setattr(Ledger, "unplaced", unplaced)
    said = [session.unplaced_note if note is None else note for note in notes]
    assert session.change_notes(changed) == said


def messages(session: Session) -> list[str]:
    """Everything that the session says from now on."""
    said: list[str] = []
    session.message.connect(said.append)
    return said


def test_filter_without_match_leaves_no_candidate_on_screen(session):
    told: list[bool] = []
    session.blanked.connect(told.append)
    session.queue.set_filter("z")
    assert session.is_blank and not session.is_painted and told == [True]


@pytest.mark.parametrize(
    "key",
    [
        lambda session: session.accept(),
        lambda session: session.clear(),
        lambda session: session.toggle_tag(1),
    ],
    ids=["verdict", "clear", "tag"],
)
def test_key_without_match_decides_nothing(session, store, key):
    session.queue.set_filter("z")
    session.record_paint(0)
    said = messages(session)
    key(session)
    assert not store.decisions
    assert said == ["no candidate matches the filter: clear it first"]


@pytest.mark.parametrize("verb", ["next", "previous", "first", "last", "next_undecided"])
def test_step_without_match_tells_so(session, verb):
    session.queue.set_filter("z")
    said = messages(session)
    getattr(session, verb)()
    assert session.current_row == 0
    assert said == ["no candidate matches the filter: clear it first"]


def test_filter_that_matches_again_shows_candidate(session):
    session.queue.set_filter("z")
    told: list[bool] = []
    session.blanked.connect(told.append)
    session.queue.set_filter("")
    assert not session.is_blank and told == [False] and session.current_key == "a"


@pytest.mark.parametrize("row", [0, 2])
def test_move_out_of_filter_without_match_shows_candidate(session, row):
    session.queue.set_filter("z")
    session.go_to_row(row)
    session.record_paint(row)
    session.accept()
    assert not session.is_blank and session.codes[row] == 1


def test_verdict_outside_filter_without_match_tells_so(session):
    session.queue.set_filter("z")
    session.go_to_row(2)
    session.record_paint(2)
    said = messages(session)
    session.accept()
    assert said == ["no candidate matches the filter: clear it first"]


def test_undo_without_match_shows_its_candidate(session):
    session.accept()
    session.queue.set_filter("z")
    session.undo()
    assert session.current_key == "a" and not session.is_blank


def test_verdict_that_ends_match_goes_to_next_match(session):
    paint_all(session)
    session.queue.set_filter("a b d")
    session.accept()
    assert session.current_key == "b" and not session.queue.leaves_out(0)


def test_end_of_filter_counts_undecided_matches(session, qtbot):
    paint_all(session)
    session.queue.set_filter("b d")
    session.go_to("d")
    with qtbot.waitSignal(session.end_reached) as told:
        session.accept()
    assert told.args == ["end of the filtered list; 1 undecided", 1]


def test_no_undecided_match_is_told_of_filter(session, qtbot):
    session.decide_group([1, 3], Verdict.REJECT)
    session.queue.set_filter("b d")
    with qtbot.waitSignal(session.end_reached) as told:
        session.next_undecided()
    assert told.args == ["no undecided candidate is left in this filter", 0]


def test_second_key_under_filter_hits_candidate_on_screen(session, store):
    paint_all(session)
    session.queue.set_filter("a b c")
    session.accept()
    # The verdict has taken the first out of a filter such as verdict=none; it is not applied anew.
    session.reject()
    session.maybe()
    assert [(d.key, d.verdict) for d in store.decisions] == [
        ("a", "accept"),
        ("b", "reject"),
        ("c", "maybe"),
    ]


def test_filter_applied_anew_keeps_place_after_decided(session):
    paint_all(session)
    session.go_to_row(1)
    session.accept()
    session.queue.set_filter("a d")
    session.previous()
    assert session.current_key == "a"
    session.go_to_row(1)
    session.queue.set_filter("a c d")
    session.next()
    assert session.current_key == "c"


def test_undo_under_filter_returns_to_left_out_candidate(session):
    paint_all(session)
    session.accept()
    session.queue.set_filter("b c d")
    session.undo()
    assert session.current_key == "a"
    session.next()
    assert session.current_key == "b"


def test_sort_keeps_candidate_on_screen_and_its_key(session, store):
    paint_all(session)
    session.go_to_row(2)
    session.queue.shuffle(3)
    assert session.current_key == "c"
    session.accept()
    assert store.decisions[-1].key == "c"


def test_later_puts_off_and_shows_next(session, store):
    paint_all(session)
    session.later("2999-01-01T00:00:00.000Z")
    made = store.decisions[-1]
    assert (made.key, made.verdict, made.until) == ("a", "later", "2999-01-01T00:00:00.000Z")
    assert session.current_key == "b" and session.counts.later == 1
    session.undo()
    assert session.current_key == "a" and session.verdict("a") is Verdict.NONE


def test_due_candidate_is_among_undecided(session):
    paint_all(session)
    session.later("2001-01-01T00:00:00.000Z")
    for _ in range(3):
        session.reject()
    session.go_to_row(3)
    assert session.counts.undecided == 1
    session.next_undecided()
    assert session.current_key == "a"


def test_due_candidate_is_put_off_once_more(session, store):
    paint_all(session)
    due = "2001-01-01T00:00:00.000Z"
    session.later(due)
    session.go_to_row(0)
    session.later(due)
    assert [d.key for d in store.decisions] == ["a", "a"]


def test_later_notes_epochs_of_object(session, store):
    session.later()
    assert store.decisions[-1].until == "" and store.decisions[-1].seen == '{"epochs":1}'


def test_single_decision_holds_what_was_on_screen(session: Session, store: MemoryStore) -> None:
    session.display.note(stretch="asinh", answer="explained")
    session.accept()
    session.record_paint(1)
    session.toggle_tag(1)
    assert [decision.seen for decision in store.decisions] == [
        '{"stretch":"asinh","answer":"explained"}'
    ] * 2


def test_filter_and_sort_are_in_the_display_record(session: Session) -> None:
    session.queue.set_filter("a b")
    session.queue.sort_by("mag", descending=True)
    assert session.display.compose() == '{"filter":"a b","sort":["mag","descending"]}'


def test_group_and_undo_hold_nothing_on_screen(session: Session, store: MemoryStore) -> None:
    session.display.note(stretch="asinh")
    session.decide_group([1, 2], Verdict.REJECT)
    session.undo()
    assert {(decision.seen, decision.seconds) for decision in store.decisions} == {("", 0.0)}


def test_comment_on_another_row_holds_nothing_on_screen(
    session: Session, store: MemoryStore
) -> None:
    session.display.note(stretch="asinh")
    session.set_comment(2, "elsewhere")
    session.set_comment(0, "here")
    assert [decision.seen for decision in store.decisions] == ["", '{"stretch":"asinh"}']


def test_decision_in_grid_has_no_seconds(session: Session, store: MemoryStore) -> None:
    clock = HandClock(session)
    session.record_paint(0)
    clock.advance(5)
    session.display.note(page="grid")
    session.accept()
    session.record_paint(1)
    clock.advance(5)
    session.display.note(page="")
    session.accept()
    assert [round(decision.seconds) for decision in store.decisions] == [0, 5]


def test_seconds_without_focus_do_not_count(session: Session, store: MemoryStore) -> None:
    clock = HandClock(session)
    session.set_watched(False)
    session.record_paint(0)
    clock.advance(30)
    session.set_watched(True)
    clock.advance(7)
    session.accept()
    assert round(store.decisions[0].seconds) == 7


def test_end_without_undecided_says_that_all_is_decided(session, qtbot):
    paint_all(session)
    session.decide_group([0, 1, 2], Verdict.REJECT)
    session.last()
    with qtbot.waitSignal(session.end_reached) as told:
        session.accept()
    assert told.args == ["end of the list; all are decided", 0]
    session.queue.set_filter("b d")
    with qtbot.waitSignal(session.end_reached) as told:
        session.reject()
    assert told.args == ["end of the filtered list; every match is decided", 0]


def test_key_that_would_change_nothing_says_so(session, store):
    said = messages(session)
    session.undo()
    session.redo()
    session.set_comment(1, " ")
    session.clear()
    session.decide_group([], Verdict.REJECT)
    assert (
        said
        == ["nothing to undo", "nothing to redo"] + ["nothing to change: already decided so"] * 3
    )
    assert not store.decisions


def test_verdict_given_again_is_confirmed(session):
    paint_all(session)
    confirmed: list[int] = []
    session.confirmed.connect(confirmed.append)
    session.accept()
    session.previous()
    session.accept()
    assert confirmed == [0]


def test_offers_are_taken_as_one_step(session, store):
    rows = ((1, Verdict.ACCEPT), (3, Verdict.MAYBE))
    session.take_offers(
        [Offer(f"old {row}", row, 0.1, "arcsec", Opinion(verdict)) for row, verdict in rows]
    )
    assert session.codes.tolist() == [0, 1, 0, 3] and session.current_row == 0
    session.undo()
    assert session.codes.tolist() == [0, 0, 0, 0] and len(store.decisions) == 4


def test_candidates_that_become_due_are_told(session):
    told: list[list[int]] = []
    session.opinions_changed.connect(told.append)
    said = messages(session)
    session.due.changed.emit([1])
    session.due.changed.emit([0, 2])
    assert told == [[1], [0, 2]]
    assert said == ["1 candidate put off is due", "2 candidates put off are due"]


@pytest.mark.parametrize(
    ("changed", "noticed"), [((), []), (("image",), ["changed since the last time: image"])]
)
def test_inputs_that_have_changed_are_told_at_the_end_of_the_list(session, changed, noticed):
    told: list[str] = []
    session.noticed.connect(told.append)
    session.writer.compared.emit(changed)
    assert told == noticed


def test_failure_to_store_is_told_again_after_a_commit(session):
    told: list[str] = []
    session.noticed.connect(told.append)
    for why in ("full", "full", "slow"):
        session.writer.failed.emit(why)
    session.accept()
    session.writer.failed.emit("slow")
    begin = "fits, position and settings not saved: "
    assert told == [begin + why for why in ("full", "slow", "slow")]


def test_keys_apply_to_a_painted_candidate_that_stays(session, store, qtbot, impatient):
    assert session.takes_keys
    store.gate.clear()
    session.toggle_tag(1)
    assert session.busy and session.takes_keys
    store.gate.set()
    qtbot.waitUntil(lambda: not session.busy, timeout=30000)
    store.gate.clear()
    session.accept()
    assert not session.takes_keys
    store.gate.set()
    qtbot.waitUntil(lambda: not session.busy, timeout=30000)
    assert session.current_key == "b" and not session.takes_keys
    session.record_paint(1)
    assert session.takes_keys


def test_sign_of_the_user_lets_the_time_go_on(session: Session, store: MemoryStore) -> None:
    clock = HandClock(session)
    session.record_paint(0)
    for _ in range(3):
        clock.advance(50)
        session.record_presence()
    clock.advance(100)
    session.accept()
    # Without a sign only the first minute counts.
    assert round(store.decisions[0].seconds) == 210


def test_time_left_without_a_key_is_that_of_the_settings(
    session: Session, store: MemoryStore
) -> None:
    clock = HandClock(session)
    session.set_settings(Settings(review=ReviewSettings(idle_seconds=5)))
    session.record_paint(0)
    clock.advance(100)
    session.accept()
    assert round(store.decisions[0].seconds) == 5


@pytest.mark.parametrize("number", [0, 10])
def test_tag_beyond_those_of_the_settings_is_said(session, store, number):
    said = messages(session)
    session.toggle_tag(number)
    assert said == [f"no tag {number}: the settings define 9"]
    session.toggle_tag(9)
    assert [decision.tags for decision in store.decisions] == [("interesting",)]


def test_position_is_stored_with_each_decision(session, store):
    paint_all(session)
    session.toggle_tag(1)
    assert store.position == "a"
    session.accept()
    assert store.position == "b"
    session.set_comment(3, "elsewhere")
    assert store.position == "b"


def test_saved_is_said_once_after_a_wait(session, store, qtbot, monkeypatch):
    said = messages(session)
    monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 0)
    store.gate.clear()
    session.toggle_tag(1)
    store.gate.set()
    qtbot.waitUntil(lambda: not session.busy, timeout=30000)
    monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 30.0)
    session.toggle_tag(2)
    assert said == ["saving...", "saved"]


def test_undo_of_a_comment_elsewhere_goes_there(session):
    session.set_comment(2, "faint")
    session.undo()
    assert session.current_key == "c"


def test_verdict_that_is_written_at_the_end_shows_nothing_more(session, store, impatient):
    store.gate.clear()
    session.accept()
    shown: list[int] = []
    session.current_changed.connect(shown.append)
    session.opinions_changed.connect(shown.append)
    threading.Timer(0.02, store.gate.set).start()
    session.close()
    assert shown == [] and session.current_key == "b" and len(store.decisions) == 1
