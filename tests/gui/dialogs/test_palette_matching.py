from __future__ import annotations

from types import SimpleNamespace

import pytest
from PyQt6.QtWidgets import QWidget

from vetter.gui.actions.keymap import make_keymap
from vetter.gui.commands import COMMANDS
from vetter.gui.dialogs.palette import Palette, match_score
from vetter.gui.dialogs.palette_search import RecentSearch

TITLES = ["Fit view", "Fit now (adjust_cutout)", "Next undecided", "Invert colours", "Full screen"]


def _best(typed: str) -> str:
    fitting = [
        (found, title) for title in TITLES if (found := match_score(typed, title)) is not None
    ]
    return max(fitting)[1]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("fv", "Fit view"),
        ("fit", "Fit view"),
        ("fit n", "Fit now (adjust_cutout)"),
        ("adj", "Fit now (adjust_cutout)"),
        ("UNDEC", "Next undecided"),
        ("fs", "Full screen"),
    ],
)
def test_a_few_letters_find(typed: str, title: str) -> None:
    assert _best(typed) == title


@pytest.mark.parametrize("typed", ["xyz", "viewfit", "fitt"])
def test_letters_that_are_missing_or_out_of_order_find_nothing(typed: str) -> None:
    assert match_score(typed, "Fit view") is None


def test_nothing_typed_fits_everything() -> None:
    assert match_score("  ", "Fit view") == 0


@pytest.fixture
def palette(qtbot) -> Palette:
    """The palette of the program's commands."""
    window = QWidget()
    qtbot.addWidget(window)
    return Palette(COMMANDS, make_keymap(COMMANDS), window, lambda _text: [], "a name")


def results(palette: Palette, text: str) -> list[str]:
    palette.line.setText(text)
    return palette.result_titles()


def test_displayed_title_is_found(palette) -> None:
    for command in COMMANDS:
        if command.id != "go.palette":
            shown = f"{command.menu}: {command.title}"
            assert results(palette, shown)[0] == shown


def test_start_of_displayed_title_is_found_first(palette) -> None:
    assert results(palette, "fit")[0].startswith("Fit: Fit now")
    assert results(palette, "List: Col")[0] == "List: Columns shown..."


def test_scattered_letters_give_way_to_words(palette) -> None:
    assert all("fit" in title.lower() for title in results(palette, "fit"))


def test_scattered_letters_are_found_without_words(palette) -> None:
    assert results(palette, "rtcle")[0] == "View: Reticle on or off"


def test_recent_sessions_are_found_by_the_names_of_their_files() -> None:
    opened: list[str] = []
    entries = [SimpleNamespace(session=f"/data/night/{name}.vetter") for name in ("ngc1", "m31")]
    opening = SimpleNamespace(
        recent=entries, open_recent=lambda entry: opened.append(entry.session)
    )
    search = RecentSearch(opening)
    titles = [f"Go on with {entry.session}" for entry in entries]
    assert [title for title, _, _ in search("")] == titles
    # The folder is that of many.
    assert search("night") == []
    ((title, keys, run),) = search("m31")
    assert (title, keys) == (titles[1], "")
    run()
    assert opened == ["/data/night/m31.vetter"]
