"""Check for the system libraries that Qt's wheels need on Linux, before Qt aborts.

Qt ends the process, without an exception, if its platform plugin cannot be loaded or the screen
cannot be reached. Loading the plugin here first costs nothing: Qt would load the same file.
This module imports no Qt.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vetter.errors import VetterError

Load = Callable[[str], Any]

# Libraries needed on any platform: file, Debian package, Fedora package.
_COMMON = (
    ("libEGL.so.1", "libegl1", "libglvnd-egl"),
    ("libGL.so.1", "libgl1", "libglvnd-glx"),
    ("libX11.so.6", "libx11-6", "libX11"),
    ("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    ("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    ("libfreetype.so.6", "libfreetype6", "freetype"),
    ("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    ("libgthread-2.0.so.0", "libglib2.0-0", "glib2"),
    ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    ("libz.so.1", "zlib1g", "zlib"),
    ("libzstd.so.1", "libzstd1", "libzstd"),
)
_X11 = (
    ("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    ("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    ("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    ("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    ("libxcb-render.so.0", "libxcb-render0", "libxcb"),
    ("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    ("libxcb-shm.so.0", "libxcb-shm0", "libxcb"),
    ("libxcb-sync.so.1", "libxcb-sync1", "libxcb"),
    ("libxcb-util.so.1", "libxcb-util1", "xcb-util"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb"),
    ("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
    ("libxcb.so.1", "libxcb1", "libxcb"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
_WAYLAND = (
    ("libwayland-client.so.0", "libwayland-client0", "libwayland-client"),
    ("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
)
_LIBRARIES = {"xcb": _COMMON + _X11, "wayland": _COMMON + _WAYLAND}


def qt_platform(environment: Mapping[str, str]) -> str:
    """Return the platform plugin that Qt will load: 'xcb', 'wayland', 'offscreen'..."""
    requested = environment.get("QT_QPA_PLATFORM", "")
    if requested:
        return requested.split(";")[0].split(":")[0]
    wayland = environment.get("XDG_SESSION_TYPE") == "wayland" or "DISPLAY" not in environment
    return "wayland" if wayland and environment.get("WAYLAND_DISPLAY") else "xcb"


def missing_libraries(platform: str, load: Load = ctypes.CDLL) -> list[tuple[str, str, str]]:
    """Return the libraries that cannot be loaded: (file, Debian package, Fedora package)."""
    needed = _LIBRARIES.get(platform, _COMMON)
    return [row for row in needed if not _can_load(row[0], load)]


def check_qt_libraries(
    environment: Mapping[str, str] = os.environ, load: Load = ctypes.CDLL
) -> None:
    """Check that Qt can start; to be called before a QApplication is made.

    Raises
    ------
    VetterError
        Libraries are missing (the message has the install command), or no screen is reachable.
    """
    if not sys.platform.startswith("linux"):
        return
    platform = qt_platform(environment)
    if platform == "xcb" and not environment.get("DISPLAY"):
        raise VetterError(
            "no screen to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set; "
            "over ssh, try ssh -X; 'vetter --help' names the commands that need no window"
        )
    for file in _wheel_files(platform):
        try:
            load(str(file))
        except OSError as error:
            raise VetterError(
                missing_libraries_text(missing_libraries(platform, load), str(error))
            ) from error
    if platform == "xcb":
        _check_screen(environment["DISPLAY"], load)


def missing_libraries_text(rows: Sequence[tuple[str, str, str]], loader_error: str = "") -> str:
    """Return one line with the missing files and the command that installs them."""
    if not rows:
        return f"Qt cannot be loaded: {loader_error}"
    files = ", ".join(row[0] for row in rows)
    return f"Qt needs system libraries that are not installed: {files}; {_install_command(rows)}"


def _install_command(rows: Sequence[tuple[str, str, str]]) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("dnf"):
        return f"install them with: {sudo}dnf install {_package_names(rows, 2)}"
    if shutil.which("apt-get"):
        return f"install them with: {sudo}apt install {_package_names(rows, 1)}"
    return f"their Debian packages are {_package_names(rows, 1)}"


def _package_names(rows: Sequence[tuple[str, str, str]], column: int) -> str:
    return " ".join(dict.fromkeys(row[column] for row in rows))


def _can_load(name: str, load: Load) -> bool:
    try:
        load(name)
    except OSError:
        return False
    return True


def _wheel_files(platform: str) -> list[Path]:
    """Return the files of the PyQt6 wheel that load all others; empty for a system's Qt."""
    spec = importlib.util.find_spec("PyQt6")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        qt = Path(folder) / "Qt6"
        files = [qt / "lib" / "libQt6Gui.so.6", qt / "plugins" / "platforms" / f"libq{platform}.so"]
        return [file for file in files if file.exists()]
    return []


def _check_screen(display: str, load: Load) -> None:
    """Raise VetterError if no X server answers; Qt would abort."""
    xcb = load("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        raise VetterError(f"no X server answers at DISPLAY={display}, so no window can be opened")


def main() -> int:
    """Run scripts/check_system; return 0 if no library is missing."""
    import argparse

    parser = argparse.ArgumentParser(description="Name the system libraries that Qt lacks here.")
    parser.add_argument("--platform", default=qt_platform(os.environ))
    parser.add_argument("--packages", action="store_true", help="Debian's package names alone")
    options = parser.parse_args()
    rows = missing_libraries(options.platform) if sys.platform.startswith("linux") else []
    if options.packages:
        print(_package_names(rows, 1))
    elif rows:
        print(missing_libraries_text(rows))
    else:
        print(f"nothing is missing for Qt's platform {options.platform}")
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
