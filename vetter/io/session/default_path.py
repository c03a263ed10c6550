"""Where a session is kept when the user names no file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from vetter.errors import VetterError
from vetter.io.files.path_lists import only_list
from vetter.io.input_options import absolute
from vetter.io.session.session_file import SessionFile

SUFFIX = ".vetter"


def default_session_path(inputs: Sequence[str]) -> Path:
    """Beside the first input, under its name; in the user's data folder where that cannot be.

    Where the session of that name was recorded on another input, which is there still
    (``x.csv`` beside ``x.ecsv``), it is left to that: the whole name stands in front of the
    ending then, ``x.ecsv.vetter``.

    Parameters
    ----------
    inputs : sequence of str
        As on the command line. A session is its own path; 'demo' and a folder that cannot
        be written to have theirs in the user's data folder.
    """
    first = inputs[0]
    if first == "demo":
        return _users_folder() / f"demo{SUFFIX}"
    if _place(first).suffix == SUFFIX:
        return _place(first)
    paths = _names(_place(first))
    usual = next(paths)
    if os.path.lexists(usual) and not others_input(usual, first):
        return usual
    for earlier in _with_sign(first, usual):
        if os.path.lexists(earlier) and not others_input(earlier, first):
            return earlier
    # One under the whole name is found also where the shorter one is gone.
    other = next(p for p in paths if not os.path.lexists(p) or not others_input(p, first))
    return other if os.path.lexists(other) or os.path.lexists(usual) else usual


def results_folder(session: Path, inputs: Sequence[str]) -> Path:
    """Return the folder in which files made from a session are suggested.

    It is the session's own, or the first input's where the session is in the user's data folder.
    Where nothing can be written there, it is the working directory.

    Parameters
    ----------
    session : Path
        The session file.
    inputs : sequence of str
        The inputs of the session, as on the command line.
    """
    folder = session.absolute().parent
    if _same(folder, _users_folder()):
        own = [] if not inputs or inputs[0] == "demo" else [_place(inputs[0]).absolute().parent]
        folder = next((one for one in own if one.is_dir()), Path.cwd())
    return folder if os.access(folder, os.W_OK) else Path.cwd()


def taken_words(path: Path, inputs: Sequence[str]) -> str:
    """Why a new session is not called as usual, for the user; empty where it is.

    Parameters
    ----------
    path : Path
        Of a session that is about to be made, or is there already.
    inputs : sequence of str
        What it is made on.
    """
    if not inputs or inputs[0] == "demo" or path.exists():
        return ""
    usual = next(_names(_place(inputs[0])))
    if path.absolute() == usual.absolute() or not usual.exists():
        return ""
    other = others_input(usual, inputs[0])
    if not other:
        return ""
    return f"{usual.name} is the session of {Path(other).name}: this one is {path.name}"


def others_input(session: Path, first: str) -> str:
    """The input that a session was recorded on, where that is there still and is another one.

    Empty where the session was ever opened on this input, and where it does not tell: what
    cannot be read is said by whoever opens it.
    """
    try:
        with SessionFile.open(session, "", read_only=True) as file:
            recorded = [one.record.get("inputs") for one in file.inputs()]
    except VetterError:
        return ""
    firsts = [str(names[0]) for names in recorded if isinstance(names, list) and names]
    own = _place(first).absolute()
    if any(_are_listed(names, first) for names in recorded):
        return ""
    places = {text: _place(text).absolute() for text in firsts}
    # One of this name in another place is what a folder was copied from.
    if any(place.name == own.name or _same(place, own) for place in places.values()):
        return ""
    return next((text for text in reversed(firsts) if places[text].exists()), "")


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and os.path.samefile(one, other)


def _are_listed(names: object, first: str) -> bool:
    """Whether a session's inputs are the files that a text lists: it was recorded on them where
    the text means others in another folder."""
    try:
        listed = only_list([first])
    except VetterError:
        # Whoever opens it says what is wrong with it.
        return False
    return listed is not None and names == [absolute(file) for file in listed.files]


def _place(text: str) -> Path:
    """The file or folder of an input: without its ``[EXT]`` or ``@``, the folder of a glob."""
    path = Path(re.sub(r"\[[^]]*\]$", "", text))
    if text.startswith("@") and not path.exists():
        path = Path(text[1:])
    if any(letter in path.name for letter in "*?"):
        path = path.parent
    return path


def _with_sign(text: str, usual: Path) -> Iterator[Path]:
    """Where the session of ``@files.txt`` was kept when the sign counted as part of the name."""
    if text.startswith("@") and not Path(text).exists():
        yield usual.with_name(f"@{usual.name}")
        yield next(_names(Path(text)))


def _short(place: Path) -> str:
    name = place.absolute().name
    return name.split(".")[0] if place.is_file() else name


def _names(place: Path) -> Iterator[Path]:
    """Paths of a session, the usual one first."""
    folder = place.absolute().parent
    front = ""
    if not os.access(folder, os.W_OK):
        # Two inputs of one name from two places must not share a session.
        front = re.sub(r"[^\w]+", "_", str(folder)).strip("_") + "_"
        folder = _users_folder()
    short, whole = _short(place), place.absolute().name
    for name in dict.fromkeys((short, whole)):
        yield folder / f"{front}{name}{SUFFIX}"
    for number in count(2):
        yield folder / f"{front}{whole}-{number}{SUFFIX}"


def _users_folder() -> Path:
    from platformdirs import user_data_path

    folder = user_data_path("vetter", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
