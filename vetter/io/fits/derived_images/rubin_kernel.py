"""Kernel of a Rubin difference image (lsst.images), from the JSON and KERNEL/BASIS HDUs.

The JSON tree of the file describes it under ``kernel``: ``basis`` refers to an HDU or holds the
numbers, ``spatial`` has a Chebyshev polynomial for each basis image, ``center_x`` and ``center_y``
are its centre. See ``convolution_kernels.py`` and ``fields/_chebyshev.py`` of lsst.images.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout.varying_kernel import Chebyshev, VaryingKernel
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import input_errors, reason_of
from vetter.io.fits.structure import open_fits, promised_by_headers

_MAX_JSON_BYTES = 2**27
_MAX_BASIS_PIXELS, _MAX_SIDE = 2**24, 512
_MAX_COEFFICIENTS = 400
_JSON = "JSON"
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


class KernelInFile(NamedTuple):
    """A kernel, the pixel of the file's parent image that its first pixel is, and a problem.

    ``origin`` is (x, y); ``problem`` is '' unless there is a kernel that cannot be used.
    """

    kernel: VaryingKernel | None = None
    origin: tuple[int, int] = (0, 0)
    problem: str = ""


def read_kernel(path: Path) -> KernelInFile:
    """Read the kernel of a difference image; no kernel for any other file.

    Raises
    ------
    InputError
        The file can no longer be read.
    """
    with (
        input_errors(path.name, "a FITS file that cannot be read"),
        open_unpacked(path, enough=promised_by_headers) as file,
        open_fits(file, path.name) as hdus,
    ):
        names = [hdu.name.upper() for hdu in hdus]
        if _JSON not in names:
            return KernelInFile()
        try:
            tree = _read_tree(hdus[names.index(_JSON)])
            description = tree.get("kernel")
            if not isinstance(description, dict):
                return KernelInFile()
            y, x = tree["image"].get("yx0") or (0, 0)
            return KernelInFile(_build(description, hdus), (int(x), int(y)))
        except _UNREADABLE as error:
            return KernelInFile(problem=f"its kernel cannot be used ({reason_of(error)})")


def _read_tree(hdu: Any) -> dict[str, Any]:
    if int(hdu.header.get("PCOUNT", 0)) > _MAX_JSON_BYTES:
        raise ValueError("the JSON table is too large")
    tree = json.loads(np.asarray(hdu.data[_JSON][0]).view(np.uint8).tobytes())
    if not isinstance(tree, dict):
        raise ValueError("the JSON table holds no tree")
    return tree


def _build(description: Mapping[str, Any], hdus: Any) -> VaryingKernel:
    basis = _array(description["basis"], hdus)
    weights = [_chebyshev(field, hdus) for field in description["spatial"]]
    if basis.ndim != 3 or len(weights) != len(basis) or not basis.size:
        raise ValueError(f"{len(weights)} weights for a basis of shape {basis.shape}")
    rows, columns = basis.shape[1:]
    if max(rows, columns) > _MAX_SIDE:
        raise ValueError(f"a basis of {columns} x {rows} pixels")
    x = int(description.get("center_x", columns // 2))
    y = int(description.get("center_y", rows // 2))
    if not (0 <= x < columns and 0 <= y < rows and np.isfinite(basis).all()):
        raise ValueError("its centre is outside, or its basis is not finite")
    return VaryingKernel(basis, weights, (x, y))


def _chebyshev(field: Mapping[str, Any], hdus: Any) -> Chebyshev:
    kind = field.get("field_type", "CHEBYSHEV")
    if kind != "CHEBYSHEV":
        raise ValueError(f"a weight of type {kind}, expected CHEBYSHEV")
    coefficients = _array(field["coefficients"], hdus)
    if (
        coefficients.ndim != 2
        or coefficients.size > _MAX_COEFFICIENTS
        or not np.isfinite(coefficients).all()
    ):
        raise ValueError(f"coefficients of shape {coefficients.shape}")
    bounds = field["bounds"]
    bounds = bounds.get("bbox", bounds)
    x0, x1, y0, y1 = (int(bounds[axis][end]) for axis in "xy" for end in ("start", "stop"))
    if not (x0 < x1 and y0 < y1):
        raise ValueError("bounds without pixels")
    return Chebyshev(coefficients, x0, x1, y0, y1)


def _array(model: Mapping[str, Any], hdus: Any) -> Any:
    """Return an array of floats that the tree holds, or whose HDU it names."""
    model = model.get("value", model)
    if "data" in model:
        values = model["data"]
    else:
        name, _, version = str(model["source"]).removeprefix("fits:").partition(",")
        key: Any = (name, int(version)) if version else name
        if int(np.prod(hdus[key].shape)) > _MAX_BASIS_PIXELS:
            raise ValueError(f"{name} is too large")
        values = hdus[key].data
    array = np.array(values, np.float64)
    if array.size > _MAX_BASIS_PIXELS:
        raise ValueError("an array is too large")
    return array
