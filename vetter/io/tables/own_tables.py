"""Tables that this program wrote, told by their columns."""

from __future__ import annotations

from pathlib import Path

from vetter.io.files.regular_files import open_plain_file

_HEAD = 1 << 16
_MAKERS = {
    "vetter adjust": (b"adjust_chi2", b"disappeared_reason"),
    "vetter export": (b"verdict", b"reviewer", b"decided_at"),
}


def made_by(path: Path) -> str:
    """The command that wrote a table; empty for any other, and where it cannot be read.

    All formats that are written hold their columns' names as text in front of the rows.
    """
    try:
        with open_plain_file(path) as file:
            head = file.read(_HEAD).lower()
    except OSError:
        # Whoever opens it says why.
        return ""
    makers = (maker for maker, names in _MAKERS.items() if all(name in head for name in names))
    return next(makers, "")
