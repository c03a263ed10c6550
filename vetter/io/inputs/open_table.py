"""Opening of a list with its planes, on one image or on the chips of one file."""

from __future__ import annotations

from vetter.core.cutout_source import CutoutSource
from vetter.io.field.open_list import open_read_list, read_list_to_open
from vetter.io.files.hdu_names import FitsName
from vetter.io.input_options import InputOptions, InputOrigin


def open_table(table: FitsName, options: InputOptions, origin: InputOrigin) -> CutoutSource:
    """Open a list with its planes; see `vetter.io.field.open_list.open_list`.

    If a column names the extensions of the image's file, each candidate is shown on its own.

    Raises
    ------
    InputError
        The list or a plane cannot be used.
    PlanesWanted
        The options name no planes, and the list's folder has none.
    """
    to_open = read_list_to_open(table, options, origin)
    if to_open.names_chips:
        from vetter.io.night.open_chips import open_chips

        source = open_chips(to_open)
        if source is not None:
            return source
    return open_read_list(to_open)
