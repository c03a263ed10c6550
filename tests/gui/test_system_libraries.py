from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import Any

import pytest

from vetter.errors import VetterError
from vetter.gui import system_libraries

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux leaves these libraries to the system"
)


def loader_without(*absent: str) -> Any:
    """Loads libraries but for those named, and for whatever of Qt draws them in."""

    def load(name: str) -> Any:
        if name in absent or (absent and name.endswith("libqxcb.so")):
            raise OSError(f"{absent[0]}: cannot open shared object file")
        return ctypes.CDLL(name)

    return load


@pytest.mark.parametrize(
    ("environment", "platform"),
    [
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, "offscreen"),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, "wayland"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "vnc"),
        ({"DISPLAY": ":0"}, "xcb"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w", "XDG_SESSION_TYPE": "wayland"}, "wayland"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, "xcb"),
        ({}, "xcb"),
    ],
)
def test_platform_is_the_one_qt_will_load(environment: dict[str, str], platform: str) -> None:
    assert system_libraries.qt_platform(environment) == platform


def test_offscreen_starts_here() -> None:
    system_libraries.check_qt_libraries({"QT_QPA_PLATFORM": "offscreen"})


def test_missing_libraries_are_named_with_the_line_that_brings_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
    load = loader_without("libxcb-cursor.so.0", "libxcb-icccm.so.4")
    with pytest.raises(VetterError) as caught:
        system_libraries.check_qt_libraries({"DISPLAY": ":0"}, load)
    line = str(caught.value)
    assert "libxcb-cursor.so.0, libxcb-icccm.so.4" in line
    assert line.endswith("apt install libxcb-cursor0 libxcb-icccm4")


def test_fedora_gets_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "dnf" else None)
    rows = system_libraries.missing_libraries("xcb", loader_without("libxcb-cursor.so.0"))
    assert system_libraries.missing_libraries_text(rows).endswith("dnf install xcb-util-cursor")


def test_a_package_of_two_libraries_is_named_once() -> None:
    load = loader_without("libglib-2.0.so.0", "libgthread-2.0.so.0")
    line = system_libraries.missing_libraries_text(
        system_libraries.missing_libraries("offscreen", load)
    )
    assert line.count("libglib2.0-0") + line.count("glib2 ") <= 1


def test_an_unknown_library_is_named_in_the_loaders_words() -> None:
    assert "libnew.so.9" in system_libraries.missing_libraries_text([], "libnew.so.9: cannot open")


def test_no_screen_is_said() -> None:
    with pytest.raises(VetterError, match="neither DISPLAY nor WAYLAND_DISPLAY"):
        system_libraries.check_qt_libraries({})


def test_a_display_that_does_not_answer_is_named() -> None:
    if system_libraries.missing_libraries("xcb"):
        pytest.skip("this machine lacks Qt's libraries for X11")
    with pytest.raises(VetterError, match="DISPLAY=:9876"):
        system_libraries.check_qt_libraries({"DISPLAY": ":9876"})


ROWS = [
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
]


@pytest.mark.parametrize(
    ("arguments", "missing", "words", "code"),
    [
        (["--platform", "xcb"], [], "nothing is missing for Qt's platform xcb", 0),
        (["--platform", "xcb"], ROWS, "Qt needs system libraries that are not installed: ", 1),
        (["--packages"], ROWS, "libxcb-cursor0 libxcb-icccm4", 1),
        (["--packages"], [], "", 0),
    ],
)
def test_check_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    missing: list[tuple[str, str, str]],
    words: str,
    code: int,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        system_libraries, "missing_libraries", lambda name: asked.append(name) or missing
    )
    monkeypatch.setattr(sys, "argv", ["check_system", *arguments])
    assert system_libraries.main() == code
    said = capsys.readouterr().out.strip()
    assert said.startswith(words) if missing else said == words
    wanted = "xcb" if "--platform" in arguments else system_libraries.qt_platform(os.environ)
    assert asked == [wanted]


@pytest.mark.parametrize(
    ("root", "found", "command"),
    [
        (True, "apt-get", "install them with: apt install libxcb-cursor0 libxcb-icccm4"),
        (False, "apt-get", "install them with: sudo apt install libxcb-cursor0 libxcb-icccm4"),
        (False, "dnf", "install them with: sudo dnf install xcb-util-cursor xcb-util-wm"),
        (True, "", "their Debian packages are libxcb-cursor0 libxcb-icccm4"),
    ],
)
def test_command_is_that_of_the_system_and_the_user(
    monkeypatch: pytest.MonkeyPatch, root: bool, found: str, command: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == found else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    assert system_libraries.missing_libraries_text(ROWS).endswith(f"; {command}")
