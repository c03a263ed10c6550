"""Files that may be packed with gzip, bzip2 or xz, opened as what is inside."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

from vetter.errors import InputError

# A few kilobytes can be made to unpack without end; no image plane is larger than this.
MOST_BYTES = 16 * 2**30
_CHUNK = 2**20


def open_unpacked(path: Path, most_bytes: int = MOST_BYTES) -> IO[bytes]:
    """Open a file for reading; a packed one is unpacked into a temporary file.

    Raises
    ------
    InputError
        No such file, one that may not be read, a damaged one, or one that unpacks to more than
        ``most_bytes`` or than the disk holds.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: wanted a FITS image, found a folder") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    magic = file.read(6)
    file.seek(0)
    if not magic:
        file.close()
        raise InputError(f"{path}: the file is empty")
    opener = opener_of(magic)
    if opener is None:
        return file
    with file:
        return _unpack(path, opener, file, most_bytes)


def opener_of(magic: bytes) -> Any:
    if magic.startswith(b"\x1f\x8b"):
        import gzip

        return gzip.open
    if magic.startswith(b"BZh"):
        import bz2

        return bz2.open
    if magic.startswith(b"\xfd7zXZ"):
        import lzma

        return lzma.open
    return None


def _unpack(path: Path, opener: Any, file: IO[bytes], most_bytes: int) -> IO[bytes]:
    import zlib
    from lzma import LZMAError

    room = min(most_bytes, shutil.disk_usage(tempfile.gettempdir()).free)
    with tempfile.NamedTemporaryFile(prefix="vetter-", delete=False) as out:
        temporary = Path(out.name)
        try:
            _copy(path, opener, file, out, room)
            out.flush()
            # Opened again for reading only, then without a name: it goes when it is closed.
            return temporary.open("rb")
        except (OSError, EOFError, zlib.error, LZMAError) as error:
            raise InputError(f"{path}: a damaged packed file: {error}") from error
        finally:
            temporary.unlink()


def _copy(path: Path, opener: Any, file: IO[bytes], out: IO[bytes], room: int) -> None:
    total = 0
    with opener(file) as packed:
        while chunk := packed.read(_CHUNK):
            total += len(chunk)
            if total > room:
                raise InputError(f"{path}: unpacks to over {room} bytes; unpack it yourself")
            out.write(chunk)
