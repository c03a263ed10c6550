"""A list of several chips, opened on the extensions of a file as the images of one source."""

from __future__ import annotations

import dataclasses

import numpy as np

from vetter.core.candidates.chip_rows import Chip, ChipRows, rows_of_chips
from vetter.core.cutout.plane import ORDER
from vetter.core.cutout_source import CutoutSource
from vetter.core.number_text import counted
from vetter.io.field.chip_lists import value_texts
from vetter.io.field.field_planes import grid_of
from vetter.io.field.open_list import ListToOpen, open_read_list
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.fits.chips import chip_title, chips_of, extension_of
from vetter.io.fits.images import open_images
from vetter.io.input_options import DEFAULT_RADIUS, InputOptions, InputOrigin
from vetter.io.night.field_file import FieldEntry, Matching
from vetter.io.night.night_source import OpenFields
from vetter.io.night.open_night import night_of, open_field

_MAX_NAMES = 3


def open_chips(to_open: ListToOpen) -> CutoutSource | None:
    """Open each chip that the list names with its own candidates; one chip alone as a field.

    None if the image is chosen or alone in its file, or the list does not name the file's chips.

    Raises
    ------
    InputError
        A plane cannot be used.
    """
    specs = {name: spec for name, spec in to_open.options.planes.items() if spec}
    first = next((name for name in ORDER if name in specs), next(iter(specs), ""))
    image = parse_fits_name(specs[first]) if first else None
    if image is None or image.extension is not None:
        return None
    chips = chips_of(image, first)
    rows = rows_of_chips(to_open.listed.file.table, chips) if len(chips) > 1 else None
    if rows is None:
        return None
    present = [number for number in range(len(chips)) if (rows.numbers == number).any()]
    if not present:
        return None
    planes = _ChipPlanes(to_open.options, first, chips)
    origin = _with_notes(to_open.origin, image, chips, rows, present)
    if len(present) == 1:
        listed = to_open.listed.of_chip(rows.numbers == present[0])
        options = planes.options(present[0])
        return open_read_list(ListToOpen(to_open.table, listed, options, origin))
    open_fields = OpenFields()
    chosen = [planes.options(number) for number in present]
    images = open_images([parse_fits_name(options.planes[first]) for options in chosen])
    fields = []
    for number, options, found in zip(present, chosen, images, strict=True):
        listed = to_open.listed.of_chip(rows.numbers == number)
        entry = FieldEntry(chip_title(chips[number], chips), None, options, listed=listed)
        fields.append(open_field(entry, options, open_fields, grid_of(first, found)))
    images[0].close()
    radius = to_open.options.radius or DEFAULT_RADIUS
    # Chips of one exposure see each candidate once, wherever their lists have the same numbers.
    matching = Matching("position")
    return night_of(to_open.table.path, fields, matching, radius, origin, True)


class _ChipPlanes:
    """Planes of each chip of an image, found in files of several extensions.

    Parameters
    ----------
    options : InputOptions
        Their planes, variance and weight may name files of several chips.
    first : str
        The plane whose file has these chips.
    chips : tuple of Chip
    """

    def __init__(self, options: InputOptions, first: str, chips: tuple[Chip, ...]) -> None:
        self._options, self._chips = options, chips
        self._others: dict[tuple[str, str], tuple[Chip, ...]] = {
            (str(parse_fits_name(options.planes[first])), first): chips
        }

    def options(self, number: int) -> InputOptions:
        """Return the options with the extensions of one chip."""
        chip, options = self._chips[number], self._options
        planes = {name: self._spec(name, spec, chip) for name, spec in options.planes.items()}
        variance, weight = (
            self._spec(name, spec, chip) if spec else None
            for name, spec in (("variance", options.variance), ("weight", options.weight))
        )
        return dataclasses.replace(options, planes=planes, variance=variance, weight=weight)

    def _spec(self, plane: str, spec: str, chip: Chip) -> str:
        """Return a plane's file with the extension of a chip; a file of one image as it is."""
        name = parse_fits_name(spec) if spec else None
        if name is None or name.extension is not None:
            return spec
        if (str(name), plane) not in self._others:
            self._others[str(name), plane] = chips_of(name, plane)
        others = self._others[str(name), plane]
        if len(others) < 2:
            return spec
        own = _partner(chip, others)
        return spec if own is None else str(_chosen(name, own, others))


def _partner(chip: Chip, others: tuple[Chip, ...]) -> Chip | None:
    """Return the image of another plane's file that is of the same chip."""
    for same in (
        [other for other in others if chip.name and other.name.upper() == chip.name.upper()],
        [other for other in others if other.version == chip.version],
        [other for other in others if other.order == chip.order],
    ):
        if len(same) == 1:
            return same[0]
    return None


def _chosen(name: FitsName, chip: Chip, chips: tuple[Chip, ...]) -> FitsName:
    return dataclasses.replace(name, extension=extension_of(chip, chips))


def _with_notes(
    origin: InputOrigin,
    image: FitsName,
    chips: tuple[Chip, ...],
    rows: ChipRows,
    present: list[int],
) -> InputOrigin:
    """Return the origin with a note on the chips, and a caution if rows are left out."""
    counts = np.bincount(rows.numbers[rows.numbers >= 0], minlength=len(chips))
    names = [f"{chip_title(chips[n], chips)} ({counts[n]})" for n in present[:_MAX_NAMES]]
    more = f" and {len(present) - _MAX_NAMES} more" if len(present) > _MAX_NAMES else ""
    note = (
        f"candidates are shown on the extensions of {image.label} that {rows.column} names: "
        f"{', '.join(names)}{more}"
    )
    left = rows.numbers < 0
    cautions: tuple[str, ...] = ()
    if left.any():
        words = counted(int(left.sum()), "row is", "rows are")
        cautions = (
            f"{words} left out: {image.label} has no extension for {rows.column} "
            f"{value_texts(rows, left)}",
        )
    return dataclasses.replace(
        origin,
        notes=(*origin.notes, note, *cautions),
        cautions=(*origin.cautions, *cautions),
    )
