"""Plain stamps as pipelines write them: a file for each plane of each candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

WORDS = ("sci", "ref", "diff")


def stamp_header(number: int = 0, wcs: bool = True, side: int = 11, **cards: Any) -> fits.Header:
    header = fits.Header()
    if wcs:
        header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
        header["CRVAL1"], header["CRVAL2"] = 150.0 + 0.01 * number, 2.0
        header["CRPIX1"] = header["CRPIX2"] = (side + 1) / 2
        header["CD1_1"], header["CD2_2"] = -0.0002, 0.0002
        header["CD1_2"] = header["CD2_1"] = 0.0
    header["FILTER"] = "gri"[number % 3]
    header["DATE-OBS"] = f"2026-11-0{number % 9 + 1}T03:04:05"
    for name, value in cards.items():
        header[name] = value
    return header


def write_stamp(
    path: Path, number: int = 0, side: int = 11, wcs: bool = True, **cards: Any
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(number).normal(100, 3, (side, side)).astype(np.float32)
    fits.PrimaryHDU(values, stamp_header(number, wcs, side, **cards)).writeto(path)
    return path


def write_stamps(folder: Path, count: int = 3, ending: str = ".fits", wcs: bool = True) -> Path:
    for number in range(count):
        for place, word in enumerate(WORDS):
            write_stamp(folder / f"T{number:03d}_{word}{ending}", number + 100 * place, wcs=wcs)
    return folder
