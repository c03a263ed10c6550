"""The same work by STDPipe, measured beside ours in one process.

STDPipe is no dependency: it gets an environment of its own in the user's cache folder, made at the
first time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import vetter
from vetter.benchmark.figures import Figure
from vetter.errors import VetterError

STDPIPE = "stdpipe==0.4.1"
SCRIPT = Path(__file__).with_name("beside_stdpipe.py")


def beside_stdpipe() -> Iterator[Figure]:
    """One figure for each function: theirs, ours, and how many times faster ours is."""
    python = peer_environment()
    run = subprocess.run(
        [str(python), "-P", "-W", "ignore", str(SCRIPT), str(Path(vetter.__file__).parent.parent)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    if run.returncode:
        raise VetterError(f"STDPipe's run failed: {run.stderr.strip().splitlines()[-1]}")
    for line in run.stdout.splitlines():
        told = json.loads(line)
        values = {"stdpipe": told["stdpipe"], "vetter": told["vetter"]}
        values["ratio"] = told["stdpipe"] / told["vetter"]
        least, note = told["least"], told["note"]
        if least:
            kept = "kept" if values["ratio"] >= least else "NOT reached"
            note = f"at least {least:g} times faster: {kept}" + (f"; {note}" if note else "")
        yield Figure(told["what"], values, "ms", note=note)


def peer_environment() -> Path:
    """The python of the environment with STDPipe; made where there is none."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "vetter" / STDPIPE.replace("==", "-")
    python, ready = folder / "bin" / "python", folder / "ready"
    if ready.exists() and python.exists():
        return python
    print(f"installing {STDPIPE} into {folder}, once", file=sys.stderr, flush=True)
    venv.create(folder, clear=True, with_pip=True)
    run = subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", STDPIPE],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        said = run.stderr.strip().splitlines() or ["no reason given"]
        raise VetterError(f"{STDPIPE} could not be installed: {said[-1]}")
    ready.touch()
    return python
