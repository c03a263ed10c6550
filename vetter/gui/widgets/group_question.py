"""Question before a verdict for many candidates: their number, and how many are unseen."""

from __future__ import annotations

from collections.abc import Collection

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.number_text import format_count
from vetter.gui.widgets.plain_text import plain_label

VERBS = {
    Verdict.ACCEPT: "Accept {}?",
    Verdict.REJECT: "Reject {}?",
    Verdict.MAYBE: "Maybe for {}?",
    Verdict.LATER: "Put off {}?",
    Verdict.NONE: "Clear the verdicts of {}?",
}


class GroupQuestion(QWidget):
    """Line with a question, yes and no; hidden without a question.

    Parameters
    ----------
    narrow : bool
        Whether the text wraps, with yes and no below, so that a long question does not widen
        a dock.
    """

    agreed = pyqtSignal(list, object)
    """Rows and verdict, emitted if the answer is yes."""

    closed = pyqtSignal()
    """The question was answered or withdrawn."""

    def __init__(self, parent: QWidget | None = None, narrow: bool = False) -> None:
        super().__init__(parent)
        self._asked: tuple[list[int], Verdict] | None = None
        self._words = plain_label(parent=self)
        self._words.setAccessibleName("question")
        bold = self._words.font()
        bold.setBold(True)
        self._words.setFont(bold)
        self.yes = QPushButton("Yes (Enter)", self)
        self.no = QPushButton("No (Esc)", self)
        for button, answer in ((self.yes, self.agree), (self.no, self.dismiss)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(answer)
        self._words.setWordWrap(narrow)
        way = QBoxLayout.Direction
        layout = QBoxLayout(way.TopToBottom if narrow else way.LeftToRight, self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._words)
        answers = QHBoxLayout()
        answers.addWidget(self.yes)
        answers.addWidget(self.no)
        answers.addStretch(1)
        layout.addLayout(answers, 1)
        self.hide()

    @property
    def text(self) -> str:
        """Text of the question; empty without a question."""
        return self._words.text() if self._asked is not None else ""

    def ask(
        self,
        rows: list[int],
        verdict: Verdict,
        unseen: int,
        unlisted: str = "",
        named: str = "",
    ) -> None:
        """Ask whether these rows shall get a verdict.

        Parameters
        ----------
        rows : list of int
        verdict : Verdict
        unseen : int
            Number of these candidates that were never on screen.
        unlisted : str
            State of an incomplete list; empty for a complete list.
        named : str
            Text for the rows; by default the number of candidates.
        """
        self._asked = rows, verdict
        count = format_count(len(rows), "candidate")
        words = VERBS[verdict].format(named or count)
        if len(rows) == 1:
            words = words.replace("the verdicts of", "the verdict of", 1)
        if unseen:
            words += f"  {format_count(unseen, 'of them has', 'of them have')} not been on screen."
        if unlisted:
            words += f"  {unlisted[0].upper()}{unlisted[1:]}; unlisted candidates are not included."
        self._words.setText(words)
        self.show()

    def take_key(self, event: QKeyEvent) -> bool:
        """Let Enter and Esc answer an open question; return whether the event was one of these."""
        if not self.text:
            return False
        is_yes = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not is_yes and event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            (self.agree if is_yes else self.dismiss)()
        else:
            return False
        return True

    def agree(self) -> None:
        """Answer yes."""
        question = self._asked
        self.dismiss()
        if question is not None:
            self.agreed.emit(*question)

    def forget(self, rows: Collection[int]) -> None:
        """Dismiss the question if it is about candidates whose opinions have changed."""
        if self._asked is not None and not set(rows).isdisjoint(self._asked[0]):
            self.dismiss()

    def dismiss(self) -> None:
        """Answer no, or withdraw the question after a change of the selection."""
        question, self._asked = self._asked, None
        self.hide()
        if question is not None:
            self.closed.emit()
