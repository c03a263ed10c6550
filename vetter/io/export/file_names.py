"""Safe and unique file names for candidates of any name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME_LENGTH = 120
"""Number of characters: under 255 bytes with a number, an extension and a temporary prefix."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
# Names that Windows takes for devices, with any extension.
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?=\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Return a file name without extension that is safe for every file system and shell.

    Letters lose their accents; other characters that are not ASCII letters, digits or ``._+-``
    become ``_``. The name has no slash, no leading dot, underscore or dash and no trailing dot.
    It is neither a device of Windows nor empty.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _UNSAFE.sub("_", plain).lstrip("._-")[:MAX_NAME_LENGTH].rstrip(".")
    return _DEVICES.sub(r"\1_", plain, count=1) if _DEVICES.match(plain) else plain or "candidate"


def safe_names(names: Iterable[str]) -> list[str]:
    """Return unique file names, also for disks that ignore case.

    A repeated name gets ``_2``, ``_3``... in the order of the list, so that the file name of a
    candidate does not depend on the choice of candidates to write.
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
