"""Files as lsst.images writes them: IMAGE, MASK and VARIANCE, and a difference image's kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

PLANES = ("BAD", "SATURATED", "COSMIC_RAY", "DETECTION_EDGE", "DETECTED", "NO_DATA")


def mask_hdu(bits: Any, names: tuple[str, ...] = PLANES, number: int = 1) -> fits.ImageHDU:
    """A mask of int32 whose header names its bits by MSKNnnnn and MSKMnnnn."""
    hdu = fits.ImageHDU(np.asarray(bits, np.int32), name="MASK", ver=number)
    for bit, name in enumerate(names):
        hdu.header[f"MSKN{bit:04d}"] = name
        hdu.header[f"MSKM{bit:04d}"] = 1 << bit
        hdu.header[f"MSKD{bit:04d}"] = f"Description of {name}."
    return hdu


def write_rubin(
    path: Path,
    image: Any,
    variance: float | None = 9.0,
    masks: list[fits.ImageHDU] | None = None,
    kernel: dict[str, Any] | None = None,
    basis: Any = None,
    wcs: WCS | None = None,
    yx0: tuple[int, int] = (0, 0),
) -> Path:
    """A masked image; with a kernel, a difference image, whose basis is an HDU of its own."""
    header = None if wcs is None else wcs.to_header()
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(np.asarray(image, np.float32), header, name="IMAGE")]
    hdus += [mask_hdu(np.zeros(np.shape(image)))] if masks is None else masks
    if variance is not None:
        data = np.full(np.shape(image), variance, np.float32)
        hdus.append(fits.ImageHDU(data, header, name="VARIANCE"))
    if basis is not None:
        hdus.append(fits.ImageHDU(np.asarray(basis, np.float64), name="KERNEL/BASIS"))
    tree = {"image": {"yx0": list(yx0)}, "kernel": kernel}
    text = np.frombuffer(json.dumps(tree).encode(), np.uint8)
    column = fits.Column("JSON", f"PB({len(text)})", array=np.array([text], object))
    hdus.append(fits.BinTableHDU.from_columns([column], name="JSON"))
    fits.HDUList(hdus).writeto(path)
    return path


def kernel_tree(
    coefficients: list[Any], shape: tuple[int, int], center: tuple[int, int], **changes: Any
) -> dict[str, Any]:
    """The description of a kernel; ``shape`` is that of the image, ``center`` (x, y)."""
    bounds = {"y": {"start": 0, "stop": shape[0]}, "x": {"start": 0, "stop": shape[1]}}
    spatial = [
        {
            "bounds": bounds,
            "coefficients": {"data": one, "datatype": "float64"},
            "unit": None,
            "field_type": "CHEBYSHEV",
        }
        for one in coefficients
    ]
    return {
        "basis": {"source": "fits:KERNEL/BASIS", "datatype": "float64", "byteorder": "big"},
        "spatial": spatial,
        "center_x": center[0],
        "center_y": center[1],
        "kernel_type": "IMAGE_BASIS",
        **changes,
    }
