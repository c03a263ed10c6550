"""Memory that is given back to the system when arrays are freed."""

from __future__ import annotations

import subprocess
import sys

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


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")
@pytest.mark.parametrize(("limits", "mapped"), [("limited", "True"), ("as it is", "False")])
def test_a_large_array_comes_from_the_system(limits: str, mapped: str) -> None:
    words = [sys.executable, "-P", "-c", SCRIPT, limits]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    if run.returncode == 3:
        pytest.skip("this C library does not tell its heaps")
    assert (run.returncode, run.stdout.strip()) == (0, mapped), run.stderr
