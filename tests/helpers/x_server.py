"""An X server with a window manager, keys as a keyboard sends them, and the screen's pixels."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TOOLS = ("Xvfb", "openbox", "xdotool", "xprop")


def require_x() -> None:
    """Skip, saying why, where this machine cannot show windows; in CI that is a failure."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not absent:
        return
    reason = f"needs {', '.join(absent)}; scripts/test installs them as root on Debian"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """The condition's first true value; fails naming ``what`` when it stays false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


class XServer:
    """Xvfb and, unless ``managed`` is False, openbox on a display of their own.

    The screen is a file in ``folder`` (Xvfb's -fbdir), so it is read without asking the server.
    """

    def __init__(self, folder: Path, size: str = "1600x900", managed: bool = True) -> None:
        require_x()
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24"]
        self._server = subprocess.Popen(
            [*command, "-noreset", "-fbdir", str(folder)],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.display = f":{number}"
        self.environment = {
            **os.environ,
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_XCB_GL_INTEGRATION": "none",
        }
        self._processes = [self._server]
        self._screen = np.memmap(folder / "Xvfb_screen0", np.uint8, mode="r")
        if managed:
            self._manage()

    def _manage(self) -> None:
        manager = subprocess.Popen(
            ["openbox"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.insert(0, manager)
        wait_for(self._is_managed, "the window manager")

    def _is_managed(self) -> bool:
        return "window id" in self._output("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")

    def _output(self, *command: str) -> str:
        run = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        return run.stdout

    def screen(self, part: tuple[slice, slice] = np.s_[:, :]) -> np.ndarray:
        """A copy of the pixels, or of a part of them, shape (height, width), 0x00RRGGBB."""
        header = self._screen[:100].view(">u4")
        start = int(header[0]) + 12 * int(header[19])
        height, width, stride = int(header[5]), int(header[4]), int(header[12])
        pixels = self._screen[start : start + height * stride].reshape(height, stride)
        return pixels[:, : 4 * width].view("<u4")[part] & 0xFFFFFF

    def press(self, *keys: str) -> None:
        """Press and release keys, by xdotool's names, as a keyboard would."""
        subprocess.run(
            ["xdotool", "key", "--clearmodifiers", *keys], env=self.environment, check=True
        )

    def window_of(self, pid: int) -> str:
        """The visible window of a process; waits until it has one and the keyboard's focus."""

        def found() -> str:
            ids = self._output("xdotool", "search", "--onlyvisible", "--pid", str(pid)).split()
            return ids[-1] if ids else ""

        window = str(wait_for(found, "a window"))
        subprocess.run(
            ["xdotool", "windowactivate", "--sync", window], env=self.environment, check=True
        )
        return window

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.terminate()
            process.wait(10)


class Program:
    """``vetter`` as a process of its own."""

    def __init__(self, server: XServer, log: Path, arguments: Sequence[str]) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "vetter", *arguments],
                env=server.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """End it and its workers at once, as a power cut would: nobody gets to save anything."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
