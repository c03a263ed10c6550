"""Which bits of a mask are bad is part of what its plane is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input


def digest(folder: Path, **options: str) -> str:
    options = {"image": str(folder / "image.fits"), "mask": str(folder / "mask.fits"), **options}
    source = open_input([folder / "list.ecsv"], InputOptions.from_keywords(**options))
    try:
        return next(f.digest for f in source.fingerprints if f.role == "mask")
    finally:
        source.close()


def test_other_bad_bits_are_another_mask(tmp_path: Path) -> None:
    Table({"id": [1], "x": [5.0], "y": [5.0]}).write(tmp_path / "list.ecsv")
    fits.writeto(tmp_path / "image.fits", np.zeros((12, 12), np.float32))
    fits.writeto(tmp_path / "mask.fits", np.arange(144, dtype=np.int16).reshape(12, 12) % 8)
    assert digest(tmp_path) == digest(tmp_path)
    assert digest(tmp_path) != digest(tmp_path, mask_bits="1")
    assert digest(tmp_path, mask_bits="1") != digest(tmp_path, mask_bits="2")
