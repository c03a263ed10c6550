"""Band above the panels with cautions on the input, shown until the user puts it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from vetter.core.cutout_source import CutoutSource
from vetter.gui.widgets.band import Band
from vetter.gui.widgets.plain_text import plain_label, plain_tip
from vetter.review.opening.content_checker import ContentChecker
from vetter.review.session import Session

_MAX_LINES = 3
_POSITION_ROLES = ("x", "y", "ra", "dec")


class CautionBand(Band):
    """Cautions on a session's input: those of its list at once, those of its planes soon after.

    Lines that were put away are kept in the session and not shown again.

    Parameters
    ----------
    session : Session
    read : callable, optional
        Runs a function with the source in turn with the builder of cutouts.
    """

    planes_wanted = pyqtSignal()
    columns_wanted = pyqtSignal()
    differences_found = pyqtSignal(list)
    """Planes whose pixels are those of a difference."""
    options_chosen = pyqtSignal(object)  # InputOptions for reading the list from now on

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        read: Callable[[Callable[[CutoutSource], Any]], Any] | None = None,
    ) -> None:
        super().__init__("caution band", parent)
        source = session.source
        self._session = session
        self._lines = list(dict.fromkeys((*source.extra_cautions, *source.candidates.cautions)))
        self._put_away: set[str] = set()
        self._asks = False
        self.label = plain_label(parent=self)
        self.label.setWordWrap(True)
        self.label.setAccessibleName("cautions on the input")
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A path without a blank in it must not make the window wider.
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.planes = self._button("Planes...", "choose the planes of the list")
        self.columns = self._button("Roles...", "choose the roles of the columns")
        self.away = self._button("Dismiss", "hide these lines; the session does not repeat them")
        self.planes.clicked.connect(self.planes_wanted)
        self.columns.clicked.connect(self.columns_wanted)
        self.away.clicked.connect(self._on_put_away)
        self.planes.setVisible(source.chooses_columns)
        self.columns.setVisible(source.chooses_columns)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 3)
        layout.addWidget(self.label, 1)
        for button in (self.planes, self.columns, self.away):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.checker = ContentChecker(source, self, read)
        self.checker.found.connect(self._on_found)
        self._show_lines()

    @property
    def lines(self) -> list[str]:
        """All cautions that are not put away."""
        return [line for line in self._lines if line not in self._put_away]

    def all_lines(self) -> list[str]:
        """Return all cautions, those put away too."""
        return list(self._lines)

    def set_put_away(self, lines: object) -> None:
        """Hide lines that were put away before, as the session stores them."""
        if isinstance(lines, list):
            self._put_away = {str(line) for line in lines}
            self._show_lines()

    def start(self) -> None:
        """Check the planes, once the first candidate is on screen."""
        self.checker.start()

    def stop(self) -> None:
        """Stop the check: the window closes."""
        self.checker.found.disconnect(self._on_found)
        self.checker.close()

    def lets_decide(self) -> bool:
        """Return whether a verdict may be given: no caution has come that the user has not seen.

        Findings of the worker thread that are not on screen yet are shown, and a verdict on top
        of them is refused once. The check itself is not waited for: it takes 0.03 to 0.4 s after
        the first paint, less than a look at a candidate.
        """
        before, asked = self.lines, self._asks
        self._on_found()
        return self.lines == before and self._asks == asked

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _on_found(self) -> None:
        new = [line for line in self.checker.lines if line not in self._lines]
        self._lines += new
        if new:
            self._show_lines()
        if self.checker.differences:
            self.differences_found.emit(self.checker.differences)
        if self.checker.apart > 0.5 and not self._asks and not self._is_settled():
            self._asks = True
            self._ask_positions()

    def _is_settled(self) -> bool:
        """Return whether the user has chosen the columns of positions."""
        options = dict(self._session.source.record.get("options", {}))
        return not set(_POSITION_ROLES).isdisjoint(dict(options.get("columns", {})))

    def _ask_positions(self) -> None:
        from vetter.gui.opening.position_question import PositionQuestion

        question = PositionQuestion(self._session.source, self.checker.apart, self.window())
        question.chosen.connect(self.options_chosen)
        question.columns_wanted.connect(self.columns_wanted)
        question.open()

    def _on_put_away(self) -> None:
        self._put_away.update(self._lines)
        self._session.writer.keep_setting("cautions", sorted(self._put_away))
        self._show_lines()

    def _show_lines(self) -> None:
        lines = self.lines
        shown = [f"⚠ {line}" for line in lines[:_MAX_LINES]]
        if len(lines) > _MAX_LINES:
            shown.append(f"and {len(lines) - _MAX_LINES} more: see the tool tip")
        self.label.setText("\n".join(shown))
        self.label.setToolTip(plain_tip("\n".join(lines)))
        self.setVisible(bool(lines))
