"""A cutout whose header and WCS are cropped only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vetter.core.cutout.crop import crop_header, crop_wcs
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Array, Box, Provenance

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS


class LazyCutout(Cutout):
    """A part of a field. Cropping a header of many cards takes longer than the pixels do.

    Parameters
    ----------
    planes, meta, notes, bits, provenance
        As `Cutout`.
    box : Box
        Where it lies in the parent image.
    parent_header : `~astropy.io.fits.Header` or None
    parent_wcs : `~astropy.wcs.WCS` or None
        Of the whole image; neither is changed.
    """

    def __init__(
        self,
        planes: Mapping[str, Array | None],
        meta: Mapping[str, Any],
        box: Box,
        parent_header: Header | None = None,
        parent_wcs: WCS | None = None,
        notes: Mapping[str, str] | None = None,
        bits: Mapping[str, Array] | None = None,
        provenance: Mapping[str, Provenance] | None = None,
    ) -> None:
        self._box = box
        self._parent_header, self._parent_wcs = parent_header, parent_wcs
        self._header: Header | None = None
        origin = box.x0, box.y0
        super().__init__(planes, meta, origin=origin, notes=notes, bits=bits, provenance=provenance)
        # The base class has just set both to None, which here means "given up".
        self._parent_header, self._parent_wcs = parent_header, parent_wcs

    @property
    def header(self) -> Header | None:
        """Header of the cutout's own grid."""
        if self._header is None and self._parent_header is not None:
            self._header = crop_header(self._parent_header, self._box)
        return self._header

    @header.setter
    def header(self, header: Header | None) -> None:
        self._header, self._parent_header = header, None

    @property
    def wcs(self) -> WCS | None:
        """WCS of the cutout's own grid; None where the image has none."""
        if self._wcs is None and self._parent_wcs is not None:
            self._wcs = crop_wcs(self._parent_wcs, self._box)
        return self._wcs

    @wcs.setter
    def wcs(self, wcs: WCS | None) -> None:
        self._wcs, self._parent_wcs = wcs, None

    @property
    def given_wcs(self) -> WCS | None:
        """The WCS where the parent's header does not hold it: there is none, or it has tables."""
        parent, header = self._parent_wcs, self._parent_header
        if parent is not None and header is not None and "CTYPE1" in header:
            tables = (parent.cpdis1, parent.cpdis2, parent.det2im1, parent.det2im2)
            if all(table is None for table in tables):
                return None
        return self.wcs
