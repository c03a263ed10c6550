"""Planes that read boxes of FITS images: pixels, masks, errors from variances and weights.

`ReadablePart` serves measurements over a whole image: it reads the unreadable parts of a damaged
plane as unknown pixels.
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

# The background of an estimated error is measured this many pixels each way, or farther.
_NOISE_RADIUS = 60

_MIN_BOX_SIDE = 128
"""Side in pixels down to which an unreadable box is tried in quarters."""


# eq=False, repr=False: without these methods each class saves a millisecond of the start.
@dataclass(eq=False, repr=False)
class ImagePlane:
    """Pixels of a FITS image as floats; inf becomes NaN, since neither is data."""

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
        """Return floats, shape ``box.shape``; NaN off the image."""
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
    """Mask of booleans, True for bad pixels and off the image."""

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
        """Return booleans, shape ``box.shape``."""
        return self.read_both(box)[0]

    def read_both(self, box: Box) -> tuple[Array, Array | None]:
        """Return booleans, and the file's integers (0 off the image) or None."""
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
    """Errors, 1 sigma, from a variance or weight map; NaN where the map is not above 0."""

    name: str
    plane: ImagePlane
    kind: Conversion
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.CONVERTED

    @property
    def note(self) -> str:
        """The conversion, for the user."""
        return f"{self.kind} converted"

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.plane.shape

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image."""
        values = self.plane.read(box)
        # A weight is the inverse variance.
        power = 0.5 if self.kind == "variance" else -0.5
        good = values > 0
        return np.where(good, np.power(np.where(good, values, 1), power), np.nan).astype(
            values.dtype
        )


@dataclass(eq=False, repr=False)
class DifferencePlane:
    """Difference ``image - convolved``, for a field without a given difference."""

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
        """Return floats, shape ``box.shape``."""
        return self.difference({}, box)

    def difference(self, loaded: Mapping[str, Array | None], box: Box) -> Array:
        """Return the difference in a box; planes in ``loaded`` are not read again."""
        first, second = loaded.get(self.first.name), loaded.get(self.second.name)
        first = self.first.read(box) if first is None else first
        second = self.second.read(box) if second is None else second
        difference: Array = first - second
        return difference


@dataclass(eq=False, repr=False)
class EstimatedErrorPlane:
    """Errors, 1 sigma, estimated around each box; see `vetter.core.cutout.noise_estimate`."""

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
        """Return floats, shape ``box.shape``; NaN off the image."""
        x_margin = max(0, _NOISE_RADIUS - box.nx // 2)
        y_margin = max(0, _NOISE_RADIUS - box.ny // 2)
        wide = Box(
            box.x0 - x_margin, box.y0 - y_margin, box.nx + 2 * x_margin, box.ny + 2 * y_margin
        )
        try:
            around = self.source.read(wide)
        except InputError:
            # A damaged tile nearby: the noise is estimated on the box alone.
            return estimate_err(self.source.read(box), gain=self.gain)
        part = around[y_margin : y_margin + box.ny, x_margin : x_margin + box.nx]
        return estimate_err(part, gain=self.gain, around=around)


@dataclass(eq=False, repr=False)
class LostPlane:
    """Plane whose file could not be opened; ``read`` raises the reason."""

    name: str
    shape: tuple[int, int]
    reason: str

    @property
    def is_mask(self) -> bool:
        """Whether the plane would hold booleans."""
        return is_mask_name(self.name)

    def read(self, box: Box) -> Array:
        """Raise InputError with the reason."""
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
        Name of the plane; ``mask`` and names that end in ``mask`` hold booleans.
    spec : str, Path or FitsName
        The file, also as ``file.fits[EXT]``. Without an HDU the extension with the plane's name
        is read, else the first two-dimensional image.
    convert : {'variance', 'weight'}, optional
        Quantity that the file holds instead of 1 sigma.
    mask_bits, mask_good : str, optional
        See `vetter.core.cutout.mask_bits.bad_bits`.

    Raises
    ------
    InputError
        The file cannot be read as an image.
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
    """Return whether a plane's name is that of a mask: ``mask``, ``template_mask``, ``tmask``."""
    return name.lower().endswith("mask")


def image_of(plane: FilePlane) -> FitsImage:
    """Return the FITS image that a plane reads."""
    return plane.plane.image if isinstance(plane, ErrorPlane) else plane.image


def _is_variance(image: FitsImage) -> bool:
    return "variance" in str(image.header.get("UTYPE", "")).lower()


class ReadablePart:
    """Plane whose unreadable parts read as unknown pixels, for measurements over the whole image.

    Parameters
    ----------
    plane : Plane
    """

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self.name, self.shape, self.is_mask = plane.name, plane.shape, plane.is_mask

    def read(self, box: Box) -> Array:
        """Return the pixels of a box; unreadable ones are NaN, in a mask False."""
        try:
            return self._plane.read(box)
        except InputError:
            unknown = np.full(box.shape, False if self.is_mask else np.nan)
            if max(box.shape) < 2 * _MIN_BOX_SIDE or box.overlap(self.shape) is None:
                return unknown
        for part in _quarters(box):
            y, x = part.y0 - box.y0, part.x0 - box.x0
            unknown[y : y + part.ny, x : x + part.nx] = self.read(part)
        return unknown


def _quarters(box: Box) -> list[Box]:
    halves_x = (box.x0, box.nx // 2), (box.x0 + box.nx // 2, box.nx - box.nx // 2)
    halves_y = (box.y0, box.ny // 2), (box.y0 + box.ny // 2, box.ny - box.ny // 2)
    quarters = [Box(x0, y0, nx, ny) for y0, ny in halves_y for x0, nx in halves_x]
    return [part for part in quarters if part.nx and part.ny]
