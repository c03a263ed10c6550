"""What every test starts from: no screen, no network, no user's settings, nothing left behind."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Before Qt, astropy and matplotlib are imported: they look at these once.
_HOME = Path(tempfile.mkdtemp(prefix="vetter-test-home-"))
# For pip in tests of its own, whose cache is worth minutes.
os.environ.setdefault("VETTER_TEST_REAL_HOME", os.path.expanduser("~"))
os.environ["HOME"] = str(_HOME)
for _variable, _folder in (
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_RUNTIME_DIR", "runtime"),
):
    (_HOME / _folder).mkdir(mode=0o700)
    os.environ[_variable] = str(_HOME / _folder)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["MPLBACKEND"] = "Agg"
# Kept between runs: building matplotlib's list of fonts takes seconds.
os.environ["MPLCONFIGDIR"] = str(ROOT / ".venv" / "matplotlib")
os.environ["LC_ALL"] = "C.UTF-8"
for _variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE"):
    os.environ.pop(_variable, None)


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real input files, where this machine has it."""
    folder = Path(os.environ.get("VETTER_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "decam_field").is_dir():
        pytest.skip(f"no real input in {folder}; VETTER_REAL_DATA names another place")
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but this machine fails at once."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        here = self.family not in (socket.AF_INET, socket.AF_INET6)
        if not here and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test that leaves a thread, a timer or a window running fails."""
    threads = set(threading.enumerate())
    yield
    left = _windows() + _timers() + _qt_threads() + _threads(threads)
    if left:
        pytest.fail("left behind: " + ", ".join(left))


def _threads(before: set[threading.Thread]) -> list[str]:
    """Python threads begun since, after a second in which they may end.

    Threads that Qt began show up as dummies and stay in Python's list when they have ended:
    they are counted by :func:`_qt_threads`.
    """
    deadline = time.monotonic() + 1
    while True:
        left = [
            thread
            for thread in set(threading.enumerate()) - before
            if thread.is_alive() and not isinstance(thread, threading._DummyThread)
        ]
        if not left or time.monotonic() > deadline:
            return [f"thread {thread.name}" for thread in left]
        time.sleep(0.01)


def _application() -> Any:
    """The application, or None where the test had none; does not import Qt."""
    widgets = sys.modules.get("PyQt6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _windows() -> list[str]:
    application = _application()
    if application is None:
        return []
    core = sys.modules["PyQt6.QtCore"]
    application.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    return [
        f"window {type(widget).__name__}"
        for widget in application.topLevelWidgets()
        if widget.isVisible()
    ]


def _timers() -> list[str]:
    return [
        f"timer of {type(timer.parent()).__name__}"
        for timer in _living("QTimer")
        if timer.isActive()
    ]


def _qt_threads() -> list[str]:
    left = [f"QThread {thread.objectName()!r}" for thread in _living("QThread") if _runs(thread)]
    for pool in _living("QThreadPool"):
        if not pool.waitForDone(1000):
            left.append(f"{pool.activeThreadCount()} jobs of a pool")
    return left


def _runs(thread: Any) -> bool:
    """Whether a QThread other than the main one is still running."""
    return thread is not thread.currentThread() and thread.isRunning()


def _living(name: str) -> list[Any]:
    """Objects of a QtCore class that Qt has not deleted."""
    if _application() is None:
        return []
    core = sys.modules["PyQt6.QtCore"]
    sip = sys.modules["PyQt6.sip"]
    wanted = getattr(core, name)
    return [
        item for item in gc.get_objects() if isinstance(item, wanted) and not sip.isdeleted(item)
    ]
