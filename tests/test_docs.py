"""Tests of scripts/make_docs.py: its pages, and no name in any module that pdoc cannot resolve."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from vetter import cutouts, plots, templates

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parent.parent


SHOWN = ("vetter", "vetter.cutouts", "vetter.plots", "vetter.templates", "vetter.core.fit.adjust")
# All pages take half a minute: of the other modules the names alone are resolved.
RESOLVE = """
import inspect, json, sys
sys.path.insert(0, "scripts")
import make_docs, pdoc.doc_types

def resolve(owner, module, name):
    annotations = inspect.get_annotations(owner)
    pdoc.doc_types.resolve_annotations(annotations, module, None, name)

modules = make_docs.import_modules()
for module in modules.values():
    make_docs.resolve_lazy_names(module)
    resolve(module, module, module.__name__)
    for name, value in list(vars(module).items()):
        if name[0] == "_" or getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(value):
            resolve(value, module, name)
        elif inspect.isclass(value):
            resolve(value, module, name)
            for part in vars(value).values():
                part = getattr(part, "fget", getattr(part, "__func__", part))
                if inspect.isfunction(part) and part.__name__[0] != "_":
                    resolve(part, module, part.__qualname__)
make_docs.main()
print(json.dumps(list(modules)))
"""


def run(*words: str | Path) -> str:
    """Run Python with every warning an error; its standard output."""
    run = subprocess.run(
        [sys.executable, "-P", "-W", "error", *words],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


class Made(NamedTuple):
    """Folder of the pages, and names of the modules whose names were all resolved."""

    pages: Path
    resolved: set[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made in one process: the import of all modules takes longest."""
    folder = tmp_path_factory.mktemp("pages")
    return Made(folder, set(json.loads(run("-c", RESOLVE, folder, *SHOWN).splitlines()[-1])))


@pytest.fixture
def pages(made: Made) -> Path:
    return made.pages


@pytest.mark.parametrize("module", [cutouts, plots, templates], ids=lambda module: module.__name__)
def test_page_of_scripting_module_shows_each_name(pages: Path, module: object) -> None:
    name = module.__name__
    page = (pages / f"{name.replace('.', '/')}.html").read_text()
    assert [public for public in module.__all__ if f'id="{public}"' not in page] == []


def test_first_page_names_stdpipe_functions(pages: Path) -> None:
    page = (pages / "vetter.html").read_text()
    assert "stdpipe.cutouts.adjust_cutout" in page
    assert 'href="vetter/cutouts.html#adjust_cutout"' in page


def test_names_in_every_module_are_resolved(made: Made) -> None:
    files = [file for file in (ROOT / "vetter").rglob("*.py") if file.stem[:2] != "__"]
    assert {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files} <= (
        made.resolved
    )
