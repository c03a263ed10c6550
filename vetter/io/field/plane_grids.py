"""Which planes of a field lie on another pixel grid than its image, and those put on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.core.coordinates.wcs import mapping_cards, same_mapping
from vetter.core.cutout.plane import Plane
from vetter.core.cutout.reprojection import same_grid
from vetter.errors import InputError
from vetter.io.field.planes import FilePlane, image_of
from vetter.io.field.reprojected import PixelGrid, ReprojectedPlane
from vetter.io.fits.image_wcs import image_wcs
from vetter.io.fits.images import FitsImage

if TYPE_CHECKING:
    from astropy.wcs import WCS

# The WCS of aligned images of one shape are often two fits of the same stars, and differ by
# tenths of a pixel; by more than this they are not aligned.
_TOLERANCE = 1.0


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
