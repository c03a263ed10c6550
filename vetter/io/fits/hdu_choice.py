"""Choice of the HDU to read as an image from a FITS file."""

from __future__ import annotations

import dataclasses
from typing import Any

from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import WORDS


def choose_image(name: FitsName, hdus: Any, prefer: str | None = None) -> tuple[Any, FitsName]:
    """Return the HDU of an image, and the name with the HDU and slices that were chosen.

    Parameters
    ----------
    name : FitsName
    hdus : `~astropy.io.fits.HDUList`
    prefer : str, optional
        Name of an extension to choose before the first image; synonyms count too: ``REF`` for
        ``template``, ``DQ`` for ``mask``.

    Returns
    -------
    hdu, FitsName
        The name's ``slices`` has one number for each axis above two.

    Raises
    ------
    InputError
        No such HDU, no image, or a cube without a chosen slice.
    """
    if name.extension is not None:
        hdu = hdus[number_of(name, hdus)]
        return hdu, _sliced(name, hdu, hdus)
    named = _preferred(hdus, prefer.lower()) if prefer else None
    if named is not None:
        return named, _sliced(dataclasses.replace(name, extension=named.name), named, hdus)
    cube = None
    for hdu in hdus:
        shape = image_shape(hdu)
        if len(shape) == 2 or (len(shape) > 2 and all(n == 1 for n in shape[:-2])):
            return hdu, _sliced(name, hdu, hdus)
        cube = hdu if cube is None and len(shape) > 2 else cube
    if cube is not None:
        _sliced(name, cube, hdus)
    raise InputError(f"{name.path}: expected a two-dimensional image, found {describe_hdus(hdus)}")


def _preferred(hdus: Any, prefer: str) -> Any:
    """Return the first image of that name, else the first with a synonym as name; else None."""
    images = [hdu for hdu in hdus if len(image_shape(hdu)) >= 2]
    exact = [hdu for hdu in images if hdu.name.lower() == prefer]
    alike = [hdu for hdu in images if is_name_or_synonym(hdu.name, prefer)]
    return next(iter(exact + alike), None)


def is_name_or_synonym(extension: str, wanted: str) -> bool:
    """Return whether an extension's name is the wanted one or a synonym of it."""
    name = extension.lower()
    return name == wanted or WORDS.get(name) == wanted


def number_of(name: FitsName, hdus: Any) -> int:
    """Return the number of the HDU that a file name chooses.

    ``[NAME,2]`` is the HDU of version 2; if none of the name has a version, the second of them.

    Raises
    ------
    InputError
        No such HDU.
    """
    assert name.extension is not None
    try:
        number = int(hdus.index_of(name.extension))
        hdus[number]
    except (KeyError, IndexError) as error:
        if isinstance(name.extension, tuple):
            word, version = name.extension
            alike = [n for n, hdu in enumerate(hdus) if hdu.name.upper() == word.upper()]
            if version <= len(alike) and not any("EXTVER" in hdus[n].header for n in alike):
                return alike[version - 1]
        wanted = name.suffix.partition("]")[0] + "]"
        raise InputError(f"{name.path}: no HDU {wanted}; found {describe_hdus(hdus)}") from error
    return number


def image_shape(hdu: Any) -> tuple[int, ...]:
    """Return the shape of an image HDU, slowest axis first; empty for tables, groups, no data."""
    from astropy.io import fits

    if isinstance(hdu, fits.GroupsHDU) or not isinstance(
        hdu, (fits.PrimaryHDU, fits.ImageHDU, fits.CompImageHDU)
    ):
        return ()
    shape = tuple(int(n) for n in hdu.shape)
    return shape if all(n > 0 for n in shape) else ()


def describe_hdus(hdus: Any, most: int = 6) -> str:
    """Describe the HDUs of a file in one line, at most ``most`` of them."""
    parts: list[str] = []
    for number, hdu in enumerate(hdus):
        if number == most:
            parts.append("...")
            break
        shape = image_shape(hdu)
        what = "x".join(str(n) for n in reversed(shape)) if shape else _kind(hdu)
        parts.append(" ".join(part for part in (f"[{number}]", hdu.name, what) if part))
    return ", ".join(parts) or "nothing"


def _kind(hdu: Any) -> str:
    from astropy.io import fits

    if isinstance(hdu, fits.GroupsHDU):
        return "random groups"
    if isinstance(hdu, (fits.BinTableHDU, fits.TableHDU)):
        return "table"
    return "no data"


def _sliced(name: FitsName, hdu: Any, hdus: Any) -> FitsName:
    shape = image_shape(hdu)
    if len(shape) < 2:
        raise InputError(f"{name}: expected a two-dimensional image, found {describe_hdus(hdus)}")
    above = shape[:-2]
    slices = name.slices
    if len(slices) == sum(length > 1 for length in above):
        # Axes of length 1 need no number.
        given = iter(slices)
        slices = tuple(0 if length == 1 else next(given) for length in above)
    if len(slices) != len(above):
        size = "x".join(str(n) for n in reversed(shape))
        extension = name.suffix.partition("]")[0].strip("[") or hdus.index(hdu)
        raise InputError(
            f"{name.path}: expected a two-dimensional image, found a cube of {size}; choose a "
            f"slice as {name.path.name}[{extension}]{'[k]' * len(above)}, k from 0"
        )
    for number, length in zip(slices, above, strict=True):
        if number >= length:
            raise InputError(f"{name}: no slice [{number}], the cube has {length}")
    return dataclasses.replace(name, slices=tuple(slices))
