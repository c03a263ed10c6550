"""Names that are not UTF-8, and streams that are not either."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.decisions import event
from tests.helpers.memory_source import MemorySource
from vetter.core.decisions.decision import Verdict
from vetter.headless.decision_log import log
from vetter.headless.sessions import status
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.open_session import open_session
from vetter.settings import Settings

NAME = os.fsdecode(b"jos\xe9")


def opened(path: Path) -> tuple[str, int, str | None]:
    """The reviewer, how much they have decided and what they can undo."""
    source = MemorySource()
    with SessionFile.start(path, NAME) as store:
        session, _ = open_session(source, store, Settings(), NAME)
        found = session.reviewer, session.counts.accepted, session.ledger.undo_label
        session.close()
    return found


def decide(path: Path) -> None:
    source = MemorySource()
    with SessionFile.start(path, NAME) as store:
        session, _ = open_session(source, store, Settings(), NAME)
        made = event(source.candidates, 0, reviewer=session.reviewer)
        store.append([made], position=made.key)
        session.close()


def test_reviewer_not_utf8_finds_own_verdicts_again(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    assert opened(path) == ("jos\\udce9", 0, None)
    decide(path)
    name, accepted, undo = opened(path)
    assert (name, accepted) == ("jos\\udce9", 1) and undo is not None


def test_status_of_reviewer_not_utf8_is_theirs(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    decide(path)
    assert "accepted    1" in status(path, reviewer=NAME)
    assert "accepted    1" in status(path)


def test_key_not_utf8_is_found_again(tmp_path: Path) -> None:
    from astropy.table import Table

    from vetter.core.candidates.keys import make_keys

    keys, _ = make_keys(Table({"id": [os.fsdecode(b"a\xe9"), "b"]}), "id")
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, NAME) as session:
        candidates = MemorySource().candidates
        session.append([event(candidates, 0, Verdict.ACCEPT, key=keys[0])], position=keys[0])
        assert session.decisions()[0].key == session.position == keys[0]


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u2028", "\\u2028"),
        ("\x9b", "\\x9b"),
        ("\x85", "\\x85"),
        ("\u200f\u05d0\xa0\U0001f600", "\u200f\u05d0\xa0\U0001f600"),
    ],
    ids=["override", "isolate", "line end", "control", "next line", "letters"],
)
def test_log_shows_signs_that_terminals_obey(tmp_path: Path, sign: str, shown: str) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, f"r{sign}") as session:
        candidates = MemorySource().candidates
        session.append([event(candidates, 0, comment=f"a{sign}b", reviewer=f"r{sign}")])
    lines = log(path).splitlines()
    assert len(lines) == 2
    assert f"\tr{shown}\t" in lines[1] and f"\ta{shown}b\t" in lines[1]


# Streams are prepared before any command is run: of the others one encoding tells as much.
@pytest.mark.parametrize(
    ("command", "encoding"),
    [
        *(("log", encoding) for encoding in ("ascii", "latin-1", "utf-8", "ascii:strict")),
        ("status", "ascii:strict"),
        ("--help", "ascii:strict"),
    ],
)
def test_command_prints_on_any_stream(tmp_path: Path, command: str, encoding: str) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "Zoë \N{GREEK SMALL LETTER ALPHA}") as session:
        comment = f"\N{GREEK SMALL LETTER BETA} {NAME}"
        made = event(MemorySource().candidates, 0, comment=comment, reviewer=session.reviewer)
        session.append([made])
    arguments = [command] if command == "--help" else [command, str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "vetter", *arguments],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if command != "--help":
        assert (
            "Zoë \N{GREEK SMALL LETTER ALPHA}".encode(
                encoding.partition(":")[0], "backslashreplace"
            )
            in done.stdout
        )
