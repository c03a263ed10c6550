"""scripts/make_pictures.py: README's pictures are those that it can make."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from tests.helpers.small_list import settings, write_small_list

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "make_pictures.py"


@pytest.fixture
def pictures() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("make_pictures", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_pictures"] = module
    spec.loader.exec_module(module)
    return module


def test_readmes_pictures_can_all_be_made(pictures: ModuleType) -> None:
    shown = pictures.shown_in((ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown and set(shown) <= set(pictures.PICTURES)


def test_picture_of_a_page_is_found(pictures: ModuleType) -> None:
    assert pictures.shown_in("a ![the grid](resources/grid.png) b") == ["grid.png"]


@pytest.mark.process
@pytest.mark.timeout(400)
def test_script_writes_the_window(
    qapp: Any, pictures: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, planes = write_small_list(tmp_path, count=8)
    opened = {"input": str(inputs), **planes, "settings": settings(0)}
    monkeypatch.setattr(pictures, "OPENED", opened)
    monkeypatch.setattr(pictures, "REST_MS", 0)
    assert pictures.main([str(tmp_path / "made"), "--only", "measures.png"]) == 0
    with Image.open(tmp_path / "made" / "measures.png") as image:
        assert image.size == (1600, 890)
        assert image.mode == "RGB" and len(image.getcolors(1 << 20) or ()) > 50
