"""The program as a process in a real window: keys, a kill in mid-session, and the next start."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.helpers.x_server import Program, XServer, wait_for

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.process

# Where the panels are in a window that fills 1600 x 900: list, card and status lie outside.
PANELS = (slice(180, 640), slice(40, 1100))
EVERY_OTHER = (slice(180, 640, 2), slice(40, 1100, 2))
VERDICT_OF = {"a": "accept", "r": "reject", "m": "maybe"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[XServer]:
    folder = tmp_path / "screen"
    folder.mkdir()
    server = XServer(folder)
    yield server
    server.close()


def start(server: XServer, tmp_path: Path, session: Path) -> Program:
    """The demo on a session, with its panels on screen and the keyboard in its window."""
    # A fit that arrives would change the panels too, and be taken for what a key shows.
    config = tmp_path / "config" / "vetter"
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.toml").write_text("[fit]\nahead = false\n")
    server.environment["XDG_CONFIG_HOME"] = str(config.parent)
    program = Program(server, tmp_path / "log", ["demo", "--session", str(session)])
    try:
        server.window_of(program.process.pid)
        wait_for(lambda: len(np.unique(server.screen(EVERY_OTHER))) > 200, "pixels in the panels")
        settle(server)
    except AssertionError as error:
        program.kill()
        raise AssertionError(f"{error}\n{program.log}") from error
    return program


def settle(server: XServer, looks: int = 60) -> None:
    """Wait until the panels are the same in so many looks, 5 ms apart."""
    calm = 0
    before = server.screen(PANELS)

    def still() -> bool:
        nonlocal calm, before
        now = server.screen(PANELS)
        calm = calm + 1 if np.array_equal(now, before) else 0
        before = now
        return calm > looks

    wait_for(still, "the panels to settle")


def press_and_see(server: XServer, key: str) -> None:
    """Press a key and return as soon as other pixels show in the panels.

    The window takes no verdict before all of the candidate is painted: the key waits for that.
    """
    settle(server, 20)
    before = server.screen(PANELS)
    server.press(key)
    wait_for(lambda: not np.array_equal(server.screen(PANELS), before), f"{key} to show", 10)


def decided(session: Path) -> list[tuple[str, str]]:
    """(key, verdict) of every decision in a session file, in order."""
    with sqlite3.connect(f"file:{session}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT key, verdict FROM decisions ORDER BY seq").fetchall()
    database.close()
    return rows


class Night(NamedTuple):
    """Decisions, (key, verdict) in order, of a session whose window was killed twice."""

    first: list[tuple[str, str]]
    undone: dict[str, int]
    held: list[tuple[str, str]]
    last: list[tuple[str, str]]


KEYS = "arramarraam"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """Keys and a kill; a new start, an undo, a held key, one more verdict and a kill again."""
    tmp_path = tmp_path_factory.mktemp("night")
    server, session = XServer(tmp_path), tmp_path / "night.vetter"
    try:
        program = start(server, tmp_path, session)
        for key in KEYS:
            press_and_see(server, key)
        program.kill()
        first = decided(session)

        program = start(server, tmp_path, session)
        press_and_see(server, "ctrl+z")
        wait_for(lambda: len(decided(session)) > len(first), "the undo on disk")
        undone = status(session)
        settle(server, 20)
        subprocess.run(
            ["xdotool", "keydown", "a", "sleep", "1.2", "keyup", "a"],
            env=server.environment,
            check=True,
        )
        settle(server)
        held = decided(session)
        press_and_see(server, "r")
        program.kill()
        yield Night(first, undone, held, decided(session))
    finally:
        server.close()


def test_every_verdict_that_was_on_screen_survives_a_kill(night: Night) -> None:
    assert [verdict for _, verdict in night.first] == [VERDICT_OF[key] for key in KEYS]
    assert len({key for key, _ in night.first}) == len(KEYS)
    assert night.last[: len(KEYS)] == night.first
    assert night.last[-1][1] == "reject"
    assert night.last[-1][0] not in {key for key, _ in night.first}


def test_undo_after_a_kill_takes_back_the_last_verdict(night: Night) -> None:
    given = Counter(KEYS[:-1])
    assert night.undone == {
        "accepted": given["a"],
        "rejected": given["r"],
        "decisions": len(KEYS) + 1,
    }


def test_a_held_verdict_key_decides_once(night: Night) -> None:
    # The undo, and the candidate that it has brought back.
    (undo, again) = night.held[len(KEYS) :]
    assert undo[0] == again[0] == night.first[-1][0] and again[1] == "accept"


def test_without_an_input_the_first_page_opens_the_demo(server: XServer, tmp_path: Path) -> None:
    program = Program(server, tmp_path / "log", [])
    try:
        server.window_of(program.process.pid)
        settle(server)
        page = server.screen()
        server.press("Tab", "Tab", "Return")
        wait_for(lambda: np.mean(server.screen() != page) > 0.1, "the demo in the page's place")
    finally:
        program.kill()


def test_missing_screen_is_one_line_and_status_2(tmp_path: Path) -> None:
    run = vetter("demo", "--session", str(tmp_path / "s.vetter"), QT_QPA_PLATFORM="xcb")
    assert run.returncode == 2
    assert "DISPLAY" in run.stderr
    assert len(run.stderr.splitlines()) == 1


UNMANAGED = """
import sys
from pathlib import Path
from vetter.benchmark import grid_pages, keys
keys.FIRST_PAUSE, keys.PAUSE = 0.1, 0.005
# The kinds of key differ in nothing that a window manager does.
keys.LOOKS, grid_pages.measure = keys.LOOKS[:1], lambda *words: ()
print([figure.note for figure in keys.measure(["demo"], {}, Path(sys.argv[1]), 2)])
"""


def test_bench_without_window_manager_measures_keys(tmp_path: Path) -> None:
    folder = tmp_path / "screen"
    folder.mkdir()
    server = XServer(folder, managed=False)
    try:
        run = subprocess.run(
            [sys.executable, "-P", "-c", UNMANAGED, str(tmp_path)],
            env={**server.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    finally:
        server.close()
    assert run.returncode == 0, run.stderr
    assert "xcb" in run.stdout


def status(session: Path) -> dict[str, int]:
    run = vetter("status", str(session), "--json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    return {name: told[name] for name in ("accepted", "rejected", "decisions")}


def vetter(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-P", "-m", "vetter", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
