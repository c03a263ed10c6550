"""Masks of lsst.images, whose planes beyond the 31st are in further HDUs of the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vetter.core.cutout.mask_bits import bit_names
from vetter.core.cutout.plane import Array
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.hdu_choice import image_shape
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import open_fits, promised_by_headers

if TYPE_CHECKING:
    from astropy.io.fits import Header

    from vetter.io.files.hdu_names import FitsName
    from vetter.io.fits.images import FitsImage, Region

_MAX_BITS = 63


class JoinedMask:
    """Several mask images of one shape, read as one of 64-bit integers.

    Bits of each image follow those of the image before. The header is the first image's, with
    the names of all bits.

    Parameters
    ----------
    images : sequence of FitsImage
        Integer images; bits beyond the 63rd are left out.
    """

    is_integer = True

    def __init__(self, images: Sequence[FitsImage]) -> None:
        self._images = list(images)
        self.name: FitsName = images[0].name
        self.shape = images[0].shape
        self.primary = images[0].primary
        self.header: Header = images[0].header.copy()
        self._shifts: list[int] = []
        self.left_out: list[str] = []
        shift = 0
        for image in images:
            names = bit_names(image.header)
            self._shifts.append(shift)
            for name, bit in names.items():
                if shift + bit >= _MAX_BITS:
                    self.left_out.append(name)
                elif shift:
                    self.header[f"MSKN{shift + bit:04d}"] = name
                    self.header[f"MSKM{shift + bit:04d}"] = 1 << (shift + bit)
            shift += max(names.values(), default=-1) + 1

    def read(self, region: Region) -> Array:
        """Return the bits of a region as int64."""
        bits = _read_bits(self._images[0], region)
        for image, shift in zip(self._images[1:], self._shifts[1:], strict=True):
            if shift < _MAX_BITS:
                bits |= (_read_bits(image, region) & ((1 << (_MAX_BITS - shift)) - 1)) << shift
        return bits

    def close(self) -> None:
        """Close the files."""
        for image in self._images:
            image.close()


def _read_bits(image: FitsImage, region: Region) -> Array:
    values = image.read(region)
    # Without this the 32nd bit, the sign, would set all those above it.
    bits: Array = values.astype(np.int64) & (2 ** (8 * min(values.dtype.itemsize, 7)) - 1)
    return bits


def _names_bits(header: Header) -> bool:
    return any(keyword.startswith("MSKN") for keyword in header)


def join_mask(image: FitsImage) -> tuple[FitsImage, str]:
    """Return a mask joined with the further HDUs of its planes, and a note on them or ''.

    A mask whose header has no MSKNnnnn, or whose file has no second mask, is returned itself.
    """
    name = str(image.header.get("EXTNAME", "")).upper()
    chosen = image.name.extension
    if not name or isinstance(chosen, (int, tuple)) or not _names_bits(image.header):
        return image, ""
    label = image.name.label
    with (
        input_errors(label, "the further HDUs of the mask cannot be read"),
        open_unpacked(image.name.path, enough=promised_by_headers) as file,
        open_fits(file, label) as hdus,
    ):
        numbers = [
            number
            for number, hdu in enumerate(hdus)
            if hdu.name.upper().startswith(name)
            and image_shape(hdu) == image.shape
            and _names_bits(hdu.header)
        ]
    if len(numbers) < 2:
        return image, ""
    others = [
        open_image(dataclasses.replace(image.name, extension=number, slices=()))
        for number in numbers[1:]
    ]
    joined = JoinedMask([image, *others])
    note = f"joined from {len(numbers)} HDUs called {name}"
    if joined.left_out:
        note += f"; not read: {', '.join(joined.left_out)}"
    return joined, note
