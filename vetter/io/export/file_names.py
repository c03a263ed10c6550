"""File names for candidates, whatever the candidates are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 120
"""Characters: with a number, an extension and a temporary prefix still under 255 bytes."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
# What Windows takes for a device, with any extension.
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?=\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A file name without extension that every file system takes and no shell trips over.

    Letters lose their accents; other characters that are not ASCII letters, digits or ``._+-``
    become ``_``. No path, no leading dot or dash, no trailing dot, no device of Windows,
    never empty.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _UNSAFE.sub("_", plain).lstrip("._-")[:LONGEST].rstrip(".")
    return _DEVICES.sub(r"\1_", plain, count=1) if _DEVICES.match(plain) else plain or "candidate"


def safe_names(names: Iterable[str]) -> list[str]:
    """Different file names for all, also where the disk does not tell A from a.

    A name that is taken gets ``_2``, ``_3``... in the order of the list, so that a candidate
    keeps its file name whichever of the others are written.
    """
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    chosen = []
    for name in names:
        base = candidate = safe_name(name)
        number = numbers.get(base.casefold(), 1)
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{base}_{number}"
        numbers[base.casefold()] = number
        taken.add(candidate.casefold())
        chosen.append(candidate)
    return chosen
