"""The evidence: the answer and the numbers of the fit of the candidate on screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from PyQt6.QtGui import QPixmap, QResizeEvent
from PyQt6.QtWidgets import QWidget

from vetter.core.columns.blind_columns import HIDDEN_TEXT
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import NOT_FITTED, Answer, Judgement
from vetter.core.judgement.evidence import (
    cautions,
    describe_basis,
    describe_limits,
    details,
    headline,
    numbers,
    shorten_caution,
)
from vetter.core.judgement.fit_answer import DEFAULT_LIMITS, AnswerLimits
from vetter.core.judgement.fit_table import NOTHING_TO_FIT, FitState, FitStatus, can_fit
from vetter.core.judgement.number_cells import describe_broken, make_cells
from vetter.gui.card.number_cells import NumberCells
from vetter.gui.widgets.answer_style import answer_chip
from vetter.gui.widgets.flowing_text import FlowingText
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.verdict_style import is_dark
from vetter.review.cutouts.rendered_cutout import RenderedCutout

WIDE_LINES, NARROW_LINES = 1, 2
"""Lines of the reason; the cells of the numbers below take two more."""


class Reason(FlowingText):
    """The answer as a chip, then its reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(WIDE_LINES, parent)
        self.code = NOT_FITTED

    def mark(self) -> QPixmap | None:
        if self.code == NOT_FITTED:
            return None
        size = self.fontMetrics().height()
        return answer_chip(self.code, size, is_dark(self.palette()), self.devicePixelRatioF())


