"""Opening of a list of several chips on the extensions of one file."""

from __future__ import annotations

import dataclasses

from vetter.core.cutout_source import CutoutSource
from vetter.io.field.open_list import ListToOpen, open_read_list
from vetter.io.input_options import DEFAULT_RADIUS
from vetter.io.night.chips import find_chips
from vetter.io.night.field_file import FieldEntry, Matching
from vetter.io.night.night_source import OpenFields
from vetter.io.night.open_night import night_of, open_chips_of_entry


def open_chips(to_open: ListToOpen) -> CutoutSource | None:
    """Open each chip that the list names with its own candidates; one chip alone as a field.

    None if the image is chosen or alone in its file, or the list does not name the file's chips.

    Raises
    ------
    InputError
        A plane cannot be used.
    """
    chips = find_chips(to_open.listed, to_open.options)
    if chips is None:
        return None
    cautions = (chips.caution,) if chips.caution else ()
    origin = dataclasses.replace(
        to_open.origin,
        notes=(*to_open.origin.notes, chips.note, *cautions),
        cautions=(*to_open.origin.cautions, *cautions),
    )
    if len(chips.numbers) == 1:
        number = chips.numbers[0]
        listed, options = chips.list_of(number), chips.planes.options(number)
        return open_read_list(ListToOpen(to_open.table, listed, options, origin))
    entry = FieldEntry("", None, to_open.options)
    fields = open_chips_of_entry(entry, chips, OpenFields())
    radius = to_open.options.radius or DEFAULT_RADIUS
    # Chips of one exposure see each candidate once, wherever their lists have the same numbers.
    return night_of(to_open.table.path, fields, Matching("position"), radius, origin, True)
