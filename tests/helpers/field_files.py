"""A small field on the disk: planes and a list, with a WCS or none."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

SHAPE = (60, 80)


def tan_wcs(shape: tuple[int, int] = SHAPE) -> WCS:
    """0.36 arcsec pixels about (150, 2), north up and east left."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [shape[1] / 2, shape[0] / 2]
    wcs.wcs.cdelt = [-1e-4, 1e-4]
    return wcs


def pixels(seed: int = 0, shape: tuple[int, int] = SHAPE) -> Any:
    """float32 noise of sigma 3 about 100, shape (rows, columns)."""
    return np.random.default_rng(seed).normal(100, 3, shape).astype(np.float32)


def write_image(path: Path, data: Any, header: Any = None, wcs: WCS | None = None) -> Path:
    """A FITS file with one image in its primary HDU."""
    _image_hdu(data, header, wcs).writeto(path)
    return path


def _image_hdu(data: Any, header: Any, wcs: WCS | None) -> fits.PrimaryHDU:
    hdu = fits.PrimaryHDU(data, None if wcs is None else wcs.to_header())
    for keyword, value in (header or {}).items():
        hdu.header[keyword] = value
    return hdu


def write_field(folder: Path, names: tuple[str, ...] = ("image", "template")) -> dict[str, str]:
    """Planes called as given, each of its own seed; plane name to file."""
    specs = {name: folder / f"{name}.fits" for name in names}
    for seed, (name, path) in enumerate(specs.items()):
        path.write_bytes(_plane_content(seed, name == "mask"))
    return {name: str(path) for name, path in specs.items()}


@cache
def _plane_content(seed: int, is_mask: bool) -> bytes:
    """A plane's file, made once for the hundreds of tests that have a field."""
    data = pixels(seed)
    out = io.BytesIO()
    _image_hdu((data > 104).astype(np.uint8) if is_mask else data, None, tan_wcs()).writeto(out)
    return out.getvalue()


def write_damaged(path: Path, data: Any, last: int, wcs: WCS | None = None) -> Path:
    """A compressed image, each row a tile of its own: those up to ``last`` cannot be unpacked."""
    header = None if wcs is None else wcs.to_header()
    hdu = fits.CompImageHDU(data, header, compression_type="GZIP_1", quantize_level=0)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, overwrite=True)
    with fits.open(path, disable_image_compression=True) as hdus:
        start, width = hdus[1].fileinfo()["datLoc"], hdus[1].header["NAXIS1"]
        heap = start + width * len(data)
    content = bytearray(path.read_bytes())
    end = int.from_bytes(content[start + width * last + 4 : start + width * last + 8], "big")
    content[heap : heap + end + 1] = bytes(end + 1)
    path.write_bytes(content)
    return path


def write_list(path: Path, **columns: Any) -> Path:
    """A table of candidates; two of them where no columns are named."""
    table = Table(columns or {"id": ["a", "b"], "x": [20.25, 40.0], "y": [30.0, 10.5]})
    table.write(path)
    return path
