"""A folder of exported files that is either the earlier export or the new one, whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.lock import SessionLock

_STAGE = ".vetter-export"
# Each file of an export holds one of these words near its start, in whatever format.
_MARKS = (b"VET_VERDICT", b"DECIDED_AT")
_HEAD = 1 << 16
_LONGEST_HEAD = 1 << 20


class ExportFolder:
    """Files are written into a hidden folder beside the old ones, and swapped in at the end.

    Attributes
    ----------
    stage : Path
        Where to write; same layout as the folder.
    """

    def __init__(self, folder: Path, stage: Path) -> None:
        self.folder = folder
        self.stage = stage
        self._backup = stage / "replaced"

    @classmethod
    @contextmanager
    def prepared(cls, folder: Path) -> Iterator[ExportFolder]:
        """A stage for a folder, which is made where it is missing.

        When the block ends, however it ends, the stage is gone, and the folder too where it
        was made for this and nothing has come into it.

        Raises
        ------
        InputError
            It cannot be made or written to, or another export is writing there.
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
            # What a killed export left.
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
        """Refuse to replace a file that no export wrote; raises InputError.

        Parameters
        ----------
        names : sequence of str
            Paths in the folder.
        """
        for name in names:
            path = self.folder / name
            if path.exists() and not _is_exported(path):
                raise InputError(
                    f"{path}: there already and not written by an export; choose another folder"
                )

    def listing(self, name: str) -> list[str]:
        """Names in a folder of the folder; none where it is not there."""
        inside = self.folder / name
        return [path.name for path in inside.iterdir()] if inside.is_dir() else []

    def swap_in(self, names: Sequence[str], stale: Sequence[str]) -> None:
        """Move the staged files over the old ones; all or none.

        Each old file stays until the new one takes its place, and those that are to go do so
        last: a kill at any moment leaves every file, as it was or as it will be.

        Parameters
        ----------
        names : sequence of str
            What has been staged, as paths in the folder.
        stale : sequence of str
            Files of an earlier export that are to go, where they are there.

        Raises
        ------
        OSError
            A file could not be moved; the folder is as it was.
        """
        undo: list[tuple[Path, Path]] = []
        made: list[Path] = []
        try:
            for name in names:
                if (self.folder / name).exists():
                    _keep(self.folder / name, self._backup / name, undo, made)
                _move(self.stage / name, self.folder / name, undo, made)
            for name in stale:
                if _is_exported(self.folder / name):
                    _move(self.folder / name, self._backup / name, undo, made)
        except BaseException:
            for source, target in reversed(undo):
                os.replace(target, source)
            _remove_empty(list(reversed(made)))
            raise


def _move(source: Path, target: Path, undo: list[tuple[Path, Path]], made: list[Path]) -> None:
    _make_parent(target, made)
    os.replace(source, target)
    undo.append((source, target))


def _keep(old: Path, backup: Path, undo: list[tuple[Path, Path]], made: list[Path]) -> None:
    """Have a second name for a file that is about to be replaced."""
    _make_parent(backup, made)
    try:
        os.link(old, backup)
    except OSError:
        # The disk knows no second names: the file is not there for a moment.
        os.replace(old, backup)
    undo.append((old, backup))


def _make_parent(path: Path, made: list[Path]) -> None:
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        made.append(path.parent)


def _is_exported(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_LONGEST_HEAD if path.stem == "decisions" else _HEAD).upper()
    except OSError:
        return False
    return any(mark in head for mark in _MARKS)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
