"""Pixels of the image that another one was cut from or binned: IRAF's and DS9's physical ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from vetter.errors import InputError
from vetter.io.tables.table_file import TableFile

if TYPE_CHECKING:
    from astropy.io.fits import Header

_KEYWORDS = {"LTM1_1": 1.0, "LTM1_2": 0.0, "LTM2_1": 0.0, "LTM2_2": 1.0, "LTV1": 0.0, "LTV2": 0.0}


def on_image(file: TableFile, header: Header | None, label: str) -> TableFile:
    """A table whose physical pixels are turned into those of the image, as its header says.

    Where LTM and LTV are not in the header the two are the same, as DS9 takes them.

    Parameters
    ----------
    file : TableFile
        Its ``physical`` rows have columns x, y and perhaps radius_px; they count from 1.
    header : `~astropy.io.fits.Header` or None
        Of the image.
    label : str
        The list, for what is said.

    Raises
    ------
    InputError
        The keywords hold no numbers, or such as nothing can be computed with.
    """
    there = [] if header is None else [name for name in _KEYWORDS if name in header]
    if not file.physical or header is None or not there:
        return file
    try:
        m11, m12, m21, m22, v1, v2 = (
            float(header.get(name, usual)) for name, usual in _KEYWORDS.items()
        )
    except (TypeError, ValueError):
        m11 = m12 = m21 = m22 = v1 = v2 = np.nan
    area = abs(m11 * m22 - m12 * m21)
    if not (np.isfinite([area, v1, v2]).all() and area > 0):
        raise InputError(
            f"{label}: its coordinates are physical ones, and {', '.join(there)} in the image's "
            "header do not tell where those are: save the regions in image or sky coordinates"
        )
    table, rows = file.table.copy(), list(file.physical)
    x, y = (np.asarray(table[axis][rows], np.float64) for axis in ("x", "y"))
    table["x"][rows] = m11 * x + m12 * y + v1
    table["y"][rows] = m21 * x + m22 * y + v2
    if "radius_px" in table.colnames:
        table["radius_px"][rows] = table["radius_px"][rows] * np.sqrt(area)
    said = f"{label}: physical coordinates are turned into pixels by {', '.join(there)}"
    return dataclasses.replace(file, table=table, notes=(*file.notes, said), physical=())
