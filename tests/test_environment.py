"""scripts/make_environment.py: what it does when pip or an earlier run did not succeed."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, for a checkout in a folder of its own."""
    spec = importlib.util.spec_from_file_location("made", SCRIPTS / "make_environment.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    for name in ("pins.txt", "run.txt", "dev.txt"):
        (root / "requirements" / name).write_text("")
    monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(module, "VENV", root / ".venv")
    monkeypatch.setattr(module, "PYTHON", root / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "PINS", root / "requirements" / "pins.txt")
    monkeypatch.setattr(module, "LOG", root / "log")
    monkeypatch.setattr(module, "UNFINISHED", root / ".venv" / "unfinished")
    return module


def pretend(module: ModuleType, monkeypatch: pytest.MonkeyPatch, fails: bool = False) -> list[str]:
    """Stand in for the making of a venv and for pip; what was called, in order."""
    called: list[str] = []

    def make_venv() -> None:
        called.append("venv")
        (module.VENV / "bin").mkdir(parents=True, exist_ok=True)
        (module.VENV / "lib" / "python3.99" / "site-packages").mkdir(parents=True, exist_ok=True)
        module.PYTHON.touch()

    def install(kind: str) -> None:
        called.append(kind)
        if fails:
            raise module.CannotInstall("no network")

    monkeypatch.setattr(module, "make_venv", make_venv)
    monkeypatch.setattr(module, "install", install)
    monkeypatch.setattr(
        module, "usable", lambda: module.PYTHON.exists() and not module.UNFINISHED.exists()
    )
    return called


def test_installs_once(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    called = pretend(environment, monkeypatch)
    environment.prepare("run")
    environment.prepare("run")
    assert called == ["venv", "run"]


def test_changed_pins_install_again_into_the_same_venv(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = pretend(environment, monkeypatch)
    environment.prepare("run")
    environment.PINS.write_text("numpy==2.0\n")
    environment.prepare("run")
    assert called == ["venv", "run", "run"]


def test_the_developers_environment_serves_the_program(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = pretend(environment, monkeypatch)
    environment.prepare("dev")
    environment.prepare("run")
    assert called == ["venv", "dev"]


def test_a_killed_installation_starts_afresh(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = pretend(environment, monkeypatch)
    environment.prepare("run")
    environment.UNFINISHED.touch()
    environment.PINS.write_text("numpy==2.0\n")
    environment.prepare("run")
    assert called == ["venv", "run", "venv", "run"]


def test_a_failed_installation_is_tried_again(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(environment, monkeypatch, fails=True)
    with pytest.raises(environment.CannotInstall):
        environment.prepare("run")
    called = pretend(environment, monkeypatch)
    environment.prepare("run")
    assert called == ["run"]


def test_no_network_is_said_in_words(environment: ModuleType) -> None:
    output = "WARNING: Retrying ... NewConnectionError('...')\nERROR: No matching distribution"
    said = environment.failure(["No matching distribution"], output)
    assert "could not be reached" in said
    assert "\n" not in said


def test_the_stamp_is_what_the_shell_compares() -> None:
    """environment.sh builds the same bytes from the same files."""
    text = (SCRIPTS / "environment.sh").read_text()
    assert 'cat "$root/scripts/make_environment.py" "$root/requirements/pins.txt" "$@"' in text
    checked = subprocess.run(["sh", "-n", SCRIPTS / "environment.sh"], check=False)
    assert checked.returncode == 0


def test_the_checkout_is_on_the_path_relative_to_it(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(environment, monkeypatch)
    environment.prepare("run")
    (file,) = environment.VENV.rglob("vetter-checkout.pth")
    assert (file.parent / file.read_text().strip()).resolve() == environment.ROOT.resolve()
