"""Lists of several chips: the rows that belong to one image."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from vetter.core.candidates.chip_rows import (
    Chip,
    ChipRows,
    chip_columns,
    chip_values,
    is_certain,
    rows_of_chips,
)
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits.chips import chip_in, chip_title, chips_of
from vetter.io.tables.candidates import ReadList

_MAX_SHOWN = 3


class NoCandidateOnChip(InputError):
    """A list whose rows all belong to other images of a file."""


def on_chip(
    listed: ReadList, headers: Sequence[Any], image: FitsName, plane: str
) -> tuple[ReadList, tuple[str, ...]]:
    """Return a list without the rows of other chips, and cautions.

    A note says how many rows are left out. If the list names chips, and the image states none,
    all rows stay, with a caution.

    Parameters
    ----------
    listed : ReadList
    headers : sequence of `~astropy.io.fits.Header`
        Header of the image, then the primary header of its file.
    image : FitsName
        The image as it was chosen.
    plane : str
        The plane that the image is.

    Raises
    ------
    NoCandidateOnChip
        All rows belong to other images of the file.
    """
    table = listed.file.table
    if not chip_columns(table.colnames):
        return listed, ()
    chips = chips_of(image, plane)
    place = _place(image, chips)
    if len(chips) < 2 or place is None:
        chips, place = (chip_in(headers, image),), 0
    rows = rows_of_chips(table, chips)
    if rows is None:
        return listed, _unknown_chip(listed, image)
    keep = rows.numbers == place
    if keep.all():
        return dataclasses.replace(listed, is_of_chip=True), ()
    others = value_texts(rows, ~keep)
    if not keep.any():
        raise NoCandidateOnChip(
            f"{listed.name.label}: no candidate is on {image.label}: {rows.column} is {others}; "
            f"name the image as {image.path.name}[EXT]"
        )
    left = format_count(int((~keep).sum()), "row is", "rows are")
    note = (
        f"{left} left out: {rows.column} {others} is another chip or extension than {image.label}"
    )
    return listed.of_chip(keep, note), ()


def without_chip_column(image: FitsName, plane: str) -> tuple[str, ...]:
    """Return a caution if the first of several chips is shown, and a list of pixels names none.

    Parameters
    ----------
    image : FitsName
        The image as the user names it.
    plane : str
        The plane that the image is.
    """
    chips = chips_of(image, plane) if image.extension is None else ()
    if len(chips) < 2:
        return ()
    return (
        f"{image.label} has {len(chips)} images, and no column names one of them: all candidates "
        f"are shown on the first, {chip_title(chips[0], chips)}; name another as "
        f"{image.path.name}[EXT]",
    )


def value_texts(rows: ChipRows, chosen: Any) -> str:
    """Return the column's values in some rows, for one line of text."""
    values = sorted(set(rows.values[chosen].tolist()), key=lambda value: (len(value), value))
    shown = ", ".join(value or "empty" for value in values[:_MAX_SHOWN])
    return shown + (f" and {len(values) - _MAX_SHOWN} more" if len(values) > _MAX_SHOWN else "")


def _place(image: FitsName, chips: tuple[Chip, ...]) -> int | None:
    """Return the index of the chosen image among the chips; None for another image."""
    extension = image.extension
    for number, chip in enumerate(chips):
        name = chip.name.upper()
        if (
            extension is None
            or (isinstance(extension, int) and extension == chip.hdu)
            or (isinstance(extension, str) and extension.upper() == name)
            or (
                isinstance(extension, tuple)
                and (extension[0].upper(), extension[1]) == (name, chip.version)
            )
        ):
            return number
    return None


def _unknown_chip(listed: ReadList, image: FitsName) -> tuple[str, ...]:
    """Return a caution if a column surely names several chips."""
    table = listed.file.table
    for column in chip_columns(table.colnames):
        values = chip_values(table, column) if is_certain(column) else None
        count = 0 if values is None else len(np.unique(values[values != ""]))
        if count > 1:
            return (
                f"{column} names {count} chips, and the header of {image.label} does not state "
                "which of them it is: the candidates of all are shown on it",
            )
    return ()
