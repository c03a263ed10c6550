"""Write the demo field's list, truth and planes, with their headers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Column, Table
from astropy.wcs import WCS
from demo_detections import Detection
from demo_scene import BITS, GAIN, READ_NOISE, SATURATION, SIZE, ZERO_POINT, fwhm
from numpy.typing import NDArray

SEED = 20240817
DATE = "2024-08-17T03:12:45.6"


def field_header() -> fits.Header:
    """WCS (TAN-SIP, a bit turned) and what a header of an exposure says."""
    header = fits.Header()
    header["OBJECT"] = "SIMULATED FIELD"
    header["ORIGIN"] = ("simulated, not observed", "scripts/make_demo_field.py of vetter")
    header["SIMSEED"] = (SEED, "seed of the simulation")
    header["TELESCOP"] = "none (simulated)"
    header["DATE-OBS"] = (DATE, "UTC, invented")
    header["MJD-OBS"] = (60539.133861, "[d] of DATE-OBS")
    header["EXPTIME"] = (120.0, "[s]")
    header["FILTER"] = "r"
    header["BUNIT"] = "adu"
    header["GAIN"] = (GAIN, "[electron/adu]")
    header["RDNOISE"] = (READ_NOISE, "[electron]")
    header["SATURATE"] = (SATURATION, "[adu]")
    header["MAGZP"] = (ZERO_POINT, "[mag] zero point")
    middle = np.float64(SIZE / 2)
    header["FWHM"] = (round(float(fwhm(middle, middle)), 2), "[pix] at the centre; it varies")
    scale, turn = 0.4 / 3600, np.radians(4.0)
    cards: dict[str, float | str | int] = {"WCSAXES": 2, "RADESYS": "ICRS", "EQUINOX": 2000.0}
    cards |= {"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "CUNIT1": "deg", "CUNIT2": "deg"}
    cards |= {"CRPIX1": 512.5, "CRPIX2": 512.5, "CRVAL1": 323.3626, "CRVAL2": -0.8233}
    cards |= {"CD1_1": -scale * np.cos(turn), "CD1_2": scale * np.sin(turn)}
    cards |= {"CD2_1": scale * np.sin(turn), "CD2_2": scale * np.cos(turn)}
    cards |= {"A_ORDER": 3, "A_2_0": 2.1e-6, "A_1_1": -1.3e-6, "A_3_0": 3.5e-9, "A_1_2": 3.1e-9}
    cards |= {"B_ORDER": 3, "B_0_2": -1.7e-6, "B_1_1": 0.9e-6, "B_0_3": 3.4e-9, "B_2_1": 3.2e-9}
    header.update(cards)
    return header


def tables(chosen: list[tuple[Detection, str, float]], header: fits.Header) -> tuple[Table, Table]:
    """The candidate list, and apart from it the truth."""
    wcs = WCS(header)
    ra, dec = wcs.all_pix2world([d.x for d, _, _ in chosen], [d.y for d, _, _ in chosen], 0)
    ids = [f"sim24-{round(d.x):04d}-{round(d.y):04d}" for d, _, _ in chosen]
    table = Table(meta={"comments": ["Simulated: made by scripts/make_demo_field.py of vetter"]})
    table["id"] = Column(ids, description="one detection in this image")
    table["name"] = Column([iau_name(r, d) for r, d in zip(ra, dec, strict=True)])

    def add(name: str, values: list[float], digits: int, unit: str, text: str) -> None:
        table[name] = Column(np.round(values, digits), unit=unit or None, description=text)

    found = [d for d, _, _ in chosen]
    add("x", [d.x for d in found], 3, "pix", "column, 0-based: the first pixel's centre is 0")
    add("y", [d.y for d in found], 3, "pix", "row, 0-based: the first pixel's centre is 0")
    add("ra", list(ra), 7, "deg", "right ascension, ICRS")
    add("dec", list(dec), 7, "deg", "declination, ICRS")
    add("mag", [d.mag for d in found], 3, "mag", "of the size of the difference flux")
    add("mag_err", [d.mag_err for d in found], 3, "mag", "1 sigma")
    add("flux", [d.flux for d in found], 1, "adu", "PSF flux in the difference")
    add("snr", [d.snr for d in found], 1, "", "signal to noise of the matched filter")
    add("fwhm", [d.fwhm for d in found], 2, "pix", "of the detection, from its moments")
    add("elong", [d.elong for d in found], 2, "", "major over minor axis")
    add("score", [d.positive_share for d in found], 3, "", "share of its own sign in 7 x 7 px")
    bits = ", ".join(f"{1 << bit} {name}" for name, bit in BITS.items())
    table["flags"] = Column([d.flags for d in found], description=f"mask bits within 2 px: {bits}")
    table["time"] = Column([DATE] * len(found), description="UTC")
    table["filter"] = ["r"] * len(found)
    truth = Table(
        meta={"comments": ["What each candidate is; kept apart so that vetting is blind"]}
    )
    truth["id"] = ids
    truth["truth"] = [kind for _, kind, _ in chosen]
    truth["true_flux"] = Column([round(flux, 1) for _, _, flux in chosen], unit="adu")
    return table, truth


def iau_name(ra: float, dec: float) -> str:
    """J213326.91-004923.9 for a position in degrees."""
    h, d = ra / 15, abs(dec)
    hours = f"{int(h):02d}{int(h % 1 * 60):02d}{h * 60 % 1 * 60:05.2f}"
    degrees = f"{int(d):02d}{int(d % 1 * 60):02d}{d * 60 % 1 * 60:04.1f}"
    return f"J{hours}{'-' if dec < 0 else '+'}{degrees}"


def write_planes(folder: Path, planes: dict[str, NDArray[np.generic]], header: fits.Header) -> None:
    """Tile-compressed; floats are quantised, and their headers say in which steps."""
    steps = {"image": 1.0, "template": 0.5, "convolved": 0.5, "diff": 1.0, "err": 0.02}
    for name, plane in planes.items():
        own = header.copy()
        if name == "mask":
            for bit, number in BITS.items():
                own[f"MP_{bit}"] = number
            del own["BUNIT"]
            hdu = fits.CompImageHDU(plane, own, compression_type="RICE_1", tile_shape=(64, 64))
        else:
            own["QUANTUM"] = (steps[name], "[adu] the pixels were stored in such steps")
            hdu = fits.CompImageHDU(
                plane.astype(np.float32),
                own,
                compression_type="RICE_1",
                tile_shape=(64, 64),
                quantize_level=-steps[name],
                quantize_method=-1,
            )
        hdu.name = name.upper()
        hdu.writeto(folder / f"{name}.fits", overwrite=True)
