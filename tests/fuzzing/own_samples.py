"""Files of the program's own kinds in order, small: what damage is done to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fuzzing.image_samples import sky, tan_header

SETTINGS = b"""[display]
stretch = "asinh"
[review]
tags = ["SN", "variable"]
[fit]
max_shift = 1.0
"""
KEYMAP = b"""
"review.accept" = ["Q", "Ctrl+Return"]
"review.reject" = "J"
"""


def cutout_file(folder: Path) -> bytes:
    """A cutout as the program writes it."""
    from vetter.core.cutout.cutout import Cutout
    from vetter.io.cutouts.cutout_file import write_cutout

    shape = (21, 21)
    planes = {"image": sky(1, shape), "template": sky(2, shape), "mask": sky(3, shape) > 106}
    meta = {"id": 1, "x": 10.0, "y": 10.0, "name": "J1 é", "comment": "'=&", "flux": [1.0, 2.0]}
    write_cutout(Cutout(planes, meta, tan_header(), origin=(3, 4)), folder / "made.fits")
    return (folder / "made.fits").read_bytes()


def night() -> bytes:
    """A field file over the files beside it."""
    return (
        b"radius = 9\nmatch_radius = 1.5\n"
        b'[[field]]\nname = "n0"\ncandidates = "list.csv"\nimage = "image.fits"\n'
        b'time = "2026-02-03T04:05:06"\nfilter = "g"\n'
        b'[[field]]\nname = "n1"\ncandidates = "list.csv"\nimage = "other.fits"\n'
        b'template = "image.fits"\ntime = 61000.5\n'
    )


def session(folder: Path) -> bytes:
    """A session with decisions, an input, results of a fit and settings."""
    from vetter.io.session.session_file import SessionFile

    path = folder / "made.vetter"
    path.unlink(missing_ok=True)
    options = {"radius": 9.0, "planes": {"image": str(folder / "image.fits")}}
    record = {"inputs": [str(folder / "list.csv")], "options": options}
    with SessionFile.create(path, "fuzz") as made:
        made.record_input(record, (), 5)
        made.append([_decision(number) for number in range(3)], str(2**60))
        made.put_adjustment(str(2**60), "signature", {"adjust_dx": 0.5, "adjust_chi2": 12.0})
        made.set_settings({"radius": 9})
    return path.read_bytes()


def _decision(number: int) -> Any:
    from vetter.core.decisions.decision import Decision, How, Verdict

    return Decision(
        id=f"00000000-0000-4000-8000-00000000000{number}",
        seq=None,
        key=str(2**60 + number),
        verdict=Verdict.ACCEPT,
        tags=("SN",),
        comment="é",
        reviewer="fuzz",
        at="2026-02-03T04:05:06.000Z",
        seconds=1.5,
        how=How.SINGLE,
        group=None,
        undoes=None,
        x=9.0 * number,
        y=7.0 * number,
        ra=150.0,
        dec=2.0,
    )
