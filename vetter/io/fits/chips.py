"""Images of a FITS file that are chips of one exposure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vetter.core.candidates.chip_rows import CARDS, Chip
from vetter.core.candidates.column_roles import normalise_name
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import Extension, FitsName
from vetter.io.files.plane_names import WORDS
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.hdu_choice import image_shape, is_name_or_synonym
from vetter.io.fits.structure import open_fits, promised_by_headers


def chips_of(name: FitsName, plane: str = "image") -> tuple[Chip, ...]:
    """Return the images of a file that can be one plane of several chips.

    If extensions have the plane's name (``SCI`` for ``image``), only these count; extensions with
    the name of another plane never do.

    Parameters
    ----------
    name : FitsName
        The file; its extension is ignored.
    plane : str, optional

    Raises
    ------
    InputError
        The file cannot be read as FITS.
    """
    with (
        input_errors(name.label, "not a FITS image that can be read"),
        open_unpacked(name.path, enough=promised_by_headers) as file,
        open_fits(file, name.label) as hdus,
    ):
        images = [(n, hdu) for n, hdu in enumerate(hdus) if len(image_shape(hdu)) == 2]
        called = [(n, hdu) for n, hdu in images if is_name_or_synonym(hdu.name, plane)]
        others = [(n, hdu) for n, hdu in images if hdu.name.lower() not in WORDS]
        return tuple(
            _chip(n, order, hdu) for order, (n, hdu) in enumerate(called or others, start=1)
        )


def chip_in(headers: Sequence[Any], name: FitsName) -> Chip:
    """Return the chip of an image whose file has no other; its own header comes first."""
    extension = name.extension
    index = extension if isinstance(extension, int) else 0
    cards = {key: text for header in reversed(headers) for key, text in _cards(header).items()}
    return Chip(index, 0, _extname(headers[0]), _version(headers[0]), cards)


def extension_of(chip: Chip, chips: tuple[Chip, ...]) -> Extension:
    """Return what chooses a chip in a file's name: EXTNAME, or the number of the HDU."""
    alike = [other for other in chips if other.name.upper() == chip.name.upper()]
    return chip.name if chip.name and len(alike) == 1 and chip.name.isalnum() else chip.hdu


def chip_title(chip: Chip, chips: tuple[Chip, ...]) -> str:
    """Return a name of the chip for the user, unique among the chips of its file."""
    alike = [other for other in chips if other.name.upper() == chip.name.upper()]
    if chip.name and len(alike) == 1:
        return chip.name
    versions = {other.version for other in alike}
    if chip.name and len(versions) == len(alike):
        return f"{chip.name},{chip.version}"
    return f"[{chip.hdu}]"


def _chip(index: int, order: int, hdu: Any) -> Chip:
    return Chip(index, order, hdu.name, _version(hdu.header), _cards(hdu.header))


def _cards(header: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for keyword in header:
        key = normalise_name(keyword)
        if key in CARDS and key not in found:
            value = header[keyword]
            if isinstance(value, (str, int, float)) and str(value).strip():
                found[key] = str(value).strip()
    return found


def _extname(header: Any) -> str:
    return str(header.get("EXTNAME", "")).strip()


def _version(header: Any) -> int:
    value = header.get("EXTVER", 1)
    return value if isinstance(value, int) else 1
