"""Log of a session: chosen events, as lines or JSON, and the counts at an earlier moment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.decisions import event, listing
from tests.kept.outputs import printed
from vetter import cli
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.headless.decision_log import HEADING
from vetter.io.session.session_file import SessionFile

KEPT = Path(__file__).parents[1] / "kept" / "format1.vetter"
LIST = listing(4)
SEEN = '{"stretch":"asinh","answer":"explained"}'


def made(
    row: int, verdict: Verdict, hour: int, reviewer: str = "ada", **changes: object
) -> Decision:
    at = f"2026-01-31T{hour:02d}:00:00.000Z"
    return event(LIST, row, verdict, reviewer=reviewer, at=at, **changes)


@pytest.fixture
def night(tmp_path: Path) -> str:
    """Four decisions of two reviewers, one undone, an hour apart."""
    path = tmp_path / "night.vetter"
    first = made(0, Verdict.ACCEPT, 1, seen=SEEN, program="9.9")
    with SessionFile.create(path, "ada") as session:
        session.record_input({"inputs": []}, [], 4)
        session.append([first])
        session.append([made(1, Verdict.REJECT, 2, "bob")])
        session.append(
            [made(2, Verdict.LATER, 3, until="2027-01-01T00:00:00.000Z", tags=("a", "b"))]
        )
        session.append([made(0, Verdict.NONE, 4, how=How.UNDO, undoes=first.id)])
    return str(path)


def numbers(*arguments: str) -> list[int]:
    """Return the numbers of the events that the log prints."""
    return [int(line.split("\t")[0]) for line in printed("log", *arguments).splitlines()[1:]]


def counts(*arguments: str) -> tuple[int, ...]:
    """Return candidates by verdict, and events, that the status prints."""
    found = json.loads(printed("status", *arguments, "--json"))
    names = ("accepted", "rejected", "maybe", "later", "undecided", "decisions")
    return tuple(found[name] for name in names)


def test_log_ends_its_lines_with_what_was_on_screen(night: str) -> None:
    lines = printed("log", night).splitlines()
    assert lines[0] == HEADING
    assert lines[1].split("\t")[-3:] == ["", "9.9", SEEN]
    assert lines[3].split("\t")[-3:] == ["2027-01-01T00:00:00.000Z", "", ""]


def test_json_lines_hold_all_fields(night: str) -> None:
    events = [json.loads(line) for line in printed("log", night, "--json").splitlines()]
    assert all(list(found) == list(Decision._fields) for found in events)
    assert events[0]["seen"] == {"stretch": "asinh", "answer": "explained"}
    assert (events[2]["tags"], events[2]["verdict"], events[2]["seen"]) == (
        ["a", "b"],
        "later",
        None,
    )
    assert events[3]["undoes"] == events[0]["id"]


def test_json_lines_are_ascii_without_nan(tmp_path: Path) -> None:
    path = tmp_path / "odd.vetter"
    nan = float("nan")
    with SessionFile.create(path, "ada") as session:
        session.append([event(LIST, 0, comment="é\u2028\x1b[31m", x=nan, seen="{broken")])
    (line,) = printed("log", str(path), "--json").splitlines()
    found = json.loads(line, parse_constant=pytest.fail)
    assert line.isascii() and (found["x"], found["seen"]) == (None, None)
    assert found["comment"] == "é\u2028\x1b[31m"


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["--reviewer", "bob"], [2]),
        (["--key", "c0"], [1, 4]),
        (["--since", "2026-01-31T02:00Z"], [2, 3, 4]),
        (["--since", "2026-01-31T02:00:00.001Z"], [3, 4]),
        (["--until", "2026-01-31T04:00+02:00"], [1, 2]),
        (["--since", "2", "--until", "3"], [2, 3]),
        (["--at", "3", "--key", "c0"], [1]),
        (["--at", "2026-01-30"], []),
    ],
)
def test_log_prints_chosen_events(night: str, options: list[str], chosen: list[int]) -> None:
    assert numbers(night, *options) == chosen


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (0, 0, 0, 1, 3, 3)),
        (["--at", "2026-01-31T03:30Z"], (1, 0, 0, 1, 2, 2)),
        (["--at", "3"], (1, 0, 0, 1, 2, 2)),
        (["--at", "2026-01-31T02:30Z"], (0, 1, 0, 0, 3, 1)),
        (["--at", "2", "--reviewer", "ada"], (1, 0, 0, 0, 3, 1)),
        (["--at", "0"], (0, 0, 0, 0, 4, 0)),
    ],
    ids=["now", "time", "number", "other reviewer last", "reviewer", "start"],
)
def test_status_replays_to_a_moment(
    night: str, options: list[str], expected: tuple[int, ...]
) -> None:
    assert counts(night, *options) == expected


def test_status_replays_format_1(tmp_path: Path) -> None:
    assert counts(str(KEPT), "--at", "5") == (1, 1, 1, 0, 147, 5)


def test_wrong_moment_is_one_line(night: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["status", night, "--at", "noon"])
    error = capsys.readouterr().err
    assert ended.value.code == 2 and "found 'noon'" in error and len(error.splitlines()) == 1


def test_log_and_status_start_without_astropy(night: str) -> None:
    code = """
import sys
from vetter import cli
cli.main(["log", sys.argv[1]])
cli.main(["status", sys.argv[1]])
print("astropy" in sys.modules)
"""
    words = [sys.executable, "-P", "-c", code, night]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"
