"""A list of 120 candidates on small planes: quick to show, quick to fit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from astropy.table import Table

from tests.helpers.field_files import tan_wcs, write_image
from vetter.settings import FitSettings, Settings

COUNT = 120
ACROSS = 12
SHAPE = (260, 320)
FWHM = 4.0
SIGMA = 3.0


def settings(number: int) -> Settings:
    """Return settings under which no fit of another number is kept, so that all are made anew.

    A PSF of the field's own stars would take time at each opening.
    """
    return Settings(fit=FitSettings(psf="gaussian", inner_fwhm=4.0 + 0.01 * number))


def settings_text() -> str:
    """Return the same, of number 0, as a settings file."""
    return '[fit]\npsf = "gaussian"\n'


def write_small_list(folder: Path, count: int = COUNT) -> tuple[Path, dict[str, str]]:
    """Write the list, or its first ``count`` lines, and its planes.

    Returns
    -------
    path : Path
        The list.
    planes : dict
        Plane names to files.
    """
    table, pixels = _content()
    planes = {
        name: str(write_image(folder / f"{name}.fits", data, wcs=tan_wcs(SHAPE)))
        for name, data in pixels.items()
    }
    path = folder / "small.csv"
    table[:count].write(path)
    return path, planes


@cache
def _content() -> tuple[Table, dict[str, np.ndarray]]:
    """Return the list and the pixels of its planes, drawn once in a process."""
    rng = np.random.default_rng(20261129)
    y, x = np.ogrid[: SHAPE[0], : SHAPE[1]]
    across, up = np.arange(COUNT) % ACROSS, np.arange(COUNT) // ACROSS
    places = np.stack([25.0 + 24 * across, 20.0 + 24 * up], axis=1)
    places += rng.uniform(-3, 3, places.shape)
    image = rng.normal(100, SIGMA, SHAPE)
    template = rng.normal(100, SIGMA, SHAPE)
    for number, (cx, cy) in enumerate(places):
        flux = 40.0 * (1 + number % 4)
        # Two of three are in the template too, a little beside: dipoles.
        beside = 0.3 * (number % 3)
        image += flux * _star(x - cx, y - cy)
        if number % 3:
            template += flux * _star(x - cx - beside, y - cy)
    pixels = {
        "image": image,
        "template": template,
        # With a matched template and errors fits are judged, and made in the background.
        "convolved": template,
        "diff": image - template,
        "err": np.full(SHAPE, SIGMA),
    }
    table = Table(
        {
            "id": [f"J{number:03d}" for number in range(COUNT)],
            "x": places[:, 0],
            "y": places[:, 1],
            "mag": np.round(18 + 0.02 * rng.permutation(COUNT), 2),
            "band": [("g", "r")[number % 2] for number in range(COUNT)],
        }
    )
    return table, {name: data.astype(np.float32) for name, data in pixels.items()}


def _star(dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Return the product of a row and a column: of a grid, each pixel takes an exponential."""
    across, down = (np.exp(-4 * np.log(2) * d**2 / FWHM**2) for d in (dx, dy))
    return across * down
