"""The evidence: the judgement and numbers of the fit of the candidate on screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QWidget

from vetter.core.columns.blind_columns import HIDDEN_TEXT
from vetter.core.judgement.answer import NOT_FITTED, Answer
from vetter.core.judgement.evidence import (
    NUMBER_SEPARATOR,
    describe_limits,
    details,
    headline,
    numbers,
)
from vetter.core.judgement.fit_table import NOTHING_TO_FIT, FitState, FitStatus, can_fit
from vetter.gui.widgets.answer_style import answer_badge
from vetter.gui.widgets.flowing_text import LINE_BREAK, FlowingText
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.verdict_style import is_dark
from vetter.review.cutouts.rendered_cutout import RenderedCutout

WIDE_LINES, NARROW_LINES = 3, 4
NO_BREAK, JOINED = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
MAX_UNBROKEN_LENGTH = 40
"""Longest part of the numbers, in characters, that is not broken at the end of a line."""


class Evidence(FlowingText):
    """The answer with its shape, letter and word, its reason and limits, above the numbers.

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
    """

    def __init__(
        self,
        fit_key: str = "F",
        frame: Callable[[], RenderedCutout | None] | None = None,
        again_key: str = "",
        parent: QWidget | None = None,
        has_numbers: bool = True,
    ) -> None:
        super().__init__(WIDE_LINES if has_numbers else 1, parent)
        self._has_numbers = has_numbers
        self._frame = frame
        self._shown: tuple[FitState, str, bool] | None = None
        # An opaque background, so that Qt does not repaint the widgets behind.
        self.setAutoFillBackground(True)
        self._fit_hint = self._again_hint = ""
        self.set_keys(fit_key, again_key)
        self._code = NOT_FITTED
        self.words = self.limits = self.numbers = ""
        self.setAccessibleName("result of the fit")
        self.show_state(FitState())

    def set_keys(self, fit_key: str, again_key: str) -> None:
        """Set the keys that start a fit and read a cutout again, from the next state on."""
        self._fit_hint = f": {fit_key} fits it" if fit_key else ""
        self._again_hint = f"; {again_key} reads it again" if again_key else ""
        self._shown = None

    @property
    def answer(self) -> str:
        """Answer of the fit on screen; empty if none is shown."""
        return "" if self._code == NOT_FITTED else Answer.from_code(self._code).value

    def set_narrow(self, narrow: bool) -> None:
        """Take more lines in a narrow window."""
        if self._has_numbers:
            self.set_lines(NARROW_LINES if narrow else WIDE_LINES)

    def mark(self) -> QPixmap | None:
        if self._code == NOT_FITTED:
            return None
        size = self.fontMetrics().height()
        return answer_badge(self._code, size, is_dark(self.palette()), self.devicePixelRatioF())

    def blank(self) -> None:
        """Clear the text while the next candidate comes on screen."""
        self._shown = None
        self._code = NOT_FITTED
        self._set_texts("", "", "")

    def show_state(self, state: FitState) -> None:
        """Show the state of the fit of the candidate on screen."""
        lacking = "" if state.status is not FitStatus.NOT_ASKED else self._why_unfittable()
        unread = self._is_unread()
        if (state, lacking, unread) == self._shown:
            return
        self._shown = state, lacking, unread
        fit, judgement = state.adjustment, state.judgement
        self._code = NOT_FITTED
        if state.status is FitStatus.RUNNING:
            self._set_texts("fitting...", "", "")
        elif state.status is FitStatus.FAILED:
            problem = "nothing to fit" if state.error == NOTHING_TO_FIT else "the fit failed"
            is_hidden = state.error == HIDDEN_TEXT
            self._set_texts(HIDDEN_TEXT if is_hidden else f"{problem}: {state.error}", "", "")
        elif state.status is FitStatus.DONE and fit is not None and judgement is not None:
            self._code = judgement.answer.code
            words = headline(judgement, fit) + (self._again_hint if unread else "")
            limits = describe_limits(judgement, self._unit())
            self._set_texts(words, numbers(fit), details(fit), limits)
        elif lacking:
            self._set_texts(
                f"nothing to fit: {lacking}{self._again_hint if unread else ''}", "", ""
            )
        else:
            reason = f"; a fit is not judged: {state.error}" if state.error else ""
            self._set_texts(f"not fitted yet{self._fit_hint}{reason}", "", "")

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

    def _set_texts(self, words: str, numbers_line: str, tip: str, limits: str = "") -> None:
        self.words, self.limits, self.numbers = words, limits, numbers_line
        lines = [words + (NUMBER_SEPARATOR + _keep_limits_whole(limits) if limits else "")]
        if numbers_line:
            lines.append(_join_numbers(numbers_line))
        self.setText(LINE_BREAK.join(lines))
        answer = re.match(r"[^:,;]*", words)
        self.set_bold(0 if answer is None else answer.end())
        self.setToolTip(
            plain_tip("\n".join(part for part in (words, limits, numbers_line, tip) if part))
        )


def _join_numbers(numbers_line: str) -> str:
    """Keep each number on the line of its name; long parts break after a comma."""
    return NUMBER_SEPARATOR.join(
        _without_breaks(part) or _break_at_commas(part)
        for part in numbers_line.split(NUMBER_SEPARATOR)
    )


def _keep_limits_whole(limits: str) -> str:
    """Break the limits between two of them only."""
    return "; ".join(_without_breaks(piece) or piece for piece in limits.split("; "))


def _break_at_commas(part: str) -> str:
    return ", ".join(_without_breaks(piece) or piece for piece in part.split(", "))


def _without_breaks(words: str) -> str:
    """Return the text without break points; empty if it is longer than `MAX_UNBROKEN_LENGTH`."""
    unbroken = words.replace(" ", NO_BREAK).replace("/", f"/{JOINED}")
    return unbroken if len(words) <= MAX_UNBROKEN_LENGTH else ""
