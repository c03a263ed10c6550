"""Default path of a session, used when the user names no file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from vetter.errors import VetterError
from vetter.io.files.path_lists import only_list
from vetter.io.input_options import absolute_name
from vetter.io.session.session_file import SessionFile

SUFFIX = ".vetter"


def default_session_path(inputs: Sequence[str]) -> Path:
    """Return a path beside the first input, with its name.

    If the session of that name was recorded on another input that still exists (``x.csv``
    beside ``x.ecsv``), the whole file name is used: ``x.ecsv.vetter``.

    Parameters
    ----------
    inputs : sequence of str
        As on the command line. A session is its own path. Sessions of 'demo' and of inputs in
        a folder that cannot be written to are in the user's data folder.
    """
    first = inputs[0]
    if first == "demo":
        return _user_data_folder() / f"demo{SUFFIX}"
    if _input_path(first).suffix == SUFFIX:
        return _input_path(first)
    paths = _iter_paths(_input_path(first))
    usual = next(paths)
    if os.path.lexists(usual) and not find_other_input(usual, first):
        return usual
    for earlier in _iter_paths_with_sign(first, usual):
        if os.path.lexists(earlier) and not find_other_input(earlier, first):
            return earlier
    # A session with the whole name is used even if the one with the shorter name is gone.
    other = next(p for p in paths if not os.path.lexists(p) or not find_other_input(p, first))
    return other if os.path.lexists(other) or os.path.lexists(usual) else usual


def results_folder(session: Path, inputs: Sequence[str]) -> Path:
    """Return the folder in which files made from a session are suggested.

    It is the session's folder, or the first input's if the session is in the user's data folder.
    If that folder cannot be written to, it is the working directory.

    Parameters
    ----------
    session : Path
        The session file.
    inputs : sequence of str
        The inputs of the session, as on the command line.
    """
    folder = session.absolute().parent
    if _is_same_file(folder, _user_data_folder()):
        is_demo = not inputs or inputs[0] == "demo"
        beside = [] if is_demo else [_input_path(inputs[0]).absolute().parent]
        folder = next((path for path in beside if path.is_dir()), Path.cwd())
    return folder if os.access(folder, os.W_OK) else Path.cwd()


def unusual_name_note(path: Path, inputs: Sequence[str]) -> str:
    """Return a line for the user if a new session does not get its usual name; '' if it does.

    Parameters
    ----------
    path : Path
        The session file, about to be made or existing.
    inputs : sequence of str
        The inputs of the session, as on the command line.
    """
    if not inputs or inputs[0] == "demo" or path.exists():
        return ""
    usual = next(_iter_paths(_input_path(inputs[0])))
    other = find_other_input(usual, inputs[0])
    if not other:
        return ""
    return f"{usual.name} is the session of {Path(other).name}: this one is {path.name}"


def find_other_input(session: Path, first: str) -> str:
    """Return the other input that a session was recorded on, if it still exists.

    Empty if the session was ever opened on this input, or cannot be read: opening the session
    reports the error.
    """
    try:
        with SessionFile.open(session, "", read_only=True) as file:
            recorded = [opening.record.get("inputs") for opening in file.inputs()]
    except VetterError:
        return ""
    firsts = [str(names[0]) for names in recorded if isinstance(names, list) and names]
    own = _input_path(first).absolute()
    if any(_is_list_of(names, first) for names in recorded):
        return ""
    places = {text: _input_path(text).absolute() for text in firsts}
    # An input of this name in another folder is the original of a copied folder.
    if any(place.name == own.name or _is_same_file(place, own) for place in places.values()):
        return ""
    return next((text for text in reversed(firsts) if places[text].exists()), "")


def _is_same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and os.path.samefile(one, other)


def _is_list_of(names: object, first: str) -> bool:
    """Return whether a session's inputs are the files that a list of paths names.

    A list of relative paths names other files in another folder, so the files are recorded.
    """
    try:
        listed = only_list([first])
    except VetterError:
        # Opening the list reports the error.
        return False
    return listed is not None and names == [absolute_name(file) for file in listed.files]


def _input_path(text: str) -> Path:
    """Return the path of an input without its ``[EXT]`` or ``@``; of a glob, its folder."""
    path = Path(re.sub(r"\[[^]]*\]$", "", text))
    if text.startswith("@") and not path.exists():
        path = Path(text[1:])
    if any(letter in path.name for letter in "*?"):
        path = path.parent
    return path


def _iter_paths_with_sign(text: str, usual: Path) -> Iterator[Path]:
    """Yield the earlier paths of the session of ``@files.txt``, with the sign in the name."""
    if text.startswith("@") and not Path(text).exists():
        yield usual.with_name(f"@{usual.name}")
        yield next(_iter_paths(Path(text)))


def _short_name(place: Path) -> str:
    name = place.absolute().name
    return name.split(".")[0] if place.is_file() else name


def _iter_paths(place: Path) -> Iterator[Path]:
    """Yield the possible paths of an input's session, the usual one first."""
    folder = place.absolute().parent
    front = ""
    if not os.access(folder, os.W_OK):
        # Two inputs of one name from two folders must not share a session.
        front = re.sub(r"[^\w]+", "_", str(folder)).strip("_") + "_"
        folder = _user_data_folder()
    short, whole = _short_name(place), place.absolute().name
    for name in dict.fromkeys((short, whole)):
        yield folder / f"{front}{name}{SUFFIX}"
    for number in count(2):
        yield folder / f"{front}{whole}-{number}{SUFFIX}"


def _user_data_folder() -> Path:
    from platformdirs import user_data_path

    folder = user_data_path("vetter", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
