"""Planes of a field with the light of artificial sources in ``image``, ``diff`` and ``err``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vetter.core.cutout.plane import Array, Box, Plane
from vetter.core.fakes.light import PlantedLight
from vetter.io.field.field_planes import FieldPlanes
from vetter.io.field.planes import (
    DifferencePlane,
    ErrorPlane,
    EstimatedErrorPlane,
    ImagePlane,
)
from vetter.io.field.reprojected_plane import ReprojectedPlane

if TYPE_CHECKING:
    from vetter.io.fits.images import FitsImage, Region

_MAX_CUTOUT_PIXELS = 300 * 300
"""Pixels of the largest box that may be a candidate's cutout."""

Combine = Callable[[Array, Array], Array]


class PlantedImage:
    """An image in a file, with light added to its pixels as they are read.

    Parameters
    ----------
    image : FitsImage
    light : PlantedLight
    combine : callable
        Joins stored pixels and light, both of one shape.
    """

    def __init__(self, image: FitsImage, light: PlantedLight, combine: Combine) -> None:
        self._image, self._light, self._combine = image, light, combine
        self.name, self.header, self.shape = image.name, image.header, image.shape
        self.primary = image.primary

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return self._image.is_integer

    def read(self, region: Region) -> Array:
        """Return the physical values of a region; whole numbers stay whole."""
        values = self._image.read(region)
        y0, x0 = region[0].indices(self.shape[0])[0], region[1].indices(self.shape[1])[0]
        if values.size > _MAX_CUTOUT_PIXELS:
            light = self._light.light_in(y0, x0, values.shape)
            if light is None:
                return values
            is_there = True
        else:
            # Boxes without light take as long, so that the time of a cutout tells nothing.
            light, is_there = self._light.even_light_in(y0, x0, values.shape)
        # errstate: damaged pixels may be signalling NaN.
        with np.errstate(all="ignore"):
            joined = self._combine(values, light)
            if values.dtype.kind in "iu":
                joined = np.rint(joined)
            joined = joined.astype(values.dtype)
        return joined if is_there else values

    def close(self) -> None:
        """Close the file."""
        self._image.close()


class PlantedReprojectedPlane(ReprojectedPlane):
    """A reprojected plane, with light added on the image's grid."""

    def __init__(self, plane: ReprojectedPlane, light: PlantedLight, combine: Combine) -> None:
        super().__init__(plane._plane, plane._grid)
        self._light, self._combine = light, combine

    def read(self, box: Box) -> Array:
        """Return the pixels of a box of the image with the light in them."""
        values = super().read(box)
        if values.size > _MAX_CUTOUT_PIXELS:
            light = self._light.light_in(box.y0, box.x0, values.shape)
            return values if light is None else self._combine(values, light)
        # As in PlantedImage: the time of a cutout tells nothing.
        even, is_there = self._light.even_light_in(box.y0, box.x0, values.shape)
        joined = self._combine(values, even)
        return joined if is_there else values


def plant_planes(
    planes: FieldPlanes,
    light: PlantedLight,
    extra_variance: PlantedLight,
    diff_scale: float = 1.0,
) -> FieldPlanes:
    """Return the planes of a field with artificial sources.

    Parameters
    ----------
    planes : FieldPlanes
    light : PlantedLight
        Light of the sources with its noise.
    extra_variance : PlantedLight
        Variance that the error plane gives to as much light.
    diff_scale : float
        Light in a given ``diff`` over that in ``image``.
    """
    new = dict(planes.planes)
    files = dict(planes.files)
    image = new.get("image")
    for name, scale in (("image", 1.0), ("diff", diff_scale)):
        if name in new:
            new[name] = _with_light(new[name], light.times(scale), _add)
    if isinstance(new.get("diff"), DifferencePlane):
        given = new["diff"]
        assert isinstance(given, DifferencePlane)
        first = new["image"] if given.first is image else given.first
        new["diff"] = dataclasses.replace(given, first=first)
    if "err" in new:
        new["err"] = _with_variance(new["err"], extra_variance, new.get("image"))
    for name, plane in planes.files.items():
        if planes.planes.get(name) is plane:
            replaced = new[name]
            assert isinstance(replaced, (ImagePlane, ErrorPlane)) or replaced is plane
            files[name] = replaced
    return dataclasses.replace(planes, planes=new, files=files)


def _with_light(plane: Plane, light: PlantedLight, combine: Combine) -> Plane:
    if isinstance(plane, ImagePlane):
        return dataclasses.replace(plane, image=PlantedImage(plane.image, light, combine))
    if isinstance(plane, ReprojectedPlane) and not plane.is_mask:
        return PlantedReprojectedPlane(plane, light, combine)
    return plane


def _with_variance(plane: Plane, variance: PlantedLight, image: Plane | None) -> Plane:
    if isinstance(plane, EstimatedErrorPlane):
        return plane if image is None else dataclasses.replace(plane, source=image)
    if isinstance(plane, ErrorPlane):
        combine = _add if plane.kind == "variance" else _add_to_weight
        values = plane.plane
        image_of_values = PlantedImage(values.image, variance, combine)
        return dataclasses.replace(plane, plane=dataclasses.replace(values, image=image_of_values))
    return _with_light(plane, variance, _add_to_sigma)


def _add(values: Array, light: Array) -> Array:
    return np.asarray(values + light)


def _add_to_sigma(values: Array, variance: Array) -> Array:
    # Pixels without an error stay so.
    good = values > 0
    return np.where(good, np.sqrt(np.where(good, values, 0.0) ** 2 + variance), values)


def _add_to_weight(values: Array, variance: Array) -> Array:
    good = values > 0
    return np.where(good, 1.0 / (1.0 / np.where(good, values, 1.0) + variance), values)
