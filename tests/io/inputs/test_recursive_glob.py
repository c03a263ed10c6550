from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.inputs import recursive_glob as module
from vetter.io.inputs.recursive_glob import recursive_glob


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Files in folders, some hidden, and a link that leads back to the top."""
    for name in ("a.fits", "n1/a.fits", "n1/b.txt", "n1/deep/c.fits", "n2/c.fits", ".h/d.fits"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".e.fits").touch()
    return tmp_path


@pytest.mark.parametrize(
    "pattern",
    ["**/*.fits", "**/c.fits", "n*/**/*.fits", "**/deep/*", "**/**/a.*", "**/n1/**/c.fits"],
)
def test_glob_finds_what_pythons_finds(tree: Path, pattern: str) -> None:
    text = str(tree / pattern)
    assert recursive_glob(text) == sorted(set(glob.glob(text, recursive=True))) != []


def test_link_to_the_top_is_followed_once(tree: Path) -> None:
    for number in range(8):
        os.symlink(tree, tree / "n1" / f"back{number}")
    found = recursive_glob(str(tree / "**" / "c.fits"))
    assert {Path(name).resolve() for name in found} == {
        tree / "n1" / "deep" / "c.fits",
        tree / "n2" / "c.fits",
    }


def test_too_many_folders_are_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FOLDERS", 2)
    with pytest.raises(InputError, match="over 2 folders to look into"):
        recursive_glob(str(tree / "**" / "*.fits"))
