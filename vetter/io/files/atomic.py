"""Atomic writes: content goes to a temporary file, which then replaces the target."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vetter.errors import InputError


@contextmanager
def atomic_path(path: str | os.PathLike[str], sync: bool = True) -> Iterator[Path]:
    """Give a temporary path in the same folder, which takes the name of `path` on success.

    Parameters
    ----------
    path : str or path-like
        The file to write. An existing file stays unchanged until the new one is whole.
    sync : bool
        Whether the bytes are on the disk before the name changes, so that a power cut leaves
        the old or the new file, never an empty one. A crash of the program alone needs no sync.

    Yields
    ------
    Path
        An empty file to write to; removed if the block raises.

    Raises
    ------
    InputError
        The folder does not exist, or is not writable.
    """
    target = Path(path)
    # A link is followed, so that the file it names is replaced and not the link.
    target = Path(os.path.realpath(target)) if target.is_symlink() else target
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _match_mode(temporary, target)
        if sync:
            _sync(temporary)
        try:
            os.replace(temporary, target)
        except OSError as error:
            raise InputError(f"{path}: cannot be replaced ({error.strerror})") from error
        if sync:
            _sync_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomic(path: str | os.PathLike[str], content: bytes, sync: bool = True) -> None:
    """Write bytes to a file, whole or not at all; see `atomic_path`."""
    with atomic_path(path, sync) as temporary:
        try:
            temporary.write_bytes(content)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def _match_mode(temporary: Path, target: Path) -> None:
    """Set the mode of the file that is replaced, or the mode that a plain ``open`` gives."""
    try:
        mode = target.stat().st_mode & 0o777
    except OSError:
        mode = 0o666 & ~_UMASK
    os.chmod(temporary, mode)


def _current_umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


# Read at import: os.umask reads by setting, which is not safe once threads are running.
_UMASK = _current_umask()


def _sync(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk; only POSIX can open folders, and needs it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
