"""What an interrupted ``vetter adjust`` has done so far, in a file beside its output."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from vetter.core.fit.adjustment import Adjustment
from vetter.errors import InputError
from vetter.io.files.lock import SessionLock

_FORMAT = 1
_NAMES = tuple(Adjustment(converged=False).as_meta())


class FitJournal:
    """Batches of results, one JSON line each, under a first line that names what they belong to.

    Lines of another run, and a last line that a kill cut short, are dropped. Used as a context
    manager: it is closed at the end, and stays on the disk unless :meth:`remove` was called.
    What it holds is read by :meth:`earlier`, before anything is added.

    Parameters
    ----------
    output : Path
        The table that is being made; the journal is ``OUTPUT.journal`` beside it.
    identity : str
        Of input and options; results under another one are not taken.

    Attributes
    ----------
    path : Path
    other : bool
        Whether a journal of another input or other options was there, which is dropped.

    Raises
    ------
    InputError
        It cannot be written, or another run is writing it.
    """

    def __init__(self, output: Path, identity: str) -> None:
        self.path = output.with_name(f"{output.name}.journal")
        head = {"vetter adjust": _FORMAT, "identity": identity, "columns": _NAMES}
        self._head = (json.dumps(head) + "\n").encode()
        try:
            self.path.touch()
            lock = SessionLock.acquire(self.path)
            if lock is None:
                raise InputError(f"{output}: another run is writing it, by {self.path}")
            self._lock = lock
            self._file: IO[bytes] = self.path.open("r+b")
        except InputError:
            raise
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written: {error.strerror or error}"
            ) from error
        first = self._file.readline()
        self.other = bool(first) and first != self._head
        if first != self._head:
            self._file.seek(0)
            self._file.truncate()
            try:
                self._write(self._head)
            except InputError:
                # A full disk: nothing is left on it that was not there before.
                with contextlib.suppress(OSError):
                    self._file.close()
                if not first:
                    self.path.unlink(missing_ok=True)
                self._lock.release()
                raise

    def __enter__(self) -> FitJournal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._lock.release()

    def earlier(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Batches of an earlier run: number, and the ``as_meta()`` of its rows.

        One at a time, so that a long run takes no more memory than a short one. A number may come
        twice: the later one counts.
        """
        self._file.seek(0)
        end = len(self._file.readline())
        while (batch := _batch(line := self._file.readline())) is not None:
            end += len(line)
            yield batch
        self._file.seek(end)
        self._file.truncate()

    def add(self, number: int, metas: list[dict[str, Any]]) -> None:
        """Keep a batch; it is with the system, so that a kill does not lose it."""
        rows = [[meta[name] for name in _NAMES] for meta in metas]
        self._write((json.dumps([number, rows]) + "\n").encode())

    def remove(self) -> None:
        """The output is whole: the journal is not needed any more."""
        self.path.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written: {error.strerror or error}"
            ) from error


def _batch(line: bytes) -> tuple[int, list[dict[str, Any]]] | None:
    """A batch; None for a line that is not whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        number, rows = json.loads(line)
        metas = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    except (ValueError, TypeError):
        return None
    return (number, metas) if isinstance(number, int) else None
