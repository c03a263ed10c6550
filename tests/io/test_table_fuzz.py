"""Lists with bytes flipped, cut and doubled: a usable list or one line, whatever comes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.field_files import tan_wcs
from tests.io.test_producers import TEXTS
from vetter.errors import InputError
from vetter.io.candidate_tables import read_candidates

ROUNDS = 40


def a_table() -> Table:
    table = Table({"id": np.arange(5) + 2**60, "x": np.arange(5.0), "y": np.arange(5.0)})
    table["ra"], table["dec"] = np.full(5, 150.0), np.full(5, 2.0)
    table["name"] = ["a", "b", "c", "d", "e"]
    table["flag"] = [True, False, True, False, True]
    return table


def by_astropy(form: str, suffix: str) -> Callable[[Path], bytes]:
    def write(folder: Path) -> bytes:
        a_table().write(folder / f"made.{suffix}", format=form)
        return (folder / f"made.{suffix}").read_bytes()

    return write


def text(name: str) -> Callable[[Path], bytes]:
    return lambda _folder: TEXTS[name][0].encode()


def parquet(folder: Path) -> bytes:
    pytest.importorskip("pyarrow")
    return by_astropy("parquet", "parquet")(folder)


REGIONS = b"""# Region file format: DS9 version 4.1
global color=green
fk5;circle(10:00:00,+02:00:00,5") # text={SN; 1}
image;point(20,30);galactic;point(120.5d,30)
"""
MADE = {
    "fits": by_astropy("fits", "fits"),
    "ecsv": by_astropy("ascii.ecsv", "ecsv"),
    "votable": by_astropy("votable", "vot"),
    "parquet": parquet,
    "csv": text("stdpipe"),
    "sextractor": text("sextractor"),
    "daophot": text("iraf phot"),
    "json": text("json alerts"),
    "json array": lambda _folder: json.dumps([{"id": 1, "x": 2.0, "y": 3.0}] * 3).encode(),
    "regions": lambda _folder: REGIONS,
    "vizier": text("vizier"),
}


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, a piece cut out or doubled, or the end cut off."""
    data = bytearray(raw)
    for _ in range(chance.choice((1, 1, 3, 10))):
        place = chance.randrange(len(data))
        way = chance.randrange(5)
        if way == 0:
            data[place] = chance.randrange(256)
        elif way == 1:
            data[place] ^= 1 << chance.randrange(8)
        elif way == 2:
            del data[place : place + chance.randrange(1, 40)]
        elif way == 3:
            data[place:place] = data[place : place + chance.randrange(1, 40)]
        else:
            data[place : place + 1] = chance.choice((b"\n", b"9" * 30, b"\0", b'"', b"nan", b"{"))
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("name", MADE)
def test_damaged_lists(tmp_path: Path, name: str) -> None:
    raw = MADE[name](tmp_path)
    chance = random.Random(name)
    for number in range(ROUNDS):
        path = tmp_path / "l.dat"
        path.write_bytes(damaged(raw, chance))
        try:
            candidates = read_candidates(path, tan_wcs(), (60, 80))
        except InputError as error:
            assert "\n" not in str(error) and "l.dat" in str(error), (number, str(error))
        else:
            assert len(candidates.keys) == len(candidates.x) == len(candidates.dec) > 0
            assert len(set(candidates.keys)) == len(candidates)
            for row in range(len(candidates)):
                candidates.candidate(row)
                candidates.name(row)
