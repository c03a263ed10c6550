"""Planes on another pixel grid than their image, reprojected to the image's grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vetter.core.coordinates.wcs import has_same_mapping, mapping_cards
from vetter.core.cutout.plane import Array, Box, Plane
from vetter.core.cutout.reprojection import (
    compute_positions,
    find_needed_box,
    interpolate,
    is_same_grid,
    sample_nearest,
)
from vetter.errors import InputError
from vetter.io.field.planes import FilePlane, MaskPlane, image_of
from vetter.io.fits.image_wcs import settled_image_wcs
from vetter.io.fits.images import FitsImage

if TYPE_CHECKING:
    from astropy.wcs import WCS

# If one cutout covers more pixels of the other image than this, the WCS is wrong.
_MAX_PIXELS = 25_000_000

# The WCS of aligned images of one shape are often two fits of the same stars, and differ by
# tenths of a pixel; by more than this they are not aligned.
_ALIGNED_TOLERANCE_PX = 1.0


class PixelGrid:
    """Mapping from the image's pixels to those of planes on one other grid.

    The last box is cached, since the planes of a cutout on one grid are read in turn.

    Parameters
    ----------
    image_wcs : `~astropy.wcs.WCS`
    plane_wcs : `~astropy.wcs.WCS`
    shape : (int, int)
        Rows and columns of the image.
    """

    def __init__(self, image_wcs: WCS, plane_wcs: WCS, shape: tuple[int, int]) -> None:
        self.shape = shape
        self._image_wcs, self._plane_wcs = image_wcs, plane_wcs
        self._last: tuple[Box, Array, Array] | None = None

    def plane_pixels(self, box: Box) -> tuple[Array, Array]:
        """Return columns and rows in the planes, 0-based, of a box of the image."""
        last = self._last
        if last is None or last[0] != box:
            last = (box, *compute_positions(box, self._image_wcs, self._plane_wcs))
            self._last = last
        return last[1], last[2]


class ReprojectedPlane:
    """Plane read on the image's grid: pixels by cubic spline, masks by nearest neighbour.

    Values stay per pixel of the file: they are not scaled if pixels differ in size.

    Parameters
    ----------
    plane : FilePlane
        The plane on its own grid.
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
        """Return the pixels of a box of the image; off either image NaN, in a mask True.

        Raises
        ------
        InputError
            The file cannot be read, or the box covers over `_MAX_PIXELS` of it.
        """
        x, y = self._grid.plane_pixels(box)
        part = self._part(x, y)
        if part is None:
            return np.ones(box.shape, bool) if self.is_mask else np.full(box.shape, np.nan)
        pixels = self._plane.read(part)
        if self.is_mask:
            values = sample_nearest(pixels, x - part.x0, y - part.y0, True)
        else:
            values = interpolate(pixels, x - part.x0, y - part.y0)
        return _blank_off_image(values, box, self.shape)

    def read_both(self, box: Box) -> tuple[Array, Array | None]:
        """Return a mask's booleans, and the file's integers or None."""
        assert isinstance(self._plane, MaskPlane)
        x, y = self._grid.plane_pixels(box)
        part = self._part(x, y)
        if part is None:
            return np.ones(box.shape, bool), None
        pixels, bits = self._plane.read_both(part)
        masked = sample_nearest(pixels, x - part.x0, y - part.y0, True)
        masked = _blank_off_image(masked, box, self.shape)
        return masked, None if bits is None else sample_nearest(bits, x - part.x0, y - part.y0, 0)

    def misses(self, box: Box) -> bool:
        """Return whether a box of the image lies entirely off the plane."""
        return find_needed_box(*self._grid.plane_pixels(box), self._plane.shape) is None

    def _part(self, x: Array, y: Array) -> Box | None:
        part = find_needed_box(x, y, self._plane.shape)
        if part is not None and part.nx * part.ny > _MAX_PIXELS:
            raise InputError(
                f"{image_of(self._plane).name.label}: its pixels are too small to be put on the "
                f"image's grid: {part.nx} x {part.ny} of them under one cutout"
            )
        return part


def _blank_off_image(values: Array, box: Box, shape: tuple[int, int]) -> Array:
    """Set pixels off the image to NaN or masked, even if the other image covers them."""
    overlap = box.overlap(shape)
    off = np.ones(box.shape, bool)
    if overlap is not None:
        off[overlap[1]] = False
    values[off] = True if values.dtype.kind == "b" else np.nan
    return values


class PlaneGrids:
    """Pixel grid of the image, and the other grids of its planes.

    Parameters
    ----------
    image : FitsImage
        The first plane of the field.
    label : str
        Its name, for messages.
    wcs : `~astropy.wcs.WCS` or None
        WCS of the image.
    """

    def __init__(self, image: FitsImage, label: str, wcs: WCS | None) -> None:
        self._image, self._label, self._wcs = image, label, wcs
        self._grids: dict[tuple[object, ...], PixelGrid] = {}
        self.cautions: list[str] = []

    def on_grid(self, plane: FilePlane) -> tuple[Plane, str]:
        """Return a plane that reads on the image's grid, and its reprojection note or ''.

        A plane of the image's shape counts as aligned unless its WCS differs.

        Raises
        ------
        InputError
            The plane has another shape, and it or the image has no WCS.
        """
        image = image_of(plane)
        same_shape = image.shape == self._image.shape
        if image is self._image:
            return plane, ""
        if same_shape and (self._wcs is None or has_same_mapping(image.header, self._image.header)):
            return plane, ""
        cards = mapping_cards(image.header)
        if same_shape and not cards:
            return plane, ""
        wcs, reason = None, f"{image.name.label}: no WCS"
        if cards:
            settled = settled_image_wcs(image)
            wcs, reason = settled.wcs, settled.reason
            self.cautions += [f"{image.name.label}: {line}" for line in settled.decisions]
        if same_shape:
            if wcs is None or self._is_aligned(wcs):
                return plane, ""
            note = "reprojected: by its WCS it lies elsewhere"
        else:
            note = f"reprojected from {image.shape[1]} x {image.shape[0]} pixels"
        if wcs is None or self._wcs is None:
            missing = reason if wcs is None else f"{self._image.name.label}: no WCS"
            raise InputError(
                f"{image.name.label}: {plane.name} is {image.shape[1]} x {image.shape[0]} pixels, "
                f"{self._label} is {self._image.shape[1]} x {self._image.shape[0]}; planes must "
                f"be on one pixel grid, or each have a WCS ({missing})"
            )
        key = (image.shape, *cards)
        grid = self._grids.setdefault(key, PixelGrid(self._wcs, wcs, self._image.shape))
        return ReprojectedPlane(plane, grid), note

    def _is_aligned(self, wcs: WCS) -> bool:
        assert self._wcs is not None
        return is_same_grid(self._wcs, wcs, self._image.shape, _ALIGNED_TOLERANCE_PX)
