"""Journal of ``vetter adjust``: results so far, in a file beside the output, for a later run."""

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
    """Batches of results, one JSON line each, under a first line with their identity.

    Lines of another identity, and a last line that a kill cut short, are dropped. As a context
    manager the journal is closed at the end; the file stays unless :meth:`remove` was called.
    Call :meth:`read_batches` before the first :meth:`add`.

    Parameters
    ----------
    output : Path
        The table to write; the journal is ``OUTPUT.journal`` beside it.
    identity : str
        Digest of input and options; results of another identity are not used.

    Attributes
    ----------
    path : Path
    was_other_run : bool
        Whether the file held the journal of another input or other options, which is dropped.

    Raises
    ------
    InputError
        The journal cannot be written, or another run is writing it.
    """

    def __init__(self, output: Path, identity: str) -> None:
        self.path = output.with_name(f"{output.name}.journal")
        head = {"vetter adjust": _FORMAT, "identity": identity, "columns": _NAMES}
        self._head = (json.dumps(head) + "\n").encode()
        try:
            self.path.touch()
            lock = SessionLock.acquire(self.path)
            if lock is None:
                raise InputError(f"{output}: another run is writing it, with {self.path}")
            self._lock = lock
            self._file: IO[bytes] = self.path.open("r+b")
        except InputError:
            raise
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written: {error.strerror or error}"
            ) from error
        first = self._file.readline()
        self.was_other_run = bool(first) and first != self._head
        if first != self._head:
            self._file.seek(0)
            self._file.truncate()
            try:
                self._write(self._head)
            except InputError:
                # On a full disk, remove the file if this run created it.
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

    def read_batches(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield the batches of an earlier run: number, and the ``as_meta()`` of its rows.

        A long journal takes no more memory than a short one. If a number comes twice, the later
        batch counts.
        """
        self._file.seek(0)
        end = len(self._file.readline())
        while (batch := _parse_batch(line := self._file.readline())) is not None:
            end += len(line)
            yield batch
        self._file.seek(end)
        self._file.truncate()

    def add(self, number: int, metas: list[dict[str, Any]]) -> None:
        """Write a batch and flush it to the operating system, so that a kill does not lose it."""
        rows = [[meta[name] for name in _NAMES] for meta in metas]
        self._write((json.dumps([number, rows]) + "\n").encode())

    def remove(self) -> None:
        """Delete the journal, once the output is whole."""
        self.path.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written: {error.strerror or error}"
            ) from error


def _parse_batch(line: bytes) -> tuple[int, list[dict[str, Any]]] | None:
    """Return number and results of a batch; None for a line that is not whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        number, rows = json.loads(line)
        metas = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    except (ValueError, TypeError):
        return None
    return (number, metas) if isinstance(number, int) else None
