"""How fast what a night brings is opened: long lists, wide planes, many alert packets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from astropy.io import fits

from tests.helpers.alert_packets import packet_bytes, write_folder, write_tar
from vetter.benchmark import starts
from vetter.benchmark.figures import Figure, spread, time_call
from vetter.benchmark.generated_inputs import PLANES, make_wide_list, make_wide_night, plane_options
from vetter.core.cutout_source import CutoutSource
from vetter.errors import VetterError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input

CUTOUTS = 200
RADIUS = 20.0
_MEGABYTE = 1e6


class Sizes(NamedTuple):
    """How much is made: a side of the planes in pixels, rows of the long list, packets."""

    side: int
    rows: int
    packets: int

    @property
    def room(self) -> float:
        """Bytes that the files take at most: a packed plane, the lists, the packets twice."""
        return 2.5 * self.side**2 + 400 * self.rows + 2.2 * self.packets * packet_bytes()


SIZES = {"full": Sizes(10_000, 100_000, 10_000), "small": Sizes(3_000, 10_000, 1_000)}


def measure(folder: Path, how_much: str) -> Iterator[Figure]:
    """Make the files of `SIZES` in a folder, and time what a user waits for.

    Raises
    ------
    VetterError
        The folder's disk has not the room.
    """
    starts.use_offscreen_if_needed()
    sizes = SIZES[how_much]
    _make_sure_of_room(folder, sizes.room)
    yield from _field(folder, sizes)
    for what, path in (
        ("a folder of packets", write_folder(folder / "packets", sizes.packets)),
        ("a tar of packets", write_tar(folder / "packets.tar", sizes.packets)),
    ):
        yield from _packets(what, path, folder, sizes.packets)


def pack_planes(folder: Path, size: int) -> dict[str, str]:
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


def _make_sure_of_room(folder: Path, wanted: float) -> None:
    free = shutil.disk_usage(folder).free
    if free < 1.2 * wanted:
        raise VetterError(
            f"{folder}: the files to measure on take {wanted / _MEGABYTE:,.0f} MB, "
            f"found {free / _MEGABYTE:,.0f} MB free: set TMPDIR to a larger disk, or --io small"
        )


def _field(folder: Path, sizes: Sizes) -> Iterator[Figure]:
    """A long list over wide planes, plain and packed, and a short list over the same."""
    long_list, plain = make_wide_night(folder, sizes.rows, sizes.side)
    short_list = make_wide_list(folder, 1_000, sizes.side)
    what = f"{sizes.rows:,} rows, six planes of {sizes.side:,} px"
    words = [str(long_list), *plane_options(plain)]
    yield from starts.measure_opening(what, words, folder, 1.5, 350.0)
    packed = pack_planes(folder, sizes.side)
    for kind, planes, most in (("plain", plain, 1.0), ("RICE", packed, 20.0)):
        for file, rows in ((short_list, 1_000), (long_list, sizes.rows)):
            source = open_input([str(file)], InputOptions(planes=planes))
            name = f"cutout of six planes, {kind}, {rows:,} rows"
            yield Figure(name, _cutouts(source, RADIUS), budgets={"median": most})
            source.close()


def _packets(what: str, path: Path, folder: Path, count: int) -> Iterator[Figure]:
    yield from starts.measure_opening(f"{count:,} in {what}", [str(path)], folder, 1.5, None)
    source = open_input([str(path)], InputOptions())
    start = perf_counter()
    while not source.is_complete and source.grow() is not None:
        pass
    seconds = perf_counter() - start
    rate = {"rate": len(source.candidates) / max(seconds, 1e-9)}
    yield Figure(f"listing the rest of {what}", rate, "packets/s")
    yield Figure(f"cutout of three stamps, {what}", _cutouts(source, None))
    source.close()


def _cutouts(source: CutoutSource, radius: float | None) -> dict[str, float]:
    """Times of cutouts here and there in the list, the first few aside."""
    rows = np.random.default_rng(4).integers(0, len(source.candidates), CUTOUTS).tolist()
    wanted = source.default_radius if radius is None else radius
    for row in rows[:10]:
        source.cutout(row, wanted)
    return spread([time_call(source.cutout, row, wanted) for row in rows])
