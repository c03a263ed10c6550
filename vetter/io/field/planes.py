"""Planes that read boxes of FITS images: pixels, masks, errors from variances and weights.

`ReadablePart` serves measurements over a whole image: it reads the unreadable parts of a damaged
plane as unknown pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from vetter.core.cutout.mask_bits import BadBits, bad_bits
from vetter.core.cutout.no_data import (
    NoData,
    no_data_of,
    without_fills,
    without_small_errors,
)
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import Array, Box, Plane, Provenance
from vetter.core.cutout.varying_kernel import Chebyshev, VaryingKernel
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.fits.derived_images.joined_mask import join_mask
from vetter.io.fits.derived_images.linear_image import make_linear
from vetter.io.fits.images import FitsImage, open_image

Conversion = Literal["variance", "weight"]

# The background of an estimated error is measured this many pixels each way, or farther.
_NOISE_RADIUS = 60

_MIN_BOX_SIDE = 128
"""Side in pixels down to which an unreadable box is tried in quarters."""


_ONE = (Chebyshev(np.ones((1, 1)), 0, 1, 0, 1),)


# eq=False, repr=False: without these methods each class saves a millisecond of the start.
@dataclass(eq=False, repr=False)
class ImagePlane:
    """Pixels of a FITS image as floats; inf and the header's fills become NaN, as no data.

    Attributes
    ----------
    name : str
    image : FitsImage
    note : str
        Conversion of the pixels, for the user.
    is_noise : bool
        Whether the pixels are 1 sigma: those not above a millionth of the median become NaN.
    """

    name: str
    image: FitsImage
    note: str = ""
    is_noise: bool = False
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.GIVEN

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.image.shape

    @cached_property
    def no_data(self) -> NoData:
        """Values of pixels without data."""
        return no_data_of(self.image.header, int(self.image.header.get("BITPIX", -32)) > 0)

    @cached_property
    def _has_blank(self) -> bool:
        return "BLANK" in self.image.header

    @cached_property
    def median(self) -> float:
        """Median of the positive pixels in a few rows; 0 without any."""
        return _median_of(self)

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image."""
        return self.read_counted(box)[0]

    def read_counted(self, box: Box) -> tuple[Array, int]:
        """Return the pixels as `read`, and the number of those on the image that are fills."""
        pixels, count = self.read_filled(box)
        if self.is_noise:
            pixels, small = without_small_errors(pixels, self.median)
            count += small
        return pixels, count

    def read_filled(self, box: Box) -> tuple[Array, int]:
        """Return the pixels without fills and their number; small errors stay."""
        overlap = box.overlap(self.image.shape)
        if overlap is None:
            return np.full(box.shape, np.nan), 0
        values = self.image.read(overlap[0])
        if values.dtype.kind != "f":
            values = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
        elif np.isinf(values).any():
            values = np.where(np.isinf(values), np.float32("nan"), values)
        # The reader has made NaN of the BLANK of integers and of compressed tiles.
        blank = int(np.count_nonzero(np.isnan(values))) if self._has_blank else 0
        values, count = without_fills(values, self.no_data)
        count += blank
        if values.shape == box.shape:
            return values, count
        out = np.full(box.shape, np.nan, values.dtype)
        out[overlap[1]] = values
        return out, count


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
        out[overlap[1]] = self.bad.find_bad(values)
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
        return f"{self.kind} converted" + (f", {self.plane.note}" if self.plane.note else "")

    @cached_property
    def median(self) -> float:
        """Median of the errors in a few rows; 0 without any."""
        return _median_of(self)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.plane.shape

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image."""
        return self.read_counted(box)[0]

    def read_counted(self, box: Box) -> tuple[Array, int]:
        """Return the errors as `read`, and the number of pixels on the image without one."""
        errors, count = self.read_filled(box)
        errors, small = without_small_errors(errors, self.median)
        return errors, count + small

    def read_filled(self, box: Box) -> tuple[Array, int]:
        """Return the errors without fills and their number; small errors stay."""
        values, count = self.plane.read_filled(box)
        # A weight is the inverse variance.
        power = 0.5 if self.kind == "variance" else -0.5
        good = values > 0
        errors: Array = np.where(good, np.power(np.where(good, values, 1), power), np.nan)
        return errors.astype(values.dtype), count + int(np.count_nonzero(values <= 0))


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
class SamePlane:
    """Another name of a plane: ``convolved`` for a template that the difference was made with."""

    name: str
    plane: Plane
    note: str
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.GIVEN

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.plane.shape

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image."""
        return self.plane.read(box)


