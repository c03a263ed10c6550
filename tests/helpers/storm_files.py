"""A night on the disk in which some images have many times the candidates of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.helpers.field_files import pixels, write_image
from tests.helpers.night_files import turned_wcs, write_places

SHAPE = (60, 80)


def write_storm_night(
    folder: Path, counts: Sequence[int], shape: tuple[int, int] = SHAPE, more: str = ""
) -> Path:
    """Write one image a night, e0, e1..., with so many candidates each; return the field file."""
    rng = np.random.default_rng(7)
    text = more
    for number, count in enumerate(counts):
        wcs = turned_wcs(shape, 0.0)
        wcs.wcs.crval = [150.0 + 0.1 * number, 2.0]
        header = {"MJD-OBS": 61000.0 + number, "FILTER": "r", "EXPTIME": 60.0}
        x, y = (rng.uniform(5, side - 5, count) for side in shape[::-1])
        write_places(folder / f"e{number}.csv", wcs, np.transpose(wcs.all_pix2world(x, y, 0)))
        text += f'\n[[field]]\nname = "e{number}"\ncandidates = "e{number}.csv"\n'
        for seed, plane in enumerate(("image", "template")):
            write_image(
                folder / f"e{number}_{plane}.fits", pixels(2 * number + seed, shape), header, wcs
            )
            text += f'{plane} = "e{number}_{plane}.fits"\n'
    path = folder / "night.toml"
    path.write_text(text)
    return path
