"""What the palette of the first page finds besides commands: the sessions opened lately."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from vetter.gui.dialogs.fuzzy import score
from vetter.gui.dialogs.palette import Line

if TYPE_CHECKING:
    from vetter.gui.opening.input_chooser import Opening


class RecentSearch:
    """Lines for the palette, by what is typed in it: all sessions where nothing is.

    Parameters
    ----------
    opening : Opening
        Knows the sessions, and opens the one that is chosen.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening

    def __call__(self, text: str) -> list[Line]:
        return [
            (f"Go on with {entry.session}", "", partial(self._opening.open_recent, entry))
            for entry in self._opening.recent
            if score(text, os.path.basename(entry.session)) is not None
        ]
