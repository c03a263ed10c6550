"""A draft of fields as the text of a field file (TOML)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from vetter.core.cutout.plane import ORDER
from vetter.io.fits.exposure import iso
from vetter.io.night.draft import Draft, DraftField

_KEYS = (*ORDER, "variance", "weight")
_LISTED = 100
"""Left-over files that are named; more are counted."""

_HEAD = """\
# Fields found by `vetter fields`, in the order of time; to be looked over.
# Paths are relative to this file.

# radius = 20          # half the side of a cutout, pixels
# match = "id"         # epochs of an object: the same in the column `object`
# object = "objectId"
# match_radius = 1.5   # or within so many arcseconds (the default, without such a column)
"""


def field_file_text(draft: Draft, folder: Path) -> str:
    """The text of a field file that lies in a folder.

    What could not be placed is listed in comments at the end, with the reason.
    """
    parts = [_HEAD, *(_field(one, folder) for one in draft.fields)]
    if draft.unplaced:
        lines = [
            f"#   {_comment(_relative(path, folder))}: {_comment(why)}"
            for path, why in draft.unplaced[:_LISTED]
        ]
        more = len(draft.unplaced) - _LISTED
        lines += [f"#   and {more} more"] if more > 0 else []
        parts.append("\n".join(["# Not placed:", *lines]) + "\n")
    return "\n".join(parts)


def _field(one: DraftField, folder: Path) -> str:
    lines = ["[[field]]", f"name = {_text(one.name)}"]
    if one.candidates is None:
        lines.append("# candidates = ...   # no list was found: nothing was found on this image")
    else:
        lines.append(f"candidates = {_text(_relative(one.candidates, folder))}")
    lines += [
        f"{key} = {_text(_relative(one.planes[key], folder))}"
        for key in _KEYS
        if key in one.planes and not _second_error(key, one)
    ]
    extra = [name for name in one.planes if name not in _KEYS]
    if extra:
        pairs = (f"{name} = {_text(_relative(one.planes[name], folder))}" for name in extra)
        lines.append(f"plane = {{{', '.join(pairs)}}}")
    lines += [
        f"# {key} = {_text(_relative(one.planes[key], folder))}   # err is given already"
        for key in _KEYS
        if key in one.planes and _second_error(key, one)
    ]
    lines.append(f"time = {iso(one.mjd)}Z" if one.mjd is not None else _MISSING.format("time"))
    lines.append(f"filter = {_text(one.filter)}" if one.filter else _MISSING.format("filter"))
    return "\n".join(lines) + "\n"


_MISSING = "# {} = ...   # not in the header"


def _second_error(key: str, one: DraftField) -> bool:
    """Whether the errors are given by another plane before this one."""
    errors = [name for name in ("err", "variance", "weight") if name in one.planes]
    return key in errors[1:]


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()


def _text(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """What may stand in a comment: no control characters, no halves of characters."""
    return "".join(c if c.isprintable() else "?" for c in text)
