"""Epochs of a list with test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.epochs import Epochs
from vetter.core.fakes.mixed_list import MixedList


@dataclass(frozen=True, eq=False)
class MixedEpochs(Epochs):
    """Epochs of a mixed list: a repeat has those of its original, in the original's place.

    Parameters
    ----------
    originals : mapping of int to int
        Row of the original by the row of each repeat.
    """

    originals: Mapping[int, int]

    def rows(self, row: int) -> list[int]:
        """Return the rows of all epochs of a candidate's object, from first to last."""
        original = self.originals.get(row)
        if original is None:
            return super().rows(row)
        return [row if other == original else other for other in super().rows(original)]


def mix_epochs(epochs: Epochs, mixed: MixedList, times: npt.NDArray[np.float64]) -> MixedEpochs:
    """Return the epochs of a mixed list, given those of the unmixed one.

    Parameters
    ----------
    epochs : Epochs
    mixed : MixedList
    times : ndarray (n,)
        MJD of each row of the mixed list.
    """
    labels = np.array(epochs.labels)[np.maximum(mixed.origin, 0)]
    alone = mixed.origin < 0
    alone[mixed.repeats] = True
    labels[alone] = (labels.max() if len(labels) else 0) + 1 + np.arange(alone.sum())
    first = {int(o): row for row, o in enumerate(mixed.origin.tolist()) if not alone[row]}
    originals = {row: first[int(mixed.origin[row])] for row in mixed.repeats.tolist()}
    return MixedEpochs(labels, times, originals)
