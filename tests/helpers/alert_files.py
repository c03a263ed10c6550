"""Alert packets made for tests: small, with every part of a ZTF packet that matters."""

from __future__ import annotations

import copy
import gzip
import io
import tarfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fastavro
import numpy as np
from astropy.io import fits

from tests.helpers.alert_packets import STAMPS, field, packet_schema

SCHEMA = packet_schema(
    [
        field("candid", "long"),
        *(field(name, "double") for name in ("ra", "dec")),
        *(field(name, "float", optional=True) for name in ("xpos", "ypos", "drb")),
        field("nbad", "int", optional=True),
    ]
)


def stamp(image: Any, packed: bool = True, **cards: Any) -> bytes:
    """A FITS image as a packet holds it."""
    out = io.BytesIO()
    fits.PrimaryHDU(np.asarray(image), fits.Header(cards)).writeto(out)
    return gzip.compress(out.getvalue(), 1) if packed else out.getvalue()


def noise(shape: tuple[int, int] = (63, 63), seed: int = 1) -> Any:
    """Pixels of a sky."""
    return np.random.default_rng(seed).normal(100, 5, shape).astype(np.float32)


@cache
def _sky() -> bytes:
    """The stamp of a packet that says nothing of its own."""
    return stamp(noise())


def record(candid: int = 2475433850015010009, **changes: Any) -> dict[str, Any]:
    """A packet; changes are its own fields, or the candidate's."""
    sky = _sky()
    own = {
        "jd": 2460219.5,
        "fid": 2,
        "isdiffpos": "t",
        "magpsf": 18.5,
        "sigmapsf": 0.1,
        "diffmaglim": 20.5,
        "candid": candid,
        "ra": 10.0,
        "dec": -5.0,
        "xpos": 1500.25,
        "ypos": 200.75,
        "drb": None,
        "nbad": 0,
    }
    packet: dict[str, Any] = {
        "publisher": "ZTF (test)",
        "objectId": f"ZTF{candid % 1000:03d}",
        "candid": candid,
        "candidate": own,
        "prv_candidates": None,
        **{name: {"fileName": "x.fits.gz", "stampData": sky} for name in STAMPS},
    }
    for name, value in changes.items():
        if name in packet:
            packet[name] = value
        else:
            own[name] = value
    return packet


def packed(
    records: Iterable[Mapping[str, Any]],
    codec: str = "null",
    schema: Mapping[str, Any] = SCHEMA,
    sync: int = 1,
) -> bytes:
    """An Avro container's bytes, a packet in each block unless `sync` is larger."""
    out = io.BytesIO()
    fastavro.writer(out, copy.deepcopy(schema), list(records), codec, sync_interval=sync)
    return out.getvalue()


def framed(packet: Mapping[str, Any], schema: Mapping[str, Any] = SCHEMA) -> bytes:
    """A packet as a stream carries it."""
    out = io.BytesIO(b"\0\0\0\0\x07")
    out.seek(5)
    fastavro.schemaless_writer(out, copy.deepcopy(dict(schema)), dict(packet))
    return out.getvalue()


def write_packets(folder: Path, count: int, first: int = 1) -> list[Path]:
    """So many files of one packet each, their numbers as names and ids."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(first, first + count):
        path = folder / f"{number}.avro"
        path.write_bytes(packed([record(number)]))
        paths.append(path)
    return paths


def write_tar(path: Path, files: Mapping[str, bytes], mode: str = "w") -> Path:
    """A tar archive of files, packed quickly."""
    level: dict[str, int] = {"w:gz": {"compresslevel": 1}, "w:xz": {"preset": 0}}.get(mode, {})
    with tarfile.open(path, mode, **level) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path
