"""Packets of one object as its epochs: one packet an image, joined by the object's id."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.epochs import Epochs, one_per_image
from vetter.io.alerts.columns import Column, Rows
from vetter.io.alerts.packets.producers import Producer

_JD_OF_MJD_ZERO = 2400000.5

_SAME_IMAGE_DAYS = 1.0 / 86400
"""Largest difference in time of packets of one image: Rubin's differ with the shutter's motion,
by up to 0.3 s; exposures last longer."""


class PacketEpochs:
    """Epochs of packets, extended lot by lot."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], int] = {}
        self._labels: npt.NDArray[np.intp] = np.empty(0, np.intp)
        self._times = np.empty(0)
        self._passbands: dict[tuple[str, str], int] = {}
        self._bands: npt.NDArray[np.intp] = np.empty(0, np.intp)
        self._positions = np.empty((2, 0))

    def add(self, rows: Rows, producers: Mapping[str, Producer]) -> None:
        """Append the packets of a lot; ``producers`` maps names to producers."""
        count, start = len(rows), len(self._labels)
        identities, filters = np.full(count, "", object), np.full(count, "", object)
        times = np.full(count, np.nan)
        for number, name in enumerate(rows.producers):
            producer, own = producers[name], np.flatnonzero(rows.producer_indices == number)
            for field in ("objectId", producer.objects):
                _fill(identities, rows.columns.get(field), own)
            for field in (producer.filter, "band"):
                _fill(filters, rows.columns.get(field), own)
            column = rows.columns.get(producer.time)
            if column is not None and column.values.dtype.kind in "fiu":
                times[own] = column.values[own]
                if column.missing is not None:
                    times[own[column.missing[own]]] = np.nan
        with np.errstate(invalid="ignore"):
            times = np.where(times > 1e6, times - _JD_OF_MJD_ZERO, times)
        makers = [rows.producers[maker] for maker in rows.producer_indices]
        labels = np.empty(count, np.intp)
        bands = np.empty(count, np.intp)
        for row, (maker, identity, name) in enumerate(
            zip(makers, identities, filters, strict=True)
        ):
            # Without an id a packet is an object of its own.
            key = (maker, identity) if identity else ("", str(start + row))
            labels[row] = self._objects.setdefault(key, len(self._objects))
            bands[row] = self._passbands.setdefault((maker, name), len(self._passbands))
        self._labels = np.concatenate([self._labels, labels])
        self._bands = np.concatenate([self._bands, bands])
        self._times = np.concatenate([self._times, times])
        self._positions = np.concatenate([self._positions, [rows.ra, rows.dec]], axis=1)

    def epochs(self) -> Epochs:
        """Return the epochs of the packets so far; two packets of one image are two objects."""
        labels = one_per_image(self._labels, self._images(), self._times, *self._positions)
        epochs = Epochs(labels, self._times)
        # Sorted here, on the thread that reads packets.
        _ = epochs.has_several
        return epochs

    def _images(self) -> npt.NDArray[np.intp]:
        """Return the number of each packet's image; packets without a time are alone on theirs."""
        order = np.lexsort((self._times, self._bands))
        times, bands = self._times[order], self._bands[order]
        is_new = np.ones(len(order), np.bool_)
        with np.errstate(invalid="ignore"):
            is_new[1:] = ~(np.diff(times) <= _SAME_IMAGE_DAYS) | (np.diff(bands) != 0)
        images = np.empty(len(order), np.intp)
        images[order] = np.cumsum(is_new)
        return images


def _fill(out: npt.NDArray[np.object_], column: Column | None, rows: npt.NDArray[np.intp]) -> None:
    """Write a column's values of some rows as texts; missing and empty ones are left as is."""
    if column is None:
        return
    values = column.values[rows]
    is_known = np.ones(len(rows), np.bool_)
    if column.missing is not None:
        is_known &= ~column.missing[rows]
    if values.dtype.kind == "f":
        is_known &= np.isfinite(values)
    for row, value, known in zip(rows, values.tolist(), is_known.tolist(), strict=True):
        text = str(value).strip() if known else ""
        if text:
            out[row] = text
