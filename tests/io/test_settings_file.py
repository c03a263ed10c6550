from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vetter.errors import SettingsError
from vetter.io import settings_file
from vetter.io.settings_file import load_keymap, load_settings, save_keymap, save_settings
from vetter.settings import FitSettings, Settings


def test_the_defaults_where_there_is_no_file() -> None:
    assert load_settings() == Settings() and load_keymap() is None


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[display]\nradius = 30\n")
    assert load_settings(tmp_path / "s.toml").display.radius == 30.0


def test_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_file, "settings_folder", lambda: tmp_path)
    (tmp_path / "settings.toml").write_text("[fit]\nmax_shift = 2\n")
    (tmp_path / "keymap.toml").write_text('"review.accept" = "Y"\n')
    assert load_settings().fit.max_shift == 2.0
    assert load_keymap() == {"review.accept": "Y"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[fit\n", "not TOML"),
        ("[fit]\nq = 1\n", "fit.q: no such setting"),
        ("[a]\n", "no such section"),
        ("[fit]\nmax_shift = inf\n", "fit.max_shift: expected a number above 0 and up to 50"),
        ("[fit]\ninner_fwhm = nan\n", "fit.inner_fwhm: expected a number above 0"),
        ("[fit]\nmax_scale = 1\n", "fit.max_scale: expected a number above 1"),
        ("[fit]\nmin_pval = 2\n", "fit.min_pval: expected a number from 0 to 1"),
        ("[fit]\nscale_low = 2\n", "expected 0 <= scale_low < scale_high, found 2.0 and 1.2"),
    ],
)
def test_files_that_cannot_be_used_are_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(SettingsError, match=rf"s\.toml: .*{says}"):
        load_settings(tmp_path / "s.toml")


def test_retired_key_of_old_file_has_no_effect(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[fit]\ndefault_fwhm = 3.0\nmax_shift = 2\n")
    assert load_settings(tmp_path / "s.toml") == Settings(fit=FitSettings(max_shift=2.0))


def test_a_named_file_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_settings(tmp_path / "s.toml")


def test_without_a_file_the_reader_of_toml_is_not_imported(tmp_path: Path) -> None:
    code = f"""
import os, sys
os.environ["XDG_CONFIG_HOME"] = {str(tmp_path)!r}
import vetter.app
from vetter.io.inputs.open_input import open_input
from vetter.io.settings_file import load_settings
load_settings()
open_input(["demo"]).close()
print("tomllib" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


OWN = '# mine\n[display]\ntheme = "light"  # by day\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of settings, which does not exist yet."""
    monkeypatch.setattr(settings_file, "settings_folder", lambda: tmp_path / "vetter")
    return tmp_path / "vetter"


def test_saved_settings_are_read_back(folder: Path) -> None:
    saved = save_settings({("display", "theme"): "dark", ("review", "tags"): ("a", "b")})
    assert load_settings() == saved
    assert (saved.display.theme, saved.review.tags) == ("dark", ("a", "b"))


def test_saved_settings_keep_comments_of_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "settings.toml").write_text(OWN)
    save_settings({("display", "theme"): "dark"})
    assert (folder / "settings.toml").read_text() == OWN.replace('"light"', '"dark"')


def test_unusable_setting_leaves_file_as_it_was(folder: Path) -> None:
    folder.mkdir()
    (folder / "settings.toml").write_text(OWN)
    with pytest.raises(SettingsError, match=r"settings\.toml: display\.theme: expected one of"):
        save_settings({("display", "theme"): "pink"})
    assert (folder / "settings.toml").read_text() == OWN
    assert [file.name for file in folder.iterdir()] == ["settings.toml"]


def test_broken_settings_file_is_not_overwritten(folder: Path) -> None:
    folder.mkdir()
    (folder / "settings.toml").write_text("[display\n")
    with pytest.raises(SettingsError, match=r"settings\.toml: not TOML"):
        save_settings({("display", "theme"): "dark"})
    assert (folder / "settings.toml").read_text() == "[display\n"


def test_saved_keys_are_read_back(folder: Path) -> None:
    save_keymap({"review.accept": ["Y", "Ctrl+Y"], "go.next": []})
    assert load_keymap() == {"review.accept": ["Y", "Ctrl+Y"], "go.next": []}


def test_settings_are_saved_to_named_file(folder: Path, tmp_path: Path) -> None:
    save_settings({("display", "radius"): 9.0}, tmp_path / "other.toml")
    assert load_settings(tmp_path / "other.toml").display.radius == 9.0
    assert not folder.exists()
