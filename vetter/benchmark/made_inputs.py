"""Inputs to measure on, made: lists and planes of a night, and alert packets like ZTF's."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table

from vetter.io.files.resources import resource_path

WIDE = 10_000
PLANES = ("image", "template", "convolved", "diff", "err", "mask")

SIDE = 63
_SKIES = 30
_EARLIER = 12
_NUMBERS = ("sgscore1", "distpsnr1", "rb", "drb", "fwhm", "elong", "chinr", "sharpnr", "magnr")

STAMPS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def make_night(folder: Path, candidates: int) -> tuple[Path, dict[str, str]]:
    """The demo's six planes uncompressed, under a list of random positions (a FITS table)."""
    rng = np.random.default_rng(1)
    planes = {}
    for name in PLANES:
        file = folder / f"{name}.fits"
        if not file.exists():
            with fits.open(resource_path("demo") / f"{name}.fits") as hdus:
                fits.writeto(file, hdus[1].data, hdus[1].header)
        planes[name] = str(file)
    return _write_list(folder, rng, candidates, 1024), planes


def make_wide_night(folder: Path, candidates: int, size: int = WIDE) -> tuple[Path, dict[str, str]]:
    """Six planes of 10,000 x 10,000 pixels: files with holes, which take no room on the disk."""
    planes = {}
    for name in PLANES:
        header = fits.PrimaryHDU(np.zeros((1, 1), np.uint8 if name == "mask" else ">f4")).header
        header["NAXIS1"] = header["NAXIS2"] = size
        file = folder / f"wide_{name}.fits"
        text = header.tostring().encode("ascii")
        pixels = size * size * abs(header["BITPIX"]) // 8
        with file.open("wb") as output:
            output.write(text)
            output.truncate(-(-(len(text) + pixels) // 2880) * 2880)
        planes[name] = str(file)
    return make_wide_list(folder, candidates, size), planes


def make_wide_list(folder: Path, candidates: int, size: int = WIDE) -> Path:
    """A list of random positions on such planes."""
    return _write_list(folder, np.random.default_rng(2), candidates, size)


def pack_planes(folder: Path, size: int = WIDE) -> dict[str, str]:
    """As many planes of noise, RICE-compressed in rows as fpack does.

    One is packed, and linked under the names of the others: packing takes the time, and how
    long a plane takes to read does not depend on which it is.
    """
    rng = np.random.default_rng(5)
    noise = rng.normal(100, 5, (1000, size)).astype(np.float32)
    pixels = np.concatenate([noise] * -(-size // 1000))[:size]
    planes = {name: folder / f"packed_{name}.fits" for name in PLANES}
    first = planes["image"]
    fits.CompImageHDU(pixels, compression_type="RICE_1").writeto(first)
    for file in planes.values():
        if file != first:
            os.link(first, file)
    return {name: str(file) for name, file in planes.items()}


def plane_options(planes: dict[str, str]) -> list[str]:
    """Planes as the command line names them."""
    return [word for name, file in planes.items() for word in (f"--{name}", file)]


def _write_list(folder: Path, rng: np.random.Generator, candidates: int, size: int) -> Path:
    table = Table()
    table["id"] = [f"bench-{number:06d}" for number in rng.permutation(candidates)]
    table["x"], table["y"] = rng.uniform(20, size - 21, (2, candidates))
    table["mag"] = rng.uniform(16, 22, candidates)
    table["mag_err"] = rng.uniform(0.01, 0.2, candidates)
    table["snr"] = rng.uniform(5, 200, candidates)
    table["score"] = rng.random(candidates)
    file = folder / f"list_{candidates}_{size}.fits"
    table.write(file, overwrite=True)
    return file


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
