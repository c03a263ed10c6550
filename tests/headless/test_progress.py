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
