"""scripts/vetter from anywhere, by any name, beside anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from vetter import __version__

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "vetter"


def run(script: Path, *arguments: str, folder: Path, **environment: str) -> str:
    process = subprocess.run(
        [script, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return process.stdout + process.stderr


@pytest.fixture(autouse=True, scope="module")
def environment() -> None:
    """Up to date before anything is looked at: what it says while installing is not in question."""
    subprocess.run([SCRIPT, "--version"], check=True, capture_output=True)


def test_runs_from_another_folder(tmp_path: Path) -> None:
    assert run(SCRIPT, "--version", folder=tmp_path) == f"vetter {__version__}\n"


def test_runs_through_a_symbolic_link_in_a_folder_with_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "my programs"
    folder.mkdir()
    link = folder / "vet"
    link.symlink_to(SCRIPT)
    assert run(link, "--version", folder=folder) == f"vetter {__version__}\n"


def test_does_not_import_what_lies_where_the_user_stands(tmp_path: Path) -> None:
    (tmp_path / "vetter").mkdir()
    (tmp_path / "vetter" / "__init__.py").write_text("raise SystemExit('the wrong vetter')")
    (tmp_path / "argparse.py").write_text("raise SystemExit('the wrong argparse')")
    told = run(SCRIPT, "--version", folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert told == f"vetter {__version__}\n"


def test_arguments_pass_on_verbatim(tmp_path: Path) -> None:
    told = run(SCRIPT, "status", "no such 'file' *.vetter", folder=tmp_path)
    assert "no such 'file' *.vetter" in told
    assert len(told.splitlines()) == 1
