"""Where a session is kept when the user names no file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

SUFFIX = ".vetter"


def default_session_path(inputs: Sequence[str]) -> Path:
    """Beside the first input, under its name; in the user's data folder where that cannot be.

    Parameters
    ----------
    inputs : sequence of str
        As on the command line. A session is its own path; 'demo' and a folder that cannot
        be written to have theirs in the user's data folder.
    """
    first = inputs[0]
    if first == "demo":
        return _users_folder() / f"demo{SUFFIX}"
    path = Path(re.sub(r"\[[^]]*\]$", "", first))
    if path.suffix == SUFFIX:
        return path
    if any(letter in path.name for letter in "*?"):
        path = path.parent
    folder = path.absolute().parent
    name = path.absolute().name.split(".")[0] if path.is_file() else path.absolute().name
    if os.access(folder, os.W_OK):
        return folder / f"{name}{SUFFIX}"
    # Two inputs of one name from two places must not share a session.
    place = re.sub(r"[^\w]+", "_", str(folder)).strip("_")
    return _users_folder() / f"{place}_{name}{SUFFIX}"


def _users_folder() -> Path:
    from platformdirs import user_data_path

    folder = user_data_path("vetter", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
