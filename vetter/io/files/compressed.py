"""Transparent reading of files that may be packed with gzip, bzip2, xz or ZIP."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.cancellation import check_cancelled
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import open_plain_file

# A few kilobytes can be made to unpack without end; no image plane is larger than this.
MAX_UNPACKED_BYTES = 16 * 2**30
# A plane of zeros shrinks a thousandfold, so the ratio is limited only above these sizes.
_MAX_UNLIMITED_BYTES = 2 * 2**30
_MAX_UNLIMITED_TEXT_BYTES = 256 * 2**20
_MAX_RATIO = 100
_CHUNK_BYTES = 2**20
_IS_NO_CONTENT = re.compile(r"/$|^__MACOSX/|(^|/)\.DS_Store$")
_MODULES = {Mark.GZIP: "gzip", Mark.BZIP2: "bz2", Mark.XZ: "lzma"}

IsAll = Callable[[int], bool]
"""Function that returns whether the first N unpacked bytes are all of the content."""
FindEnd = Callable[[bytes, str, Path], IsAll | None]
"""Function that returns the `IsAll` of a content, or None for another kind of content.

Arguments are the first bytes, the file's name for errors, and the path that is unpacked into.
"""


def open_unpacked(
    path: Path, most_bytes: int = MAX_UNPACKED_BYTES, enough: FindEnd | None = None
) -> IO[bytes]:
    """Open a file for reading; a packed one is unpacked into a temporary file.

    Parameters
    ----------
    path : Path
    most_bytes : int
        Limit of the unpacked size.
    enough : callable, optional
        Ends the unpacking where the content ends, as
        `vetter.io.fits.structure.promised_by_headers` does for FITS; None unpacks everything.

    Raises
    ------
    InputError
        The file does not exist, cannot be read, is a pipe or is damaged; or it unpacks to more
        than ``most_bytes``, than the disk holds, or than files of its size do.
    """
    try:
        file = open_plain_file(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: expected a FITS image, found a folder") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from error
    magic = file.read(6)
    file.seek(0)
    if not magic:
        file.close()
        raise InputError(f"{path}: the file is empty")
    opener = opener_of(magic, path)
    if opener is None:
        return file
    with file:
        return _unpack(path, opener, file, most_bytes, enough)


def opener_of(magic: bytes, path: Path) -> Any:
    """Return the function that opens files packed with this magic; None for unpacked ones.

    ``path`` is the file's, for errors.
    """
    mark = mark_of(magic)
    if mark is Mark.ZIP:
        return partial(open_sole_member, path)
    module = None if mark is None else _MODULES.get(mark)
    return None if module is None else import_module(module).open


@contextmanager
def open_sole_member(path: Path, file: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """Open the only file in a ZIP file, as archives send their lists; ``path`` is for errors.

    Folders, and the files that macOS adds, do not count.

    Raises
    ------
    InputError
        The ZIP file holds several files, or none; it is a workbook or numpy's arrays; or it has a
        password, or a method of packing that Python lacks.
    """
    from zipfile import ZipFile

    with ZipFile(file) as archive:
        names = [name for name in archive.namelist() if not _IS_NO_CONTENT.search(name)]
        if len(names) != 1:
            raise InputError(f"{path}: expected one file, found {_describe_members(names)}")
        try:
            member = archive.open(names[0])
        except (NotImplementedError, RuntimeError) as error:
            # zipfile's errors for a method that it lacks, and for a password.
            raise InputError(f"{path}: a ZIP file that cannot be unpacked: {error}") from error
        with member:
            yield member


def _describe_members(names: list[str]) -> str:
    """Return what several files in a ZIP file are, and the remedy."""
    if "[Content_Types].xml" in names or "mimetype" in names:
        return "a workbook or document (.xlsx, .ods, .docx): save the sheet of the list as CSV"
    if names and all(name.endswith(".npy") for name in names):
        return "arrays of numpy (.npz): write the list as Parquet or FITS, an image as FITS"
    return f"a ZIP file of {format_count(len(names), 'file')}: unpack it, and give what is in it"


def _unpack(
    path: Path, opener: Any, file: IO[bytes], most_bytes: int, enough: FindEnd | None
) -> IO[bytes]:
    import zlib
    from lzma import LZMAError
    from zipfile import BadZipFile

    limit = min(most_bytes, shutil.disk_usage(tempfile.gettempdir()).free)
    with tempfile.NamedTemporaryFile(prefix="vetter-", delete=False) as out:
        temporary = Path(out.name)
        try:
            _copy(path, opener, file, out, limit, enough)
            out.flush()
            # Reopened for reading, then unlinked below: the bytes are freed when it is closed.
            return temporary.open("rb")
        except (OSError, EOFError, zlib.error, LZMAError, BadZipFile) as error:
            raise InputError(f"{path}: a damaged packed file: {error}") from error
        finally:
            temporary.unlink()


def _copy(
    path: Path, opener: Any, file: IO[bytes], out: IO[bytes], limit: int, enough: FindEnd | None
) -> None:
    packed_bytes = file.seek(0, 2)
    file.seek(0)
    total = 0
    is_all: IsAll | None = None
    with opener(file) as packed:
        while chunk := packed.read(_CHUNK_BYTES):
            check_cancelled()
            if not total and enough is not None:
                is_all = enough(chunk, str(path), Path(out.name))
            total += len(chunk)
            unlimited = _MAX_UNLIMITED_TEXT_BYTES if is_all is None else _MAX_UNLIMITED_BYTES
            max_bytes = min(limit, max(unlimited, _MAX_RATIO * packed_bytes))
            if total > max_bytes:
                raise InputError(f"{path}: unpacks to over {max_bytes} bytes; unpack it yourself")
            out.write(chunk)
            # is_all() reads the unpacked bytes through its own file.
            out.flush()
            if is_all is not None and is_all(total):
                return
