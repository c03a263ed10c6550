"""The processes behind the program's objects, and how far they stand back."""

from __future__ import annotations

import os
import subprocess
from typing import Any


def process_of(owner: Any) -> subprocess.Popen[bytes]:
    """The process that a `FitProcess` or a `Measurer` has started."""
    process: subprocess.Popen[bytes] = owner._child.process
    return process


def stands_back(process: subprocess.Popen[bytes], niceness: int) -> bool:
    """Whether a process has so much less claim to the processor than this one."""
    here, there = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, process.pid))
    return there == min(here + niceness, 19)
