"""Candidate lists in order, one of each kind that is read, small: what damage is done to."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table

from tests.fuzzing.image_samples import image, written

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
UNEVEN = b"""Candidates of tonight, 2026
id,x,y,mag
1,20,30,18.5
2,40,11
id,x,y,mag
3,50,12,18.5,
Night 2
id,y,x,note
4,7,9,"a, b"
(4 rows)
"""
BLANKS = b""" id   x   y  mag flag
  1  20  30 18.5    7
  2  40  11 18.1    8
 ..  ..  ..   ..   ..
  3  50  12         9
Length = 9 rows
"""
ADES = b"""# version=2022
# observatory
! mpcCode X05
permID|trkSub|obsTime             |ra       |dec      |mag |band
      |a     |2026-03-14T03:12:33Z|150.00200| 2.000000|18.0|r
# observatory
! mpcCode I41
trkSub|ra       |dec     |remarks
b     |150.00000|1.998100|
"""
MPC = b"""COD W84
OBS A. Nobody
     K26E01A* C2026 03 14.13372 10 00 00.48 +02 00 00.0          18.0 r      W84
     K26E02C  S2026 03 14.13372 10 00.5     +02 00.5             18.1 Gc     250
     K26E02C  s2026 03 14.13372 1 - 3471.6659 - 5748.3475 - 1442.3263        250
"""
# Identities, positions and missing values as people write them.
WRITTEN = """id;RAh;RAm;RAs;DE-;DEd;DEm;DEs;x;y;mag;rb;obstime
none;h;min;s;none;deg;arcmin;arcsec;pix;pix;mag;none;none
0012;10;00;00.48;−;00;12;55,75;1,5D+01;20;18,2;-999;2026-03-14.13373
12;10;00;00.48;+;00;12;55,75;16;21;****;0,5;Tue Mar 17 03:12:33 2026
1e10;10;00;00.48;-;00;12;55,75;17;22;99,0;1.#QNAN;2026 Mar 14.134 UT
""".encode()
ANGLES = r"""name,ra,dec,mag
="007",10ʰ00ᵐ00ˢ.48,−00°12′55″.75,18.2
"0012",$10^{\rm h}00^{\rm m}00\fs48$,$-$00\degr12\arcmin55\farcs75,99
"+5",150.002°,00 12 55.75 S,****
""".encode()


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


def ldac_of_chips() -> bytes:
    """FITS_LDAC of two extensions, a table each."""
    columns = [
        fits.Column("NUMBER", "1J", array=[1, 2]),
        fits.Column("X_IMAGE", "1D", "pixel", array=[20.0, 40.0]),
        fits.Column("Y_IMAGE", "1D", "pixel", array=[30.0, 11.0]),
        fits.Column("CLASS", "3A", array=["a", "b"]),
    ]
    tables = [fits.BinTableHDU.from_columns(columns, name="LDAC_OBJECTS") for _ in range(2)]
    return written(fits.PrimaryHDU(), *tables)


CHIPS = b"""id,CCD,x,y,RA_OBJ,DEC_OBJ
a,1,10,10,150.003,1.998
b,2,1020,20,150.002,1.999
c,2,1030,30,10:00:00.2,+01:59:59
d,3,30,30,,
"""


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


def geojson() -> bytes:
    """Points with properties."""
    place = {"type": "Point", "coordinates": [150.0, 2.0]}
    point = {"type": "Feature", "id": "a", "geometry": place, "properties": {"mag": 18.5}}
    return json.dumps({"type": "FeatureCollection", "features": [point, point]}).encode()


def web_page() -> bytes:
    """A page with a menu and a table of candidates."""
    rows = "".join(f"<tr><th>{n}<td>SN{n}<td>150.{n}<td>+2.0<td></tr>" for n in range(1, 4))
    head = "<tr><th><th>name<th>ra<th>dec<th>mag</tr>"
    menu = "<table><tr><td>menu</table>"
    return f"<!DOCTYPE html><html><body>{menu}<table>{head}{rows}</table></body></html>".encode()


def json_reply() -> bytes:
    """Candidates within the reply of an archive, one page of several."""
    rows = [{"id": "a", "ra": 150.0, "dec": 2.0, "groups": [{"id": 1}]}]
    reply = {"status": "success", "data": {"sources": rows, "totalMatches": 9}}
    return json.dumps(reply, indent=1).encode()


def json_table() -> bytes:
    """Rows of values beside the columns' names, as TAP services write them."""
    columns = [{"name": name, "unit": unit} for name, unit in (("id", ""), ("ra", "deg"))]
    columns.append({"name": "dec", "ucd": "pos.eq.dec"})
    return json.dumps({"metadata": columns, "data": [["a", 150.0, 2.0], ["b", 150, 2]]}).encode()
