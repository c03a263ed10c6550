"""Keys by their place on the keyboard, for layouts that cannot type them unshifted.

Digits need Shift on a French keyboard, brackets AltGr on a German one, and a Russian one has
letters where comma and dot are. A key that no command claims by what it types is tried again by
where it is.
"""

from __future__ import annotations

import sys

from PyQt6.QtGui import QKeyEvent

# evdev codes plus 8, as X11 and Wayland report them; Windows gives set-1 scan codes.
_X11 = {**{9 + digit: str(digit) for digit in range(1, 10)}, 19: "0", 34: "[", 35: "]"}
_X11 |= {59: ",", 60: "."}
_WINDOWS = {**{1 + digit: str(digit) for digit in range(1, 10)}, 11: "0", 26: "[", 27: "]"}
_WINDOWS |= {51: ",", 52: "."}


def key_by_place(event: QKeyEvent) -> str | None:
    """The key that a US keyboard has in this place, if it is a digit, a bracket, a comma or a dot.

    None for other places, and on macOS, which reports no scan codes.
    """
    if sys.platform.startswith("win"):
        return _WINDOWS.get(event.nativeScanCode())
    if sys.platform == "darwin":
        return None
    return _X11.get(event.nativeScanCode())
