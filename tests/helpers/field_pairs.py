"""Simulated pairs of image and template with stars, new sources and moved stars, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.field_files import write_image, write_list
from tests.helpers.star_fields import SKY, add_source, with_noise
from vetter.core.psf.models import Gaussian
from vetter.io.field.field_source import FieldSource
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input

SIDE = 220
NEW = (87.3, 48.8)
"""Place of a new source."""
NEW_FLUX = 4000.0
MOVED = (145.2, 144.6)
"""Place of a star that lies 0.5 px to the right in the image."""


def make_pair(
    image_fwhm: float = 3.4, template_fwhm: float = 2.8, scale: float = 1.0, seed: int = 3
) -> dict[str, Any]:
    """Return planes of a field of 24 stars, registered to 0.15 px; err is of image - convolved."""
    rng = np.random.default_rng(seed)
    image, template, matched = (np.full((SIDE, SIDE), SKY) for _ in range(3))
    sharp, wide = Gaussian(template_fwhm), Gaussian(image_fwhm)
    places = [(x, y) for x in range(30, 200, 38) for y in range(30, 200, 38)]
    for x, y in np.array(places) + rng.uniform(-3, 3, (len(places), 2)):
        flux = 10 ** rng.uniform(4.2, 5.2)
        if np.hypot(x - NEW[0], y - NEW[1]) < 18 or np.hypot(x - MOVED[0], y - MOVED[1]) < 18:
            continue
        add_source(image, flux, wide, *(x, y) + rng.normal(0, 0.15, 2))
        add_source(template, scale * flux, sharp, x, y)
        add_source(matched, flux, wide, x, y)
    add_source(image, NEW_FLUX, wide, *NEW)
    add_source(image, 50_000.0, wide, MOVED[0] + 0.5, MOVED[1])
    add_source(template, scale * 50_000.0, sharp, *MOVED)
    add_source(matched, 50_000.0, wide, *MOVED)
    err = np.sqrt(100.0 + 5.0**2 + (image - SKY) / 2.0)
    return {
        "image": with_noise(image, rng),
        "template": with_noise(template, rng),
        "convolved": matched + rng.normal(0.0, 5.0, matched.shape),
        "err": err,
    }


def open_pair(folder: Path, planes: dict[str, Any], **how: Any) -> FieldSource:
    """Write planes as files, and open them with a list of the new source and the moved star."""
    x, y = zip(NEW, MOVED, strict=True)
    table = write_list(folder / "list.ecsv", id=["new", "moved"], x=list(x), y=list(y))
    named = {name: str(write_image(folder / f"{name}.fits", p)) for name, p in planes.items()}
    source = open_input(str(table), InputOptions(planes=named, one_based=False, **how))
    assert isinstance(source, FieldSource)
    return source
