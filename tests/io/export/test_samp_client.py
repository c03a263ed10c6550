"""SAMP client with a hub on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.request import url2pathname

import pytest
from astropy.table import Table

from tests.helpers.samp_hub import OtherProgram, program, running_hub
from vetter.io.export.samp_client import NO_HUB, Pointing, SampClient

WAIT_S = 30


class Kept:
    """Queues of what a client reports."""

    def __init__(self) -> None:
        self.rows: Queue[int] = Queue()
        self.points: Queue[Pointing] = Queue()
        self.states: Queue[str] = Queue()
        self.client = SampClient(self.rows.put, self.points.put, self.states.put)

    def state(self) -> str:
        return self.states.get(timeout=WAIT_S)


@pytest.fixture
def hub(tmp_path, monkeypatch) -> Iterator[Any]:
    with running_hub(tmp_path, monkeypatch) as hub:
        yield hub


@pytest.fixture
def topcat(hub) -> Iterator[OtherProgram]:
    with program() as other:
        yield other


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.client.close()


def _write(path: Path) -> None:
    Table({"id": ["a", "b"]}).write(path, format="votable")


def test_nothing_connects_before_a_request(hub, kept) -> None:
    assert hub.is_running and kept.client._thread is None
    kept.client.close()
    assert kept.states.empty()


def test_table_arrives_as_a_votable_file(topcat, kept) -> None:
    kept.client.send_table("night", _write)
    message, facts = topcat.received.get(timeout=WAIT_S)
    assert (message, facts["name"]) == ("table.load.votable", "night")
    path = url2pathname(facts["url"].removeprefix("file://"))
    assert Table.read(path, format="votable")["id"].tolist() == ["a", "b"]
    assert kept.state() == "list sent to TOPCAT"
    kept.client.close()
    assert not Path(path).exists()


def test_position_arrives_in_degrees(topcat, kept) -> None:
    kept.client.point_at(150.125, -20.5)
    message, facts = topcat.received.get(timeout=WAIT_S)
    assert message == "coord.pointAt.sky"
    assert (float(facts["ra"]), float(facts["dec"])) == (150.125, -20.5)
    assert kept.state() == "position sent to TOPCAT"


def test_row_of_the_sent_table_is_followed(topcat, kept) -> None:
    kept.client.send_table("night", _write)
    _, facts = topcat.received.get(timeout=WAIT_S)
    kept.client.follow(True)
    assert [kept.state(), kept.state()][1] == "following rows chosen in other programs"
    topcat.highlight("another table", 0)
    topcat.highlight(facts["table-id"], 1)
    assert kept.rows.get(timeout=WAIT_S) == 1 and kept.rows.empty()


def test_position_of_others_is_followed(topcat, kept) -> None:
    kept.client.follow(True)
    kept.state()
    topcat.point(10.0, 20.0)
    assert kept.points.get(timeout=WAIT_S) == Pointing(10.0, 20.0)


def test_nothing_is_followed_unless_wanted(kept) -> None:
    place = {"ra": "10", "dec": "20"}
    kept.client._on_pointing("", "", "", place, {})
    assert kept.points.empty()
    kept.client._follows = True
    kept.client._on_pointing("", "", "", place, {})
    assert kept.points.get(timeout=WAIT_S) == Pointing(10.0, 20.0)


def test_program_that_waits_for_a_reply_gets_one(topcat, kept) -> None:
    kept.client.follow(True)
    kept.state()
    (vetter,) = topcat.client.get_subscribed_clients("coord.pointAt.sky")
    message = {"samp.mtype": "coord.pointAt.sky", "samp.params": {"ra": "1", "dec": "2"}}
    assert topcat.client.call_and_wait(vetter, message, str(WAIT_S))["samp.status"] == "samp.ok"
    assert kept.points.get(timeout=WAIT_S) == Pointing(1.0, 2.0)


@pytest.mark.parametrize("facts", [{}, {"ra": "x", "dec": "1"}, "text"])
def test_damaged_message_is_ignored(kept, facts) -> None:
    kept.client._follows, kept.client._table_id = True, "t"
    kept.client._on_pointing("", "", "", facts, {})
    kept.client._on_highlight("", "", "", {"table-id": "t", "row": "x"}, {})
    assert kept.points.empty() and kept.rows.empty()


def test_hub_without_other_programs_is_one_line(hub, kept) -> None:
    kept.client.point_at(1, 2)
    assert kept.state() == "no program at the SAMP hub takes a position"


def test_missing_hub_is_one_line(kept, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{(tmp_path / 'none').as_uri()}")
    kept.client.send_table("night", _write)
    assert kept.state() == NO_HUB
    kept.client.follow(True)
    assert kept.state() == NO_HUB and not kept.client.follows


def test_hub_that_comes_later_is_found(kept, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{(tmp_path / 'none').as_uri()}")
    kept.client.point_at(1, 2)
    assert kept.state() == NO_HUB
    with running_hub(tmp_path, monkeypatch):
        kept.client.point_at(1, 2)
        assert kept.state() == "no program at the SAMP hub takes a position"
        kept.client.close()


def test_failed_table_is_one_line(topcat, kept) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    kept.client.send_table("night", full)
    assert kept.state().endswith("candidates.vot: No space left on device")
    assert topcat.received.empty()


def test_closing_leaves_the_hub(topcat, kept) -> None:
    kept.client.point_at(1, 2)
    kept.state()
    assert len(topcat.client.get_registered_clients()) == 2
    kept.client.close()
    assert len(topcat.client.get_registered_clients()) == 1


def test_up_to_three_programs_are_named(topcat, kept) -> None:
    with program(), program():
        kept.client.point_at(1.0, 2.0)
        assert kept.state() == "position sent to TOPCAT, TOPCAT, TOPCAT"
        with program():
            kept.client.point_at(1.0, 2.0)
            assert kept.state() == "position sent to TOPCAT, TOPCAT, TOPCAT and 1 more"


def test_long_error_is_cut_to_one_line(topcat, kept) -> None:
    def fails(path: Path) -> None:
        raise RuntimeError("a\n" * 300)

    kept.client.send_table("night", fails)
    said = kept.state()
    assert said == "SAMP: " + "a " * 100
    # It has left the hub, and comes back for the next wish.
    kept.client.point_at(1.0, 2.0)
    assert kept.state() == "position sent to TOPCAT"


def test_following_can_be_stopped(kept) -> None:
    kept.client.follow(False)
    assert kept.state() == "other programs are not followed any more"
    assert not kept.client.follows


def test_row_is_not_taken_unless_rows_are_followed(topcat, kept) -> None:
    kept.client.send_table("night", _write)
    _, facts = topcat.received.get(timeout=WAIT_S)
    kept.state()
    (vetter,) = topcat.client.get_subscribed_clients("table.highlight.row")
    for follows in (False, True):
        kept.client.follow(follows)
        kept.state()
        row = {"table-id": facts["table-id"], "row": str(int(follows))}
        message = {"samp.mtype": "table.highlight.row", "samp.params": row}
        topcat.client.call_and_wait(vetter, message, str(WAIT_S))
    assert kept.rows.get(timeout=WAIT_S) == 1 and kept.rows.empty()
