"""Presenter of candidates: paints panels and name at once, all other widgets in later turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, QTimer

from vetter.core.display.style import PlaneStyle
from vetter.gui.candidate_list.list_view import CandidateListView
from vetter.gui.card.candidate_card import CandidateCard
from vetter.gui.card.evidence import Evidence
from vetter.gui.epochs.epoch_panel import EpochPanel
from vetter.gui.light_curve.dock import LightCurveDock
from vetter.gui.panels.measures.dock import MeasuresDock
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.readout import Readout
from vetter.gui.panels.stretch.stretch_bar import StretchBar
from vetter.gui.panels.surround_view import SurroundView
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

FIT_PAUSE_MS = 40
"""Pause of the fits after a key, in which the shown and the next candidates are built."""

PAINT_AHEAD_DELAY_MS = 15
"""Idle time after which the next candidate is painted ahead, while the user looks."""

POINTER_REST_MS = 60
"""Rest of the pointer after which the card, which shows its position, is painted ahead again."""

SETTLE_DELAY_MS = 200
"""Delay of slow work after the first paint, when the user begins to look."""


class CandidatePresenter(QObject):
    """Presenter that keeps the path from a key to its pixels short: panels first, the rest later.

    The builder and the fits are woken after the panels and the list are painted; before, they
    would compete for the interpreter (paint 2.8 against 7.9 ms).

    Parameters
    ----------
    session, cache, fits
        Objects that are observed.
    plane_row, card, readout, evidence, stretch_bar, candidate_list, epochs, light_curve, measures,
    surround
        Widgets that show something of the current candidate.
    """

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        fits: Fits,
        parent: QObject,
        *,
        plane_row: PlaneRow,
        card: CandidateCard,
        readout: Readout,
        evidence: Evidence,
        stretch_bar: StretchBar,
        candidate_list: CandidateListView,
        epochs: EpochPanel,
        light_curve: LightCurveDock,
        measures: MeasuresDock,
        surround: SurroundView,
    ) -> None:
        super().__init__(parent)
        self._session, self._cache, self._fits = session, cache, fits
        self._plane_row, self._card = plane_row, card
        self._readout, self._evidence = readout, evidence
        self._stretch_bar, self._candidate_list = stretch_bar, candidate_list
        self._epochs, self._light_curve, self._surround = epochs, light_curve, surround
        self._measures = measures
        self._row = -1
        self._shown: RenderedCutout | None = None
        self._exposed = False
        self._closed = False
        self._after_paint = self._timer(0, self._follow)
        self._settling = self._timer(SETTLE_DELAY_MS, self._settle)
        self._while_looking = self._timer(PAINT_AHEAD_DELAY_MS, self._paint_ahead)
        self._card_turn = self._timer(0, self._paint_card_ahead)
        self._pointer_rest = self._timer(POINTER_REST_MS, self._paint_card_ahead)
        self._held = self._timer(FIT_PAUSE_MS, fits.go_on)
        session.recorder.begun.connect(self._pause_fits)
        session.queue.requested.connect(self._pause_fits)
        self._stretch_bar.looks_changed.connect(self._pause_fits)
        session.current_changed.connect(self._on_current_changed)
        cache.ready.connect(self._on_ready)
        self._readout.written.connect(self._pointer_rest.start)
        self._epochs.strip.wanted.connect(self._request_frames)
        fits.changed.connect(self._on_fits_changed)
        self._stretch_bar.looks_changed.connect(self._note_display)
        self._candidate_list.columns_changed.connect(self._note_display)

    def show(self) -> None:
        """Show the current candidate: its pixels, or a loading text until they are built."""
        session, row = self._session, self._session.current_row
        if row < 0 or self._closed or session.is_blank:
            return
        frame = self._soonest_frame(row) if row != self._row else self._cache.get(row)
        if frame is None:
            name = session.candidates.name(row)
            self._plane_row.show_loading(name, session.source.plane_names)
        else:
            self._plane_row.show_frame(frame)
        # One flush paints name and pixels, so pixels never show under another candidate's name.
        self._card.show_row(row)
        self._epochs.turn_to(row)
        if row == self._row or not self._exposed:
            self._evidence.show_state(self._fits.state(row))
        else:
            # Two lines of text take as long to paint as all panels, so they follow a turn later.
            self._evidence.blank()
            self._light_curve.blank()
            self._measures.blank()
            session.display.note(answer="")
        self._row, self._shown = row, frame
        self._plane_row.flush()
        self._surround.turn_to(row, self._plane_row.unseen_mask)
        if frame is not None and self._exposed:
            session.record_paint(row)
        self._readout.show_frame(frame)
        if self._exposed:
            self._after_paint.start()
            self._while_looking.start()
        else:
            self._candidate_list.follow(row)

    def _soonest_frame(self, row: int) -> RenderedCutout | None:
        """Return the frame of a row that can be shown soonest.

        A frame painted ahead while its fit was running is shown as it is, with *fitting* in the
        fit's panel: painting it again with the finished fit takes 12 ms, which follow later.
        """
        painted = self._plane_row.prepared
        if (
            painted is not None
            and painted.row == row
            and "adjusted" not in painted.pictures
            and (painted.looks, painted.radius) == (self._cache.looks_of(row), self._cache.radius)
        ):
            return painted
        return self._cache.get(row)

    def blank(self) -> None:
        """Show no candidate, since the filter matches none."""
        self._row, self._shown = -1, None
        for timer in (self._after_paint, self._while_looking, self._card_turn, self._pointer_rest):
            timer.stop()
        self._light_curve.blank()
        self._measures.blank()

    def expose(self) -> None:
        """Count candidates as seen when painted, now that the window is on screen."""
        if self._closed:
            # The window can close before its first paint is over.
            return
        self._exposed = True
        self.show()
        self._settling.start()

    def close(self) -> None:
        """Stop all timers; no candidate is shown from now on."""
        self._closed = True
        self._surround.stop()
        self._light_curve.blank()
        self._measures.blank()
        self._after_paint.stop()
        self._while_looking.stop()
        self._card_turn.stop()
        self._pointer_rest.stop()
        self._settling.stop()
        self._held.stop()

    def _pause_fits(self, _looks: object = None) -> None:
        if self._closed:
            # A filter that was being typed is asked for after the window has closed.
            return
        # While the fits keep a core busy, each step from the key over the disk to the pixels may
        # wait for the next tick of the system's clock, 4 ms on a server's kernel.
        self._fits.hold()
        self._held.start()

    def _settle(self) -> None:
        # The index of 100,000 keys takes 50 ms: built now, not between a key and its pixels.
        key = self._session.current_key
        if key is not None:
            self._session.candidates.row_of(key)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _follow(self) -> None:
        row = self._session.current_row
        if self._shown is not None and self._cache.get(row) not in (self._shown, None):
            # The candidate was shown as painted ahead; its fit has arrived since.
            self.show()
            return
        self._card.follow()
        self._evidence.show_state(self._fits.state(row))
        self._candidate_list.follow(row)
        # peek(), not get(): a frame built here emits no `ready`, so the panels kept the old looks.
        frame = self._cache.peek(row)
        if frame is not None:
            if frame.looks is not None and frame.looks != self._stretch_bar.looks:
                self._stretch_bar.set_looks(frame.looks)
            self._stretch_bar.show_frame(frame)
            cutout = frame.cutout
            self._light_curve.show_curve(None if cutout is None else cutout.light_curve)
            fitting = self._fits.fit_of(row)
            self._measures.show_frame(frame, None if fitting is None else fitting.options.fwhm)
        self._epochs.follow(row)
        self._note_display()
        self._fits.follow([row, *self._request_frames()])

    def _note_display(self, _changed: object = None) -> None:
        """Record what is on screen for the next decision, in a turn that no key waits for."""
        looks, display = self._stretch_bar.looks, self._session.display
        image, difference = _style_facts(looks.sky), _style_facts(looks.difference)
        listed = self._candidate_list
        display.note(
            **image,
            difference={} if difference == image else difference,
            panels=list(self._plane_row.plane_names),
            answer=self._evidence.answer,
            columns=listed.columns if listed.isVisible() else [],
        )
        display.compose()

    def _request_frames(self) -> list[int]:
        """Request the frames on screen and the coming ones; return the coming rows."""
        row = self._session.current_row
        if row < 0 or self._closed:
            return []
        coming = self._rows_ahead(row)
        # The grid in front of the panels requests its own: the page on screen and the next.
        if self._plane_row.isVisible():
            # First the next candidates, then the epochs on screen, then later candidates.
            self._cache.want([row, *coming[:2], *self._epochs.needed_targets(), *coming[2:]])
        return coming

    def _paint_ahead(self) -> None:
        session = self._session
        row = session.queue.step(session.current_row, session.direction)
        frame = None if row is None else self._cache.get(row)
        # Behind the grid the panels have no next paint.
        if frame is not None and session.is_painted and self._plane_row.isVisible():
            self._plane_row.prepare(frame)
            # In a turn of its own, since a key may have arrived meanwhile.
            self._card_turn.start()

    def _paint_card_ahead(self) -> None:
        ahead = self._plane_row.prepared
        if ahead is not None:
            self._card.prepare(ahead.row)

    def _rows_ahead(self, row: int) -> list[int]:
        """Return the rows to build ahead: in the direction of travel, then behind."""
        session, queue = self._session, self._session.queue
        ahead = queue.ahead(row, session.direction, session.settings.review.build_ahead)
        undecided = queue.next_undecided(row, session.codes)
        behind = queue.ahead(row, -session.direction, 2)
        rows = [*ahead[:2], *([] if undecided is None else [undecided]), *ahead[2:], *behind]
        return list(dict.fromkeys(rows))

    def _on_current_changed(self, _row: int) -> None:
        self._pause_fits()
        self.show()

    def _on_ready(self, row: int) -> None:
        session = self._session
        if self._closed:
            # The builder's last signals arrive after it has ended.
            return
        if row == session.current_row:
            self.show()
        elif row == session.queue.step(session.current_row, session.direction):
            self._while_looking.start()

    def _on_fits_changed(self, rows: list[int]) -> None:
        row = self._session.current_row
        if row in rows:
            self._evidence.show_state(self._fits.state(row))
            self._note_display()
        self._candidate_list.update_fit_results(rows)
        self._epochs.strip.update_fit_results(rows)


def _style_facts(style: PlaneStyle) -> dict[str, Any]:
    """Return stretch, interval and inversion of a plane's style."""
    interval = style.interval
    limits = f" {interval.low:g} {interval.high:g}" if interval.has_limits else ""
    return {
        "stretch": style.stretch,
        "interval": interval.kind + limits,
        "inverted": style.invert,
    }
