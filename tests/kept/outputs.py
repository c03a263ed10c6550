"""Names of the kept outputs and the commands that make them, for `make_kept.py` and the tests."""

from __future__ import annotations

import contextlib
import io
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SESSION = "demo.vetter"
EXPORT = "export"
FORMATS = ("ecsv", "csv", "votable", "fits")
COMPUTED_ON = "computed_on.json"
REPORTS = {
    "status.txt": ("status",),
    "status_bob.json": ("status", "--reviewer", "bob", "--json"),
    "log.txt": ("log",),
}
ADJUSTED = ("adjusted_demo.ecsv", "adjusted_decam.ecsv", "adjusted_stdpipe.ecsv")


def real_data() -> Path:
    """Return the folder of the real input."""
    return Path(os.environ.get("VETTER_REAL_DATA", ROOT.parent / "shared" / "data"))


def printed(*arguments: str) -> str:
    """Return what a command prints."""
    from vetter.cli import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = main(list(arguments))
    assert status == 0, arguments
    return out.getvalue()


def export(session: Path, folder: Path, format: str) -> None:
    """Export the verdicts of the first reviewer, with the accepted cutouts."""
    arguments = ["--verdict", "accept", "--reviewer", "ann", "--format", format]
    printed("export", str(session), "-o", str(folder), *arguments)


def adjust(name: str, output: Path) -> None:
    """Run `vetter adjust` on the input that a kept table is named after."""
    data = real_data()
    field = data / "decam_field"
    inputs = {
        "adjusted_demo": ["demo"],
        "adjusted_decam": [
            *(str(field / "candidates_derived.csv"), "--one-based"),
            *("--image", str(field / "science.fits")),
            *("--template", str(field / "template.fits")),
            *("--convolved", str(field / "convolved_template.fits")),
            *("--diff", str(field / "difference.fits")),
            *("--err", str(data / "stdpipe" / "decam_err.fits")),
        ],
        "adjusted_stdpipe": [
            *(str(path) for path in sorted((data / "stdpipe").glob("decam_0?.fits"))),
            *(str(path) for path in sorted((data / "stdpipe").glob("sim_??.fits"))),
        ],
    }
    printed("adjust", *inputs[name.partition(".")[0]], "-o", str(output))


def computed_on() -> dict[str, Any]:
    """Return what the last bits of a fit depend on: the libraries and the CPU's instructions."""
    import numpy as np

    simd: Any = np.show_config(mode="dicts")
    return {
        "machine": f"{platform.system()} {platform.machine()} {' '.join(platform.libc_ver())}",
        "instructions": list(simd["SIMD Extensions"]["found"]),
        **{name: version(name) for name in ("numpy", "scipy", "astropy", "photutils")},
    }
