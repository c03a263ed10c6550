"""Question until when a candidate is put off: a new epoch, some days, or a date."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QDate, QPoint, Qt
from PyQt6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from vetter.core.decisions.triage.later import time_after
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session

DAYS = {"For 1 &day": 1.0, "For 1 &week": 7.0, "For 4 w&eeks": 28.0}


def ask_until(session: Session, parent: QWidget) -> None:
    """Open the menu of times, whose letters choose; the choice puts the candidate off."""
    menu = QMenu(parent)
    menu.setObjectName("later until")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    row = session.current_row

    def put_off(until: str) -> None:
        # The candidate that was on screen when the user was asked, and no other.
        if session.current_row == row:
            session.later(until)

    entry = menu.addAction("Until a &new epoch of the object")
    assert entry is not None
    entry.triggered.connect(partial(_run, put_off, None))
    for title, days in DAYS.items():
        entry = menu.addAction(title)
        assert entry is not None
        entry.triggered.connect(partial(_run, put_off, days))
    entry = menu.addAction("Until a d&ate...")
    assert entry is not None
    entry.triggered.connect(partial(_ask_date, put_off, parent))
    menu.popup(parent.mapToGlobal(QPoint(parent.width() // 3, parent.height() // 3)))


def _run(put_off: object, days: float | None, _checked: bool) -> None:
    assert callable(put_off)
    put_off("" if days is None else time_after(days))


def _ask_date(put_off: object, parent: QWidget, _checked: bool) -> None:
    dialog = DateDialog(parent)
    dialog.accepted.connect(partial(_run_date, put_off, dialog))
    dialog.open()


def _run_date(put_off: object, dialog: DateDialog) -> None:
    assert callable(put_off)
    put_off(dialog.until)


class DateDialog(QDialog):
    """Question for a date; the candidate is due when this day begins (UTC)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("later until a date")
        self.setWindowTitle("Later")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.date = QDateEdit(QDate.currentDate().addDays(7), self)
        self.date.setDisplayFormat("yyyy-MM-dd")
        self.date.setMinimumDate(QDate.currentDate())
        self.date.setCalendarPopup(True)
        self.date.setAccessibleName("date")
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        buttons = button_box(ok | cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(plain_label("Put off until the beginning of this day (UTC)."))
        layout.addWidget(self.date)
        layout.addWidget(buttons)

    @property
    def until(self) -> str:
        """The beginning of the chosen day, UTC in ISO 8601."""
        return f"{self.date.date().toString('yyyy-MM-dd')}T00:00:00.000Z"
