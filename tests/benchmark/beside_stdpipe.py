"""Run by STDPipe's own environment: its functions and ours on the demo's cutouts, in one process.

``python beside_stdpipe.py FOLDER``, where FOLDER holds the package vetter. Prints JSON lines.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any


def each(call: Callable[[Any], Any], items: Sequence[Any]) -> float:
    """Median milliseconds of a call, over items."""
    times = []
    with contextlib.redirect_stdout(io.StringIO()):
        call(items[0])
        for item in items:
            start = perf_counter()
            call(item)
            times.append(1e3 * (perf_counter() - start))
    return median(times)


def tell(what: str, stdpipe: float, vetter: float, note: str = "", least: float = 0) -> None:
    line = {"what": what, "stdpipe": stdpipe, "vetter": vetter, "note": note, "least": least}
    print(json.dumps(line), flush=True)


def demo_night() -> tuple[dict[str, Any], Any, list[dict[str, float]]]:
    """The demo's planes as arrays, the image's header, and its candidates."""
    from astropy.io import fits
    from astropy.table import Table

    from vetter.io.files.resources import resource_path

    folder = resource_path("demo")
    names = ("image", "template", "convolved", "diff", "err", "mask")
    planes: dict[str, Any] = {}
    for name in names:
        data = fits.getdata(folder / f"{name}.fits")
        planes[name] = data != 0 if name == "mask" else data.astype(float)
    header = fits.getheader(folder / "image.fits", 1)
    table = Table.read(folder / "candidates.ecsv")
    size = planes["image"].shape[0]
    inside = (abs(table["x"] - size / 2) < size / 2 - 40) & (abs(table["y"] - size / 2) < 470)
    return planes, header, [{"x": row["x"], "y": row["y"]} for row in table[inside]]


def main() -> None:
    # Last, and not as tests.benchmark: another project's `tests` may be installed there.
    sys.path += [sys.argv[1], str(Path(__file__).parent)]
    import fits_beside_stdpipe
    from stdpipe import cutouts as theirs

    from vetter import cutouts as ours

    planes, header, candidates = demo_night()
    image = planes.pop("image")

    def cut(module: Any) -> Callable[[dict[str, float]], Any]:
        return lambda place: module.get_cutout(image, place, 20, header=header, **planes)

    tell("get_cutout", each(cut(theirs), candidates), each(cut(ours), candidates))
    stamps = [cut(theirs)(place) for place in candidates]
    own = [cut(ours)(place) for place in candidates]
    files(theirs, ours, stamps, own)
    clean = [n for n, stamp in enumerate(stamps) if not stamp["mask"].any()][:40]
    fits_beside_stdpipe.compare([stamps[n] for n in clean], [own[n] for n in clean], tell)


def files(theirs: Any, ours: Any, stamps: list[Any], own: list[Any]) -> None:
    """Writing and loading, each its own files."""
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "cutout.fits")
        slow = each(lambda stamp: theirs.write_cutout(stamp, name), stamps)
        fast = each(lambda stamp: ours.write_cutout(stamp, name), own)
        tell("write_cutout", slow, fast, least=3)
        slow = each(lambda _: theirs.load_cutout(name), range(60))
        fast = each(lambda _: ours.load_cutout(name), range(60))
        tell("load_cutout", slow, fast)


if __name__ == "__main__":
    main()
