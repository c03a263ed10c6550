"""Keys and commands: the contract's defaults, the user's changes, and clashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import SettingsError
from vetter.gui.actions.command import MENUS
from vetter.gui.actions.keymap import lost_keys, make_keymap
from vetter.gui.commands import COMMANDS
from vetter.io.settings_file import load_keymap

KEPT = Path(__file__).parents[2] / "kept" / "keymap.toml"

CONTRACT = {
    "review.accept": ("A",),
    "review.reject": ("R",),
    "review.maybe": ("M",),
    "review.clear": ("Backspace",),
    "go.next": ("Right", "N"),
    "go.previous": ("Left", "P"),
    "go.undecided": ("U",),
    "review.undo": ("Ctrl+Z",),
    "review.redo": ("Ctrl+Shift+Z",),
    "review.tag_1": ("1",),
    "review.tag_9": ("9",),
    "review.comment": ("C",),
    "go.grid": ("G",),
    "go.filter": ("/", "Ctrl+F"),
    "help.keys": ("?", "F1"),
    "view.blink": ("B",),
    "view.blink_back": ("Shift+B",),
    "view.flip": ("Space",),
    "fit.now": ("F",),
    "stretch.next": ("S",),
    "stretch.previous": ("Shift+S",),
    "stretch.invert": ("I",),
    "view.reticle": ("T",),
    "view.fit": ("0",),
    "view.zoom_in": ("+", "="),
    "view.zoom_out": ("-",),
    "view.smaller": ("[", "PgDown"),
    "view.larger": ("]", "PgUp"),
    "file.export": ("Ctrl+E",),
    "go.palette": ("Ctrl+K",),
}


@pytest.mark.parametrize(("command", "keys"), CONTRACT.items(), ids=list(CONTRACT))
def test_the_default_keys_are_the_contracts(command, keys):
    assert set(keys) <= set(make_keymap(COMMANDS)[command])


def test_the_defaults_do_not_clash():
    keys = [key for keys in make_keymap(COMMANDS).values() for key in keys]
    assert len(keys) == len(set(keys))


def test_ids_are_unique_and_every_menu_exists():
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert {command.menu for command in COMMANDS} == set(MENUS)


def test_no_verdict_repeats_while_its_key_is_held():
    held = {command.id for command in COMMANDS if command.repeats}
    assert held.isdisjoint({"review.accept", "review.reject", "review.maybe", "review.clear"})
    assert {"go.next", "go.previous"} <= held


def test_a_users_key_takes_the_place_of_the_default():
    keymap = make_keymap(COMMANDS, {"review.accept": "Q", "view.flip": ["J", "Tab"]})
    assert keymap["review.accept"] == ("Q",)
    assert keymap["view.flip"] == ("J", "Tab")


def test_an_empty_list_takes_the_keys_away():
    assert make_keymap(COMMANDS, {"go.grid": []})["go.grid"] == ()


def test_clash_of_two_entries_of_the_user_names_both():
    with pytest.raises(SettingsError, match=r"Q runs both review\.accept and review\.reject"):
        make_keymap(COMMANDS, {"review.accept": "q", "review.reject": ["R", "Q"]})


def test_users_key_is_taken_from_the_default_of_another_command():
    keymap = make_keymap(COMMANDS, {"view.blink": "r", "view.reticle": ["N"]})
    assert keymap["view.blink"] == ("r",)
    assert keymap["review.reject"] == ()
    assert keymap["go.next"] == ("Right",)
    lost = lost_keys(COMMANDS, keymap)
    assert set(lost) == {"review.reject"}
    said = "R runs 'Blink image and template' and no longer 'Reject'"
    assert lost["review.reject"].words == said


def test_keymap_from_before_new_defaults_still_opens():
    keymap = make_keymap(COMMANDS, load_keymap(KEPT))
    assert keymap["view.field"] == ("X",)
    assert keymap["view.surround"] == ("W", "Y")
    assert keymap["review.accept"] == ("J",)
    assert keymap["review.later"] == keymap["review.adopt"] == ()
    assert keymap["review.later_until"] == ("Shift+X",)
    assert set(lost_keys(COMMANDS, keymap)) == {"review.later", "review.adopt"}


def test_swapped_keys_are_not_lost():
    keymap = make_keymap(COMMANDS, {"review.accept": "R", "review.reject": "A"})
    assert lost_keys(COMMANDS, keymap) == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"review.aceept": "Q"}, "unknown command 'review.aceept'"),
        ({"review.accept": "Hyper+Nonsense"}, "is not a key"),
        ({"review.accept": 7}, "expected a key or a list"),
        ({"review.accept": [7]}, "expected a key or a list"),
    ],
    ids=["unknown command", "no key", "a number", "a list of numbers"],
)
def test_what_is_wrong_is_named(changes, words):
    with pytest.raises(SettingsError, match=words):
        make_keymap(COMMANDS, changes)
