"""The wheel, with no more beside it than it declares, carries its files and opens the demo."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q")

pytestmark = [pytest.mark.process, pytest.mark.timeout(540)]


def run(*command: str | Path, cwd: Path, seconds: float = 240) -> str:
    """Run a command away from the checkout, with pip's usual cache; its standard output."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    environment["HOME"] = os.environ["VETTER_TEST_REAL_HOME"]
    process = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def link_required_into(site: Path) -> None:
    """Link the installed distributions that the wheel in a folder requires, and what they require.

    A tenth of a second, where pip takes minutes to unpack the same files once more.
    """
    (own,) = importlib.metadata.distributions(name="vetter-cutouts", path=[str(site)])
    waiting, seen = list(own.requires or ()), set()
    while waiting:
        requirement = Requirement(waiting.pop())
        is_meant = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if not is_meant or requirement.name in seen:
            continue
        seen.add(requirement.name)
        needed = importlib.metadata.distribution(requirement.name)
        waiting += needed.requires or ()
        for top in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(needed.locate_file(top))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_carries_resources_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name.startswith("vetter_cutouts-")
    assert "vetter/py.typed" in names
    assert "vetter/resources/demo/candidates.ecsv" in names
    assert "vetter/resources/demo/image.fits" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests/")]


def test_wheel_carries_of_benchmark_what_users_run(wheel: Path) -> None:
    files = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    carried = {file.stem for file in files if "benchmark" in file.parts}
    measuring = {"grid_pages", "keys", "operations", "starts", "visibility", "walk"}
    watching = {"paint_watch", "watchdog"}
    made = {"__init__", "figures", "generated_inputs", "long_sessions"}
    assert carried == made | measuring | watching


def test_wheel_runs_beside_no_more_than_it_declares(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "empty"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    python = venv / "bin" / "python"
    run(*PIP, "--python", str(python), "install", "--no-deps", "--no-compile", wheel, cwd=tmp_path)
    (site,) = venv.glob("lib/python*/site-packages")
    link_required_into(site)
    vetter = venv / "bin" / "vetter"
    assert run(vetter, "--version", cwd=tmp_path).strip().split()[-1][0].isdigit()
    run(vetter, "cutouts", "demo", "-o", tmp_path / "out", cwd=tmp_path)
    assert len(list((tmp_path / "out").rglob("*.fits"))) == 150
    run(python, "-P", "-c", OPEN_DEMO, tmp_path / "s.vetter", cwd=tmp_path)


OPEN_DEMO = """
import sys
from PyQt6.QtWidgets import QApplication
application = QApplication([])
from vetter.app import open_window
window = open_window("demo", session=sys.argv[1])
assert window.session.current_key, "no candidate"
assert "site-packages" in sys.modules["vetter"].__file__
window.close()
"""
