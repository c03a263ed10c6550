"""Writer and reader of cutout files: FITS with one extension a plane, as STDPipe's."""

from __future__ import annotations

import os
import warnings
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vetter.core.cutout.cutout import Cutout
from vetter.errors import InputError, suppress_warnings
from vetter.io.cutouts.layout import assemble, file_content
from vetter.io.cutouts.metadata import decode_record
from vetter.io.files.atomic import write_atomic
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.regular_files import open_plain_file
from vetter.io.fits.image_wcs import load_wcs
from vetter.io.fits.plain_images import read_plain
from vetter.io.fits.structure import open_fits, promised_by_headers

MAX_CUTOUT_BYTES = 512 * 2**20
"""Largest size of a cutout file, unpacked."""
_LEGACY = ("x", "y", "ra", "dec", "mag", "magerr", "mag_calib", "flags", "id", "time", "filename")


def write_cutout(cutout: Mapping[str, Any], filename: str | os.PathLike[str]) -> None:
    """Write a cutout as FITS: metadata in the primary header, one extension a plane.

    Parameters
    ----------
    cutout : Cutout or mapping
        As `vetter.cutouts.get_cutout` returns it, or a plain dict like STDPipe's.
    filename : str or path-like
        File to write, compressed if it ends in ``.gz`` or ``.bz2``. An existing file is replaced
        when the new one is whole, and is unchanged after a failure.

    Raises
    ------
    InputError
        The cutout has no plane, a plane holds numbers that FITS lacks (complex), or the file
        cannot be written.

    Warns
    -----
    UserWarning
        The cutout holds more than planes, meta, header and wcs; the rest is not written.

    Notes
    -----
    Differs from STDPipe 0.4.1: planes keep their dtype and bits, and the write is atomic.
    Metadata come back unchanged, including -inf, text of any alphabet and keys that FITS
    reserves. A WCS without a header is written too. Look-up tables of a WCS go to a table named
    VETWCS, and the header holds the nearest WCS without tables. STDPipe's ``load_cutout`` reads
    the file. The bytes are on the disk (fsync) before the name changes: 0.4 ms of 5 on an idle
    disk, 12 of 16 on a busy one, where STDPipe takes 60 and 140.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from pathlib import Path
    >>> from vetter.cutouts import Cutout, write_cutout
    >>> cutout = Cutout({"image": np.ones((11, 11))}, {"name": "AT 2026abc", "x": 40.2})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_cutout(cutout, Path(folder, "candidate.fits"))
    ...     [file.name for file in Path(folder).iterdir()]
    ['candidate.fits']
    """
    whole = Cutout.wrap(cutout)
    if not whole.planes:
        raise InputError(f"{filename}: the cutout has no plane to write")
    meta = {**{k: whole.extras[k] for k in _LEGACY if k in whole.extras}, **whole.meta}
    left = [k for k, value in whole.extras.items() if k not in _LEGACY and value is not None]
    if left:
        warnings.warn(f"{filename}: {', '.join(left)}: not planes, not written", stacklevel=2)
    write_atomic(filename, _compress(file_content(whole, meta), os.path.splitext(filename)[1]))


def _compress(content: bytes, suffix: str) -> bytes:
    """Compress the content by the ending of the file's name."""
    if suffix == ".gz":
        import gzip

        return gzip.compress(content, mtime=0)
    if suffix == ".bz2":
        import bz2

        return bz2.compress(content)
    return content


def load_cutout(filename: str | os.PathLike[str]) -> Cutout:
    """Read a cutout file, written by this program or by STDPipe.

    Parameters
    ----------
    filename : str or path-like
        FITS with two-dimensional image extensions of one shape, which are named after the
        planes (an image in the primary HDU is ``image``).

    Returns
    -------
    Cutout
        Arrays in native byte order with their written dtype. ``mask`` is boolean, with the
        integers of the file in ``bits``; a mask that `write_cutout` wrote as integers stays so.

    Raises
    ------
    InputError
        The file does not exist, is not FITS, is cut short, or has no image.

    Notes
    -----
    Differs from STDPipe 0.4.1: nothing in the file is evaluated. Text of an array is parsed as
    literals; text that does not parse stays text. `write_cutout` has an example.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from pathlib import Path
    >>> from vetter.cutouts import Cutout, load_cutout, write_cutout
    >>> cutout = Cutout({"image": np.ones((11, 11))}, {"name": "AT 2026abc", "x": 40.2})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_cutout(cutout, Path(folder, "candidate.fits"))
    ...     loaded = load_cutout(Path(folder, "candidate.fits"))
    >>> loaded["meta"]["name"], loaded["image"].shape
    ('AT 2026abc', (11, 11))
    """
    from astropy.io.fits import VerifyError

    name = os.fspath(filename)
    try:
        with open_plain_file(name) as file:
            if file.seek(0, 2) > MAX_CUTOUT_BYTES:
                raise InputError(
                    f"{name}: too large for a cutout: over {MAX_CUTOUT_BYTES >> 20} MB"
                )
            file.seek(0)
            plain = read_plain(file.read())
        with suppress_warnings():
            if plain is not None:
                _refuse_plain_image(name, plain)
                return assemble(name, plain)
            with (
                open_unpacked(Path(name), MAX_CUTOUT_BYTES, promised_by_headers) as file,
                open_fits(file, name, lazy_load_hdus=False) as hdus,
            ):
                images = [hdu for hdu in hdus if hdu.is_image]
                _refuse_plain_image(name, images)
                cutout = assemble(name, images)
                cutout.wcs = load_wcs(hdus)
                return cutout
    except InputError:
        raise
    except (
        OSError,
        EOFError,
        TypeError,
        ValueError,
        LookupError,
        zlib.error,
        VerifyError,
    ) as error:
        raise InputError(f"{name}: expected a FITS file of a cutout, {_reason(error)}") from error


def _refuse_plain_image(name: str, hdus: Sequence[Any]) -> None:
    """Raise if a file holds one image without a plane's name: a FITS image, not a cutout."""
    images = [hdu for hdu in hdus if getattr(hdu, "data", None) is not None]
    if len(images) == 1 and images[0].name in ("", "PRIMARY") and not decode_record(hdus[0].header):
        raise InputError(
            f"{name}: expected a cutout, found a plain FITS image; cut it with get_cutout"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "found no such file"
    if isinstance(error, (PermissionError, IsADirectoryError)):
        return f"cannot read it ({error.strerror})"
    problem = "found something else or a file cut short"
    if isinstance(error, (TypeError, ValueError, LookupError)):
        # Messages of numpy and astropy ("cannot reshape array") would not help the user.
        return problem
    return f"{problem} ({' '.join(str(error).split())})"
