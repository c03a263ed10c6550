"""File names that carry an HDU: ``file.fits[SCI]``, ``file.fits[2]``, ``file.fits[SCI,1][3]``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from vetter.errors import InputError

_BRACKETS = re.compile(r"^(?P<path>.*?)(?P<brackets>(?:\[[^\[\]]*\])+)$", re.DOTALL)

Extension = int | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class FitsName:
    """A file name with the HDU to read and the slices of a cube.

    ``extension`` is a number, a name, a (name, version) pair, or None for the first HDU that
    fits; ``slices`` holds 0-based numbers of planes, slowest axis first.
    """

    path: Path
    extension: Extension | None = None
    slices: tuple[int, ...] = ()

    def __str__(self) -> str:
        return str(self.path) + self.suffix

    @property
    def suffix(self) -> str:
        """The HDU and slices in brackets, as in ``[SCI,1][3]``; '' for none."""
        if self.extension is None:
            return ""
        extension = self.extension
        if isinstance(extension, tuple):
            extension = f"{extension[0]},{extension[1]}"
        return f"[{extension}]" + "".join(f"[{number}]" for number in self.slices)

    @property
    def label(self) -> str:
        """The file's name with the HDU, without folders, for messages."""
        return self.path.name + self.suffix


def parse_fits_name(spec: str | Path) -> FitsName:
    """Split a file name into path, HDU and slices.

    If a file with the whole text as its name exists, brackets included, it is that file.

    Raises
    ------
    InputError
        The brackets hold neither an HDU nor the number of a slice.
    """
    text = str(spec)
    match = _BRACKETS.match(text)
    if match is None or not match["path"] or Path(text).expanduser().exists():
        return FitsName(Path(text).expanduser())
    first, *others = re.findall(r"\[([^\[\]]*)\]", match["brackets"])
    path = Path(match["path"]).expanduser()
    slices: list[int] = []
    for number in others:
        if not number.strip().isdigit():
            raise InputError(f"{text}: expected [EXT][k] with a number k, found [{number}]")
        slices.append(int(number))
    return FitsName(path, _extension(first.strip(), text), tuple(slices))


def _extension(text: str, spec: str) -> Extension:
    if text.isdigit():
        return int(text)
    name, comma, version = text.rpartition(",")
    if comma and version.strip().isdigit() and name.strip():
        return name.strip(), int(version)
    if not text or ":" in text:
        raise InputError(
            f"{spec}: expected the name or number of an HDU in the brackets, found [{text}]"
        )
    return text
