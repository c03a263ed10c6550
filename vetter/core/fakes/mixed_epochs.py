"""Epochs of a list with test rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.epochs import Epochs
from vetter.core.fakes.mixed_list import MixedList


class MixedEpochs(Epochs):
    """Epochs of a mixed list: a repeat has those of its original, in the original's place.

    Parameters
    ----------
    epochs : Epochs
        Those of the unmixed list.
    mixed : MixedList
    times : ndarray (n,)
        MJD of each row of the mixed list.
    """

    def __init__(self, epochs: Epochs, mixed: MixedList, times: npt.NDArray[np.float64]) -> None:
        labels = np.array(epochs.labels)[np.maximum(mixed.origin, 0)]
        alone = mixed.origin < 0
        alone[mixed.repeats] = True
        labels[alone] = (labels.max() if len(labels) else 0) + 1 + np.arange(alone.sum())
        super().__init__(labels, times)
        first = {int(o): row for row, o in enumerate(mixed.origin.tolist()) if not alone[row]}
        originals = {row: first[int(mixed.origin[row])] for row in mixed.repeats.tolist()}
        # A frozen dataclass: it is assigned as the base class assigns its own.
        object.__setattr__(self, "_originals", originals)

    def rows(self, row: int) -> list[int]:
        """Return the rows of all epochs of a candidate's object, from first to last."""
        original = self._originals.get(row)  # type: ignore[attr-defined]
        if original is None:
            return super().rows(row)
        return [row if other == original else other for other in super().rows(original)]
