"""States of commands in the menus: what is switched on, and what can run now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.answer import Answer

State = Callable[[Any], bool]
"""Function of the main window, whose module imports this one."""

LIST_PLACES = ("automatic", "beside", "below", "hidden")


def _place_state(place: str) -> State:
    return lambda w: w.list_dock.place == place


def _has_tag(number: int) -> State:
    def state(window: Any) -> bool:
        session, tags = window.session, window.session.settings.review.tags
        shown = _shows_candidate(window) and number <= len(tags)
        return shown and tags[number - 1] in session.opinion(session.current_row).tags

    return state


def _compares(window: Any) -> bool:
    return window.pages.is_grid_shown and window.pages.grid.is_comparing


def _shows_only_undecided(window: Any) -> bool:
    grid = window.pages.grid
    return grid is not None and grid.shown.only_undecided


IS_ON: dict[str, State] = {
    "go.follow": lambda w: w.samp.is_following,
    "go.grid": lambda w: w.pages.is_grid_shown,
    "go.grid_undecided": _shows_only_undecided,
    "go.compare": _compares,
    **{f"review.tag_{number}": _has_tag(number) for number in range(1, 10)},
    "view.reticle": lambda w: w.plane_row.is_reticle_shown,
    "view.compass": lambda w: w.is_compass_shown,
    "view.list": lambda w: w.list_dock.isVisible(),
    **{f"view.list_{place}": _place_state(place) for place in LIST_PLACES},
    "view.surround": lambda w: w.surround.is_offered,
    "view.measures": lambda w: w.measures.isVisible(),
    "view.field": lambda w: w.pages.field is not None and w.pages.field.isVisible(),
    "view.light_curve": lambda w: w.light_curve.isVisible(),
    "view.epochs": lambda w: w.epochs.isVisible(),
    "view.verdict_bar": lambda w: w.verdict_bar.isVisible(),
    "view.second_window": lambda w: w.has_second_window,
    "view.full_screen": lambda w: w.isFullScreen(),
    "stretch.invert": lambda w: w.stretch_bar.looks.sky.invert,
    "stretch.shared": lambda w: w.stretch_bar.looks.shared,
    "stretch.histogram": lambda w: not w.stretch_bar.histogram.isHidden(),
    "stretch.per_candidate": lambda w: w.stretch_bar.is_per_candidate,
    "fit.pause": lambda w: w.fits.paused,
}
"""Whether a command that switches something is on, by the command's id."""


def _can_decide(window: Any) -> bool:
    session = window.session
    return not session.read_only and not session.is_blank and session.current_row >= 0


def _can_clear(window: Any) -> bool:
    session = window.session
    if not _can_decide(window):
        return False
    # The grid and the field view clear their selection.
    return (
        window.pages.is_grid_shown
        or window.pages.field is not None
        or session.opinion(session.current_row).verdict is not Verdict.NONE
    )


def _tag_state(number: int) -> State:
    return lambda w: _can_decide(w) and number <= len(w.session.settings.review.tags)


def _has_epochs(window: Any) -> bool:
    return window.session.source.object_epochs is not None


def _can_decide_epochs(window: Any) -> bool:
    return _can_decide(window) and _has_epochs(window)


def _can_adopt(window: Any) -> bool:
    row = window.session.current_row
    return _can_decide(window) and window.seen_before.verdict(row) is not Verdict.NONE


def _shows_candidate(window: Any) -> bool:
    return not window.session.is_blank and window.session.current_row >= 0


CAN_RUN: dict[str, State] = {
    "file.clear_recent": lambda w: bool(w.opening.recent),
    "file.offers": lambda w: w.session.ledger.unplaced > 0,
    "file.notes": lambda w: bool([*w.session.source.notes, *w.session.candidates.notes]),
    "file.report": lambda w: bool(w.session.source.report),
    "review.accept": _can_decide,
    "review.reject": _can_decide,
    "review.maybe": _can_decide,
    "review.later": _can_decide,
    "review.later_until": _can_decide,
    "review.adopt": _can_adopt,
    "review.adopt_epochs": lambda w: _can_adopt(w) and _has_epochs(w),
    "review.clear": _can_clear,
    "review.undo": lambda w: not w.session.read_only and w.session.undo_label is not None,
    "review.redo": lambda w: not w.session.read_only and w.session.redo_label is not None,
    "review.comment": _can_decide,
    "review.candidate_menu": _shows_candidate,
    **{f"review.tag_{number}": _tag_state(number) for number in range(1, 10)},
    "review.accept_epochs": _can_decide_epochs,
    "review.reject_epochs": _can_decide_epochs,
    "review.maybe_epochs": _can_decide_epochs,
    "go.next_epoch": _has_epochs,
    "go.previous_epoch": _has_epochs,
    "go.clear_filter": lambda w: bool(w.session.queue.expression),
    "go.filters": lambda w: bool(w.filter_bar.saved.earlier or w.filter_bar.saved.named),
    "go.grid_undecided": lambda w: w.pages.is_grid_shown and not _compares(w),
    "go.compare": lambda w: w.pages.is_grid_shown and w.pages.grid.can_compare,
    "view.surround": lambda w: w.surround.can_be_offered,
    "view.epochs": _has_epochs,
    "view.epoch_plane": lambda w: w.epochs.isVisible(),
    "view.light_curve": lambda w: w.light_curve.has_curve,
    "fit.now": _shows_candidate,
    "fit.pause": lambda w: w.fits.can_run,
    "fit.reject_disappeared": lambda w: (
        not w.session.read_only and w.fits.table.count_answers().get(Answer.EXPLAINED, 0) > 0
    ),
}
"""Whether a command has something to act on, by the command's id; the others always have."""
