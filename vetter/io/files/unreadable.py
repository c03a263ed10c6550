"""Whatever a library raises on a damaged file, as one line for the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vetter.core.library_warnings import quiet
from vetter.errors import InputError


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
            raise InputError(f"{label}: {what}: {said(error)}") from error


def said(error: BaseException) -> str:
    """An error's own words in one line, cut short where there are many.

    Of an operating system's error without the file's name, which stands before it.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:160] or type(error).__name__
