"""FITS images in order, one of each kind that is read, small: what damage is done to."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

from tests.helpers.rubin_files import kernel_tree, mask_hdu, write_rubin

SHAPE = (60, 80)


def sky(seed: int = 0, shape: tuple[int, int] = SHAPE) -> Any:
    """float32 noise of sigma 3 about 100, shape (rows, columns)."""
    return np.random.default_rng(seed).normal(100, 3, shape).astype(np.float32)


def tan_header() -> fits.Header:
    """0.36 arcsec pixels about (150, 2), north up and east left."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [SHAPE[1] / 2, SHAPE[0] / 2]
    wcs.wcs.cdelt = [-1e-4, 1e-4]
    return wcs.to_header()


def image(seed: int = 0) -> bytes:
    """A plain FITS image with a WCS."""
    return written(fits.PrimaryHDU(sky(seed), tan_header()))


def integers() -> bytes:
    """A FITS image of scaled integers with BLANK."""
    hdu = fits.PrimaryHDU((sky() * 10).astype(np.int16), tan_header())
    hdu.header["BSCALE"], hdu.header["BZERO"], hdu.header["BLANK"] = 0.1, 3276.8, -32768
    return written(hdu)


def tiles() -> bytes:
    """A RICE-compressed image of floats."""
    return written(fits.PrimaryHDU(), fits.CompImageHDU(sky(), tan_header(), tile_shape=(20, 40)))


def whole_tiles() -> bytes:
    """A GZIP-compressed image of integers."""
    data = np.arange(SHAPE[0] * SHAPE[1], dtype=np.int16).reshape(SHAPE)
    return written(fits.PrimaryHDU(), fits.CompImageHDU(data, compression_type="GZIP_2"))


def chips() -> bytes:
    """Two extensions of one exposure, with times, filters, chips and a parent's pixels."""
    primary = fits.PrimaryHDU()
    primary.header["DATE-OBS"], primary.header["TIME-OBS"] = "2026-03-14", "03:12:33,5"
    primary.header["EXPTIME"] = (0.002, "[d] length")
    primary.header["TIMESYS"], primary.header["FILTER1"] = "TAI", "CLEAR1L"
    primary.header["HIERARCH ESO INS FILT2 NAME"] = "r DECam SDSS c0002 6415.0 1480.0"
    images = [fits.ImageHDU(sky(number), tan_header(), name=f"CCD{number}") for number in (1, 2)]
    for number, hdu in enumerate(images, 1):
        hdu.header["CCDNUM"], hdu.header["MJD-END"] = number, 61113.25
        hdu.header["LTV1"], hdu.header["LTV2"] = -1000.0 * number, 0.0
        hdu.header["CRVAL1A"], hdu.header["CRVAL2A"] = 2000.0, 0.0
    return written(primary, *images)


def mask() -> bytes:
    """A mask of 16 bits with names of bits."""
    hdu = fits.PrimaryHDU((sky() > 106).astype(np.int16) * 5, tan_header())
    hdu.header["MP_BAD"], hdu.header["HIERARCH MP_DETECTED"] = 0, 2
    return written(hdu)


def cube() -> bytes:
    """Several extensions, one of them a cube of one slice."""
    return written(
        fits.PrimaryHDU(),
        fits.ImageHDU(sky()[np.newaxis], tan_header(), name="SCI"),
        fits.ImageHDU(sky(1), name="TEMPLATE"),
    )


def asinh() -> bytes:
    """An image of asinh pixels, as Pan-STARRS stacks, with contradictory WCS cards."""
    hdu = fits.PrimaryHDU(np.arcsinh(sky() / 100).astype(np.float32), tan_header())
    hdu.header["BOFFSET"], hdu.header["BSOFTEN"], hdu.header["MASKVAL"] = 10.0, 50.0, 1e-30
    hdu.header["CD1_1"], hdu.header["CD2_2"], hdu.header["ROWORDER"] = -2e-4, 2e-4, "TOP-DOWN"
    return written(hdu)


def rubin(folder: Path) -> bytes:
    """An image of lsst.images with mask, variance and kernel."""
    basis = np.zeros((2, 3, 5))
    basis[:, 1, 2] = 1.0, 0.5
    tree = kernel_tree([[[0.8]], [[0.1, 0.2], [0.1, 0.0]]], SHAPE, (2, 1))
    path = folder / "made_rubin.fits"
    path.unlink(missing_ok=True)
    masks = [mask_hdu(sky(n) > 106, number=n + 1) for n in range(2)]
    write_rubin(path, sky(), masks=masks, kernel=tree, basis=basis)
    return path.read_bytes()


def image_bz2() -> bytes:
    """A FITS image packed by bzip2."""
    return bz2.compress(image())


def image_xz() -> bytes:
    """A FITS image packed by xz."""
    return lzma.compress(image(), preset=0)


def psf() -> bytes:
    """A PSF as an image."""
    y, x = np.mgrid[-12:13, -12:13]
    return written(fits.PrimaryHDU(np.exp(-(x**2 + y**2) / 8.0)))


def psfex() -> bytes:
    """A PSF as PSFEx writes it."""
    y, x = np.mgrid[-12:13, -12:13]
    pixels = np.exp(-(x**2 + y**2) / 8.0)[np.newaxis, np.newaxis]
    column = fits.Column("PSF_MASK", "625E", dim="(25,25,1)", array=pixels)
    hdu = fits.BinTableHDU.from_columns([column], name="PSF_DATA")
    hdu.header["PSF_SAMP"] = 0.5
    return written(fits.PrimaryHDU(), hdu)


def gz(content: bytes) -> bytes:
    """Packed by gzip, the same bytes each time."""
    return gzip.compress(content, 1, mtime=0)


def written(*hdus: Any) -> bytes:
    """A FITS file of HDUs."""
    out = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(out, output_verify="silentfix")
    return out.getvalue()
