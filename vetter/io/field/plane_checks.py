"""Checks of a field's planes against each other and their headers, each with a line for the user.

Pixels are read from a few rows only: planes may be large.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array, Box, Plane
from vetter.errors import InputError
from vetter.io.field.planes import ErrorPlane, FilePlane, MaskPlane, image_of, sampled_rows

_COUNTED_PIXELS = 2**20
"""Planes up to this size are counted whole, in a few milliseconds; others by samples."""
_STRIP_ROWS = 64
"""Rows that are counted together: the memory of a whole plane would be new each time."""
_PIECE_COLUMNS = 64
"""Pixels whose mean is subtracted, so that backgrounds do not count."""
_MIN_PIXELS = 200
_SAME_CORRELATION, _SAME_SLOPE = 0.97, 0.03
_UNLIKE_CORRELATION = 0.2
_OPPOSITE_CORRELATION = -0.5


def no_data_note(plane: FilePlane) -> str:
    """Return a note on a plane's pixels without data; '' without any, or if no card names them."""
    if isinstance(plane, MaskPlane):
        return ""
    source = plane.plane if isinstance(plane, ErrorPlane) else plane
    header = source.image.header
    names, small = source.no_data.names, plane.shape[0] * plane.shape[1] <= _COUNTED_PIXELS
    is_noise = isinstance(plane, ErrorPlane) or source.is_noise
    if not names and "BLANK" not in header and not (is_noise and small):
        return ""
    rows, columns = plane.shape
    starts = range(0, rows, _STRIP_ROWS)
    strips = [Box(0, y, columns, min(_STRIP_ROWS, rows - y)) for y in starts]
    boxes = strips if small else sampled_rows(plane.shape)
    try:
        count = sum(plane.read_counted(box)[1] for box in boxes)
    except InputError:
        # Cutouts report an unreadable part where it lies.
        return ""
    named = zip(source.no_data.values, names, strict=False)
    fills = {name: f"{value:g}" for value, name in named}
    if "BLANK" in header:
        fills.setdefault("BLANK", str(header["BLANK"]))
    what = " or ".join(f"{value} ({name})" for name, value in fills.items())
    what = f"pixels of {what}" if what else "pixels without an error"
    if not count:
        # A sample may miss them: then cutouts count their own.
        return f"{what} are no data" if names and not small else ""
    if small:
        return f"{count:,} {what} are no data"
    return f"{what} are no data: about {count / (len(boxes) * columns):.1%} of the plane"


def is_convolved_image(files: Mapping[str, FilePlane]) -> bool:
    """Return whether hotpants' CONVOL00... say that the image was convolved, not the template."""
    for name in ("convolved", "diff"):
        if name in files:
            header = image_of(files[name]).header
            kinds = {
                str(header[keyword]).strip().upper()
                for keyword in header
                if str(keyword).startswith("CONVOL") and str(keyword)[6:].isdigit()
            }
            if kinds:
                return "IMAGE" in kinds
    return False


class Comparison(NamedTuple):
    """Pixels of the difference against those of image - other.

    ``correlation`` and ``slope`` (difference over image - other) are those of the noise about
    the mean of each piece.
    """

    correlation: float
    slope: float

    @property
    def is_same(self) -> bool:
        """Whether the difference is image - other, but for rounding and a background."""
        return self.correlation > _SAME_CORRELATION and abs(self.slope - 1) < _SAME_SLOPE


def compare_difference(image: Plane, other: Plane, difference: Plane) -> Comparison | None:
    """Compare the given difference with image - other on a few rows from all over the field.

    None if too few pixels are known, or the pieces are constant.
    """
    width = min(image.shape[1], _PIECE_COLUMNS)
    columns = image.shape[1] // width * width
    # Whole rows: of a compressed plane each piece would unpack the row again.
    boxes = [box._replace(nx=columns) for box in sampled_rows(image.shape)]
    try:
        # errstate: damaged pixels may be signalling NaN, or near the end of the range.
        with np.errstate(all="ignore"):
            given, above, below = (
                np.concatenate([np.asarray(plane.read(box), np.float64) for box in boxes])
                for plane in (difference, image, other)
            )
            made = above - below
    except InputError:
        # A damaged part: cutouts report it where it lies.
        return None
    good = np.isfinite(given) & np.isfinite(made)
    if np.count_nonzero(good) < _MIN_PIXELS:
        return None
    given, made = (_without_means(values, good, width) for values in (given, made))
    # errstate: damaged pixels may be near the end of the range.
    with np.errstate(all="ignore"):
        # Not @: BLAS would start threads for it, which take ten times as long.
        pairs = (given, given), (made, made), (given, made)
        power = [float((first * second).sum()) for first, second in pairs]
    if not (np.isfinite(power).all() and power[0] > 0 and power[1] > 0):
        return None
    return Comparison(float(power[2] / np.sqrt(power[0] * power[1])), float(power[2] / power[1]))


def _without_means(values: Array, good: Array, width: int) -> Array:
    """Return the good values, flat, less the mean of their piece of a row."""
    pieces, known = values.reshape(-1, width), good.reshape(-1, width)
    counts = np.maximum(np.count_nonzero(known, axis=1, keepdims=True), 1)
    # errstate: damaged pixels may be near the end of the range.
    with np.errstate(all="ignore"):
        means = np.where(known, pieces, 0.0).sum(axis=1, keepdims=True) / counts
        return np.asarray((pieces - means)[known])


def difference_caution(comparison: Comparison, other: str) -> str:
    """Return a caution if the difference is not image - other, or of the opposite sign; else ''."""
    if comparison.correlation < _OPPOSITE_CORRELATION:
        return f"diff has the sign of {other} - image: a new source is negative in it"
    if comparison.correlation < _UNLIKE_CORRELATION:
        return (
            f"diff is not image - {other} (their pixels correlate by "
            f"{comparison.correlation:.2f}): are these planes of one subtraction?"
        )
    return ""


def difference_note(comparison: Comparison, other: str) -> str:
    """Return a note if the difference is a multiple of image - other; else ''."""
    slope = comparison.slope
    if comparison.correlation < _SAME_CORRELATION or abs(slope - 1) < _SAME_SLOPE:
        return ""
    return f"diff is {slope:.3g} times image - {other}"


def row_order_caution(files: Mapping[str, FilePlane]) -> str:
    """Return a caution if ROWORDER of the planes differs; '' if they agree or lack the card."""
    orders = {name: _row_order(plane) for name, plane in files.items()}
    top = [name for name, order in orders.items() if order.startswith("TOP")]
    bottom = [name for name, order in orders.items() if not order.startswith("TOP")]
    if not top or not bottom:
        return ""
    return (
        f"ROWORDER: {', '.join(top)} from the top row down, {', '.join(bottom)} from the bottom "
        "up: check that stars lie on each other"
    )


def is_top_down(plane: FilePlane) -> bool:
    """Return whether a plane's first row is the top one (ROWORDER = TOP-DOWN)."""
    return _row_order(plane).startswith("TOP")


def _row_order(plane: FilePlane) -> str:
    return str(image_of(plane).header.get("ROWORDER", "")).strip().upper()
