"""Filter above the list, applied and counted while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QPalette
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from vetter.core.columns.filter import absent_columns
from vetter.core.columns.filter_completion import complete_filter
from vetter.errors import InputError
from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.candidate_list.saved_filters import SavedFilters
from vetter.gui.widgets.line_edits import EscapeLine
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session

TYPING_PAUSE = 150
"""Milliseconds without a key before the typed filter is tried."""

SLOW_MS = 200
"""Milliseconds after which a filter under way is named: quick ones would only flicker."""

MAX_HINTS = 6
"""Largest number of completions named below the line; all answers."""

HELP = (
    "Words search names, tags and comments. mag<19 verdict=none name~J04 must all hold; or, not "
    "and brackets combine. mag between 18 and 19, filter in (r, g), mag is null, name like J04%. "
    "filter=r,g is one of several, ~ means contains, mag=missing finds missing values, "
    'quotes keep blanks. answer=explained, variable, ordinary, nothing, kept or "not judged" is '
    "the answer of the fit.\nTab completes columns, verdicts and answers. Enter keeps the filter "
    "and goes to its first match, Esc restores the previous filter. Up and Down bring back earlier "
    "filters."
)


class FilterBar(QWidget):
    """Line for the filter: Enter keeps it, Esc restores the previous one; both return the focus.

    Enter also goes to the first match if the candidate on screen does not match.

    The filter in force is the queue's. A line below shows the number of matches, with a button
    that clears the filter. The text is tried while it is typed; if it is invalid, the line shows
    the reason and the list stays.

    Parameters
    ----------
    session : Session
        Session whose queue is filtered.
    keymap : Keymap
        The keys in force; the placeholder names the key of this line.
    """

    def __init__(self, session: Session, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._before = ""
        self._problem = ""
        self._asked: str | None = None
        """Expression of a filter under way."""
        self._shown: tuple[str, bool, int] | None = None
        """The state's text, whether there is a filter, and the text's colour."""
        self._return_to: QWidget | None = None
        self._keymap = keymap
        self.line = _FilterLine(self)
        self.show_keys()
        self.hint = plain_label(parent=self)
        self.hint.setAccessibleName("completions of the filter")
        self.hint.hide()
        self.state = plain_label(parent=self)
        self.state.setWordWrap(True)
        self.state.setAccessibleName("filter state")
        self.clear = QToolButton(self)
        self.clear.setText("Show all")
        self.clear.setToolTip("Clear the filter")
        self.clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.saved = SavedFilters(self.line.text, self._why_unusable, self)
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE)
        self._pause.timeout.connect(self._try)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(self._show_state)
        self._connect()
        self._on_queue_changed()

    def show_keys(self) -> None:
        """Show the key of this line in it."""
        key = keys_text(self._keymap.get("go.filter", ())[:1])
        self.line.setPlaceholderText(f"Filter or search  ({key})" if key else "Filter or search")

    def start(self) -> None:
        """Put the cursor into the filter."""
        if not self.line.hasFocus():
            window = self.window()
            self._return_to = None if window is None else window.focusWidget()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def keep(self) -> None:
        """Filter by the text and return to the candidates; stay in the line if it is invalid."""
        self._request(self.line.text(), self._on_kept)

    def _on_kept(self) -> None:
        self._before = self._session.queue.expression
        self.saved.remember(self._before)
        self._go_to_match()
        self._leave()

    def drop(self) -> None:
        """Restore the previous filter and return to the candidates."""
        self._pause.stop()
        self._problem = ""
        # Applied again, the same filter would drop candidates decided since.
        if self._session.queue.expression != self._before or self._asked is not None:
            self._request(self._before)
        self._show_state()
        self.line.setText(self._before)
        self._leave()

    def apply(self, expression: str) -> None:
        """Filter by an expression, and go to its first match, as if it had been typed."""
        self._pause.stop()
        self.line.setText(expression)
        self.keep()

    def narrow(self, condition: str) -> None:
        """Add a condition to the filter in force."""
        present = self._session.queue.expression
        self.apply(f"({present}) {condition}" if present else condition)

    def show_all(self) -> None:
        """Clear the filter."""
        self._pause.stop()
        self._before = ""
        self.line.clear()
        self._request("")

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._show_state()

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self.state, 1)
        below.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        first = QHBoxLayout()
        first.setSpacing(2)
        first.addWidget(self.line, 1)
        first.addWidget(self.saved)
        layout.addLayout(first)
        layout.addWidget(self.hint)
        layout.addLayout(below)

    def _connect(self) -> None:
        self.line.textEdited.connect(self._on_edited)
        self.line.returnPressed.connect(self.keep)
        self.line.escaped.connect(self.drop)
        self.line.completed.connect(self._on_edited)
        self.line.entered.connect(self._on_entered)
        self.line.exited.connect(self._on_exited)
        self.line.stepped.connect(self._on_stepped)
        self.saved.picked.connect(self.apply)
        self.clear.clicked.connect(self.show_all)
        self._session.queue_changed.connect(self._on_queue_changed)
        self._session.grown.connect(self._on_grown)

    def _try(self) -> None:
        """Filter by the text."""
        self._request(self.line.text())

    def _request(self, expression: str, then: Callable[[], None] | None = None) -> None:
        """Filter by an expression; call ``then`` once it is applied, if it is valid."""
        self._pause.stop()
        queue, expression = self._session.queue, expression.strip()
        if not expression and not queue.expression and self._asked is None:
            self._on_filtered(then, None)
            return
        self._asked = expression
        self._slow.start()
        queue.request_filter(expression, partial(self._on_filtered, then))

    def _on_filtered(self, then: Callable[[], None] | None, error: InputError | None) -> None:
        self._asked = None
        self._slow.stop()
        self._problem = "" if error is None else str(error)
        self._show_state()
        if error is None and then is not None:
            then()

    def _show_state(self) -> None:
        queue, total = self._session.queue, len(self._session.candidates)
        filtered = bool(queue.expression)
        if self._asked is not None and not self._slow.isActive():
            text = f"Filtering {total:,}..."
        elif self._problem:
            # The list below is still that of the filter before.
            shown = f"{len(queue):,} of {total:,}" if filtered else f"all {total:,}"
            text = f"⚠ {self._problem[:1].upper()}{self._problem[1:]}; still showing {shown}"
        elif not filtered:
            text = ""
        elif len(queue):
            text = f"Filtered: {len(queue):,} of {total:,}"
        else:
            text = f"Filtered: none of {total:,} match"
        if queue.seed is not None:
            order = f"shuffled, seed {queue.seed}"
            text = f"{text}; {order}" if text else order.capitalize()
        palette = self.palette()
        tone = palette.link().color() if filtered and not self._problem else palette.text().color()
        state = text, filtered, tone.rgba()
        if state == self._shown:
            return
        self._shown = state
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.clear.setVisible(filtered)
        palette.setColor(QPalette.ColorRole.WindowText, tone)
        self.state.setPalette(palette)

    def _why_unusable(self, expression: str) -> str:
        """Return why a filter cannot be applied to this list; empty if it can."""
        try:
            absent = absent_columns(expression, self._session.columns)
        except InputError as error:
            return str(error)
        return f"not in this list: {', '.join(absent)}" if absent else ""

    def _go_to_match(self) -> None:
        """Go to the first match at or after the candidate on screen, wrapping around the end."""
        session = self._session
        match = session.queue.first_match(session.current_row)
        if match is not None and match != session.current_row:
            session.go_to_row(match)

    def _leave(self) -> None:
        if self.line.hasFocus():
            self.line.clearFocus()
            if self._return_to is not None and self._return_to is not self.line:
                self._return_to.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_entered(self) -> None:
        self._before = self._session.queue.expression

    def _on_exited(self) -> None:
        """Keep a valid filter after a click elsewhere, as Enter does."""
        self.line.completions = []
        self.hint.hide()
        if self._pause.isActive():
            self._try()
        self._before = self._session.queue.expression if self._asked is None else self._asked

    def _on_edited(self, text: str) -> None:
        self._pause.start()
        if self.line.is_cycling:
            return
        completions = complete_filter(text, self._session.columns)
        self.line.completions = completions
        words = [whole.rsplit(maxsplit=1)[-1] for whole in completions[:MAX_HINTS]]
        more = ", ..." if len(completions) > MAX_HINTS else ""
        self.hint.setText(f"Tab: {', '.join(words)}{more}" if words else "")
        self.hint.setVisible(bool(words))

    def _on_stepped(self, steps: int) -> None:
        """Put an earlier filter, or a later one, into the line and try it."""
        text = self.saved.step(self.line.text(), steps)
        if text is not None:
            self.line.setText(text)
            self._pause.start()

    def _on_grown(self, _first_new: int) -> None:
        if self._session.queue.expression:
            self._show_state()

    def _on_queue_changed(self) -> None:
        if not self._session.queue.is_busy:
            # Also where another filter has replaced the one asked for.
            self._asked = None
            self._slow.stop()
        if not self.line.hasFocus():
            self.line.setText(self._session.queue.expression)
        self._show_state()


class _FilterLine(EscapeLine):
    """Line that gets the focus by its key or a click only, since letters are verdict keys."""

    entered = pyqtSignal()
    exited = pyqtSignal()
    stepped = pyqtSignal(int)  # 1: the filter before, -1: the one after
    completed = pyqtSignal(str)
    """The text after Tab has completed it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.completions: list[str] = []
        self.is_cycling = False
        self.setAccessibleName("filter and search")
        self.setToolTip(HELP)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Tab and self.completions:
                self._complete()
                return True
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
                return True
        return super().event(event)

    def _complete(self) -> None:
        """Take the first completion; Tab again takes the next, and at last what was typed."""
        self.completions.append(self.text())
        self.is_cycling = True
        self.setText(self.completions.pop(0))
        self.completed.emit(self.text())
        self.is_cycling = False

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        self.exited.emit()
