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
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.helpers.collecting import collect_and_freeze
from tests.helpers.prompt_bot import PromptBot

ROOT = Path(__file__).resolve().parent.parent


def _temporary_in_memory(least: int = 4_000_000_000) -> None:
    """Keep the tests' files in memory, where that has room and lets programs be run.

    Each commit of a session waits for the disk, and tests make tens of thousands of commits.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK | os.X_OK):
        return
    found = os.statvfs(memory)
    if found.f_bavail * found.f_frsize >= least and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


# Before Qt, astropy and matplotlib are imported: they look at these once.
_temporary_in_memory()
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
_SETTINGS = [str(_HOME / "config" / "vetter" / f"{name}.toml") for name in ("settings", "keymap")]
# Threads of matrix libraries would wait for each other: two test processes fill two cores.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["MPLBACKEND"] = "Agg"
# Kept between runs: building matplotlib's list of fonts takes seconds.
os.environ["MPLCONFIGDIR"] = str(ROOT / ".venv" / "matplotlib")
os.environ["LC_ALL"] = "C.UTF-8"
# Images of containers set it, and without byte code each process of a test compiles all modules.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A user's QT_FONT_DPI or platform theme changes sizes and pixels.
_FOREIGN = {name for name in os.environ if name.startswith("QT_")} - {"QT_QPA_PLATFORM"}
for _variable in ("DISPLAY", "WAYLAND_DISPLAY", *_FOREIGN):
    os.environ.pop(_variable, None)

# The default deadline of 200 ms for an example fails on a busy machine.
settings.register_profile("vetter", deadline=None)
settings.load_profile("vetter")


# Only the tests freeze, before each: the collector then looks through what the test has made and
# no more, where a window's own freeze would have all that a long run has loaded walked again.
gc.freeze = lambda: None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that start programs come first: of two workers one would wait for their last."""
    items.sort(key=lambda item: item.get_closest_marker("process") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage among tests while they are found: there is none, and looking takes 2 s."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Leave ten thousand tests to no later collection of garbage: each would take 0.2 s."""
    collect_and_freeze()


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real input files, where this machine has it."""
    folder = Path(os.environ.get("VETTER_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "decam_field").is_dir():
        pytest.skip(f"no real input in {folder}; VETTER_REAL_DATA names another place")
    return folder


@pytest.fixture(scope="session")
def cases(real_data: Path) -> Path:
    """The folder of inputs that went wrong, where this machine has it."""
    folder = real_data / "cases"
    if not folder.is_dir():
        pytest.skip(f"no inputs that went wrong in {real_data}")
    return folder


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PromptBot:
    """The bot of pytest-qt, whose waits end sooner."""
    return PromptBot(request)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A connection to anything but this machine fails at once."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        here = self.family not in (socket.AF_INET, socket.AF_INET6)
        if not here and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", only_here)
        yield


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a thread, a timer or a window running, or a button pressed, fails."""
    threads = set(threading.enumerate())
    # Looking through all objects takes a while: only after tests that had an application, and
    # only through what they made. What is frozen is not listed.
    has_windows = "qapp" in request.fixturenames
    if has_windows:
        # A window and its frames refer to each other: 6 MB that would stay for good once frozen.
        # pytest holds them till after the test before.
        collect_and_freeze()
    pressed = _is_button_pressed()
    yield
    left = _qt_left_running() if has_windows else []
    left += ["a pressed button of the mouse"] if _is_button_pressed() and not pressed else []
    left += _threads(threads) + _user_settings()
    if left:
        pytest.fail("left behind: " + ", ".join(left))


def _user_settings() -> list[str]:
    """Return the names of settings that a test has written for all later ones; remove them."""
    left = [file for file in _SETTINGS if os.path.exists(file)]
    for file in left:
        os.unlink(file)
    return [os.path.basename(file) for file in left]


def _is_button_pressed() -> bool:
    """Whether Qt takes a mouse button for pressed, as after QTest.mouseDClick."""
    widgets = sys.modules.get("PyQt6.QtWidgets")
    if widgets is None:
        return False
    return bool(widgets.QApplication.mouseButtons().value)


def _threads(before: set[threading.Thread]) -> list[str]:
    """Python threads begun since, after ten seconds in which they may end on a busy machine.

    Threads that Qt began show up as dummies and stay in Python's list when they have ended:
    they are counted by :func:`_qt_left_running`.
    """
    deadline = time.monotonic() + 10
    while True:
        left = [
            thread
            for thread in set(threading.enumerate()) - before
            if thread.is_alive() and not isinstance(thread, threading._DummyThread)
        ]
        if not left or time.monotonic() > deadline:
            return [f"thread {thread.name}" for thread in left]
        time.sleep(0.01)


def _qt_left_running() -> list[str]:
    """Visible windows, active timers and running threads, by their classes' names."""
    from PyQt6 import QtCore, QtWidgets, sip

    application = QtWidgets.QApplication.instance()
    if not isinstance(application, QtWidgets.QApplication):
        return []
    application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    windows = [widget for widget in application.topLevelWidgets() if widget.isVisible()]
    left = [f"window {type(widget).__name__}" for widget in windows]
    kinds = (QtCore.QTimer, QtCore.QThread, QtCore.QThreadPool)
    made = [item for item in gc.get_objects() if isinstance(item, kinds)]
    for item in made:
        if sip.isdeleted(item):
            continue
        if isinstance(item, QtCore.QTimer) and item.isActive():
            left.append(f"timer of {type(item.parent()).__name__}")
        elif isinstance(item, QtCore.QThread) and _runs(item):
            left.append(f"QThread {item.objectName()!r}")
        elif isinstance(item, QtCore.QThreadPool) and not item.waitForDone(10_000):
            left.append(f"{item.activeThreadCount()} jobs of a pool")
    for child in application.children():
        if type(child).__name__ == "WindowManager":
            # The application owns it, and it holds its last window.
            child.deleteLater()
    application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    return left


def _runs(thread: Any) -> bool:
    """Whether a QThread other than the main one is still running."""
    return thread is not thread.currentThread() and bool(thread.isRunning())
