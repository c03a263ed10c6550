"""Each module has its tests in the room of the same name, and no test lends to another."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.helpers.source_files import facts_of, imported_by

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
ELSEWHERE = {
    "vetter.benchmark.grid_pages": "benchmark/test_walk.py",
    "vetter.benchmark.keys": "benchmark/test_walk.py",
    "vetter.benchmark.operations": "benchmark/test_commands.py",
    "vetter.benchmark.starts": "benchmark/test_commands.py",
    "vetter.benchmark.walk": "benchmark/test_walk.py",
    "vetter.benchmark.watchdog": "benchmark/test_walk.py",
    "vetter.headless.fields": "headless/test_fields.py",
    "vetter.headless.reports": "headless/test_reports.py",
    "vetter.headless.reviewers.agreement": "headless/reviewers/test_agreement.py",
    "vetter.headless.reviewers.merge": "headless/reviewers/test_split.py",
    "vetter.headless.reviewers.split": "headless/reviewers/test_split.py",
    "vetter.headless.stats": "headless/test_planted_sessions.py",
    "vetter.io.fits.writing": "io/cutouts/test_layout.py",
    "vetter.io.inputs.blind_source": "gui/windows/test_blind_window.py",
    "vetter.io.inputs.planting.session_report": "headless/test_planted_sessions.py",
    "vetter.review.threads.heap": "review/threads/test_heap.py",
}
"""Modules that tests in other rooms, or of a process, run; with one file of those tests."""


@cache
def modules() -> dict[str, Path]:
    files = [file for file in (ROOT / "vetter").rglob("*.py") if file.stem[:2] != "__"]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}


@cache
def reached_from(floor: str, room: str) -> frozenset[str]:
    """Modules of a floor that the tests of a room import, or what these import on the floor."""
    inside = f"vetter.{floor}."
    own = [name for name in modules() if name.startswith(inside)]
    waiting = [
        name for file in (TESTS / floor / room).rglob("test_*.py") for name in imported_by(file)
    ]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in own and name not in reached:
            reached.add(name)
            waiting += imported_by(modules()[name])
    return frozenset(reached)


@cache
def without_tests() -> frozenset[str]:
    found = set()
    for name, file in modules().items():
        _, *rooms, _ = name.split(".")
        if rooms and facts_of(file).has_behaviour:
            floor, room = rooms[0], "/".join(rooms[1:2])
            if name not in reached_from(floor, room):
                found.add(name)
    return frozenset(found)


def test_modules_are_run_by_tests_of_their_room() -> None:
    assert sorted(without_tests() - set(ELSEWHERE)) == []


def test_list_of_modules_tested_elsewhere_is_true() -> None:
    assert sorted(set(ELSEWHERE) - without_tests()) == []
    assert [file for file in ELSEWHERE.values() if not (TESTS / file).is_file()] == []


def test_no_test_imports_from_a_test_file() -> None:
    loans = {
        str(file.relative_to(ROOT)): lent
        for file in TESTS.rglob("*.py")
        for lent in imported_by(file)
        if lent.startswith("tests.") and any(part[:5] == "test_" for part in lent.split(".")[1:-1])
    }
    assert not loans
