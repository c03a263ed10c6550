"""Generated inputs of the benchmark: lists and planes of a night."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from vetter.io.files.resources import resource_path

WIDE_SIDE = 10_000
"""Side of the wide planes, pixels."""
PLANES = ("image", "template", "convolved", "diff", "err", "mask")


def make_night(folder: Path, candidates: int) -> tuple[Path, dict[str, str]]:
    """Write the demo's six planes uncompressed, and a FITS table of random positions."""
    rng = np.random.default_rng(1)
    planes = {}
    for name in PLANES:
        file = folder / f"{name}.fits"
        if not file.exists():
            with fits.open(resource_path("demo") / f"{name}.fits") as hdus:
                fits.writeto(file, hdus[1].data, hdus[1].header)
        planes[name] = str(file)
    return _write_list(folder, rng, candidates, 1024), planes


def make_wide_night(
    folder: Path, candidates: int, size: int = WIDE_SIDE
) -> tuple[Path, dict[str, str]]:
    """Write six planes of 10,000 x 10,000 pixels as sparse files, which take no disk space."""
    planes = {}
    for name in PLANES:
        header = fits.PrimaryHDU(np.zeros((1, 1), np.uint8 if name == "mask" else ">f4")).header
        header["NAXIS1"] = header["NAXIS2"] = size
        file = folder / f"wide_{name}.fits"
        text = header.tostring().encode("ascii")
        pixels = size * size * abs(header["BITPIX"]) // 8
        with file.open("wb") as output:
            output.write(text)
            output.truncate(-(-(len(text) + pixels) // 2880) * 2880)
        planes[name] = str(file)
    return make_wide_list(folder, candidates, size), planes


def make_wide_list(folder: Path, candidates: int, size: int = WIDE_SIDE) -> Path:
    """Write a FITS table of random positions on wide planes."""
    return _write_list(folder, np.random.default_rng(2), candidates, size)


def plane_options(planes: dict[str, str]) -> list[str]:
    """Return planes as options of the command line."""
    return [word for name, file in planes.items() for word in (f"--{name}", file)]


def _write_list(folder: Path, rng: np.random.Generator, candidates: int, size: int) -> Path:
    table = Table()
    table["id"] = [f"bench-{number:06d}" for number in rng.permutation(candidates)]
    table["x"], table["y"] = rng.uniform(20, size - 21, (2, candidates))
    table["mag"] = rng.uniform(16, 22, candidates)
    table["mag_err"] = rng.uniform(0.01, 0.2, candidates)
    table["snr"] = rng.uniform(5, 200, candidates)
    table["score"] = rng.random(candidates)
    file = folder / f"list_{candidates}_{size}.fits"
    table.write(file, overwrite=True)
    return file
