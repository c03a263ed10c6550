"""One-line errors for files that are damaged, or of a kind that the program does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from vetter.errors import InputError, suppress_warnings

_PICTURE = (
    "a {} picture, whose pixels are not the measured ones: give the FITS file that it was made from"
)
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", _PICTURE.format("PNG")),
    (b"\xff\xd8\xff", _PICTURE.format("JPEG")),
    (b"GIF8", _PICTURE.format("GIF")),
    (b"II*\0", _PICTURE.format("TIFF")),
    (b"MM\0*", _PICTURE.format("TIFF")),
    (
        b"\x93NUMPY",
        "a numpy array, which has no header: write it as FITS "
        "(astropy.io.fits.writeto, or Table.write for a list)",
    ),
    (b"PK\x03\x04", "a ZIP file (or .npz, .xlsx): unpack it, and give what is in it"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it, and give what is in it"),
    (b"Rar!", "a RAR archive: unpack it, and give what is in it"),
    (b"\x28\xb5\x2f\xfd", "a zstd-packed file: unpack it, or pack it with gzip"),
    (b"\x1f\x9d", "a file packed by compress (.Z): unpack it, or pack it with gzip"),
    (b"\x89HDF", "an HDF5 file: write its lists as Parquet or FITS tables, its images as FITS"),
    (b"ARROW1", "an Arrow (Feather) file: write it as Parquet (pyarrow.parquet.write_table)"),
    (b"#ASDF", "an ASDF file: write its lists as ECSV, its images as FITS"),
    (b"XISF", "a XISF image: write it as FITS"),
    (b"%PDF", "a PDF: give the table or the FITS file that it was made from"),
    (b"\x80\x04", "a Python pickle, which can run programs and is never read: write it as FITS"),
    (b"\x80\x05", "a Python pickle, which can run programs and is never read: write it as FITS"),
)


_WEB_PAGE = re.compile(rb"^\s*<(!doctype(?!\s+votable)|html|head|body)\b", re.IGNORECASE)
_WEB_PAGE_TEXT = (
    "a web page, often sent by a server in place of a file: download the file itself again"
)


@contextmanager
def input_errors(label: object, what: str) -> Iterator[None]:
    """Turn a library's errors into `InputError`, and suppress its warnings.

    Use this only around library calls that parse a file. With one byte changed astropy raises
    a dozen kinds of errors, and Exception is the only base class of some.

    Parameters
    ----------
    label : object
        The user's name of the file that is read.
    what : str
        The problem: ``a FITS table that cannot be read``.

    Raises
    ------
    InputError
        ``LABEL: WHAT: the library's message``.
    """
    with suppress_warnings():
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{label}: {what}: {reason_of(error)}") from error


def reason_of(error: BaseException) -> str:
    """Return an error's message in one line of at most 160 characters.

    Messages of an OSError omit the file's name, since callers put it in front.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:160] or type(error).__name__


def foreign_kind(start: bytes) -> str | None:
    """Return kind and remedy, ``a PNG picture...: give the FITS file...``; None if unknown.

    Parameters
    ----------
    start : bytes
        First bytes of the file, four or more.
    """
    if _WEB_PAGE.match(start):
        return _WEB_PAGE_TEXT
    if start[257:262] == b"ustar":
        return "a tar archive: unpack it, or pack it with gzip (.tar.gz)"
    return next((text for mark, text in _KINDS if start.startswith(mark)), None)
