"""README and the user guide: what they tell a reader to type and to press is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from vetter.cli import parse_arguments
from vetter.gui.commands import COMMANDS
from vetter.io.cutouts.cutout_file import load_cutout

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "resources" / "guide.md").read_text(encoding="utf-8")
DEMO = ROOT / "resources" / "demo"

TYPED = [
    *re.findall(r"^scripts/vetter[^#\n]*", README.replace("\\\n", " "), re.M),
    *re.findall(r"`((?:scripts/)?vetter [a-zD][^`]*)`", README.replace("...", "") + GUIDE),
]
KEYS = sorted(set(re.findall(r"\*\*([^*a-z]+|\w+\+\w+)\*\*", GUIDE)))
MENUS = "|".join(sorted({command.menu for command in COMMANDS}))
ITEMS = [f"{command.menu} > {command.title}".rstrip(".") for command in COMMANDS]


@pytest.mark.parametrize("line", TYPED)
def test_a_line_to_type_is_understood(line: str) -> None:
    parse_arguments(shlex.split(line)[1:])


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_guide_is_a_commands(key: str) -> None:
    assert key in {key for command in COMMANDS for key in command.keys}


@pytest.mark.parametrize("text", [README, GUIDE], ids=["README", "guide"])
def test_a_menu_item_that_is_named_is_there(text: str) -> None:
    # An item, whole or its first two words.
    named = re.findall(rf"(?:{MENUS}) > \w+(?: \w+)?", " ".join(text.split()))
    assert named
    for words in named:
        there = [i for i in ITEMS if i.startswith(words) or i == words.rpartition(" ")[0]]
        assert there, words


def test_the_python_of_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    planes = {
        name: fits.getdata(DEMO / f"{name}.fits").astype(bool if name == "mask" else float)
        for name in ("image", "template", "convolved", "diff", "err", "mask")
    }
    names = planes | {
        "conv": planes["convolved"],
        "header": fits.getheader(DEMO / "image.fits"),
        "candidate": {"name": "one", "x": 100.0, "y": 120.0},
    }
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(code, names)
    kept = load_cutout(tmp_path / "candidate.fits")
    np.testing.assert_allclose(kept["image"], planes["image"][100:141, 80:121])
