"""Folder of exported files, which always holds a complete export: the earlier one or the new one.

Files are written to a hidden folder inside it, the stage, and moved into place at the end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.lock import SessionLock

_STAGE = ".vetter-export"
_MARKS = (b"VET_VERDICT", b"DECIDED_AT")
"""Words that each exported file, in any format, contains near its start; a file of the same name
without them is the user's, and stays."""
_HEAD_BYTES = 1 << 16
"""Size of the start of a file in which the marks are looked for."""
_TABLE_HEAD_BYTES = 1 << 20
"""The same size for a table of decisions, whose header lists all columns."""

_TAIL_BYTES = {".pdf": 256, ".parquet": 1 << 20}
"""Size of the end of a file in which the marks are looked for, by ending: a PDF has them in its
last line, a Parquet table in its footer."""


class ExportFolder:
    """Export folder and its stage, whose files replace the old ones at the end.

    Attributes
    ----------
    stage : Path
        Folder to write to, with the layout of the export folder.
    """

    def __init__(self, folder: Path, stage: Path) -> None:
        self.folder = folder
        self.stage = stage
        self._backup = stage / "replaced"

    @classmethod
    @contextmanager
    def prepare(cls, folder: Path) -> Iterator[ExportFolder]:
        """Create the stage in a folder, and the folder if it is missing.

        At the end of the block, or on an error, the stage is removed. The folder is removed too
        if it was created here and is empty.

        Raises
        ------
        InputError
            The folder cannot be created or written to, or another export is writing there.
        """
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        stage = folder / _STAGE
        try:
            stage.mkdir(parents=True, exist_ok=True)
            (stage / "lock").touch()
            lock = SessionLock.acquire(stage / "lock")
        except OSError as error:
            _remove_empty(missing)
            raise InputError(f"{folder}: cannot be written to: {error.strerror}") from None
        if lock is None:
            raise InputError(f"{folder}: another export is writing there")
        try:
            # Remove files that a killed export left.
            shutil.rmtree(stage / "new", ignore_errors=True)
            (stage / "new").mkdir()
            yield cls(folder, stage / "new")
        except OSError as error:
            raise InputError(f"{folder}: not exported: {error.strerror or error}") from None
        finally:
            lock.release()
            shutil.rmtree(stage, ignore_errors=True)
            _remove_empty(missing)

    def check_free(self, names: Sequence[str]) -> None:
        """Check that no file other than an earlier export's would be replaced.

        Parameters
        ----------
        names : sequence of str
            Paths in the folder.

        Raises
        ------
        InputError
            A file exists that no export wrote.
        """
        for name in names:
            path = self.folder / name
            if path.exists() and not _is_exported(path):
                raise InputError(
                    f"{path}: exists already, not written by an export; choose another folder"
                )

    def list_folder(self, name: str) -> list[str]:
        """Return the names in a subfolder; empty if it does not exist."""
        subfolder = self.folder / name
        return [path.name for path in subfolder.iterdir()] if subfolder.is_dir() else []

    def swap_in(self, names: Sequence[str], stale: Sequence[str]) -> None:
        """Move the staged files over the old ones, all or none.

        Each old file stays until the new one replaces it, and stale files are removed last. A
        kill at any moment leaves every file, the old one or the new one.

        Parameters
        ----------
        names : sequence of str
            Staged files, as paths in the folder.
        stale : sequence of str
            Files of an earlier export to remove, if they exist.

        Raises
        ------
        OSError
            A file could not be moved; the folder is unchanged.
        """
        undo: list[tuple[Path, Path]] = []
        created: list[Path] = []
        try:
            for name in names:
                if (self.folder / name).exists():
                    _back_up(self.folder / name, self._backup / name, undo, created)
                _move(self.stage / name, self.folder / name, undo, created)
            for name in stale:
                if _is_exported(self.folder / name):
                    _move(self.folder / name, self._backup / name, undo, created)
        except BaseException:
            for source, target in reversed(undo):
                os.replace(target, source)
            _remove_empty(list(reversed(created)))
            raise


def _move(source: Path, target: Path, undo: list[tuple[Path, Path]], created: list[Path]) -> None:
    _make_parent(target, created)
    os.replace(source, target)
    undo.append((source, target))


def _back_up(old: Path, backup: Path, undo: list[tuple[Path, Path]], created: list[Path]) -> None:
    """Give a second name to a file that is about to be replaced."""
    _make_parent(backup, created)
    try:
        os.link(old, backup)
    except OSError:
        # The disk lacks hard links, so the file is absent for a moment.
        os.replace(old, backup)
    undo.append((old, backup))


def _make_parent(path: Path, created: list[Path]) -> None:
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        created.append(path.parent)


def _is_exported(path: Path) -> bool:
    """Return whether an earlier export wrote a file."""
    try:
        with path.open("rb") as file:
            size = _TABLE_HEAD_BYTES if path.stem == "decisions" else _HEAD_BYTES
            head = file.read(size)
            if path.suffix in _TAIL_BYTES:
                tail = min(_TAIL_BYTES[path.suffix], path.stat().st_size)
                file.seek(-tail, os.SEEK_END)
                head += file.read()
    except OSError:
        return False
    return any(mark in head.upper() for mark in _MARKS)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
