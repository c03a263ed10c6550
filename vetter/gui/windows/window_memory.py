"""Arrangement of a window with candidates: read from it, and given back to a later one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QByteArray

from vetter.gui.candidate_list.list_dock import ListPlace
from vetter.gui.widgets.theme import is_dark
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.window import Window, application
from vetter.review.opening.preferences import Preferences
from vetter.review.opening.window_settings import Arrangement, list_kind

STATE_VERSION = 1
"""Number of the docks' state; a state of another number is not restored."""


def arrangement_of(window: MainWindow, whole: bool = False) -> Arrangement:
    """Return the present arrangement of a window, without the theme.

    Parameters
    ----------
    window : MainWindow
    whole : bool
        Whether columns and panels belong to it, as in a named layout; else these are the
        session's.
    """
    candidate_list = window.candidate_list
    return Arrangement(
        geometry=_text_of(window.saveGeometry()),
        docks=_text_of(window.saveState(STATE_VERSION)),
        list_width=window.list_dock.wanted_width,
        list_height=window.list_dock.wanted_height,
        list_place=window.list_dock.choice.value,
        widths=candidate_list.widths,
        whole=whole,
        columns=tuple(candidate_list.columns) if whole else (),
        panels=dict(window.plane_row.choice.user_choice) if whole else {},
    )


def apply_arrangement(window: MainWindow, arrangement: Arrangement) -> None:
    """Give a window an arrangement; parts that are unknown or damaged stay as they are."""
    if arrangement.geometry:
        window.restoreGeometry(_bytes_of(arrangement.geometry))
    curve = window.light_curve
    curve_shown = curve.isVisible()
    if arrangement.docks:
        measures = window.measures
        measures_shown = not measures.isHidden()
        # A state stored before their first use does not name them: Qt would leave them open.
        measures.hide()
        if not window.restoreState(_bytes_of(arrangement.docks), STATE_VERSION):
            measures.setVisible(measures_shown)
        # Whether there is a light curve depends on the candidates, not on the user.
        curve.setVisible(curve_shown)
    dock = window.list_dock
    dock.set_wanted_size(arrangement.list_width, arrangement.list_height)
    # Earlier versions knew one place, and the docks' state tells whether the list is hidden.
    dock.set_choice(arrangement.list_place or ListPlace.AUTOMATIC)
    if arrangement.widths:
        window.candidate_list.set_widths(arrangement.widths)
    if arrangement.whole:
        window.set_columns(list(arrangement.columns))
        window.set_panels(arrangement.panels)


class WindowMemory:
    """Keeper of the last window's arrangement, for the windows to come.

    Parameters
    ----------
    preferences : Preferences
    """

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    @property
    def theme(self) -> str:
        """Theme of the next window: the user's last choice, else that of the settings."""
        arrangement = self._preferences.arrangement
        setting = self._preferences.settings.display.theme
        chosen = arrangement.theme if arrangement.theme_setting == setting else ""
        return chosen if chosen in ("dark", "light") else setting

    def restore(self, window: Window, has_columns: bool) -> None:
        """Give a new window the arrangement of the last one.

        Parameters
        ----------
        window : Window
        has_columns : bool
            Whether the session has columns of its own, which stay.
        """
        preferences = self._preferences
        if isinstance(window, MainWindow):
            names = list(window.session.columns.names)
            kind = list_kind(names)
            chosen = preferences.columns.get(kind) or preferences.settings.review.columns
            known = [name for name in chosen if name in names]
            if known and not has_columns:
                window.set_columns(known)
            window.candidate_list.columns_changed.connect(partial(preferences.keep_columns, kind))
            window.filter_bar.saved.set_names(preferences.filters)
            window.lanes.take_lanes()
        if not preferences.keeps_window:
            return
        window.set_theme(is_dark(self.theme, application()))
        if isinstance(window, MainWindow):
            apply_arrangement(window, preferences.arrangement)
        elif preferences.arrangement.geometry:
            window.restoreGeometry(_bytes_of(preferences.arrangement.geometry))

    def keep(self, window: Window) -> None:
        """Store the arrangement of a window that closes."""
        preferences = self._preferences
        before = preferences.arrangement
        now = replace(before, geometry=_text_of(window.saveGeometry()))
        if isinstance(window, MainWindow):
            now = arrangement_of(window)
            now = replace(now, widths=dict(before.widths) | dict(now.widths))
        theme, setting = "", preferences.settings.display.theme
        if window.is_dark != is_dark(setting, application()):
            theme = "dark" if window.is_dark else "light"
        preferences.keep_arrangement(replace(now, theme=theme, theme_setting=setting))


def _text_of(data: QByteArray) -> str:
    return data.toBase64().data().decode("ascii")


def _bytes_of(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
