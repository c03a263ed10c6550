"""Tests of scripts/make_docs.py: pages for every module, without a warning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vetter import cutouts, plots, templates

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    run = subprocess.run(
        [sys.executable, "-P", "-W", "error", ROOT / "scripts" / "make_docs.py", folder],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return folder


@pytest.mark.parametrize("module", [cutouts, plots, templates], ids=lambda module: module.__name__)
def test_page_of_scripting_module_shows_each_name(pages: Path, module: object) -> None:
    name = module.__name__
    page = (pages / f"{name.replace('.', '/')}.html").read_text()
    assert [public for public in module.__all__ if f'id="{public}"' not in page] == []


def test_first_page_names_stdpipe_functions(pages: Path) -> None:
    page = (pages / "vetter.html").read_text()
    assert "stdpipe.cutouts.adjust_cutout" in page
    assert 'href="vetter/cutouts.html#adjust_cutout"' in page


def test_every_module_has_a_page(pages: Path) -> None:
    files = [file for file in (ROOT / "vetter").rglob("*.py") if file.stem[:2] != "__"]
    names = [file.relative_to(ROOT).with_suffix(".html") for file in files]
    assert [str(name) for name in names if not (pages / name).exists()] == []
