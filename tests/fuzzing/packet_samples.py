"""Alert packets in order, in each wrapping that is read: what damage is done to."""

from __future__ import annotations

import base64
import copy
import io
import json
import tarfile
import zipfile
from typing import Any

import numpy as np
from astropy.io import fits

from tests.fuzzing.image_samples import gz, sky, written
from tests.helpers.alert_packets import STAMPS, field, packet_schema
from tests.helpers.rubin_packets import SCHEMA_11_1, rubin_packet

SCHEMA = packet_schema([field(name, "double") for name in ("ra", "dec", "xpos", "ypos")])


def stamp(seed: int = 1, shape: tuple[int, int] = (31, 31)) -> bytes:
    """A packet's stamp, plain."""
    return written(fits.PrimaryHDU(sky(seed, shape)))


def packet(number: int = 1) -> dict[str, Any]:
    """A packet as a record."""
    epoch = {"jd": 2460219.5, "fid": 2, "isdiffpos": "t", "magpsf": 18.5, "sigmapsf": 0.1}
    epoch["diffmaglim"] = 20.5
    place = {"ra": 10.0, "dec": -5.0, "xpos": 1500.25, "ypos": 200.75}
    return {
        "publisher": "ZTF (made)",
        "objectId": f"ZTF{number}",
        "candid": 2475433850015010000 + number,
        "candidate": {**epoch, **place},
        "prv_candidates": [{**epoch, "jd": 2460210.5}, {**epoch, "jd": 2460212.5, "magpsf": None}],
        **{name: {"fileName": "x.fits.gz", "stampData": gz(stamp())} for name in STAMPS},
    }


def container(codec: str = "null", count: int = 2) -> bytes:
    """An Avro container, a packet in each block."""
    import fastavro

    out = io.BytesIO()
    packets = [packet(number) for number in range(count)]
    marker = b"0123456789abcdef"
    schema = copy.deepcopy(SCHEMA)
    fastavro.writer(out, schema, packets, codec, sync_interval=1, sync_marker=marker)
    return out.getvalue()


def json_lines() -> bytes:
    """Packets in JSON, one on each line, with their stamps in base64."""
    packets = [packet(1), packet(2)]
    lines = [json.dumps(p, default=lambda data: base64.b64encode(data).decode()) for p in packets]
    return "\n".join(lines).encode()


def json_array() -> bytes:
    """Packets in an array over lines, with the binary data of MongoDB's extended JSON."""

    def binary(data: bytes) -> dict[str, Any]:
        return {"$binary": {"base64": base64.b64encode(data).decode(), "subType": "00"}}

    return json.dumps([packet(1), packet(2)], default=binary, indent=1).encode()


def framed() -> bytes:
    """A packet as a stream carries it: 5 bytes, then a body without schema."""
    import fastavro

    out = io.BytesIO()
    fastavro.schemaless_writer(out, copy.deepcopy(SCHEMA), packet())
    return b"\0\0\0\0\x07" + out.getvalue()


def registry_answer() -> bytes:
    """A schema as a registry gives it, with its number."""
    return json.dumps({"subject": "alert", "id": 7, "schema": json.dumps(SCHEMA)}).encode()


def array(packed: bool = False) -> bytes:
    """An array of stamps of numpy, alone or packed with two columns."""
    stamps = np.stack([np.stack([sky(n + k, (15, 15)) for k in range(3)], -1) for n in range(3)])
    out = io.BytesIO()
    if packed:
        np.savez_compressed(out, triplets=stamps, candid=np.arange(3), drb=np.ones(3))
    else:
        np.save(out, stamps)
    return out.getvalue()


def rubin() -> bytes:
    """Two packets of one object of Rubin's, with a minor planet, a dipole and a trail."""
    import fastavro

    planet = {"designation": "2001 SB97", "ephRa": 150.0001, "ephDec": 2.0001, "ephOffset": 0.5}
    marks = {"isDipole": True, "dipoleLength": 0.25, "dipoleAngle": 60.0}
    marks |= {"trailLength": 2.0, "trailAngle": 20.0}
    found = [rubin_packet(n, ssObjectId=7, ssSource=planet, **marks) for n in (1, 2)]
    out = io.BytesIO()
    marker = b"0123456789abcdef"
    schema = copy.deepcopy(SCHEMA_11_1)
    fastavro.writer(out, schema, found, sync_interval=1, sync_marker=marker)
    return out.getvalue()


def alert_parquet() -> bytes:
    """Packets as rows of Parquet."""
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([packet(1), packet(2)]), out)
    return out.getvalue()


def _members() -> dict[str, bytes]:
    """Files of packets, with a long name and other files among them."""
    files = {"1.avro": container(count=1), "night/README.txt": b"a night"}
    return files | {f"night/{'long' * 40}.avro": container("deflate", 1)}


def zipped() -> bytes:
    """A ZIP file of packets."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members().items():
            archive.writestr(name, content)
    return out.getvalue()


def tar(packed: bool = False) -> bytes:
    """An archive of packets."""
    out = io.BytesIO()
    files = _members()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return gz(out.getvalue()) if packed else out.getvalue()
