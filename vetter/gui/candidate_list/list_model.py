"""Qt model of the candidate list: lines of the queue, texts of cells, widths of columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PyQt6.QtGui import QFontMetrics

from vetter.core.candidates.candidate_list import Whereabouts, find_whereabouts
from vetter.core.columns.formatting import Writer, is_number
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.columns.sorted_rows import SortKey
from vetter.core.judgement.answer import NOT_FITTED, Answer
from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.gui.widgets.answer_style import badge_width
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.verdict_style import WORDS
from vetter.review.session import Session

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_DRAW_RIGHT = int(RIGHT) | int(Qt.TextFlag.TextSingleLine)
_DRAW_LEFT = int(LEFT) | int(Qt.TextFlag.TextSingleLine)

SAMPLED_LINES = 60
"""Number of lines whose texts are measured for the width of a column."""
MAX_COLUMN_WIDTH = 260
MIN_COLUMN_WIDTH = 48
VERDICT_WIDTH = 30
MIN_NAME_WIDTH = 110
MIN_TAGS_WIDTH = 30
BESIDE_TEXT = 14
"""Width of the margins of a cell, screen units."""
BESIDE_HEADING = 16
"""Width of the margins of a heading, screen units."""

SORT_HINT = "Click to sort, Shift+click to sort by several columns."

ANSWER_BADGE, ANSWER_GAP = 13, 4
"""Height of an answer's badge and the gap after it, screen units."""


class _Column(NamedTuple):
    name: str
    values: npt.NDArray[Any] | None
    write: Writer | None
    right: bool


class CandidateModel(QAbstractTableModel):
    """Table model whose line ``place`` is candidate ``queue.order[place]``, without a copy.

    The painter calls :meth:`texts` and :meth:`codes`; Qt's ``data`` serves tool tips and screen
    readers only.

    Parameters
    ----------
    session : Session
        Session whose queue and opinions are shown.
    columns : ReviewColumns
        All columns.
    """

    def __init__(
        self, session: Session, columns: ReviewColumns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._columns = columns
        self._order = session.queue.order
        self._shown: list[_Column] = []
        self._sort_marks: dict[str, str] = {}
        self._place_codes = self._find_place_codes()
        session.queue_changed.connect(self._on_queue_changed)
        session.grown.connect(self._on_grown)

    @property
    def names(self) -> list[str]:
        """Names of the shown columns."""
        return [column.name for column in self._shown]

    def set_columns(self, names: list[str]) -> None:
        """Show these columns; unknown names are ignored."""
        known = set(self._columns.names)
        self.beginResetModel()
        self._shown = [self._column(name) for name in dict.fromkeys(names) if name in known]
        self.endResetModel()

    def set_sort_marks(self, keys: Sequence[SortKey]) -> None:
        """Set the columns whose headings show a number and a direction."""
        marks = {
            key.column: f"{number}{'▼' if key.descending else '▲'} "
            for number, key in enumerate(keys, 1)
        }
        if marks != self._sort_marks:
            self._sort_marks = marks
            last = len(self._shown) - 1
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)

    def row(self, place: int) -> int:
        """Return the row of the candidate at a place of the table."""
        return int(self._order[place])

    def codes(self, places: range) -> list[int]:
        """Return the verdict codes of adjacent places."""
        codes: list[int] = self._session.due.codes[self._rows(places)].tolist()
        return codes

    def is_verdict(self, section: int) -> bool:
        """Return whether a column shows the verdict's mark."""
        return self._shown[section].name == "verdict"

    def answer_codes(self, section: int, places: range) -> list[int]:
        """Return the codes of the answers that cells show; `NOT_FITTED` in other columns."""
        if self._shown[section].name != "answer" or self._columns.fits is None:
            return [NOT_FITTED] * len(places)
        codes: list[int] = self._columns.fits.codes[self._rows(places)].tolist()
        return codes

    def alignment(self, section: int) -> int:
        """Return a column's drawing flags: one line, numbers right-aligned."""
        return _DRAW_RIGHT if self._shown[section].right else _DRAW_LEFT

    def elision(self, section: int) -> Qt.TextElideMode:
        """Return the elision of long texts: in the middle for names, whose beginnings are alike."""
        mode = Qt.TextElideMode
        return mode.ElideMiddle if self._shown[section].name == "name" else mode.ElideRight

    def text(self, place: int, section: int) -> str:
        """Return the text of a cell."""
        return self.texts(section, range(place, place + 1))[0]

    def texts(self, section: int, places: range) -> list[str]:
        """Return the texts of a column's cells at adjacent places."""
        column, rows = self._shown[section], self._rows(places)
        if column.values is not None and column.write is not None:
            if len(rows) and rows.max() >= len(column.values):
                column = self._extend_column(section)
            assert column.values is not None and column.write is not None
            texts = list(map(column.write, _elements(column.values[rows])))
            if column.name == "name" and self._place_codes is not None:
                return [text + self._remark_of(row) for text, row in zip(texts, rows, strict=True)]
            return texts
        if column.name == "verdict":
            return [WORDS[code] for code in self.codes(places)]
        opinions = map(self._session.opinion, rows.tolist())
        if column.name == "tags":
            return [", ".join(opinion.tags) for opinion in opinions]
        return [opinion.comment for opinion in opinions]

    def remark(self, place: int, section: int) -> str:
        """Return the remark at the end of a cell's text, for a candidate without pixels."""
        if self._place_codes is None or self._shown[section].name != "name":
            return ""
        return self._remark_of(self._order[place])

    def _remark_of(self, row: int) -> str:
        places = self._place_codes
        code = places[row] if places is not None and row < len(places) else 0
        return f"  ({Whereabouts(code).words})" if code else ""

    def _rows(self, places: range) -> npt.NDArray[np.intp]:
        """Return the rows of the candidates at adjacent places."""
        return np.asarray(self._order[places.start : places.stop])

    def _find_place_codes(self) -> npt.NDArray[np.uint8] | None:
        """Return the codes of candidates without pixels, or None if every candidate has some."""
        source, listed = self._session.source, self._session.candidates
        places, rows = np.zeros(len(listed), np.uint8), np.arange(len(listed))
        for number, image in enumerate(source.fields):
            if image.shape is not None:
                own = source.on_field(rows, number)
                places[own] = find_whereabouts(listed.x[own], listed.y[own], image.shape)
        return places if places.any() else None

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.text(index.row(), index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.names[index.column()]} {self.text(index.row(), index.column())}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self._shown[index.column()].right else LEFT
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._shown):
            return None
        column = self._shown[section]
        if role == Qt.ItemDataRole.DisplayRole:
            # The space separates a right-aligned heading from the next one.
            gap = "\N{NO-BREAK SPACE}" if column.right else ""
            mark = self._sort_marks.get(column.name, "")
            return mark if column.name == "verdict" else mark + column.name + gap
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{self._columns.describe(column.name)}\n{SORT_HINT}")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        return None

    def _column(self, name: str) -> _Column:
        if name in ("verdict", "tags", "comment"):
            return _Column(name, None, None, False)
        values = self._columns.values(name)
        return _Column(name, values, self._columns.writer(name), is_number(values))

    def _extend_column(self, section: int) -> _Column:
        """Extend a column by the rows read since, in the same format."""
        old = self._shown[section]
        column = _Column(old.name, self._columns.values(old.name), old.write, old.right)
        self._shown[section] = column
        return column

    def _on_grown(self, _first_new: int) -> None:
        """Insert lines for new rows; if sorted they are in between, and the view repaints."""
        order = np.asarray(self._session.queue.order)
        if len(order) == len(self._order):
            return
        self.beginInsertRows(QModelIndex(), len(self._order), len(order) - 1)
        self._order = order
        for section, column in enumerate(self._shown):
            if column.name in FIT_COLUMNS:
                # Columns of fits must be the fit table's own arrays to show later results.
                self._extend_column(section)
        self.endInsertRows()

    def _on_queue_changed(self) -> None:
        self.beginResetModel()
        self._order = np.asarray(self._session.queue.order)
        self.endResetModel()


