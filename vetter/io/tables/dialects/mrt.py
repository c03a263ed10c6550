"""Tables described byte by byte: in the file itself (AAS), or in a ReadMe beside it (CDS).

The standard is https://cds.unistra.fr/doc/catstd.htx; astropy reads a description and its table
from one text, which is put together here.
"""

from __future__ import annotations

import re
from pathlib import Path

from vetter.errors import InputError
from vetter.io.tables.encoding import lines_of, table_text

_DESCRIPTION = re.compile(
    r"^\s*Byte-(?:by|per)-byte Description(?: of file)?:?[ \t]*(.*)$", re.I | re.M
)
_SUMMARY = re.compile(r"^File Summary:", re.IGNORECASE | re.MULTILINE)
_README = ("ReadMe", "ReadMe.txt", "README", "readme", "readme.txt")
_RULE = ("------", "======")
_MAX_README_BYTES = 10_000_000
_MAX_LISTED = 5


def is_described(head: str) -> bool:
    """Return whether a text has a description of columns byte by byte."""
    return _DESCRIPTION.search(head) is not None


def described_text(path: Path) -> str:
    """Return the text of a table with its own description, in the words that astropy looks for.

    Raises
    ------
    InputError
        The file describes tables that are other files.
    """
    text = table_text(path)
    if _SUMMARY.search(text):
        files = [match[1].strip() for match in _DESCRIPTION.finditer(text)]
        listed = ", ".join(files[:_MAX_LISTED]) + (" and more" if len(files) > _MAX_LISTED else "")
        raise InputError(f"{path}: a description of other files: give one of these, {listed}")
    return _DESCRIPTION.sub(r"Byte-by-byte Description of file: \1", text)


def text_with_readme(path: Path) -> str | None:
    """Return a table below the description of a ReadMe beside it; None without such a ReadMe."""
    for name in _README:
        readme = path.parent / name
        if readme == path or not readme.is_file() or readme.stat().st_size > _MAX_README_BYTES:
            continue
        try:
            described = readme.read_bytes().decode("utf-8", "replace")
        except OSError:
            # The table may be readable without it.
            continue
        section = _section(described, path.name)
        if section is not None:
            return f"{section}\n{table_text(path)}"
    return None


def _section(text: str, name: str) -> str | None:
    """Return the description of one file, up to its last rule; None if it is not described."""
    matches = list(_DESCRIPTION.finditer(text))
    for place, match in enumerate(matches):
        if name not in re.split(r"[\s,]+", match[1]):
            continue
        end = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        lines = lines_of(text[match.end() : end])
        ends = [number for number, line in enumerate(lines) if line.startswith("======")]
        lines = lines[: ends[0]] if ends else lines
        rules = [number for number, line in enumerate(lines) if line.startswith(_RULE)]
        below = lines[: rules[-1] + 1] if rules else lines
        return "\n".join([f"Byte-by-byte Description of file: {name}", *below[1:]])
    return None
