"""Files in order, one of each kind that is read, small: what damage is done to."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

SHAPE = (60, 80)
REGIONS = b"""# Region file format: DS9 version 4.1
global color=green
fk5;circle(10:00:00,+02:00:00,5") # text={SN; 1}
image;point(20,30);galactic;point(120.5d,30)
"""
SEXTRACTOR = b"""#   1 NUMBER          Running object number
#   2 X_IMAGE         Object position along x            [pixel]
#   3 Y_IMAGE         Object position along y            [pixel]
#   4 ALPHA_J2000     Right ascension                    [deg]
#   5 DELTA_J2000     Declination                        [deg]
#   6 MAG_AUTO        Kron-like magnitude                [mag]
1  20.000  30.000 150.0020000  +2.0000000  -9.8
2  40.000  11.000 150.0000000  +1.9981000  -8.1
"""
DAOPHOT = b"""#K IRAF       = NOAO/IRAFV2.16          version    %-23s
#
#N ID    XCENTER   YCENTER   MAG         MERR                        \\
#U ##    pixels    pixels    magnitudes  magnitudes                  \\
#F %-9d  %-10.3f   %-10.3f   %-12.3f     %-14.3f
#
1        20.000    30.000    15.138      0.003
2        40.000    11.000    18.206      0.026
"""
DAOPHOT_II = b""" NL    NX    NY  LOWBAD HIGHBAD  THRESH     AP1  PH/ADU  RNOISE    FRAD
  1  2048  2048   -37.5 32000.0   12.01    3.00    2.50    4.10    6.00

      1  20.000  30.000   15.138   0.0030   101.31       4.    1.021    0.010
      2  40.000  11.000   18.206   0.0260   100.02       6.    0.951   -0.210
"""
APERTURES = DAOPHOT_II.replace(b"\n  1  2048", b"\n  2  2048")
VIZIER = b"""#  VizieR
_RAJ2000\t_DEJ2000\trecno\tVmag
deg\tdeg\t\tmag
----------\t----------\t---\t----
150.002000\t+02.000000\t1\t15,2
150.000000\t+01.998100\t2\t16,2
"""
SETTINGS = b"""[display]
stretch = "asinh"
[review]
tags = ["SN", "variable"]
[fit]
max_shift = 1.0
"""
KEYMAP = b"""
"review.accept" = ["Y", "Ctrl+Return"]
"review.reject" = "X"
"""


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


def gz(content: bytes) -> bytes:
    """Packed by gzip, the same bytes each time."""
    return gzip.compress(content, 1, mtime=0)


def image_bz2() -> bytes:
    """A FITS image packed by bzip2."""
    return bz2.compress(image())


def image_xz() -> bytes:
    """A FITS image packed by xz."""
    return lzma.compress(image(), preset=0)


def candidates() -> Table:
    """Five candidates with every kind of column that lists have."""
    table = Table({"id": np.arange(5) + 2**60, "x": np.arange(5.0) * 9, "y": np.arange(5.0) * 7})
    table["ra"], table["dec"] = np.full(5, 150.0), np.full(5, 2.0)
    table["name"] = ["a", "b", "c", "d", "e"]
    table["flag"] = [True, False, True, False, True]
    return table


def table(form: str) -> bytes:
    """The candidates as astropy writes them in a format."""
    if form in ("fits", "parquet"):
        return _table_file(form)
    out = io.BytesIO() if form == "votable" else io.StringIO()
    candidates().write(out, format=form)
    text = out.getvalue()
    return text if isinstance(text, bytes) else text.encode()


def _table_file(form: str) -> bytes:
    out = io.BytesIO()
    if form == "fits":
        fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU(candidates())]).writeto(out)
    else:
        import pyarrow.parquet

        listed = candidates()
        columns = {name: listed[name].tolist() for name in listed.colnames}
        pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def wide_table() -> bytes:
    """A FITS table with arrays in its cells, of fixed and of variable length."""
    columns = [
        fits.Column("ID", "K", array=[1, 2]),
        fits.Column("X_IMAGE", "E", array=[20.0, 40.0]),
        fits.Column("Y_IMAGE", "E", array=[30.0, 11.0]),
        fits.Column("APER", "6E", dim="(3,2)", array=np.zeros((2, 2, 3))),
        fits.Column("HISTORY", "PD()", array=np.array([np.arange(3.0), np.arange(2.0)], object)),
        fits.Column("BITS", "5X", array=np.zeros((2, 5), bool)),
        fits.Column("NAME", "8A", array=["a", "b"]),
    ]
    return written(fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="OBJECTS"))


def ldac() -> bytes:
    """FITS_LDAC, as SExtractor writes it."""
    text = np.frombuffer(image()[:2880], "S2880")
    header = fits.BinTableHDU.from_columns([fits.Column("Field Header Card", "2880A", array=text)])
    header.name = "LDAC_IMHEAD"
    columns = [
        fits.Column("NUMBER", "1J", array=[1, 2]),
        fits.Column("XWIN_IMAGE", "1D", "pixel", array=[20.0, 40.0]),
        fits.Column("YWIN_IMAGE", "1D", "pixel", array=[30.0, 11.0]),
        fits.Column("FLUX_APER", "2E", "count", array=np.ones((2, 2))),
    ]
    objects = fits.BinTableHDU.from_columns(columns, name="LDAC_OBJECTS")
    return written(fits.PrimaryHDU(), header, objects)


def json_lines() -> bytes:
    """A candidate a line, some with parts of their own."""
    rows: list[dict[str, Any]] = [
        {"id": number, "x": 9.5 * number, "y": 7, "mag": {"g": 18.5, "r": None}, "tags": ["a", "b"]}
        for number in range(1, 5)
    ]
    return "\n".join(json.dumps(row) for row in rows).encode()


def json_array() -> bytes:
    """Candidates in one array."""
    return json.dumps([{"id": 1, "ra": 150.0, "dec": 2.0}, {"id": 2, "ra": "x"}]).encode()


def cutout_file(folder: Path) -> bytes:
    """A cutout as the program writes it."""
    from vetter.core.cutout import Cutout
    from vetter.io.cutout_files import write_cutout

    shape = (21, 21)
    planes = {"image": sky(1, shape), "template": sky(2, shape), "mask": sky(3, shape) > 106}
    meta = {"id": 1, "x": 10.0, "y": 10.0, "name": "J1 é", "comment": "'=&", "flux": [1.0, 2.0]}
    write_cutout(Cutout(planes, meta, tan_header(), origin=(3, 4)), folder / "made.fits")
    return (folder / "made.fits").read_bytes()


def night() -> bytes:
    """A field file over the files beside it."""
    return (
        b"radius = 9\nmatch_radius = 1.5\n"
        b'[[field]]\nname = "n0"\ncandidates = "list.csv"\nimage = "image.fits"\n'
        b'time = "2026-02-03T04:05:06"\nfilter = "g"\n'
        b'[[field]]\nname = "n1"\ncandidates = "list.csv"\nimage = "other.fits"\n'
        b'template = "image.fits"\ntime = 61000.5\n'
    )


def session(folder: Path) -> bytes:
    """A session with decisions, an input, results of a fit and settings."""
    from vetter.io.session_file import SessionFile

    path = folder / "made.vetter"
    path.unlink(missing_ok=True)
    options = {"radius": 9.0, "planes": {"image": str(folder / "image.fits")}}
    record = {"inputs": [str(folder / "list.csv")], "options": options}
    with SessionFile.create(path, "fuzz") as made:
        made.record_input(record, (), 5)
        made.append([_decision(number) for number in range(3)], str(2**60))
        made.put_adjustment(str(2**60), "signature", {"adjust_dx": 0.5, "adjust_chi2": 12.0})
        made.set_settings({"radius": 9})
    return path.read_bytes()


def _decision(number: int) -> Any:
    from vetter.core.decisions import Decision, Verdict

    return Decision(
        id=f"00000000-0000-4000-8000-00000000000{number}",
        seq=None,
        key=str(2**60 + number),
        verdict=Verdict.ACCEPT,
        tags=("SN",),
        comment="é",
        reviewer="fuzz",
        at="2026-02-03T04:05:06.000Z",
        seconds=1.5,
        how="single",
        group=None,
        undoes=None,
        x=9.0 * number,
        y=7.0 * number,
        ra=150.0,
        dec=2.0,
    )


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


def written(*hdus: Any) -> bytes:
    """A FITS file of HDUs."""
    out = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(out, output_verify="silentfix")
    return out.getvalue()
