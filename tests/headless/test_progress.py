from __future__ import annotations

import sys

import pytest

from vetter.headless.progress import Progress, print_lines


class Terminal:
    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def test_a_log_gets_the_last_line_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("cutouts")
    for done in range(1, 101):
        progress(done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("cutouts: 100 of 100")


@pytest.mark.parametrize(("columns", "bar"), [("100", "[############.............] "), ("60", "")])
def test_a_terminal_gets_one_line_in_place_with_a_bar_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, columns: str, bar: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", columns)
    progress = Progress("fits")
    progress(1, 2)
    progress(2, 2)
    assert terminal.text.startswith(f"\r{bar}fits: 1 of 2") and terminal.text.count("\n") == 1


def test_a_name_with_a_line_break_stays_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines("a\nb.fits: done", "ü.fits: done")
    assert capsys.readouterr().err == "vetter: a\\nb.fits: done\nvetter: ü.fits: done\n"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in a list of one that a test changes."""
    now = [100.0]
    monkeypatch.setattr("vetter.headless.progress.time.monotonic", lambda: now[0])
    return now


def test_speed_is_that_of_this_run_and_tells_the_time_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress("fits", before=10)
    for now, done in ((106.0, 10), (112.0, 34), (120.0, 50)):
        clock[0] = now
        progress(done, 50)
    assert capsys.readouterr().err.splitlines() == [
        "fits: 10 of 50 (0/s)",
        "fits: 34 of 50 (2/s, 8 s left)",
        "fits: 50 of 50 (2/s)",
    ]


def test_log_gets_a_line_every_five_seconds(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress("fits")
    for done, now in enumerate((105.0, 105.5, 110.5, 111.0), start=1):
        clock[0] = now
        progress(done, 9)
    told = [line.partition(" (")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == ["fits: 2 of 9", "fits: 4 of 9"]


def test_terminal_is_written_to_ten_times_a_second(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress("fits")
    for done, now in enumerate((100.0, 100.0625, 100.125, 100.1875, 100.1875), start=1):
        clock[0] = now
        progress(done, 5)
    assert [part.partition("fits: ")[2][:6] for part in terminal.text.split("\r")[1:]] == [
        "1 of 5",
        "3 of 5",
        "5 of 5",
    ]
    assert terminal.text.count("\n") == 1 and terminal.text.endswith("\x1b[K\n")


@pytest.mark.parametrize(("columns", "has_bar"), [("74", False), ("75", True)])
def test_bar_wants_room_beside_it(
    monkeypatch: pytest.MonkeyPatch, columns: str, has_bar: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", columns)
    Progress("fits")(0, 0)
    assert terminal.text.startswith("\r[.........................] fits: 0") is has_bar
