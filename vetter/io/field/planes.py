"""Planes that read boxes of FITS images: pixels, masks, errors from variances and weights.

For measurements over a whole image, `ReadablePart` reads the unreadable part of a damaged plane as
unknown pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from vetter.core.cutout.mask_bits import BadBits, bad_bits
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import Array, Box, Plane, Provenance
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.fits.images import FitsImage, open_image

Conversion = Literal["variance", "weight"]

# The background of an estimated error is measured on at least so many pixels each way.
_NOISE_RADIUS = 60

_LEAST = 128
"""A box that cannot be read is tried in quarters, down to about this many pixels a side."""


# Planes are not compared or printed: without the methods for that each class takes a millisecond
# less of the start.
@dataclass(eq=False, repr=False)
class ImagePlane:
    """Pixels of a FITS image as floats; inf is made NaN, as neither is data."""

    name: str
    image: FitsImage
    note: str = ""
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.GIVEN

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.image.shape

    def read(self, box: Box) -> Array:
        """Floats, shape ``box.shape``; off the image NaN."""
        overlap = box.overlap(self.image.shape)
        if overlap is None:
            return np.full(box.shape, np.nan)
        values = self.image.read(overlap[0])
        if values.dtype.kind != "f":
            values = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
        elif np.isinf(values).any():
            values = np.where(np.isinf(values), np.float32("nan"), values)
        if values.shape == box.shape:
            return values
        out = np.full(box.shape, np.nan, values.dtype)
        out[overlap[1]] = values
        return out


@dataclass(eq=False, repr=False)
class MaskPlane:
    """A mask: booleans, True where bad, and off the image."""

    name: str
    image: FitsImage
    bad: BadBits
    note: str = ""
    is_mask: ClassVar[bool] = True
    provenance: ClassVar[Provenance] = Provenance.GIVEN

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.image.shape

    def read(self, box: Box) -> Array:
        """Booleans, shape ``box.shape``."""
        return self.read_both(box)[0]

    def read_both(self, box: Box) -> tuple[Array, Array | None]:
        """Booleans, and the file's own integers where it holds such (0 off the image)."""
        out = np.ones(box.shape, bool)
        overlap = box.overlap(self.image.shape)
        if overlap is None:
            return out, None
        values = self.image.read(overlap[0])
        out[overlap[1]] = self.bad.bad(values)
        if values.dtype.kind not in "iu":
            return out, None
        bits = np.zeros(box.shape, values.dtype)
        bits[overlap[1]] = values
        return out, bits


@dataclass(eq=False, repr=False)
class ErrorPlane:
    """1 sigma from a variance or a weight map; NaN where those are not above 0."""

    name: str
    plane: ImagePlane
    kind: Conversion
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.CONVERTED

    @property
    def note(self) -> str:
        """What was done, for the user."""
        return f"{self.kind} converted"

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.plane.shape

    def read(self, box: Box) -> Array:
        """Floats, shape ``box.shape``; off the image NaN."""
        values = self.plane.read(box)
        power = 0.5 if self.kind == "variance" else -0.5
        # A weight is taken as the inverse variance.
        good = values > 0
        return np.where(good, np.power(np.where(good, values, 1), power), np.nan).astype(
            values.dtype
        )


@dataclass(eq=False, repr=False)
class DifferencePlane:
    """``image - convolved``, where no difference was given."""

    name: str
    first: Plane
    second: Plane
    note: str = "image - convolved"
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.first.shape

    def read(self, box: Box) -> Array:
        """Floats, shape ``box.shape``."""
        return self.difference({}, box)

    def difference(self, known: Mapping[str, Array | None], box: Box) -> Array:
        """As `read`, of planes of the box that were read already where they are known."""
        first, second = known.get(self.first.name), known.get(self.second.name)
        first = self.first.read(box) if first is None else first
        second = self.second.read(box) if second is None else second
        difference: Array = first - second
        return difference


