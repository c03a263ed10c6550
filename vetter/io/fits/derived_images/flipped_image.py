"""Images whose rows are stored from the top down, read from the bottom up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.core.cutout.plane import Array

if TYPE_CHECKING:
    from vetter.io.fits.images import FitsImage, Region


class FlippedImage:
    """An image with its rows in the opposite order; its header keeps the file's cards.

    Parameters
    ----------
    image : FitsImage
        An image without a WCS, which would no longer hold.
    """

    def __init__(self, image: FitsImage) -> None:
        self._image = image
        self.name, self.header, self.shape = image.name, image.header, image.shape
        self.primary = image.primary

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return self._image.is_integer

    def read(self, region: Region) -> Array:
        """Return the physical values of a region of the flipped image."""
        rows, columns = region
        start, stop, _ = rows.indices(self.shape[0])
        mirrored = slice(self.shape[0] - max(stop, start), self.shape[0] - start)
        return self._image.read((mirrored, columns))[::-1]

    def close(self) -> None:
        """Close the file."""
        self._image.close()
