"""What the panel of the fit has to show, row by row."""

from __future__ import annotations

from collections import OrderedDict

from vetter.review.cutouts.rendered_cutout import Adjusted


class FitPanels:
    """Residuals and words by row, the oldest forgotten when the residuals take too much.

    Not safe for several threads: `CutoutCache` asks under its lock.

    Attributes
    ----------
    by_row : OrderedDict of int to Adjusted
        In the order in which they came; to be read only.
    expected : Adjusted or None
        What the panel of any other row shows; None: it has no such panel.

    Parameters
    ----------
    max_bytes : int
        What residuals may take together.
    """

    def __init__(self, max_bytes: int) -> None:
        self.by_row: OrderedDict[int, Adjusted] = OrderedDict()
        self.expected: Adjusted | None = None
        self._max_bytes = max_bytes
        self._nbytes = 0

    def put(self, row: int, made: Adjusted | None) -> None:
        """Take what a fit has to show, the newest of all; None: the row has none any more."""
        self._nbytes -= _size(self.by_row.pop(row, None))
        if made is not None:
            self.by_row[row] = made
            self._nbytes += _size(made)
        while self._nbytes > self._max_bytes:
            _, oldest = self.by_row.popitem(last=False)
            self._nbytes -= _size(oldest)

    def clear(self) -> None:
        """Forget all of them."""
        self.by_row.clear()
        self._nbytes = 0


def _size(made: Adjusted | None) -> int:
    return 0 if made is None or made.residual is None else made.residual.nbytes