@dataclass(eq=False, repr=False)
class EstimatedErrorPlane:
    """1 sigma estimated from the image's surroundings; see `vetter.core.cutout.noise_estimate`."""

    name: str
    source: Plane
    gain: float | None
    note: str = ESTIMATED_NOISE
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.ESTIMATED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.source.shape

    def read(self, box: Box) -> Array:
        """Floats, shape ``box.shape``; off the image NaN."""
        grow = (
            max(0, _NOISE_RADIUS - box.nx // 2),
            max(0, _NOISE_RADIUS - box.ny // 2),
        )
        wide = Box(box.x0 - grow[0], box.y0 - grow[1], box.nx + 2 * grow[0], box.ny + 2 * grow[1])
        try:
            around = self.source.read(wide)
        except InputError:
            # A damaged tile nearby: the box alone has to do.
            return estimate_err(self.source.read(box), gain=self.gain)
        part = around[grow[1] : grow[1] + box.ny, grow[0] : grow[0] + box.nx]
        return estimate_err(part, gain=self.gain, around=around)


@dataclass(eq=False, repr=False)
class LostPlane:
    """A plane whose file could not be opened: it keeps its name, and says why."""

    name: str
    shape: tuple[int, int]
    reason: str

    @property
    def is_mask(self) -> bool:
        """Whether it would hold booleans."""
        return is_mask_name(self.name)

    def read(self, box: Box) -> Array:
        """Raises InputError."""
        raise InputError(self.reason)


FilePlane = ImagePlane | MaskPlane | ErrorPlane


def open_plane(
    name: str,
    spec: str | Path | FitsName,
    convert: Conversion | None = None,
    mask_bits: str | None = None,
    mask_good: str | None = None,
) -> FilePlane:
    """Open a plane; only its headers are read.

    Parameters
    ----------
    name : str
        What the plane is called; ``mask`` and names that end in ``mask`` hold booleans.
    spec : str, Path or FitsName
        The file, possibly as ``file.fits[EXT]``. Without an HDU the extension called as the
        plane is taken, else the first two-dimensional image.
    convert : {'variance', 'weight'}, optional
        What the file holds instead of 1 sigma.
    mask_bits, mask_good : str, optional
        See `vetter.core.cutout.mask_bits.bad_bits`.

    Raises
    ------
    InputError
        It cannot be read as an image.
    """
    fits_name = spec if isinstance(spec, FitsName) else parse_fits_name(spec)
    image = open_image(fits_name, prefer=None if name == "image" else convert or name)
    if is_mask_name(name):
        try:
            return MaskPlane(name, image, bad_bits(image.header, mask_bits, mask_good))
        except InputError:
            image.close()
            raise
    plane = ImagePlane(name, image)
    if convert is None and name.endswith("err") and _is_variance(image):
        convert = "variance"
    return plane if convert is None else ErrorPlane(name, plane, convert)


def is_mask_name(name: str) -> bool:
    """Whether a plane so called holds a mask: ``mask``, ``template_mask``, ``tmask``."""
    return name.lower().endswith("mask")


def image_of(plane: FilePlane) -> FitsImage:
    """The FITS image that a plane reads."""
    return plane.plane.image if isinstance(plane, ErrorPlane) else plane.image


def _is_variance(image: FitsImage) -> bool:
    return "variance" in str(image.header.get("UTYPE", "")).lower()


class ReadablePart:
    """What is measured on a whole field does without a damaged tile of it.

    Parameters
    ----------
    plane : Plane
    """

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self.name, self.shape, self.is_mask = plane.name, plane.shape, plane.is_mask

    def read(self, box: Box) -> Array:
        """Pixels of a box; where they cannot be read NaN, and not masked in a mask."""
        try:
            return self._plane.read(box)
        except InputError:
            unknown = np.full(box.shape, False if self.is_mask else np.nan)
            if max(box.shape) < 2 * _LEAST or box.overlap(self.shape) is None:
                return unknown
        for part in _quarters(box):
            y, x = part.y0 - box.y0, part.x0 - box.x0
            unknown[y : y + part.ny, x : x + part.nx] = self.read(part)
        return unknown


def _quarters(box: Box) -> list[Box]:
    halves_x = (box.x0, box.nx // 2), (box.x0 + box.nx // 2, box.nx - box.nx // 2)
    halves_y = (box.y0, box.ny // 2), (box.y0 + box.ny // 2, box.ny - box.ny // 2)
    every = [Box(x0, y0, nx, ny) for y0, ny in halves_y for x0, nx in halves_x]
    return [part for part in every if part.nx and part.ny]
