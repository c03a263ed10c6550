"""Results of the palette besides commands: sort orders, candidates by name, recent sessions."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from vetter.core.columns.sorted_rows import SortKey
from vetter.gui.dialogs.palette import Line, fits_words, is_within, match_score
from vetter.review.session import Session

if TYPE_CHECKING:
    from vetter.gui.opening.input_chooser import InputChooser

MAX_CANDIDATES = 20
MAX_SORTS = 12


class CandidateSearch:
    """Search for sort orders and candidates; an empty text has no results.

    Parameters
    ----------
    session : Session
        Session whose list is sorted and searched.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        columns = session.columns
        self._names = [str(name).lower() for name in columns.values("name").tolist()]
        self._sorts = _sorts(columns.names)

    def __call__(self, text: str) -> list[Line]:
        return [*self._fitting_sorts(text), *self._fitting_candidates(text)]

    def _fitting_sorts(self, text: str) -> list[Line]:
        """Return matching sort orders, for users at the keyboard; an empty text has none."""
        if not text.strip():
            return []
        fitting = []
        for title, column, descending in self._sorts:
            found = match_score(text, title)
            if found is not None and (is_within(text, title) or fits_words(text, title)):
                queue = self._session.queue
                keys = () if column is None else (SortKey(column, descending),)
                seed = None if column is None else queue.seed
                sort = partial(queue.arrange, keys, seed)
                fitting.append((found, (title, "", sort)))
        fitting.sort(key=lambda line: -line[0])
        return [line for _, line in fitting[:MAX_SORTS]]

    def _fitting_candidates(self, text: str) -> list[Line]:
        search = text.strip().lower()
        if not search:
            return []
        session, rows = self._session, []
        for row, name in enumerate(self._names):
            if search in name:
                rows.append(row)
                if len(rows) == MAX_CANDIDATES:
                    break
        # Names that begin with the typed text come first.
        rows.sort(key=lambda row: not self._names[row].startswith(search))
        return [
            (f"Go to {session.candidates.name(row)}", "", partial(session.go_to_row, row))
            for row in rows
        ]


def _sorts(columns: list[str]) -> list[tuple[str, str | None, bool]]:
    """Return title, column and direction of every sort order."""
    sorts: list[tuple[str, str | None, bool]] = [("Sort as in the file", None, False)]
    for name in columns:
        sorts.append((f"Sort by {name}", name, False))
        sorts.append((f"Sort by {name}, descending", name, True))
    return sorts


class RecentSearch:
    """Search for recent sessions; an empty text finds all of them.

    Parameters
    ----------
    opening : InputChooser
        Source of the sessions; opens the chosen one.
    """

    def __init__(self, opening: InputChooser) -> None:
        self._opening = opening

    def __call__(self, text: str) -> list[Line]:
        return [
            (f"Go on with {entry.session}", "", partial(self._opening.open_recent, entry))
            for entry in self._opening.recent
            if match_score(text, os.path.basename(entry.session)) is not None
        ]
