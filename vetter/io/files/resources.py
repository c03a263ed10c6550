"""Files that come with the program: the demo field, the user guide, the icons."""

from __future__ import annotations

from pathlib import Path

from vetter.errors import InputError


def resource_path(name: str) -> Path:
    """Return the path of a file or folder in ``resources/``, of the package or the checkout.

    Raises
    ------
    InputError
        The file is missing: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent.parent
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise InputError(f"resources/{name}: missing from the installation in {package}")
