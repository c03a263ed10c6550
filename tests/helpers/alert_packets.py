"""Alert packets like ZTF's in any number, and the schema of one."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

SIDE = 63
_SKIES = 30
_EARLIER = 12
_NUMBERS = ("sgscore1", "distpsnr1", "rb", "drb", "fwhm", "elong", "chinr", "sharpnr", "magnr")

STAMPS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def write_folder(folder: Path, count: int) -> Path:
    """A folder of so many files of one packet each, in subfolders of a thousand."""
    for name, content in _files(count):
        path = folder / name
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return folder


def write_tar(path: Path, count: int) -> Path:
    """An archive of so many packets, not compressed: their stamps are."""
    with tarfile.open(path, "w") as archive:
        for name, content in _files(count):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def packet_bytes() -> int:
    """How large a packet's file is, about."""
    return len(next(_files(1))[1])


def _files(count: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents: an Avro container each."""
    import fastavro

    rng = np.random.default_rng(3)
    # Noise is packed once: a packet differs from the next in its numbers.
    stamps = [_stamp(rng) for _ in range(_SKIES)]
    schema = fastavro.parse_schema(_schema())
    for number in range(count):
        out = io.BytesIO()
        fastavro.writer(out, schema, [_packet(number, rng, stamps)])
        yield f"{number // 1000:03d}/{number}.avro", out.getvalue()


def _stamp(rng: np.random.Generator) -> bytes:
    image = rng.normal(100, 5, (SIDE, SIDE)).astype(np.float32)
    centre = (SIDE - 1) / 2
    y, x = np.mgrid[:SIDE, :SIDE] - centre
    image += 400 * np.exp(-(x**2 + y**2) / 6)
    out = io.BytesIO()
    fits.PrimaryHDU(image).writeto(out)
    return gzip.compress(out.getvalue(), 1)


def _packet(number: int, rng: np.random.Generator, stamps: list[bytes]) -> dict[str, Any]:
    candid = 2475433850015000000 + number
    values = rng.random(len(_NUMBERS)).tolist()
    magnitudes = rng.uniform(16, 20, _EARLIER + 1).tolist()
    own = {
        **_epoch(2460219.5, magnitudes[0]),
        "candid": candid,
        "ra": float(rng.uniform(0, 360)),
        "dec": float(rng.uniform(-30, 80)),
        "xpos": float(rng.uniform(1, 3072)),
        "ypos": float(rng.uniform(1, 3080)),
        **dict(zip(_NUMBERS, values, strict=True)),
    }
    earlier = [_epoch(2460219.5 - 3 * k, magnitude) for k, magnitude in enumerate(magnitudes[1:])]
    return {
        "publisher": "made for a measurement",
        "objectId": f"ZTF23{number:07d}",
        "candid": candid,
        "candidate": own,
        "prv_candidates": earlier,
        **{
            name: {"fileName": f"{candid}.fits.gz", "stampData": stamps[(number + k) % _SKIES]}
            for k, name in enumerate(STAMPS)
        },
    }


def _epoch(jd: float, magnitude: float) -> dict[str, Any]:
    return {
        "jd": jd,
        "fid": 2,
        "isdiffpos": "t",
        "magpsf": magnitude,
        "sigmapsf": 0.1,
        "diffmaglim": 20.5,
    }


def _schema() -> dict[str, Any]:
    return packet_schema(
        [
            field("candid", "long"),
            *(field(name, "double") for name in ("ra", "dec")),
            *(field(name, "float", optional=True) for name in ("xpos", "ypos", *_NUMBERS)),
        ]
    )


def field(name: str, kind: Any, optional: bool = False) -> dict[str, Any]:
    """A field of a record; one that is optional may be null, and is so where nothing is given."""
    if optional:
        return {"name": name, "type": ["null", kind], "default": None}
    return {"name": name, "type": kind}


def packet_schema(own: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A packet's schema, whose candidate has these fields besides those of every epoch."""
    epoch = [
        field("jd", "double"),
        field("fid", "int"),
        field("isdiffpos", "string", optional=True),
        *(field(name, "float", optional=True) for name in ("magpsf", "sigmapsf", "diffmaglim")),
    ]
    stamp = _record("cutout", [field("fileName", "string"), field("stampData", "bytes")])
    earlier = {"type": "array", "items": _record("prv_candidate", epoch)}
    return {
        **_record(
            "alert",
            [
                field("publisher", "string"),
                field("objectId", "string"),
                field("candid", "long"),
                field("candidate", _record("candidate", [*epoch, *own])),
                field("prv_candidates", earlier, optional=True),
                *(
                    # Defined once, named after that.
                    field(name, "ztf.cutout" if number else stamp, optional=True)
                    for number, name in enumerate(STAMPS)
                ),
            ],
        ),
        "namespace": "ztf",
    }


def _record(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": fields}
