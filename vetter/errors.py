"""Expected failures, each with a text of one line; warnings of libraries, suppressed."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

_lock = threading.Lock()
_active = 0
_saved: AbstractContextManager[None] | None = None


class VetterError(Exception):
    """Failure that the user can understand and fix; its text is one line."""

    def __str__(self) -> str:
        # File names and messages of libraries may contain line breaks and control characters.
        return escape_to_line(super().__str__())


class InputError(VetterError, ValueError):
    """Unusable input; the text names the file, what was expected and what was found."""


class ColumnsWanted(InputError):
    """Error for a list whose columns do not tell where the candidates are.

    Attributes
    ----------
    table : str
        The list, as the user named it.
    candidates : CandidateList
        Its rows, with the roles that were recognised, and no positions.
    image : ImageFrame or None
        The image that the candidates are on; None if it is unknown.
    """

    def __init__(self, text: str, table: str, candidates: Any) -> None:
        super().__init__(text)
        self.table, self.candidates = table, candidates
        self.image: Any = None


class SettingsError(VetterError, ValueError):
    """Unusable setting; the text names the key, the allowed values and what was found."""


def describe_error(error: BaseException) -> str:
    """Return any failure in one line; an unexpected one is called a fault of the program.

    The type of the exception is in brackets, for the user's report of the fault.
    """
    message = escape_to_line(" ".join(str(error).split()))
    if isinstance(error, VetterError) and message:
        return message
    if isinstance(error, OSError):
        reason = error.strerror or message or "it cannot be read or written"
        return escape_to_line(f"{error.filename}: {reason}" if error.filename else reason)
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    kind = f"{type(error).__name__}: {message[:200]}".rstrip(": ")
    return f"a fault of this program ({kind})"


def escape_to_line(text: str) -> str:
    """Return text for one line: unprintable characters are escaped as in Python (``\\n``)."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


@contextmanager
def suppress_warnings() -> Iterator[None]:
    """Suppress warnings on all threads until the last active block has ended.

    The warning filters are one list for the whole process. `warnings.catch_warnings` restores
    the list that it found. If the blocks of two threads overlap, the last to end would restore
    the other's filters, and no warning would appear any more. Here the first block sets the
    filters and the last restores them; no block waits for another.
    """
    global _active, _saved
    with _lock:
        if not _active:
            _saved = warnings.catch_warnings()
            _saved.__enter__()
            warnings.simplefilter("ignore")
        _active += 1
    try:
        yield
    finally:
        with _lock:
            _active -= 1
            if not _active and _saved is not None:
                _saved.__exit__(None, None, None)
                _saved = None
