"""Readers on files with changed bytes: every outcome is a usable object or an InputError."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.helpers.field_files import SHAPE, pixels, tan_wcs
from vetter.core.cutout import Cutout
from vetter.errors import InputError
from vetter.io.candidate_tables import read_candidates
from vetter.io.cutout_files import write_cutout
from vetter.io.fits_images import open_image
from vetter.io.fits_names import parse_fits_name
from vetter.io.image_wcs import image_wcs
from vetter.io.inputs import open_input

TRIES = 60
TEXT = b"0123456789 '/=-TF\n,"


def a_table() -> Table:
    return Table({"id": [1, 2], "name": ["a", "b"], "x": [1.5, 2.0], "y": [3.0, 4.0]})


def plain_image(path: Path) -> None:
    fits.PrimaryHDU(pixels(), tan_wcs().to_header()).writeto(path)


def tiled_image(path: Path) -> None:
    data = np.arange(SHAPE[0] * SHAPE[1], dtype=np.int16).reshape(SHAPE)
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(data)]).writeto(path)


def packed_image(path: Path) -> None:
    plain_image(path.with_suffix(".plain"))
    path.write_bytes(gzip.compress(path.with_suffix(".plain").read_bytes()))


def cutout(path: Path) -> None:
    planes = {"image": pixels(1, (9, 9)), "template": pixels(2, (9, 9))}
    write_cutout(Cutout(planes, {"id": 1, "x": 4.0, "y": 4.0}), path)


def read_image(path: Path) -> None:
    image = open_image(parse_fits_name(path))
    try:
        image.read((slice(0, min(9, image.shape[0])), slice(0, min(9, image.shape[1]))))
        image_wcs(image)
    finally:
        image.close()


def read_list(path: Path) -> None:
    read_candidates(path)


def read_cutout(path: Path) -> None:
    source = open_input(str(path))
    source.cutout(0, 3)
    source.close()


def table_writer(form: str) -> Callable[[Path], None]:
    return lambda path: a_table().write(path, format=form)


CASES: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "plain image": (plain_image, read_image),
    "tiled image": (tiled_image, read_image),
    "packed image": (packed_image, read_image),
    "cutout": (cutout, read_cutout),
    "csv": (table_writer("ascii.csv"), read_list),
    "ecsv": (table_writer("ascii.ecsv"), read_list),
    "fits table": (table_writer("fits"), read_list),
    "votable": (table_writer("votable"), read_list),
}


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, most of them in the headers; sometimes the end is missing."""
    data = bytearray(content)
    reach = min(len(data), rng.choice([600, 3000, 9000, len(data)]))
    printable = rng.random() < 0.5
    for _ in range(rng.choice([1, 3, 10, 40])):
        value = rng.choice(TEXT) if printable else rng.randrange(256)
        data[rng.randrange(reach)] = value
    return bytes(data[: rng.randrange(len(data))] if rng.random() < 0.2 else data)


@pytest.mark.parametrize(("write", "read"), CASES.values(), ids=CASES.keys())
def test_damage(
    tmp_path: Path, write: Callable[[Path], None], read: Callable[[Path], None]
) -> None:
    write(tmp_path / "good.dat")
    read(tmp_path / "good.dat")
    content = (tmp_path / "good.dat").read_bytes()
    refused = 0
    for seed in range(TRIES):
        path = tmp_path / "bad.dat"
        path.write_bytes(damaged(content, random.Random(seed)))
        try:
            read(path)
        except InputError as error:
            refused += 1
            assert "\n" not in str(error), seed
    assert refused
