"""PSF files beside an image, by its header's cards or by names like ``r1_psf.fits``."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vetter.core.psf.models import PsfImage
from vetter.errors import InputError
from vetter.io.field.stars.psf_file import read_psf
from vetter.io.files.plane_names import IMAGE_ENDINGS, WORDS, plane_of, without_ending

if TYPE_CHECKING:
    from astropy.io.fits import Header

    from vetter.core.psf.fwhm import StarWidths

_ENDINGS = (".psf", *IMAGE_ENDINGS)
_MAX_WIDTH_DIFFERENCE = 0.15
"""Relative difference of the FWHM of a PSF and the stars above which it is of another image."""
_PIXEL_FWHM = 0.68
"""FWHM that a pixel adds in quadrature to a narrow profile: sqrt(8 ln 2 / 12) pixels."""


class PsfBeside(NamedTuple):
    """A PSF beside an image, or None, and why others are not used, in words."""

    psf: PsfImage | None
    notes: tuple[str, ...]


def find_psf_beside(
    image: Path, header: Header, shape: tuple[int, int], stars: StarWidths | None
) -> PsfBeside:
    """Find a PSF of an image in its folder.

    Parameters
    ----------
    image : Path
        The image's file.
    header : `~astropy.io.fits.Header`
        A card with PSF in its name may name the PSF's file.
    shape : (int, int)
        Rows and columns of the image: a PSFEx model is evaluated at its centre.
    stars : StarWidths or None
        Width of the image's stars, with which a PSF agrees within 15%; None: unknown.

    Returns
    -------
    PsfBeside
        The first PSF that agrees with the stars: those that the header names come first.
    """
    notes = []
    for path in psf_files(image, header):
        try:
            psf = read_psf(str(path), (0.5 * (shape[1] - 1), 0.5 * (shape[0] - 1)))
        except InputError as error:
            problem = str(error).removeprefix(str(path)).removeprefix(": ")
            notes.append(f"{path.name} is not used: {problem}")
            continue
        if stars is not None and not _agrees(psf.fwhm, stars.fwhm):
            notes.append(
                f"{path.name} is not used: its FWHM is {psf.fwhm:.2f} px, that of {stars.stars} "
                f"stars {stars.fwhm:.2f} px"
            )
            continue
        return PsfBeside(psf, tuple(notes))
    return PsfBeside(None, tuple(notes))


def psf_files(image: Path, header: Header) -> list[Path]:
    """Return the files in an image's folder that its header or their names call its PSF."""
    try:
        present = {path.name: path for path in sorted(image.absolute().parent.iterdir())}
    except OSError:
        # The folder may be closed to listing: then no PSF is beside the image.
        return []
    named = [
        re.split(r"[/\\]", str(value).strip().partition("[")[0])[-1]
        for key, value in header.items()
        if "PSF" in key and isinstance(value, str)
    ]
    found = [present[name] for name in named if name in present]
    found += [path for name, path in present.items() if is_psf_name(name, image.name)]
    others = dict.fromkeys(path for path in found if path != image.absolute())
    return [path for path in others if path.is_file()]


def is_psf_name(name: str, image: str) -> bool:
    """Return whether a file name is that of the PSF of an image with this file name.

    Examples
    --------
    >>> is_psf_name("r1_psf.fits", "r1_sci.fits"), is_psf_name("r1.psf", "r1.fits")
    (True, True)
    >>> is_psf_name("r1_ref_psf.fits", "r1_sci.fits"), is_psf_name("r2_psf.fits", "r1.fits")
    (False, False)
    """
    stem = without_ending(name, _ENDINGS)
    image_stem = without_ending(image, IMAGE_ENDINGS)
    if stem is None or image_stem is None or "psf" not in name.lower():
        return False
    stem, image_stem = stem.lower(), image_stem.lower()
    field = plane_of(image_stem)[0]
    for own in dict.fromkeys((image_stem, field)):
        before, is_own, after = stem.partition(own) if own else ("", own, stem)
        bounds = before[-1:] + after[:1]
        if is_own == own and not re.search(r"[a-z0-9]", bounds if own == field and own else ""):
            words = re.sub(r"(dao)?psf(ex)?(cent(re|er)?)?", " ", f"{before} {after}")
            if _is_of_image(re.split(r"[^a-z0-9]+", words)):
                return True
    return False


def _is_of_image(words: list[str]) -> bool:
    """Return whether the other words of a PSF's file name are those of an image, or none."""
    return all(not word or WORDS.get(word) == "image" or word == "model" for word in words)


def _agrees(fwhm: float, stars: float) -> bool:
    """Return whether a PSF is as wide as stars, with the width of the pixel or without it."""
    widths = (stars, math.hypot(stars, _PIXEL_FWHM))
    return any(abs(fwhm - width) <= _MAX_WIDTH_DIFFERENCE * width for width in widths)
