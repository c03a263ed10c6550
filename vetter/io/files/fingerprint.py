"""Fingerprints of input files: digests of whole lists, and of samples of large images."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import cast

from vetter.core.cutout_source import Fingerprint
from vetter.errors import InputError
from vetter.io.files.regular_files import open_plain_file

_SAMPLES = 16
"""Number of blocks that are sampled from a large file, at equal distances."""
_BLOCK = 4096
"""Size of a sampled block, bytes."""
_HEADER = 2880 * 4
"""Size of the start of a file that is always sampled, bytes: four FITS blocks, for the header."""


def list_fingerprint(role: str, path: Path) -> Fingerprint:
    """Return the fingerprint of a file by all of its content (SHA-256)."""
    return _fingerprint(role, path, whole=True)


def plane_fingerprint(role: str, path: Path, suffix: str = "") -> Fingerprint:
    """Return the fingerprint of a large file by its size, its first header and sampled blocks.

    ``suffix`` is the HDU that was chosen (``[SCI]``); it is part of the digest.
    """
    return _fingerprint(role, path, whole=False, suffix=suffix)


def files_fingerprint(role: str, paths: Sequence[Path]) -> Fingerprint:
    """Return one fingerprint of many files, by names and sizes, without opening them."""
    digest = hashlib.sha256()
    size, newest = 0, 0
    for path in paths:
        status = _status(path)
        digest.update(f"{path.name}\0{status.st_size}\n".encode("utf-8", "surrogateescape"))
        size += status.st_size
        newest = max(newest, status.st_mtime_ns)
    folder = str(paths[0].parent) if paths else ""
    return Fingerprint(role, folder, size, newest, digest.hexdigest())


def _fingerprint(role: str, path: Path, whole: bool, suffix: str = "") -> Fingerprint:
    status = _status(path)
    digest = hashlib.sha256()
    try:
        with open_plain_file(path) as file:
            if whole:
                digest = hashlib.file_digest(cast("BufferedReader", file), "sha256")
            else:
                digest.update(f"{status.st_size}{suffix}\0".encode())
                digest.update(file.read(_HEADER))
                for number in range(_SAMPLES):
                    file.seek(int(status.st_size * (number + 0.5) / _SAMPLES))
                    digest.update(file.read(_BLOCK))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    return Fingerprint(
        role, str(path.absolute()), status.st_size, status.st_mtime_ns, digest.hexdigest()
    )


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