@dataclass(eq=False, repr=False)
class KernelPlane:
    """Template convolved with the kernel of a difference image at each pixel's place.

    ``origin`` is the kernel's pixel (x, y) of the image's first pixel.
    """

    name: str
    template: Plane
    kernel: VaryingKernel
    origin: tuple[int, int]
    note: str
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.COMPUTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.template.shape

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where the kernel reaches so."""
        left, right, below, above = self.kernel.margins
        wide = Box(box.x0 - left, box.y0 - below, box.nx + left + right, box.ny + below + above)
        # errstate: damaged pixels may be signalling NaN.
        with np.errstate(all="ignore"):
            pixels = np.asarray(self.template.read(wide), np.float64)
        x0, y0 = self.origin
        return self.kernel.convolve(pixels, box.x0 + x0, box.y0 + y0)


@dataclass(eq=False, repr=False)
class KernelErrorPlane:
    """Errors of a convolved template, from those of the template and the kernel at a box's middle.

    The convolved pixels' noise is correlated; these are the errors of each alone.
    """

    name: str
    errors: Plane
    kernel: VaryingKernel
    origin: tuple[int, int]
    note: str = "of the convolved template"
    is_mask: ClassVar[bool] = False
    provenance: ClassVar[Provenance] = Provenance.CONVERTED

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.errors.shape

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``; NaN off the image and where the kernel reaches so."""
        left, right, below, above = self.kernel.margins
        wide = Box(box.x0 - left, box.y0 - below, box.nx + left + right, box.ny + below + above)
        # errstate: damaged pixels may be signalling NaN, or too large to be squared.
        with np.errstate(all="ignore"):
            variance = np.asarray(self.errors.read(wide), np.float64) ** 2
        x, y = box.x0 + self.origin[0] + box.nx / 2, box.y0 + self.origin[1] + box.ny / 2
        squares = VaryingKernel(self.kernel.at(x, y)[np.newaxis] ** 2, _ONE, self.kernel.center)
        return np.sqrt(np.maximum(squares.convolve(variance, 0, 0), 0.0))


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


_SAMPLED_ROWS = 9

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
    try:
        if is_mask_name(name):
            image, note = join_mask(image)
            return MaskPlane(name, image, bad_bits(image.header, mask_bits, mask_good), note)
        image, note = make_linear(image)
    except InputError:
        image.close()
        raise
    is_noise = name.endswith("err")
    if convert is None and is_noise and _is_variance(image):
        convert = "variance"
    plane = ImagePlane(name, image, note, is_noise and convert is None)
    return plane if convert is None else ErrorPlane(name, plane, convert)


def is_mask_name(name: str) -> bool:
    """Return whether a plane's name is that of a mask: ``mask``, ``template_mask``, ``tmask``."""
    return name.lower().endswith("mask")


def image_of(plane: FilePlane) -> FitsImage:
    """Return the FITS image that a plane reads."""
    return plane.plane.image if isinstance(plane, ErrorPlane) else plane.image


def _is_variance(image: FitsImage) -> bool:
    return "variance" in str(image.header.get("UTYPE", "")).lower()


def sampled_rows(shape: tuple[int, int]) -> list[Box]:
    """Return a few rows all over an image: a large one is not read whole."""
    rows = np.linspace(0, shape[0] - 1, min(shape[0], _SAMPLED_ROWS))
    return [Box(0, int(row), shape[1], 1) for row in rows]


def _median_of(plane: ImagePlane | ErrorPlane) -> float:
    # A damaged row is no reason against the others.
    part = ReadablePart(_Filled(plane))
    values = np.concatenate([part.read(box).ravel() for box in sampled_rows(plane.shape)])
    values = values[values > 0]
    return float(np.median(values)) if len(values) else 0.0


class _Filled:
    """Plane of errors without fills, the small errors included."""

    is_mask = False

    def __init__(self, plane: ImagePlane | ErrorPlane) -> None:
        self._plane = plane
        self.name, self.shape = plane.name, plane.shape

    def read(self, box: Box) -> Array:
        """Return floats, shape ``box.shape``."""
        return self._plane.read_filled(box)[0]


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
