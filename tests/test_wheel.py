"""The wheel, installed where nothing else is, carries its resources and opens the demo."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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
    measuring = {"grid_pages", "keys", "operations", "starts", "visibility", "walk", "watchdog"}
    assert carried == {"__init__", "figures", "generated_inputs", *measuring}


def test_wheel_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "empty"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    python = venv / "bin" / "python"
    pip = (*PIP, "--python", str(python))
    run(*pip, "install", "-c", ROOT / "requirements" / "pins.txt", wheel, cwd=tmp_path)
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
