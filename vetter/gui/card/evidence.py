"""The evidence: what the fit says about the candidate on screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from PyQt6.QtWidgets import QWidget

from vetter.core.judgement.evidence import APART, details, headline, numbers
from vetter.core.judgement.fit_table import NOTHING_TO_FIT, FitState, FitStatus, fittable
from vetter.gui.widgets.flowing_text import LINE_BREAK, FlowingText
from vetter.gui.widgets.plain_text import plain_tip
from vetter.review.cutouts.rendered_cutout import RenderedCutout

WIDE_LINES, NARROW_LINES = 3, 4
NO_BREAK, JOINED = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
SHORT = 40
"""Letters of a part of the numbers that is not broken at the end of a line."""


class Evidence(FlowingText):
    """The judgement in words, its answer in bold; below it the numbers.

    Its height is fixed: the panels above must not move when a fit arrives.

    Parameters
    ----------
    fit_key : str
        What is pressed for a fit; empty where nothing is.
    frame : callable, optional
        What is on screen, or None: a fit that its planes do not allow is not offered.
    again_key : str
        What is pressed to read again what could not be read; empty where nothing is.
    """

    def __init__(
        self,
        fit_key: str = "F",
        frame: Callable[[], RenderedCutout | None] | None = None,
        again_key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(WIDE_LINES, parent)
        self._frame = frame
        # Its own ground: what lies behind it need not be painted with it.
        self.setAutoFillBackground(True)
        self._how = f": {fit_key} fits it" if fit_key else ""
        self._again = f"; {again_key} reads it again" if again_key else ""
        self._shown: tuple[FitState, str, bool] | None = None
        self.words = self.numbers = ""
        self.setAccessibleName("what the fit says")
        self.show_state(FitState())

    def set_narrow(self, narrow: bool) -> None:
        """Take more lines, where few words have room beside each other."""
        self.set_lines(NARROW_LINES if narrow else WIDE_LINES)

    def blank(self) -> None:
        """Say nothing, while another candidate comes on screen."""
        self._shown = None
        self._say("", "", "")

    def show_state(self, state: FitState) -> None:
        """Show where the fit of the candidate on screen stands."""
        lacking = "" if state.status is not FitStatus.NOT_ASKED else self._lacking()
        unread = self._is_unread()
        if (state, lacking, unread) == self._shown:
            return
        self._shown = state, lacking, unread
        fit, judgement = state.adjustment, state.judgement
        if state.status is FitStatus.RUNNING:
            self._say("fitting...", "", "")
        elif state.status is FitStatus.FAILED:
            what = "nothing to fit" if state.error == NOTHING_TO_FIT else "the fit failed"
            self._say(f"{what}: {state.error}", "", "")
        elif state.status is FitStatus.DONE and fit is not None and judgement is not None:
            again = self._again if unread else ""
            self._say(headline(judgement, fit) + again, numbers(fit), details(fit))
        elif lacking:
            self._say(f"nothing to fit: {lacking}{self._again if unread else ''}", "", "")
        else:
            why = f", to look at: it is not judged, since {state.error}" if state.error else ""
            self._say(f"not fitted yet{self._how}{why}", "", "")

    def _is_unread(self) -> bool:
        """Whether the cutout on screen could not be read."""
        frame = None if self._frame is None else self._frame()
        return frame is not None and frame.error is not None

    def _lacking(self) -> str:
        """Why what is on screen cannot be fitted; empty where it can, or is not there yet."""
        frame = None if self._frame is None else self._frame()
        if frame is None:
            return ""
        if frame.cutout is None:
            return frame.error or NOTHING_TO_FIT
        filled = [name for name in frame.cutout.planes if name not in frame.states]
        return "" if fittable(filled) else NOTHING_TO_FIT

    def _say(self, words: str, numbers_line: str, tip: str) -> None:
        self.words, self.numbers = words, numbers_line
        self.setText(words + (LINE_BREAK + _unbroken(numbers_line) if numbers_line else ""))
        answer = re.match(r"[^:,;]*", words)
        self.set_bold(0 if answer is None else answer.end())
        self.setToolTip(plain_tip("\n".join(part for part in (words, numbers_line, tip) if part)))


def _unbroken(numbers_line: str) -> str:
    """A number stays on the line of its name; what is long is broken after a comma."""
    return APART.join(_whole(part) or _broken(part) for part in numbers_line.split(APART))


def _broken(part: str) -> str:
    return ", ".join(_whole(piece) or piece for piece in part.split(", "))


def _whole(words: str) -> str:
    """Words that are not broken; empty where they are too long for that."""
    unbroken = words.replace(" ", NO_BREAK).replace("/", f"/{JOINED}")
    return unbroken if len(words) <= SHORT else ""
