"""Memory that is given back to the system when arrays are freed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# After an array of 30 MB was freed, glibc takes one of 2 MB from the heap, unless it is limited.
SCRIPT = """
import ctypes, sys
import numpy as np
from vetter.review.threads.heap import limit_heaps
names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in names]
library = ctypes.CDLL(None)
if not hasattr(library, "mallinfo2"):
    sys.exit(3)
library.mallinfo2.restype = Mallinfo
if sys.argv[1] == "limited":
    assert limit_heaps()
np.ones(30 << 20, np.uint8)
before = library.mallinfo2().hblkhd
kept = np.ones(2 << 20, np.uint8)
print(library.mallinfo2().hblkhd - before >= kept.nbytes)
"""

# Each of eight threads takes small blocks, which come from heaps.
THREADS = """
import ctypes, sys, threading
from vetter.review.threads.heap import limit_heaps
library = ctypes.CDLL(None)
if not hasattr(library, "malloc_info"):
    sys.exit(3)
library.fopen.restype = library.malloc.restype = ctypes.c_void_p
if sys.argv[1] == "limited":
    assert limit_heaps()
gate = threading.Barrier(8)
def take():
    gate.wait()
    for _ in range(1000):
        library.malloc(1000)
    gate.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = ctypes.c_void_p(library.fopen(sys.argv[2].encode(), b"w"))
library.malloc_info(0, out)
library.fclose(out)
print(open(sys.argv[2]).read().count("<heap nr=") <= 2)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")
@pytest.mark.parametrize(("limits", "mapped"), [("limited", "True"), ("as it is", "False")])
def test_a_large_array_comes_from_the_system(limits: str, mapped: str) -> None:
    assert answer(SCRIPT, limits) == mapped


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")
@pytest.mark.parametrize(("limits", "shared"), [("limited", "True"), ("as it is", "False")])
def test_threads_share_two_heaps(tmp_path: Path, limits: str, shared: str) -> None:
    assert answer(THREADS, limits, str(tmp_path / "heaps.xml")) == shared


def answer(script: str, *words: str) -> str:
    """Return what a script prints in a process of its own."""
    command = [sys.executable, "-P", "-c", script, *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 3:
        pytest.skip("this C library does not tell its heaps")
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()
