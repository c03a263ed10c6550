"""Planes that lie beside an image in its own file: MASK, VARIANCE and KERNEL of Rubin's images."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from vetter.errors import InputError
from vetter.io.field.planes import Conversion, FilePlane, image_of
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.hdu_choice import image_shape
from vetter.io.fits.structure import open_fits, promised_by_headers

if TYPE_CHECKING:
    from vetter.io.files.hdu_names import FitsName
    from vetter.io.fits.images import FitsImage

_IMAGE, _MASK, _VARIANCE = "IMAGE", "MASK", "VARIANCE"


class Companion(NamedTuple):
    """HDU of a file of another plane, to be opened as ``plane``."""

    plane: str
    name: FitsName
    convert: Conversion | None
    note: str


def find_companions(
    files: Mapping[str, FilePlane], given: Collection[str], problems: list[str]
) -> list[Companion]:
    """Return the planes that lie beside the given ones in their files.

    Only files are looked into whose image is in an HDU called IMAGE: those of Rubin and HSC,
    where MASK and VARIANCE belong to IMAGE.

    Parameters
    ----------
    files : mapping of str to FilePlane
        Opened planes, ``image`` among them.
    given : collection of str
        Names of planes that the user or the field gives, opened or not.
    problems : list of str
        A line is appended for each file whose other HDUs cannot be read.

    Returns
    -------
    list of Companion
        ``mask`` from the image's file, else the difference's; ``err`` from the image's variance,
        with ``template_err`` from the template's, else from the difference's variance.
    """
    if "image" not in files:
        return []
    beside = {
        name: _siblings(image_of(files[name]), problems)
        for name in ("image", "diff", "convolved", "template")
        if name in files and _is_image_hdu(image_of(files[name]))
    }
    found: list[Companion] = []
    if "mask" not in given:
        found += _first(beside, ("image", "diff"), _MASK, "mask", None)[:1]
    if "err" not in given:
        errors = _first(beside, ("image", "diff"), _VARIANCE, "err", "variance")[:1]
        found += errors
        # The difference's variance holds the template's.
        of_image = bool(errors) and errors[0].name.path == image_of(files["image"]).name.path
        if of_image and "template_err" not in given:
            owners = ("convolved",) if "convolved" in files else ("template",)
            found += _first(beside, owners, _VARIANCE, "template_err", "variance")
    return found


def _first(
    beside: Mapping[str, Mapping[str, FitsName]],
    owners: tuple[str, ...],
    hdu: str,
    plane: str,
    convert: Conversion | None,
) -> list[Companion]:
    return [
        Companion(
            plane,
            beside[owner][hdu],
            convert,
            f"{plane} is {beside[owner][hdu].label}, beside the {owner}",
        )
        for owner in owners
        if hdu in beside.get(owner, {})
    ]


def _is_image_hdu(image: FitsImage) -> bool:
    return str(image.header.get("EXTNAME", "")).strip().upper() == _IMAGE


def _siblings(image: FitsImage, problems: list[str]) -> dict[str, FitsName]:
    """Return MASK and VARIANCE of the image's shape in its file."""
    try:
        with (
            input_errors(image.name.path.name, "MASK and VARIANCE cannot be looked for"),
            open_unpacked(image.name.path, enough=promised_by_headers) as file,
            open_fits(file, image.name.label) as hdus,
        ):
            names = {hdu.name.upper() for hdu in hdus if image_shape(hdu) == image.shape}
    except InputError as error:
        problems.append(str(error))
        return {}
    return {
        hdu: dataclasses.replace(image.name, extension=hdu, slices=())
        for hdu in (_MASK, _VARIANCE)
        if hdu in names
    }
