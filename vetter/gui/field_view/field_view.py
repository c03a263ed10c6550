"""Field view: the fits' shifts over the field, and one verdict for a selected group.

The dock is beside the list at first; the user can drag it elsewhere.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from vetter.core.columns.blind_columns import HIDDEN_TEXT
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.fit_table import can_fit
from vetter.gui.field_view import summary
from vetter.gui.field_view.canvas import FieldCanvas
from vetter.gui.field_view.legend import FieldLegend
from vetter.gui.field_view.points import collect_points, shown_field
from vetter.gui.field_view.shift_map import FieldMap
from vetter.gui.field_view.shift_plot import ShiftPlot
from vetter.gui.field_view.side_by_side import SideBySide
from vetter.gui.field_view.star_plot import CHI2, SNR, StarPlot
from vetter.gui.widgets.buttons import CheckedButton, EnteredButton
from vetter.gui.widgets.group_question import GroupQuestion
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.field_picture import FieldPictures
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

REFRESH_MS = 400
"""Milliseconds between two refreshes; fits arrive a dozen at a time, more often than this."""
_TURN_MS = 30
"""Milliseconds by which the points of another image follow the panels."""
_PAUSE_PER_COST = 12
"""Ratio of the pause between refreshes to their cost: they take 1/12 of the GUI thread."""

BUTTONS = (
    ("Accept", Verdict.ACCEPT),
    ("Reject", Verdict.REJECT),
    ("Maybe", Verdict.MAYBE),
    ("Clear", Verdict.NONE),
)
HINT = "    ".join(
    # No-break spaces: a line breaks only between two hints.
    words.replace(" ", "\N{NO-BREAK SPACE}")
    for words in ("drag: select a group", "click: go there", "wheel: zoom")
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FieldView(QWidget):
    """Map of the shifts, plots of dx against dy, and of figures against brightness.

    A drag selects a group. A verdict key or button then asks the user to confirm the verdict for
    the group. Once the group is decided, or the user moves to another candidate, the keys apply to
    the current candidate alone; the buttons still ask for the group.

    Nothing is collected or painted while the view is hidden.

    Parameters
    ----------
    session : Session
    fits : Fits
    pictures : FieldPictures
        Pictures of the images, shown behind the marks of the map.
    """

    def __init__(
        self, session: Session, fits: Fits, pictures: FieldPictures, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._fits = fits
        self._pictures = pictures
        self._seen: set[int] = {session.current_row}
        self.chosen: list[int] = []
        self.armed = False
        self._field = shown_field(session)
        self.map = FieldMap(self._shape(), self)
        self.plot = ShiftPlot(self)
        self.star_plots = StarPlot(CHI2, self), StarPlot(SNR, self)
        self.canvases: tuple[FieldCanvas, ...] = (self.map, self.plot, *self.star_plots)
        self.question = GroupQuestion(self, narrow=True)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._on_soon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("field view")
        for canvas in self.canvases:
            canvas.banded.connect(self._on_banded)
            canvas.picked.connect(session.go_to_row)
        self.question.agreed.connect(self._on_agreed)
        session.current_changed.connect(self._on_current_changed)
        session.opinions_changed.connect(self._on_changed)
        session.opinions_changed.connect(self.question.forget)
        session.queue_changed.connect(self._on_changed)
        session.grown.connect(self._on_changed)
        fits.changed.connect(self._on_changed)
        fits.measured.connect(self._on_changed)
        pictures.ready.connect(self._on_picture)
        pictures.failed.connect(self._on_no_picture)
        self._show_chosen()

    def refresh(self) -> None:
        """Collect the points, and repaint all canvases."""
        points = collect_points(self._session, self._fits)
        fit = self._fits.fit_of(self._session.current_row)
        self.plot.bound = 1.0 if fit is None else fit.options.max_shift
        for star_plot in self.star_plots:
            star_plot.max_snr = self._session.settings.fit.max_snr
        if self.chosen:
            listed = np.isin(self.chosen, points.rows)
            if not listed.all():
                self._choose(np.array(self.chosen, np.intp)[listed].tolist())
            self._show_chosen()
        for canvas in self.canvases:
            canvas.points = points
            canvas.repaint_points()
        self._show_field()

    def decide(self, verdict: Verdict) -> bool:
        """Ask the user to confirm a verdict for the group.

        Returns
        -------
        bool
            False if no group was just selected: the verdict is then the current candidate's.
        """
        if not (self.armed and self.chosen and self.isVisible()):
            return False
        self.ask(verdict)
        return True

    def ask(self, verdict: Verdict) -> None:
        """Ask the user to confirm a verdict for the group, with the number of its candidates."""
        session = self._session
        if session.read_only:
            session.message.emit("read only: no verdict can be given here")
            return
        group = np.array(self.chosen, np.intp)
        undecided = group[session.codes[group] == 0]
        unseen = np.count_nonzero(np.isin(undecided, list(self._seen), invert=True))
        self.question.ask(self.chosen, verdict, int(unseen), session.incomplete_reason)
        self.setFocus()

    def event(self, event: QEvent | None) -> bool:
        # Enter and Esc belong to the view while it has the focus.
        if isinstance(event, QKeyEvent) and event.key() in (*_ENTER, Qt.Key.Key_Escape):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._answer(yes=event.key() in _ENTER)
                return True
        return super().event(event)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._turn_to_field()
        self._mark_current()
        self.refresh()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._soon.stop()
        self._choose([])

    def _lay_out(self) -> None:
        self.count = plain_label(parent=self)
        self.count.setAccessibleName("number selected")
        self.buttons = [EnteredButton(word, self) for word, _ in BUTTONS]
        bar = QHBoxLayout()
        for button, (_, verdict) in zip(self.buttons, BUTTONS, strict=True):
            button.clicked.connect(partial(self._on_button, verdict))
            bar.addWidget(button)
        self.lasso = CheckedButton("Lasso", self)
        self.lasso.setToolTip("Select with a free line instead of a rectangle")
        self.lasso.toggled.connect(self._on_lasso)
        self.picture = CheckedButton("Image", self)
        self.picture.setToolTip("Show the image behind the marks of the map")
        self.picture.setChecked(True)
        self.picture.toggled.connect(self.map.show_picture)
        self.picture.setVisible(self._shape() is not None)
        bar.addStretch(1)
        bar.addWidget(self.lasso)
        self.field_label, self.candidate_label = plain_label(parent=self), plain_label(parent=self)
        for label, lines in ((self.count, 2), (self.field_label, 2), (self.candidate_label, 3)):
            # Fixed: a longer text would resize the canvases, which then repaint all points.
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            label.setFixedHeight(lines * label.fontMetrics().lineSpacing() + 2)
        words = ("Map", "Shifts", "chi2", "S/N")
        self.pair = SideBySide(self.canvases, words, self)
        above = QHBoxLayout()
        above.addWidget(self.count, 1)
        above.addWidget(self.pair.choice, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setSpacing(4)
        layout.addLayout(bar)
        layout.addLayout(above)
        layout.addWidget(self.question)
        layout.addWidget(self.pair, 1)
        below = QHBoxLayout()
        below.addWidget(self.field_label, 1)
        below.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(below)
        layout.addWidget(self.candidate_label)
        layout.addWidget(FieldLegend(self))

    def _shape(self) -> tuple[int, int] | None:
        return self._session.source.fields[self._field].shape

    def _turn_to_field(self) -> bool:
        """Show the current candidate's field, and return whether it differs from the one before."""
        before, self._field = self._field, shown_field(self._session)
        if can_fit(self._session.source.plane_names):
            self._fits.request_field(self._field)
        self._pictures.request(self._field)
        if before == self._field:
            return False
        self.map.set_shape(self._shape())
        self.map.set_picture(self._pictures.picture(self._field))
        for canvas in self.canvases:
            canvas.forget()
        self._choose([])
        return True

    def _choose(self, rows: list[int]) -> None:
        """Select another group, and dismiss a question about the earlier one."""
        self.chosen = rows
        self.armed = bool(rows)
        group = np.array(rows, np.intp)
        self.question.dismiss()
        for canvas in self.canvases:
            canvas.chosen = group
            canvas.repaint_points()
        self._show_chosen()

    def _answer(self, yes: bool) -> None:
        if self.question.text:
            if yes:
                self.question.agree()
            else:
                self.question.dismiss()
        elif not yes:
            self._choose([])

    def _show_chosen(self) -> None:
        for button in self.buttons:
            button.setEnabled(bool(self.chosen))
        if not self.chosen:
            self.count.setText(HINT)
            return
        words = summary.group_summary(self.map.chosen, self._fits.table)
        if self._session.is_blind:
            words = f"{len(self.map.chosen):,} selected, fits {HIDDEN_TEXT}"
        self.count.setText(words + ("; verdict keys ask for all" if self.armed else ""))

    def _show_field(self) -> None:
        fields = self._session.source.fields
        name = fields[self._field].name if len(fields) > 1 else ""
        stars = self._fits.calibration(self._field)
        row = self._session.current_row
        is_measured = row >= 0 and self._fits.fit_of(row) is not None
        words = summary.stars_summary(stars, is_measured, name)
        if self._session.is_blind:
            words = f"shifts of stars are {HIDDEN_TEXT}"
        self.field_label.setText(words)
        self._show_own()

    def _show_own(self) -> None:
        row = self._session.current_row
        words = summary.candidate_summary(self._session, self._fits, row) if row >= 0 else ""
        self.candidate_label.setText(words)

    def _mark_current(self) -> None:
        for canvas in self.canvases:
            canvas.set_current(self._session.current_row)

    def _on_current_changed(self, row: int) -> None:
        self._seen.add(row)
        if self.armed:
            self.armed = False
            self.question.dismiss()
            self._show_chosen()
        if self.isVisible():
            if self._turn_to_field():
                self._soon.start(_TURN_MS)
            self._mark_current()
            self._show_own()

    def _on_changed(self, _rows: object = None) -> None:
        if self.isVisible() and not self._soon.isActive():
            cost = 1000 * sum(canvas.layer.cost for canvas in self.canvases)
            self._soon.start(max(REFRESH_MS, round(_PAUSE_PER_COST * cost)))

    def _on_picture(self, number: int) -> None:
        if number == self._field:
            self.map.set_picture(self._pictures.picture(number))

    def _on_no_picture(self, reason: str) -> None:
        self._session.message.emit(f"no picture behind the map: {reason}")

    def _on_soon(self) -> None:
        if any(canvas.layer.under_way for canvas in self.canvases):
            # Finish the current paint first: restarted each time, it would never end.
            self._soon.start(REFRESH_MS)
        else:
            self.refresh()

    def _on_banded(self, rows: list[int], more: bool) -> None:
        self.setFocus()
        self._choose(list(dict.fromkeys([*self.chosen, *rows])) if more else rows)

    def _on_agreed(self, rows: list[int], verdict: Verdict) -> None:
        # The group is decided: the next key applies to the current candidate.
        self.armed = False
        self._show_chosen()
        self._session.decide_group(rows, verdict)

    def _on_button(self, verdict: Verdict, _checked: bool) -> None:
        self.ask(verdict)

    def _on_lasso(self, on: bool) -> None:
        for canvas in self.canvases:
            canvas.lasso = on


class FieldDock(QDockWidget):
    """Dock of the field view; at first a tab beside the candidate list, as both need the height.

    Parameters
    ----------
    session : Session
    fits : Fits
    cache : CutoutCache
        Its source is read for the picture behind the map.
    beside : QDockWidget
        Dock to share a place with, as a tab.
    window : QMainWindow
        Main window of both docks.
    """

    def __init__(
        self,
        session: Session,
        fits: Fits,
        cache: CutoutCache,
        beside: QDockWidget,
        window: QMainWindow,
    ) -> None:
        super().__init__("Field", window)
        self.setObjectName("field")
        self.pictures = FieldPictures(cache, self)
        self.view = FieldView(session, fits, self.pictures, self)
        self.setWidget(self.view)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        if window.dockWidgetArea(beside) == Qt.DockWidgetArea.RightDockWidgetArea:
            window.tabifyDockWidget(beside, self)
        self.show()
        self.raise_()

    def toggle(self) -> None:
        """Bring the view to the front, or hide it."""
        if self.isVisible() and not self.view.visibleRegion().isEmpty():
            self.hide()
        else:
            self.show()
            self.raise_()
