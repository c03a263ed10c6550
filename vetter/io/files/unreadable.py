"""Files that cannot be read: damaged, or of another kind by their first bytes; a line for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from vetter.core.library_warnings import quiet
from vetter.errors import InputError

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


_PAGE = re.compile(rb"^\s*<(!doctype(?!\s+votable)|html|head|body)\b", re.IGNORECASE)
_A_PAGE = "a web page, often what a server says in place of a file: download the file itself again"


@contextmanager
def reading(label: object, what: str) -> Iterator[None]:
    """Turn errors into `InputError`, and keep the library's warnings to itself.

    To be put around calls of a library that parses a file, and around nothing else: with
    one byte changed astropy raises a dozen kinds of errors, some of which share no base class
    but Exception.

    Parameters
    ----------
    label : object
        What is read, as the user knows it.
    what : str
        What is wrong with it: ``a FITS table that cannot be read``.

    Raises
    ------
    InputError
        ``LABEL: WHAT: the library's own words``.
    """
    with quiet():
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{label}: {what}: {reason_of(error)}") from error


def reason_of(error: BaseException) -> str:
    """An error's own words in one line, cut short where there are many.

    Of an operating system's error without the file's name, which stands before it.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:160] or type(error).__name__


def strange(start: bytes) -> str | None:
    """Words such as ``a PNG picture...: give the FITS file...``; None where nothing is known.

    Parameters
    ----------
    start : bytes
        Of the file, four bytes or more.
    """
    if _PAGE.match(start):
        return _A_PAGE
    if start[257:262] == b"ustar":
        return "a tar archive: unpack it, or pack it with gzip (.tar.gz)"
    return next((words for mark, words in _KINDS if start.startswith(mark)), None)
