"""The C library's heaps, from which threads take memory."""

from __future__ import annotations

import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Options of mallopt(3)."""
_LARGE = 1 << 20
"""Bytes of an array that is given back to the system as soon as it is freed."""
_HEAPS = 2
"""Heaps that all threads share: one is busy while a window reads, fits and draws."""


def limit_heaps() -> bool:
    """Give large arrays back to the system when they are freed, and let threads share two heaps.

    Otherwise glibc takes arrays of up to 32 MB from the heap once such a one has been freed, and
    each thread has a heap of its own: in a long session the memory grows by the gaps between what
    is in use. Over 20,000 steps of ``vetter bench --memory`` it grew by 1.1 MB per 1,000, with this
    by 0.5 to 0.9. A lower limit would make each key map the columns of a long list anew.

    Returns
    -------
    bool
        Whether the C library has taken the limits; only glibc has them.

    Examples
    --------
    >>> limit_heaps() in (True, False)
    True
    """
    if not sys.platform.startswith("linux"):
        return False
    # Here: numpy imports it in any case, later.
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGE) and mallopt(_M_ARENA_MAX, _HEAPS))
