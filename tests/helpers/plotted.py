"""A cutout to plot, and what was drawn of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.io import fits

from vetter.cutouts import get_cutout


def a_cutout() -> Any:
    """Four planes of noise, one masked pixel, and a WCS with the candidate at 10, 20 degrees."""
    rng = np.random.default_rng(4)
    image = rng.normal(100, 5, (60, 60))
    mask = np.zeros((60, 60), bool)
    mask[25, 26] = True
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 20.0}
    cards |= {"CRPIX1": 31.0, "CRPIX2": 26.0, "CD1_1": -1e-4, "CD2_2": 1e-4}
    header = fits.Header(list(cards.items()))
    candidate = {"x": 30.0, "y": 25.0, "ra": 10.0, "dec": 20.0, "mag_calib": 19.0}
    planes = {"template": image - 1, "diff": image - 99, "mask": mask}
    return get_cutout(image, candidate, 5, header=header, time="2020-01-01", **planes)


def panels() -> list[Any]:
    """The axes of the figure that was drawn last."""
    import matplotlib.pyplot as pyplot

    return list(pyplot.gcf().axes)
