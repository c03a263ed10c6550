"""One damaged file, read as the program reads it, and what came of it."""

from __future__ import annotations

import random
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzzing.damage import damaged
from tests.fuzzing.readers import READERS, Reader, lay_out
from vetter.errors import InputError, SettingsError

USABLE, REFUSED = "usable", "refused"
MOST_SECONDS = 5.0
"""Of the processor, for a file of at most four megabytes."""


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    ``kind`` is ``usable``, ``refused``, or what is wrong with the reader: the name of an error,
    ``memory``, ``slow``, ``said`` (words that are no line for a user), ``died`` or ``stuck``.
    """

    kind: str
    text: str = ""
    seconds: float = 0.0

    @property
    def is_finding(self) -> bool:
        """Whether the reader is to be mended."""
        return self.kind not in (USABLE, REFUSED)


class Cases:
    """The cases of one reader in a folder of their own.

    Parameters
    ----------
    name : str
        Of `READERS`.
    folder : Path
        To work in.
    real_data : Path or None
        Real files beside the made ones.
    """

    def __init__(self, name: str, folder: Path, real_data: Path | None = None) -> None:
        self.name, self._reader = name, READERS[name]
        lay_out(folder)
        self._folder = folder / "case"
        self._folder.mkdir(exist_ok=True)
        self._reader.beside(self._folder)
        self.path = self._folder / self._reader.file
        self._contents = list(self._reader.contents(folder, real_data))

    def undamaged(self) -> Iterator[Outcome]:
        """The files in order, which have to be usable where they were made here."""
        for content in self._contents[: len(self._reader.made)]:
            yield self._outcome(content)

    def outcome(self, seed: str) -> Outcome:
        """What comes of the file that a seed makes; it stays as `path`."""
        chance = random.Random(f"{self.name}/{seed}")
        return self._outcome(damaged(chance.choice(self._contents), chance))

    def _outcome(self, content: bytes) -> Outcome:
        for left in self._folder.iterdir():
            if left.name.startswith(self.path.name):
                # The journal of a session too.
                left.unlink()
        self.path.write_bytes(content)
        started = time.process_time()
        with warnings.catch_warnings():
            # What a library prints is no word for a user.
            warnings.simplefilter("error")
            outcome = _looked(self._reader, self.path)
        seconds = time.process_time() - started
        if not outcome.is_finding and seconds > MOST_SECONDS:
            return Outcome("slow", f"{seconds:.1f} s; {outcome.text}", seconds)
        return Outcome(outcome.kind, outcome.text, seconds)


def _looked(reader: Reader, path: Path) -> Outcome:
    try:
        reader.look(path)
    except (InputError, SettingsError) as error:
        return _refusal(error)
    except MemoryError:
        return Outcome("memory", _where())
    # Any other error out of a reader is a finding: what this program is for.
    except Exception as error:
        return Outcome(type(error).__name__, _where())
    return Outcome(USABLE)


def _refusal(error: Exception) -> Outcome:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return Outcome("memory", _where())
        cause = cause.__cause__ or cause.__context__
    said = str(error)
    if not said or len(said) > 2000 or any(ord(letter) < 32 for letter in said):
        return Outcome("said", repr(said[:300]))
    return Outcome(REFUSED, said)


def _where() -> str:
    return traceback.format_exc(limit=-6)