class Evidence(QWidget):
    """The answer as a chip with its reason, above the numbers in cells.

    The height is fixed, so that the panels above stay in place when a fit arrives.

    Parameters
    ----------
    fit_key : str
        Keys that start a fit; empty without keys.
    frame : callable, optional
        Returns the frame on screen, or None; a fit that its planes do not allow is not offered.
    again_key : str
        Keys that read an unreadable cutout again; empty without keys.
    has_numbers : bool
        Whether fits are possible; else one line is enough.
    answer_limits : AnswerLimits
        Limits that the cells mark where a number breaks one.

    Attributes
    ----------
    words, limits, numbers : str
        The answer with its reason, what it could have seen, and its numbers, as in the tool tip.
    """

    def __init__(
        self,
        fit_key: str = "F",
        frame: Callable[[], RenderedCutout | None] | None = None,
        again_key: str = "",
        parent: QWidget | None = None,
        has_numbers: bool = True,
        answer_limits: AnswerLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(parent)
        self._has_numbers = has_numbers
        self._answer_limits = answer_limits
        self._frame = frame
        self._shown: tuple[FitState, str, bool] | None = None
        # An opaque background, so that Qt does not repaint the widgets behind.
        self.setAutoFillBackground(True)
        self._fit_hint = self._again_hint = ""
        self.set_keys(fit_key, again_key)
        self.reason, self.cells = Reason(self), NumberCells(self)
        self.cells.setVisible(has_numbers)
        self.words = self.limits = self.numbers = ""
        self.setAccessibleName("result of the fit")
        self._set_height()
        self.show_state(FitState())

    def set_keys(self, fit_key: str, again_key: str) -> None:
        """Set the keys that start a fit and read a cutout again, from the next state on."""
        self._fit_hint = f": {fit_key} fits it" if fit_key else ""
        self._again_hint = f"; {again_key} reads it again" if again_key else ""
        self._shown = None

    @property
    def answer(self) -> str:
        """Answer of the fit on screen; empty if none is shown."""
        code = self.reason.code
        return "" if code == NOT_FITTED else Answer.from_code(code).value

    def set_narrow(self, narrow: bool) -> None:
        """Take more lines in a narrow window."""
        if self._has_numbers:
            self.reason.set_lines(NARROW_LINES if narrow else WIDE_LINES)
            self._set_height()

    def set_limits(self, limits: AnswerLimits) -> None:
        """Compare the numbers with other limits, from the next state on."""
        self._answer_limits = limits
        self._shown = None

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place()

    def blank(self) -> None:
        """Clear the text while the next candidate comes on screen."""
        self._shown = None
        self._show_words("")

    def show_state(self, state: FitState) -> None:
        """Show the state of the fit of the candidate on screen."""
        lacking = "" if state.status is not FitStatus.NOT_ASKED else self._why_unfittable()
        unread = self._is_unread()
        if (state, lacking, unread) == self._shown:
            return
        self._shown = state, lacking, unread
        again = self._again_hint if unread else ""
        if state.status is FitStatus.RUNNING:
            self._show_words("fitting...")
        elif state.status is FitStatus.FAILED:
            problem = "nothing to fit" if state.error == NOTHING_TO_FIT else "the fit failed"
            is_hidden = state.error == HIDDEN_TEXT
            self._show_words(HIDDEN_TEXT if is_hidden else f"{problem}: {state.error}")
        elif state.status is FitStatus.DONE and state.adjustment and state.judgement:
            self._show_answer(state.adjustment, state.judgement, again)
        elif lacking:
            self._show_words(f"nothing to fit: {lacking}{again}")
        else:
            reason = f"; a fit is not judged: {state.error}" if state.error else ""
            self._show_words(f"not fitted yet{self._fit_hint}{reason}")

    def _show_answer(self, fit: Adjustment, judgement: Judgement, again: str) -> None:
        unit = self._unit()
        self.words = headline(judgement, fit) + again
        self.limits, self.numbers = describe_limits(judgement, unit), numbers(fit)
        cells = make_cells(fit, judgement, self._answer_limits, unit)
        lines = (self.words, self.limits, self.numbers, describe_broken(cells), details(fit))
        self.setToolTip(plain_tip("\n".join(line for line in lines if line)))
        self._set_reason(judgement.answer.code, judgement.reason + again, 0)
        self.cells.show_cells(cells, _describe_rest(fit))

    def _show_words(self, words: str) -> None:
        """Show a text without an answer."""
        self.words, self.limits, self.numbers = words, "", ""
        self.setToolTip(plain_tip(words))
        first = re.match(r"[^:,;]*", words)
        self._set_reason(NOT_FITTED, words, 0 if first is None else first.end())
        self.cells.show_cells(())

    def _set_reason(self, code: int, text: str, bold: int) -> None:
        reason = self.reason
        reason.set_bold(bold)
        if (reason.code, reason.text()) != (code, text):
            reason.code = code
            reason.setText(text)
            reason.update()

    def _place(self) -> None:
        reason, cells = self.reason, self.cells
        reason.setGeometry(0, 0, self.width(), reason.height())
        cells.setGeometry(0, reason.height(), self.width(), cells.height())

    def _set_height(self) -> None:
        cells = self.cells.height() if self._has_numbers else 0
        self.setFixedHeight(self.reason.height() + cells)
        self._place()

    def _is_unread(self) -> bool:
        """Return whether the cutout on screen could not be read."""
        frame = None if self._frame is None else self._frame()
        return frame is not None and frame.error is not None

    def _unit(self) -> str:
        """Return the unit of the pixels on screen, from the header; empty if unknown."""
        frame = None if self._frame is None else self._frame()
        cutout = None if frame is None else frame.cutout
        header = None if cutout is None else cutout.header
        unit = None if header is None else header.get("BUNIT")
        return unit.strip() if isinstance(unit, str) else ""

    def _why_unfittable(self) -> str:
        """Return why the frame on screen cannot be fitted; empty if it can, or without a frame."""
        frame = None if self._frame is None else self._frame()
        if frame is None:
            return ""
        if frame.cutout is None:
            return frame.error or NOTHING_TO_FIT
        filled = [name for name in frame.cutout.planes if name not in frame.states]
        return "" if can_fit(filled) else NOTHING_TO_FIT


def _describe_rest(fit: Adjustment) -> str:
    """Return the first caution in short and the basis of the fit."""
    if not fit.converged:
        return ""
    lines = cautions(fit)
    caution = f"caution: {shorten_caution(lines[0])}" if lines else ""
    return "    ".join(part for part in (caution, describe_basis(fit)) if part)
