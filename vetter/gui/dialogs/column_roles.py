"""Dialog for the roles of the list's columns: shows the recognised roles and changes them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vetter.core.candidates.candidate_list import ROLE_NAMES, CandidateList, Roles
from vetter.core.candidates.column_roles import NO_COLUMN, typed_name
from vetter.core.candidates.placement.listed_pixels import ImageFrame
from vetter.core.columns.role_preview import (
    PREVIEW_ROWS,
    ColumnPreview,
    find_problem,
    preview_roles,
)
from vetter.errors import escape_to_line
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.io.input_options import InputOptions
from vetter.io.tables.table_file import units_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from vetter.errors import ColumnsWanted
    from vetter.review.session import Session

LABELS = {
    "key": "Key (identity)",
    "name": "Name",
    "x": "x, pixels",
    "y": "y, pixels",
    "ra": "RA",
    "dec": "Dec",
    "mag": "Magnitude",
    "mag_err": "Magnitude error",
    "time": "Time",
    "filter": "Filter",
    "fwhm": "FWHM, pixels",
}
HEADINGS = ("key", "x", "y", "ra", "dec")
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NONE = "none"
_COUNTING = (None, False, True)
_ENCODINGS = (
    ("as found", None),
    ("UTF-8", "utf-8"),
    ("Western (Windows-1252)", "cp1252"),
    ("Chinese (GB18030)", "gb18030"),
    ("Chinese (Big5)", "big5"),
    ("Japanese (Shift JIS)", "shift_jis"),
    ("Japanese (EUC-JP)", "euc_jp"),
    ("Korean (EUC-KR)", "euc_kr"),
    ("Cyrillic (Windows-1251)", "cp1251"),
    ("Cyrillic (KOI8-R)", "koi8_r"),
)


class ListColumns(QDialog):
    """Dialog with a choice of column for each role, and a preview of the first candidates.

    Parameters
    ----------
    candidates : CandidateList
        The list, with the roles in use or recognised.
    image : ImageFrame or None
        The image; None as long as it is unknown, when RA and Dec suffice.
    options : InputOptions
        Options that the list was, or is to be, opened with.
    decided : ndarray of int
        Rows with a verdict, tag or comment.
    """

    chosen = pyqtSignal(object)
    """InputOptions for reading the list from now on."""

    def __init__(
        self,
        candidates: CandidateList,
        image: ImageFrame | None,
        options: InputOptions,
        decided: npt.NDArray[np.intp],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("list columns")
        self.setWindowTitle("Roles of the columns")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._candidates, self._options = candidates, options
        self._units = units_of(candidates.table)
        self._decided, self._has_image = decided, image is not None
        self._image = ImageFrame() if image is None else image
        self.combos = {role: self._make_combo(role) for role in ROLE_NAMES}
        self.counting = self._make_counting()
        self.encoding = self._make_encoding()
        self.table = self._make_table()
        self.notes = plain_label(parent=self)
        self.notes.setAccessibleName("notes on the columns")
        self.notes.setWordWrap(True)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = self._make_buttons()
        self._lay_out()
        self.resize(900, 420)
        self.refresh()

    @classmethod
    def of_session(cls, session: Session, parent: QWidget | None = None) -> ListColumns:
        """Return the dialog for the list of a session."""
        source = session.source
        decided = np.array(
            [row for row in range(len(session.codes)) if session.opinion(row).has_content]
            if session.counts.decisions
            else [],
            np.intp,
        )
        options = InputOptions.from_record(source.record)
        image = ImageFrame(source.wcs, source.shape, source.parents)
        return cls(session.candidates, image, options, decided, parent)

    @classmethod
    def of_wanted(
        cls, wanted: ColumnsWanted, options: InputOptions, parent: QWidget | None = None
    ) -> ListColumns:
        """Return the dialog for a list that could not be opened."""
        none = np.array([], np.intp)
        return cls(wanted.candidates, wanted.image, options, none, parent)

    @property
    def roles(self) -> Roles:
        """Chosen roles of the columns."""
        columns = {role: combo.currentData() for role, combo in self.combos.items()}
        known = self._candidates.roles
        same = columns["x"] == known.x
        return Roles(**columns, one_based=known.one_based if same else False)

    @property
    def one_based(self) -> bool | None:
        """User's choice of counting pixels from 1; None leaves it to the reader."""
        return _COUNTING[self.counting.currentIndex()]

    def accept(self) -> None:
        """Emit the options for reading the list and close."""
        before, after = self._candidates.roles, self.roles
        columns = dict(self._options.columns)
        for role in ROLE_NAMES:
            if getattr(after, role) != getattr(before, role) or role in columns:
                columns[role] = getattr(after, role) or NO_COLUMN
        options = dataclasses.replace(self._options, columns=columns, one_based=self.one_based)
        self.chosen.emit(dataclasses.replace(options, encoding=self.encoding.currentData()))
        super().accept()

    def refresh(self) -> None:
        """Show the list's first candidates with the present choice."""
        result = preview_roles(
            self._candidates,
            self.roles,
            self.one_based,
            self._image,
            self._units,
            self._decided,
        )
        if not self._has_image:
            result = dataclasses.replace(result, problem=find_problem(self.roles, True))
        self._fill(result)
        self.counting.setItemText(0, self._counting_text(result))
        self.notes.setText("\n".join(self._sentences(result)))
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setEnabled(not result.problem)

    def _counting_text(self, found: ColumnPreview) -> str:
        if self.one_based is not None or found.axis_origin is None:
            return "as found"
        return f"as found: from {int(found.roles.one_based)}, {found.axis_origin.value}"

    def _sentences(self, found: ColumnPreview) -> list[str]:
        sentences = [f"⚠ {found.problem}"] if found.problem else []
        sentences += [f"⚠ {text}" for text in found.cautions]
        sentences += [text for text in found.notes if text not in found.cautions]
        if found.verdicts:
            sentences.append(_decisions_text(found))
        return sentences

    def _fill(self, found: ColumnPreview) -> None:
        columns = [
            found.keys,
            *([_format_number(value, 2) for value in values] for values in (found.x, found.y)),
            *([_format_number(value, 6) for value in values] for values in (found.ra, found.dec)),
        ]
        for section, texts in enumerate(columns):
            for line, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_alignment(section))
                self.table.setItem(line, section, item)

    def _make_combo(self, role: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(LABELS[role])
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(22)
        combo.setMaxVisibleItems(25)
        combo.addItem(_NONE, None)
        for number, name in enumerate(self._candidates.columns, 1):
            if self._candidates.table[name].ndim == 1:
                unit, text = self._units.get(name, ""), escape_to_line(typed_name(name, number))
                combo.addItem(f"{text}  ({unit})" if unit else text, name)
        index = combo.findData(getattr(self._candidates.roles, role))
        combo.setCurrentIndex(max(index, 0))
        combo.currentIndexChanged.connect(self._on_changed)
        return combo

    def _make_counting(self) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName("pixels are counted")
        combo.addItems(["as found", "from 0", "from 1"])
        combo.setCurrentIndex(_COUNTING.index(self._options.one_based))
        combo.currentIndexChanged.connect(self._on_changed)
        return combo

    def _make_encoding(self) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName("encoding of the list's text")
        combo.setToolTip("Encoding of a list in text; the list is read again with it")
        for label, codec in _ENCODINGS:
            combo.addItem(label, codec)
        given = self._options.encoding
        if given is not None and combo.findData(given) < 0:
            combo.addItem(given, given)
        combo.setCurrentIndex(max(combo.findData(given), 0))
        return combo

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(min(PREVIEW_ROWS, len(self._candidates)), len(HEADINGS), self)
        table.setAccessibleName("preview of the first candidates")
        table.setHorizontalHeaderLabels(HEADINGS)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        vertical, horizontal = table.verticalHeader(), table.horizontalHeader()
        if vertical is not None and horizontal is not None:
            vertical.hide()
            vertical.setDefaultSectionSize(table.fontMetrics().height() + 6)
            horizontal.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for section in range(len(HEADINGS)):
            heading = table.horizontalHeaderItem(section)
            if heading is not None:
                heading.setTextAlignment(_alignment(section))
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        return table

    def _make_buttons(self) -> QDialogButtonBox:
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        buttons = button_box(ok | cancel, self)
        button = buttons.button(ok)
        if button is not None:
            button.setText("Read the list this way")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(4)
        for role, combo in self.combos.items():
            form.addRow(LABELS[role], combo)
            if role == "y":
                form.addRow("Pixels counted", self.counting)
        form.addRow("Text encoding", self.encoding)
        side = QVBoxLayout()
        side.addWidget(plain_label("The first candidates, pixels from 0 and degrees:"))
        side.addWidget(self.table)
        side.addWidget(self.notes, 1)
        both = QHBoxLayout()
        both.setSpacing(16)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addStretch(1)
        both.addLayout(left)
        both.addLayout(side, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(both, 1)
        layout.addWidget(self.buttons)
        height = self.table.rowHeight(0) * self.table.rowCount() if self.table.rowCount() else 0
        header = self.table.horizontalHeader()
        head = header.sizeHint().height() if header is not None else 0
        self.table.setFixedHeight(height + head + 4)

    def _on_changed(self, _index: int) -> None:
        self.refresh()


def _format_number(value: Any, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else ""


def _decisions_text(found: ColumnPreview) -> str:
    if found.carried == found.verdicts:
        return f"Decisions so far: {found.verdicts}; all carry over."
    return (
        f"Decisions so far: {found.verdicts}; {found.carried} carry over by key and position. "
        "The others stay stored, and are offered for the nearest candidates "
        "(File > Verdicts offered)."
    )


def _alignment(section: int) -> Qt.AlignmentFlag:
    """Return the alignment of a column: keys at the left, numbers at the right."""
    side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
