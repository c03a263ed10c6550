"""How wide the PSF of a packet is: by its own PSF, else by what its survey's packets say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import PsfFwhm
from vetter.io.alerts.columns import Rows
from vetter.io.alerts.packets.producers import Producer
from vetter.io.field.fwhm import median_width


class SurveyWidths:
    """The FWHM that each survey's packets have, each from the first lot that holds such.

    The median is taken: single candidates may be blends or defects. Later packets do not change
    it, nor with it what was fitted before.
    """

    def __init__(self) -> None:
        self._known: dict[str, PsfFwhm | None] = {}

    def add(self, rows: Rows, producers: dict[str, Producer]) -> None:
        """Take the packets of a lot; ``producers`` by their names."""
        for number, name in enumerate(rows.producers):
            if name not in self._known:
                mine = rows.makers == number
                self._known[name] = _of_survey(rows, producers[name], mine)

    def of(self, producer: str, cutout: Cutout) -> PsfFwhm | None:
        """That of one packet, pixels; None where nothing tells.

        Parameters
        ----------
        producer : str
            The name of the packet's.
        cutout : Cutout
            The packet's.
        """
        from vetter.core.psf.models import PsfImage

        if cutout.psf_image is not None:
            try:
                # No finer than it is said: packets that are alike are fitted together.
                value = round(PsfImage(cutout.psf_image).fwhm, 2)
                return PsfFwhm(value, f"FWHM {value:.2f} px of the packet's own PSF")
            except ValueError:
                # Its image is none of a PSF; the survey may tell.
                pass
        return self._known.get(producer)

    def in_words(self) -> str:
        """What is known of each survey, where there are several; else empty."""
        if len(self._known) < 2:
            return ""
        each = [
            f"{width.value:.2f} px of {name}"
            for name, width in self._known.items()
            if width is not None
        ]
        return f"FWHM {', '.join(each)}, and of packets that bring their PSF its own"


def _of_survey(rows: Rows, producer: Producer, mine: npt.NDArray[np.bool_]) -> PsfFwhm | None:
    column = rows.columns.get(producer.fwhm)
    if column is None or column.values.dtype.kind not in "iuf":
        return None
    known = mine if column.missing is None else mine & ~column.missing
    value = median_width(column.values[known])
    if value is None:
        return None
    said = f"FWHM {value:.2f} px, the median of column {producer.fwhm} of {producer.name}"
    return PsfFwhm(value, said)
