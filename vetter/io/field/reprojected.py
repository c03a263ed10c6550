"""Planes on another pixel grid than their image, found, and read on the image's grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vetter.core.coordinates.wcs import mapping_cards, same_mapping
from vetter.core.cutout.plane import Array, Box, Plane
from vetter.core.cutout.reprojection import interpolated, nearest, positions, same_grid, touched
from vetter.errors import InputError
from vetter.io.field.planes import FilePlane, MaskPlane, image_of
from vetter.io.fits.image_wcs import image_wcs
from vetter.io.fits.images import FitsImage

if TYPE_CHECKING:
    from astropy.wcs import WCS

# A cutout that wants more of the other image than this has a WCS that cannot be meant.
_MOST_PIXELS = 25_000_000

# The WCS of aligned images of one shape are often two fits of the same stars, and differ by
# tenths of a pixel; by more than this they are not aligned.
_TOLERANCE = 1.0


class PixelGrid:
    """The image's grid, as seen from planes of one other grid.

    The last box is remembered: the planes of a cutout are read one after another, and those of
    one grid lie alike.

    Parameters
    ----------
    here : `~astropy.wcs.WCS`
        Of the image.
    there : `~astropy.wcs.WCS`
        Of the planes.
    shape : (int, int)
        Rows and columns of the image.
    """

    def __init__(self, here: WCS, there: WCS, shape: tuple[int, int]) -> None:
        self.shape = shape
        self._here, self._there = here, there
        self._last: tuple[Box, Array, Array] | None = None

    def places(self, box: Box) -> tuple[Array, Array]:
        """Columns and rows, in the planes, of the pixels of a box of the image; 0-based."""
        last = self._last
        if last is None or last[0] != box:
            last = (box, *positions(box, self._here, self._there))
            self._last = last
        return last[1], last[2]


class ReprojectedPlane:
    """A plane on the image's grid: a cubic spline of its pixels, a mask by nearest neighbour.

    Values stay per pixel of the file: they are not scaled where pixels differ in size.

    Parameters
    ----------
    plane : FilePlane
        On its own grid.
    grid : PixelGrid
    """

    note = "reprojected"

    def __init__(self, plane: FilePlane, grid: PixelGrid) -> None:
        self.name, self.is_mask = plane.name, plane.is_mask
        self._plane, self._grid = plane, grid

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the image."""
        return self._grid.shape

    def read(self, box: Box) -> Array:
        """Pixels of a box of the image; NaN, in a mask True, off either image.

        Raises
        ------
        InputError
            The file cannot be read, or the box covers more of it than can be meant.
        """
        x, y = self._grid.places(box)
        part = self._part(x, y)
        if part is None:
            return np.ones(box.shape, bool) if self.is_mask else np.full(box.shape, np.nan)
        pixels = self._plane.read(part)
        if self.is_mask:
            values = nearest(pixels, x - part.x0, y - part.y0, True)
        else:
            values = interpolated(pixels, x - part.x0, y - part.y0)
        return _off_the_image(values, box, self.shape)

    def read_both(self, box: Box) -> tuple[Array, Array | None]:
        """Of a mask: booleans, and the file's own integers where it holds such."""
        assert isinstance(self._plane, MaskPlane)
        x, y = self._grid.places(box)
        part = self._part(x, y)
        if part is None:
            return np.ones(box.shape, bool), None
        pixels, bits = self._plane.read_both(part)
        masked = nearest(pixels, x - part.x0, y - part.y0, True)
        masked = _off_the_image(masked, box, self.shape)
        return masked, None if bits is None else nearest(bits, x - part.x0, y - part.y0, 0)

    def misses(self, box: Box) -> bool:
        """Whether nothing of a box of the image lies on the plane."""
        return touched(*self._grid.places(box), self._plane.shape) is None

    def _part(self, x: Array, y: Array) -> Box | None:
        part = touched(x, y, self._plane.shape)
        if part is not None and part.nx * part.ny > _MOST_PIXELS:
            raise InputError(
                f"{image_of(self._plane).name.label}: its pixels are too small to be put on the "
                f"image's grid: {part.nx} x {part.ny} of them under one cutout"
            )
        return part


def _off_the_image(values: Array, box: Box, shape: tuple[int, int]) -> Array:
    """What lies off the image is off in all planes, wherever another image goes on."""
    overlap = box.overlap(shape)
    off = np.ones(box.shape, bool)
    if overlap is not None:
        off[overlap[1]] = False
    values[off] = True if values.dtype.kind == "b" else np.nan
    return values


class PlaneGrids:
    """The image's pixel grid, and the other grids that planes have been found on.

    Parameters
    ----------
    image : FitsImage
        The first plane of the field.
    label : str
        What it is called, for messages.
    wcs : `~astropy.wcs.WCS` or None
        The image's.
    """

    def __init__(self, image: FitsImage, label: str, wcs: WCS | None) -> None:
        self._image, self._label, self._wcs = image, label, wcs
        self._grids: dict[tuple[object, ...], PixelGrid] = {}

    def on_grid(self, plane: FilePlane) -> tuple[Plane, str]:
        """A plane as read on the image's grid, and what was done to it ('' for nothing).

        A plane of the image's shape is taken as aligned unless its WCS says otherwise.

        Raises
        ------
        InputError
            It has another shape, and there is no WCS to tell where its pixels lie.
        """
        image = image_of(plane)
        same_shape = image.shape == self._image.shape
        if image is self._image:
            return plane, ""
        if same_shape and (self._wcs is None or same_mapping(image.header, self._image.header)):
            return plane, ""
        cards = mapping_cards(image.header)
        if same_shape and not cards:
            return plane, ""
        wcs, reason = image_wcs(image) if cards else (None, f"{image.name.label}: no WCS")
        if same_shape:
            if wcs is None or self._aligned(wcs):
                return plane, ""
            said = "reprojected: by its WCS it lies elsewhere"
        else:
            said = f"reprojected from {image.shape[1]} x {image.shape[0]} pixels"
        if wcs is None or self._wcs is None:
            missing = reason if wcs is None else f"{self._image.name.label}: no WCS"
            raise InputError(
                f"{image.name.label}: {plane.name} is {image.shape[1]} x {image.shape[0]} pixels, "
                f"{self._label} is {self._image.shape[1]} x {self._image.shape[0]}; planes must "
                f"be on one pixel grid, or each have a WCS ({missing})"
            )
        key = (image.shape, *cards)
        grid = self._grids.setdefault(key, PixelGrid(self._wcs, wcs, self._image.shape))
        return ReprojectedPlane(plane, grid), said

    def _aligned(self, wcs: WCS) -> bool:
        assert self._wcs is not None
        return same_grid(self._wcs, wcs, self._image.shape, _TOLERANCE)
