"""Choice of the candidates of an export or a report, with their number and the first of them."""

from __future__ import annotations

import threading
from typing import Any

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from vetter.core.decisions.agreement.policy import Policy
from vetter.core.decisions.decision import Verdict
from vetter.core.number_text import format_count
from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.verdict_style import WORDS
from vetter.io.export.exported_rows import RowChoice, choose_rows
from vetter.review.exporter import freeze_opinions
from vetter.review.session import Session
from vetter.review.threads.background import Background

ORDER = (Verdict.ACCEPT, Verdict.MAYBE, Verdict.REJECT, Verdict.LATER, Verdict.NONE)
TYPING_PAUSE_MS = 200
"""Milliseconds without a change before the chosen candidates are counted."""
NAMED = 3
"""Number of candidates that the preview names."""


class RowChoiceForm(QWidget):
    """Fields for verdicts, tags, times and a filter; a line below names what they choose.

    Parameters
    ----------
    session : Session
    label : str
        Text before the verdicts.
    """

    changed = pyqtSignal()
    """The choice has changed; emitted after a pause in typing."""

    def __init__(self, session: Session, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.policy: Policy | None = None
        """Rule that combines the opinions of all reviewers; None for the user's own."""
        self.verdicts = {verdict: QCheckBox(self) for verdict in ORDER}
        self.verdicts[Verdict.ACCEPT].setChecked(True)
        self.tags = self._make_line("tags", "any", "Tags, separated by commas: one is enough")
        self.since = self._make_line("since", "2026-11-30", "Decided from then on, UTC")
        self.until = self._make_line(
            "until", "2026-11-30T06:00", "Decided until then, UTC; a date means its end"
        )
        self.where = self._make_line(
            "filter", "mag<19 fwhm>2", "Filter in the language of the list's filter"
        )
        self.preview = plain_label(parent=self)
        self.preview.setWordWrap(True)
        self.preview.setAccessibleName("chosen candidates")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        verdicts = _row(*self.verdicts.values(), None)
        form.addRow(label, verdicts)
        first = form.labelForField(verdicts)
        self.label_width = 0 if first is None else first.sizeHint().width()
        """Width of the labels, for a form below with shorter ones."""
        times = (plain_label("decided from", self), self.since, plain_label("to", self), self.until)
        form.addRow("with tag", _row(self.tags, *times))
        form.addRow("matching", self.where)
        form.addRow("", self.preview)
        # Else the line of the preview would take the height that a dialog has left.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._counter = Background(self)
        self._counter.done.connect(self._show_rows)
        self._counter.failed.connect(self.preview.setText)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        for box in self.verdicts.values():
            box.toggled.connect(self._pause.start)
        for line in self.lines:
            line.textChanged.connect(self._pause.start)
        self.refresh()

    @property
    def lines(self) -> tuple[QLineEdit, ...]:
        """Text fields in the order of Tab."""
        return (self.tags, self.since, self.until, self.where)

    def choice(self, only_chosen: bool = False) -> RowChoice:
        """Return the present choice."""
        tags = (tag.strip() for tag in self.tags.text().replace(";", ",").split(","))
        return RowChoice(
            tuple(verdict for verdict in ORDER if self.verdicts[verdict].isChecked()),
            tuple(tag for tag in tags if tag),
            self.since.text().strip(),
            self.until.text().strip(),
            self.where.text().strip(),
            only_chosen,
        )

    def refresh(self) -> None:
        """Count verdicts and chosen candidates again."""
        counts = self._session.counts
        numbers = {
            Verdict.ACCEPT: counts.accepted,
            Verdict.MAYBE: counts.maybe,
            Verdict.REJECT: counts.rejected,
            Verdict.LATER: counts.later,
            Verdict.NONE: counts.undecided,
        }
        for verdict, box in self.verdicts.items():
            box.setText(f"{WORDS[verdict.code]} ({numbers[verdict]:,})")
        self._count_rows()

    def set_policy(self, policy: Policy | None) -> None:
        """Choose among the opinions that a policy makes of all reviewers'; None for the user's."""
        self.policy = policy
        self._count_rows()

    def close_worker(self) -> None:
        """End the counting, and wait for its thread."""
        self._pause.stop()
        self._counter.close()

    def _make_line(self, name: str, example: str, tip: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(example)
        line.setToolTip(tip)
        return line

    def _on_pause(self) -> None:
        self._count_rows()
        self.changed.emit()

    def _count_rows(self) -> None:
        source, fits = self._session.source, self._session.columns.fits
        opinions, choice = freeze_opinions(self._session, self.policy), self.choice()

        def count(_stop: threading.Event) -> Any:
            return choose_rows(source, opinions(), choice, fits)

        self._counter.start(count)

    def _show_rows(self, rows: Any) -> None:
        names = [self._session.candidates.name(row) for row in rows[:NAMED].tolist()]
        text = format_count(len(rows), "candidate") + (": " + ", ".join(names) if names else "")
        more = len(rows) - len(names)
        self.preview.setText(text + (f" and {more:,} more" if more else ""))


def _row(*widgets: QWidget | None) -> QWidget:
    """Return the widgets side by side; None is a stretch."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return holder