def _elements(values: npt.NDArray[Any]) -> Iterable[Any]:
    """Return an array's elements; floats as Python's own, which are written twice as quickly."""
    return values.tolist() if values.ndim == 1 and values.dtype.kind == "f" else values


def column_widths(table: CandidateModel, metrics: QFontMetrics, room: int) -> list[int]:
    """Return a width for each column, in pixels, from a sample of its lines.

    Parameters
    ----------
    table : CandidateModel
    metrics : QFontMetrics
        Metrics of the list's font.
    room : int
        Width available to all columns, in pixels; see `shrink_widths`.
    """
    return shrink_widths(table, whole_widths(table, metrics), room)


def whole_widths(table: CandidateModel, metrics: QFontMetrics) -> list[int]:
    """Return the width of each column, in pixels, that holds a sample of its lines."""
    count = table.rowCount()
    sample = range(0, count, max(1, count // SAMPLED_LINES))
    return [
        min(fitting_width(table, metrics, section, sample), MAX_COLUMN_WIDTH)
        for section in range(len(table.names))
    ]


def shrink_widths(table: CandidateModel, widths: list[int], room: int) -> list[int]:
    """Return widths that fit the room: a long name is cut off before others leave the view."""
    widths = list(widths)
    if widths and table.names[-1] == "tags":
        # Tags shrink first: as the last section they get the remaining width, and most are empty.
        excess = max(sum(widths) - room, 0)
        widths[-1] = max(widths[-1] - excess, MIN_TAGS_WIDTH)
    if "name" in table.names:
        name = table.names.index("name")
        excess = max(sum(widths) - room, 0)
        widths[name] = min(widths[name], max(widths[name] - excess, MIN_NAME_WIDTH))
    return widths


def fitting_width(
    table: CandidateModel, metrics: QFontMetrics, section: int, places: Iterable[int]
) -> int:
    """Return the width in pixels that a column needs for its heading and some of its lines."""
    name = table.names[section]
    if name == "verdict":
        return VERDICT_WIDTH
    texts = [table.text(place, section) for place in places]
    if name == "answer":
        # Fits arrive later, and the width must fit every answer.
        texts += [answer.value for answer in Answer]
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    if name == "answer":
        widest += badge_width(ANSWER_BADGE) + ANSWER_GAP
    heading = metrics.horizontalAdvance(name) + BESIDE_HEADING
    return max(widest + BESIDE_TEXT, heading, MIN_COLUMN_WIDTH)
