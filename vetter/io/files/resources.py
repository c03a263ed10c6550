"""Files that come with the program: the demo field, the user guide, the icons."""

from __future__ import annotations

from pathlib import Path

from vetter.errors import InputError


def resource_path(name: str) -> Path:
    """A file or folder of ``resources/``: in the installed package, or beside a checkout's.

    Raises
    ------
    InputError
        It is not there: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent.parent
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise InputError(f"resources/{name}: missing from the installation in {package}")
