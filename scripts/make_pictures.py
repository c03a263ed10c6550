"""Make README's pictures from the running program: the demo's window, keys pressed, as painted.

``make_pictures.py [FOLDER] [--only NAME]`` writes the pictures that README shows to FOLDER, which
is resources unless given; ``--only`` writes any of `PICTURES`. Without a display it starts Xvfb.
Run it with the environment's python: ``.venv/bin/python -P scripts/make_pictures.py``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
RESOURCES = ROOT / "resources"
PATIENCE = 300.0
"""Seconds until the fits of the demo are done, on a busy machine."""
OPENED: dict[str, Any] = {"input": "demo"}
"""What is shown, as `open_window` takes it."""
REST_MS = 4000
"""Time for what follows the panels, as thumbnails and plots: it is painted when the user rests."""


class Picture(NamedTuple):
    """One picture: the window's size, the candidate's place in the list and the keys pressed."""

    size: tuple[int, int]
    place: int
    keys: tuple[str, ...]


PICTURES = {
    "screenshot.png": Picture((1600, 890), 5, ()),
    "grid.png": Picture((1600, 890), 5, ("G",)),
    "field.png": Picture((1600, 890), 5, ("V",)),
    "measures.png": Picture((1600, 890), 5, ("O",)),
}


def shown_in(text: str) -> list[str]:
    """The pictures of resources that a page in markdown shows."""
    return re.findall(r"!\[[^\]]*\]\(resources/([\w.-]+\.png)\)", text)


def start_display() -> subprocess.Popen[bytes] | None:
    """An X server for this process where none is; None where there is one."""
    if os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    if shutil.which("Xvfb") is None:
        sys.exit("make_pictures: no display; start it in a desktop, or install Xvfb")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "2000x1200x24"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        os.environ["DISPLAY"] = f":{pipe.readline().strip()}"
    return server


def wait_until(condition: Callable[[], Any], what: str) -> None:
    """Let the program run until the condition is true."""
    from PyQt6.QtTest import QTest

    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            sys.exit(f"make_pictures: waited {PATIENCE:.0f} s in vain for {what}")
        QTest.qWait(20)


def press(window: MainWindow, key: str) -> None:
    """Press a key where the keyboard is."""
    from PyQt6.QtGui import QKeySequence
    from PyQt6.QtTest import QTest

    combination = QKeySequence(key)[0]
    target = window.focusWidget() or window
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())


def take(picture: Picture, path: Path, folder: Path) -> None:
    """Open the demo, press the keys and write what the window shows."""
    from PyQt6.QtGui import QImage
    from PyQt6.QtTest import QTest

    from vetter.app import open_window
    from vetter.settings import Settings

    session = folder / f"{path.stem}.vetter"
    opened = {"settings": Settings(), **OPENED}
    window = open_window(**opened, session=session, reviewer="ann")
    window.set_theme(dark=True)
    window.resize(*picture.size)
    window.activateWindow()
    wait_until(lambda: window.session.is_painted, "the first candidate")
    wait_until(lambda: window.fits.progress.startswith("fits: all"), "the fits")
    window.session.go_to_row(int(window.session.queue.order[picture.place]))
    wait_until(lambda: window.session.is_painted, "the candidate")
    for key in picture.keys:
        press(window, key)
    QTest.qWait(REST_MS)
    measures = window.measures
    wait_until(lambda: not measures.isVisible() or measures.measures, "the measures")
    QTest.qWait(200)
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    window.close()
    write_packed(image, path)
    print(path)


def write_packed(image: Any, path: Path) -> None:
    """Write a picture with all its tones, packed as small as PNG can: a palette blotches grey."""
    from PIL import Image

    image.save(str(path))
    with Image.open(path) as loaded:
        loaded.convert("RGB").save(path, optimize=True)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make_pictures.py", description="README's pictures")
    parser.add_argument("folder", nargs="?", type=Path, default=RESOURCES)
    parser.add_argument("--only", choices=sorted(PICTURES), action="append")
    arguments = parser.parse_args(words)
    names = arguments.only or shown_in(README.read_text(encoding="utf-8"))
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        sys.exit(f"make_pictures: README shows {', '.join(unknown)}, which is not in PICTURES")
    server = start_display()
    try:
        from PyQt6.QtWidgets import QApplication

        application = QApplication.instance() or QApplication(["vetter", "-style", "fusion"])
        arguments.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="vetter-pictures-") as folder:
            for name in names:
                take(PICTURES[name], arguments.folder / name, Path(folder))
        application.processEvents()
    finally:
        if server is not None:
            server.terminate()
            server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
