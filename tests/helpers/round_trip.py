"""A cutout, written and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vetter.core.cutout.cutout import Cutout
from vetter.io.cutouts.cutout_file import load_cutout, write_cutout


def round_trip(cutout: Any, folder: Path) -> Cutout:
    """What a file in a folder says of a cutout."""
    write_cutout(cutout, folder / "cutout.fits")
    return load_cutout(folder / "cutout.fits")
