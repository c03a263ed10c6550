"""Preferences apply at once, and are on disk when the program ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vetter.errors import SettingsError
from vetter.io.settings_file import load_keymap, load_settings
from vetter.review.opening import window_settings
from vetter.review.opening.preferences import PreferenceFiles, Preferences
from vetter.review.opening.window_settings import Arrangement
from vetter.settings import Settings

Make = Callable[..., Preferences]
WIDE = Arrangement(list_width=412)


@pytest.fixture
def make(qapp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Preferences of this folder, whose files are its own."""
    monkeypatch.setattr(window_settings, "settings_folder", lambda: tmp_path)
    made: list[Preferences] = []

    def make(keeps_window: bool = True) -> Preferences:
        files = PreferenceFiles(str(tmp_path / "s.toml"), str(tmp_path / "k.toml"), keeps_window)
        made.append(Preferences(Settings(), {"review.accept": "Y"}, files))
        return made[-1]

    yield make
    for preferences in made:
        preferences.close()


def test_setting_applies_at_once_and_is_stored(make: Make, tmp_path: Path) -> None:
    preferences, told = make(), []
    preferences.settings_changed.connect(lambda settings: told.append(settings.display.radius))
    preferences.change_settings({("display", "radius"): 20.0})
    assert told == []
    preferences.close()
    assert not (tmp_path / "s.toml").exists()
    preferences.change_settings({("display", "radius"): 30})
    assert told == [30.0] and preferences.settings.display.radius == 30.0
    preferences.close()
    assert load_settings(tmp_path / "s.toml").display.radius == 30.0


def test_setting_that_cannot_be_used_changes_nothing(make: Make) -> None:
    preferences, told = make(), []
    preferences.settings_changed.connect(told.append)
    with pytest.raises(SettingsError, match="display.radius"):
        preferences.change_settings({("display", "radius"): -1})
    assert preferences.settings == Settings() and told == []


def test_keys_apply_at_once_and_are_stored(make: Make, tmp_path: Path) -> None:
    preferences, told = make(), []
    preferences.keymap_changed.connect(told.append)
    preferences.change_keys({"review.reject": ("N", "Del")})
    keys = {"review.accept": "Y", "review.reject": ["N", "Del"]}
    assert told == [keys] and preferences.keymap == keys
    preferences.close()
    assert load_keymap(tmp_path / "k.toml") == {"review.reject": ["N", "Del"]}


def test_failure_to_store_is_told_and_the_next_is_stored(
    qtbot: Any, make: Make, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text("[fit\n")
    preferences = make()
    with qtbot.waitSignal(preferences.failed) as told:
        preferences.change_settings({("display", "radius"): 30})
    assert told.args[0].startswith("not stored: ") and "s.toml" in told.args[0]
    with qtbot.waitSignal(preferences.stored):
        preferences.change_keys({"review.reject": ["N"]})


@pytest.mark.parametrize("keeps", [True, False])
def test_window_is_remembered_for_the_next_where_it_is_to_be(make: Make, keeps: bool) -> None:
    preferences, told = make(keeps), []
    preferences.layouts_changed.connect(lambda: told.append(list(preferences.layouts)))
    preferences.keep_arrangement(WIDE)
    preferences.keep_columns("kind", ["mag", "ra"])
    for name in ("b", "A", "c"):
        preferences.keep_layout(name, WIDE)
    preferences.delete_layout("c")
    preferences.delete_layout("none")
    preferences.filters.keep("bright", "mag<17")
    preferences.filters.keep("faint", "mag>20")
    preferences.filters.delete("faint")
    assert told == [["b"], ["A", "b"], ["A", "b", "c"], ["A", "b"], ["A", "b"]]
    preferences.close()
    following = make()
    assert following.arrangement == (WIDE if keeps else Arrangement())
    assert following.columns == ({"kind": ["mag", "ra"]} if keeps else {})
    assert following.layouts == ({"A": WIDE, "b": WIDE} if keeps else {})
    assert following.filters.expressions == ({"bright": "mag<17"} if keeps else {})
    assert following.filters.is_stored and preferences.filters.is_stored is keeps
    assert make(keeps_window=False).layouts == {}


def test_same_arrangement_is_not_stored_again(qtbot: Any, make: Make) -> None:
    preferences, stored = make(), []
    preferences.stored.connect(lambda: stored.append(preferences.arrangement))
    for arrangement in (Arrangement(), WIDE, WIDE):
        preferences.keep_arrangement(arrangement)
    preferences.close()
    qtbot.waitUntil(lambda: bool(stored))
    assert stored == [WIDE]


@pytest.mark.parametrize("keeps", [True, False])
def test_user_is_told_once_of_commands_that_lost_their_key(make: Make, keeps: bool) -> None:
    preferences = make(keeps)
    assert preferences.note_lost_keys({"a", "b"}) == {"a", "b"}
    assert preferences.note_lost_keys({"b", "c"}) == {"c"}
    assert preferences.note_lost_keys({"a", "b"}) == {"a"}
    preferences.close()
    assert make().note_lost_keys({"a", "d"}) == ({"d"} if keeps else {"a", "d"})
