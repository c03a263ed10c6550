"""Chips of a file that a list names, each with its planes and candidates."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from vetter.core.candidates.chip_rows import Chip, ChipRows, chip_columns, rows_of_chips
from vetter.core.cutout.plane import ORDER
from vetter.core.number_text import format_count
from vetter.io.field.chip_lists import value_texts
from vetter.io.field.field_planes import FieldPlanes, grid_of
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.fits.chips import chip_title, chips_of, extension_of
from vetter.io.fits.images import open_images
from vetter.io.input_options import InputOptions
from vetter.io.tables.candidates import ReadList

_MAX_NAMES = 3


@dataclass(frozen=True, eq=False)
class NamedChips:
    """Chips of an image's file that a list names, at least one of them with candidates.

    Attributes
    ----------
    listed : ReadList
        The list with the rows of all chips.
    image : FitsName
    chips : tuple of Chip
        Those of the image's file.
    rows : ChipRows
    planes : ChipPlanes
    """

    listed: ReadList
    image: FitsName
    chips: tuple[Chip, ...]
    rows: ChipRows
    planes: ChipPlanes

    @property
    def numbers(self) -> list[int]:
        """Indices of the chips with candidates."""
        return [number for number in range(len(self.chips)) if (self.rows.numbers == number).any()]

    def title(self, number: int) -> str:
        """Return the name of a chip for the user."""
        return chip_title(self.chips[number], self.chips)

    def list_of(self, number: int, note: str = "") -> ReadList:
        """Return the list with the rows of one chip."""
        return self.listed.of_chip(self.rows.numbers == number, note)

    def grids(self) -> list[FieldPlanes]:
        """Return the grids and headers of the chips with candidates; no file stays open."""
        first = self.planes.first
        specs = [self.planes.options(number).planes[first] for number in self.numbers]
        images = open_images([parse_fits_name(spec) for spec in specs])
        grids = [grid_of(first, image) for image in images]
        images[0].close()
        return grids

    @property
    def note(self) -> str:
        """Chips and numbers of their candidates, for the user."""
        numbers, rows = self.numbers, self.rows
        names = [
            f"{self.title(number)} ({np.count_nonzero(rows.numbers == number)})"
            for number in numbers[:_MAX_NAMES]
        ]
        more = f" and {len(numbers) - _MAX_NAMES} more" if len(numbers) > _MAX_NAMES else ""
        return (
            f"candidates are shown on the extensions of {self.image.label} that {rows.column} "
            f"names: {', '.join(names)}{more}"
        )

    @property
    def caution(self) -> str:
        """Rows that are left out; empty if all rows are of the file's chips."""
        left = self.rows.numbers < 0
        if not left.any():
            return ""
        return (
            f"{format_count(int(left.sum()), 'row is', 'rows are')} left out: {self.image.label} "
            f"has no extension for {self.rows.column} {value_texts(self.rows, left)}"
        )


def find_chips(listed: ReadList, options: InputOptions) -> NamedChips | None:
    """Return the chips of the image's file that a list names.

    None if the image is chosen or alone in its file, or the list does not name the file's chips.

    Raises
    ------
    InputError
        The image's file cannot be read.
    """
    if listed.is_of_chip or not chip_columns(listed.file.table.colnames):
        return None
    specs = {name: spec for name, spec in options.planes.items() if spec}
    first = next((name for name in ORDER if name in specs), next(iter(specs), ""))
    image = parse_fits_name(specs[first]) if first else None
    if image is None or image.extension is not None:
        return None
    chips = chips_of(image, first)
    rows = rows_of_chips(listed.file.table, chips) if len(chips) > 1 else None
    if rows is None:
        return None
    return NamedChips(listed, image, chips, rows, ChipPlanes(options, first, chips))


class ChipPlanes:
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
        self.first = first
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
