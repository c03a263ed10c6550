"""Main window: panels in the middle, the list beside them, the evidence below."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.core.display.style import DisplayStyle
from vetter.core.judgement.fit_answer import AnswerLimits
from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.core.judgement.fit_table import can_fit
from vetter.gui.actions.command import Command, with_tags
from vetter.gui.actions.context_menus import CandidateMenus
from vetter.gui.actions.key_events import CommandKeys
from vetter.gui.actions.keymap import Keymap, keys_text, make_keymap
from vetter.gui.actions.menu_states import MenuStates
from vetter.gui.actions.menus import UndoNames, make_actions, name_epochs
from vetter.gui.actions.samp_actions import SampActions
from vetter.gui.candidate_list.filter_band import FilterBand
from vetter.gui.candidate_list.filter_bar import FilterBar
from vetter.gui.candidate_list.lane_list import LaneList
from vetter.gui.candidate_list.list_dock import ListDock, ListPlace
from vetter.gui.candidate_list.list_view import CandidateListView
from vetter.gui.card.candidate_card import CandidateCard, UnsavedComments
from vetter.gui.card.evidence import Evidence
from vetter.gui.epochs.epoch_panel import EpochPanel
from vetter.gui.light_curve.dock import LightCurveDock
from vetter.gui.opening.caution_band import CautionBand
from vetter.gui.opening.input_chooser import InputChooser
from vetter.gui.opening.offer_band import OfferBand
from vetter.gui.opening.practice_band import PracticeBand
from vetter.gui.opening.storm_band import StormBand
from vetter.gui.panels.empty_page import EmptyPage
from vetter.gui.panels.layout.cutout_sizes import next_radius
from vetter.gui.panels.measures.dock import MeasuresDock
from vetter.gui.panels.panel_actions import PanelActions
from vetter.gui.panels.panel_choice import PanelChoice
from vetter.gui.panels.panel_column import PanelColumn
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.readout import Readout
from vetter.gui.panels.stretch.stretch_bar import StretchBar
from vetter.gui.panels.surround_view import SurroundView
from vetter.gui.widgets.focus_outline import FocusWatcher
from vetter.gui.widgets.plain_text import menu_text, window_title
from vetter.gui.widgets.theme import is_dark
from vetter.gui.windows.decision_toast import DecisionToast
from vetter.gui.windows.main_dialogs import MainDialogs
from vetter.gui.windows.page_stack import Pages
from vetter.gui.windows.presenter import CandidatePresenter
from vetter.gui.windows.status.status_bar import Status
from vetter.gui.windows.verdict_bar import VerdictBar
from vetter.gui.windows.window import Window, application, first_size
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout
from vetter.review.fits.fits import Fits
from vetter.review.opening.seen_before import EarlierInputs, SeenBefore
from vetter.review.session import Session
from vetter.settings import Settings

if TYPE_CHECKING:
    from vetter.gui.field_view.field_view import FieldDock
    from vetter.gui.grid.grid_area import GridArea
    from vetter.gui.windows.second_window import SecondWindow
    from vetter.gui.windows.view_saver import ViewSaver

MIN_VETTING = QSize(400, 320)
"""Smallest size of panels and texts, which with the list allows a window of 800 x 560."""
COMPACT = 1000
"""Window width in pixels below which the readout is the pixel alone, and the evidence has one more
line."""
NARROW = 1500
"""Window width in pixels below which the readout is shorter."""


class MainWindow(Window):
    """Window that shows a session and calls its verbs.

    All its objects come through the constructor; ``app.py`` builds them.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Cutouts built ahead, already rendered.
    fits : Fits
        Requests for fits, and their results.
    commands : tuple of Command
        Commands for the menus, keys and palette.
    keymap_changes : mapping
        The user's keymap file, parsed.
    seen_before : SeenBefore, optional
        Earlier verdicts on the candidates' objects.
    """

    session: Session
    fits: Fits
    dialogs: MainDialogs
    pages: Pages
    plane_row: PlaneRow
    panels: PanelActions
    stretch_bar: StretchBar
    epochs: EpochPanel
    list_dock: ListDock
    light_curve: LightCurveDock
    verdict_bar: VerdictBar
    filter_bar: FilterBar

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        fits: Fits,
        commands: tuple[Command[MainWindow], ...],
        keymap_changes: Mapping[str, Any] | None = None,
        seen_before: SeenBefore | None = None,
    ) -> None:
        super().__init__()
        self.seen_before = seen_before or SeenBefore(session, EarlierInputs(), Path(), self)
        self.session = session
        self.cache = cache
        self.fits = fits
        self._untagged_commands = commands
        self._theme_setting = session.settings.display.theme
        self.commands = with_tags(commands, session.settings.review.tags)
        self.keymap = make_keymap(self.commands, keymap_changes)
        self._compass = True
        self._second: SecondWindow | None = None
        self._view_saver: ViewSaver | None = None
        # Requested first: the cutout is built along with the widgets and shown by the first paint.
        self.cache.want([session.current_row] if session.current_row >= 0 else [])
        self._build()
        self.dialogs = MainDialogs(
            session, cache, fits, self, self.status.say, self.cautions.all_lines
        )
        self.samp = SampActions(session, self.status.say, self, self.dialogs.planted.agree)
        self.actions_by_id = make_actions(self, self.commands, self.keymap)
        self.panels = PanelActions(
            session,
            self.plane_row,
            self.stretch_bar,
            self.actions_by_id,
            self.set_panels,
            self.status.say,
            self,
        )
        self.menu_states = MenuStates(self, self.actions_by_id)
        self._connect()
        self._keys = CommandKeys(self, commands, self.keymap)
        self.focus = FocusWatcher(self, application())
        self._undo_names = UndoNames(session, self.actions_by_id, self)
        self.reports = DecisionToast(session, self.keymap, self.pages)
        menus = self.menuBar()
        assert menus is not None
        self.verdict_bar = VerdictBar(session, self.keymap, self.actions_by_id, menus)
        # On exposed: redirect_drops() visits all widgets, which takes milliseconds of the start.
        self.exposed.connect(self.opening.drop.redirect_drops)
        self.exposed.connect(self.cautions.start)
        self.exposed.connect(self.storms.start)
        self.exposed.connect(self.lanes.start)
        self.setWindowTitle(self._title())
        self.resize(*first_size(application()))
        # Otherwise the first box that Tab reaches has the focus from the start.
        self.setFocus()
        self.set_theme(is_dark(session.settings.display.theme, application()))
        self.presenter.show()

    def _build(self) -> None:
        session = self.session
        self.card = CandidateCard(session)
        self.card.set_seen(self.seen_before, keys_text(self.keymap["review.adopt"][:1]))
        self.filter_bar = FilterBar(session, self.keymap)
        self.filter_band = FilterBand(session, self.keymap)
        self.plane_row = PlaneRow(choice=PanelChoice.of(session.source))
        self.surround = SurroundView(session, self.cache, self.plane_row)
        self.show_surround(True)
        self.plane_row.set_reticle(session.settings.display.reticle)
        self.plane_row.auto_blink.set_rate(session.settings.display.allowed_blink_rate)
        self.stretch_bar = StretchBar(self.cache.looks, self.keymap)
        self.readout = Readout()
        self.card.add_corner(self.readout)
        fit, again = (keys_text(self.keymap[name]) for name in ("fit.now", "view.read_again"))
        fittable = can_fit(session.source.plane_names)
        self.evidence = Evidence(fit, self._frame_on_screen, again, has_numbers=fittable)
        self.evidence.set_limits(_answer_limits(session.settings))
        self.epochs = EpochPanel(session, self.cache)
        self.candidate_list = CandidateListView(session)
        self.light_curve = LightCurveDock(self)
        self.measures = MeasuresDock(session.source, self)
        self.status = Status(session, self.fits, self.keymap)
        self.setStatusBar(self.status)

        vetting = QWidget(self)
        layout = QVBoxLayout(vetting)
        layout.setContentsMargins(8, 4, 8, 2)
        layout.setSpacing(4)
        # A small window cuts the ends of lines; their minimum would forbid half of a screen.
        layout.addWidget(self.card)
        layout.addWidget(PanelColumn(self.plane_row, self.evidence), 1)
        layout.addWidget(self.epochs)
        layout.addWidget(self.stretch_bar)
        self._candidate_page = QStackedWidget(self)
        self._candidate_page.setMinimumSize(MIN_VETTING)
        self._candidate_page.addWidget(vetting)
        self.empty_page = EmptyPage(session)
        self._candidate_page.addWidget(self.empty_page)
        self.cautions = CautionBand(session, read=self.cache.read)
        self.offer_band = OfferBand(session)
        self.practice = PracticeBand(session)
        self.status.offers_export = not self.practice.is_practice
        self.storms = StormBand(session)
        self.pages = Pages(
            session,
            self.cache,
            self._candidate_page,
            self._make_field,
            self.filter_band.ask,
            self,
            self._lets_decide,
            self._lacks_pixels,
        )
        self.opening = InputChooser(self)
        pages = self.practice.above(self.filter_band.above(self.pages))
        content = self.cautions.above(self.offer_band.above(self.storms.above(pages)))
        self.setCentralWidget(self.opening.add_strip_over(content))

        self.lanes = LaneList(session, self.filter_bar)
        self.list_dock = ListDock(
            self.filter_bar, self.lanes, self.candidate_list, self, self.plane_row
        )
        self.plane_row.arranged.connect(self.list_dock.reconsider)

    def _connect(self) -> None:
        session, cache = self.session, self.cache
        self.presenter = CandidatePresenter(
            session,
            cache,
            self.fits,
            self,
            plane_row=self.plane_row,
            card=self.card,
            readout=self.readout,
            evidence=self.evidence,
            stretch_bar=self.stretch_bar,
            candidate_list=self.candidate_list,
            epochs=self.epochs,
            light_curve=self.light_curve,
            measures=self.measures,
            surround=self.surround,
        )
        session.opinions_changed.connect(self._on_opinions_changed)
        session.failed.connect(self.dialogs.show_warning)
        session.blanked.connect(self._on_blanked)
        self.filter_band.agreed.connect(self.pages.decide_on_screen)
        self.offer_band.wanted.connect(self.dialogs.show_offers)
        self.practice.practice_wanted.connect(self.practice_wanted)
        self.practice.session_wanted.connect(self.session_wanted)
        self.cautions.planes_wanted.connect(self.opening.choose_planes)
        self.cautions.differences_found.connect(self.panels.show_as_differences)
        self.cautions.columns_wanted.connect(self.dialogs.show_list_columns)
        self.cautions.options_chosen.connect(self.dialogs.read_again)
        self.storms.filter_wanted.connect(self.filter_bar.apply)
        self._unsaved = UnsavedComments(
            session, self.card, keys_text(self.keymap["review.comment"]), self
        )
        self._watch_menus()
        self.plane_row.pointer.connect(self.readout.show_pointer)
        self.epochs.epoch_count_changed.connect(partial(name_epochs, self.actions_by_id))
        self.epochs.decided_alone.connect(self.pages.decide_current)
        self.stretch_bar.looks_changed.connect(self._on_looks_changed)
        self.stretch_bar.presets_changed.connect(partial(session.writer.keep_setting, "presets"))
        self.plane_row.contrast_dragged.connect(self.stretch_bar.drag_contrast)
        self.candidate_list.columns_changed.connect(self._on_columns_changed)
        keep_filters = partial(session.writer.keep_setting, "filters")
        self.filter_bar.saved.changed.connect(keep_filters)
        self.fits.changed.connect(self.pages.update_fit_results)
        self.fits.changed.connect(self.lanes.note_fits)
        self.status.answers.picked.connect(self.filter_bar.apply)
        self.status.verdicts.picked.connect(self.filter_bar.apply)
        self.pages.panels_shown.connect(self._on_panels_shown)
        self.pages.currentChanged.connect(self._on_page_changed)
        self.plane_row.pointer.connect(lambda _point: session.record_presence())
        application().applicationStateChanged.connect(self._on_application_state)
        hints = application().styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._on_colour_scheme_changed)

    def _watch_menus(self) -> None:
        session = self.session
        self.menus = CandidateMenus(session, self)
        self.menus.watch(
            self.plane_row.viewport(),
            lambda _point: -1 if session.is_blank else session.current_row,
            self.panels.extend_menu,
        )
        listed = self.candidate_list
        self.menus.watch(listed.viewport(), listed.row_at, listed.extend_menu)
        strip = self.epochs.strip
        self.menus.watch(strip, strip.target_at, strip.extend_menu)
        for view in (listed, strip):
            view.filter_wanted.connect(self.filter_bar.narrow)
        self.pages.grid_made.connect(self._on_grid_made)

    def _on_grid_made(self, area: GridArea) -> None:
        self.menus.watch(area.viewport(), area.row_at)

    def set_theme(self, dark: bool) -> None:
        """Set the dark or light theme for the window and the panels."""
        super().set_theme(dark)
        self.plane_row.set_theme(dark)
        self.surround.set_theme(dark)
        self.stretch_bar.set_theme(dark)
        if self._second is not None:
            self._second.set_theme(dark)

    def set_keymap(self, keymap: Keymap) -> None:
        """Take over other keys; all texts that name keys follow."""
        super().set_keymap(keymap)
        self._keys.update_keys()
        self.filter_bar.show_keys()
        self.stretch_bar.show_keys()
        texts = {name: keys_text(keys) for name, keys in self.keymap.items()}
        self.evidence.set_keys(texts["fit.now"], texts["view.read_again"])
        self._unsaved.set_key(texts["review.comment"])
        self.card.set_adopt_key(keys_text(self.keymap["review.adopt"][:1]))
        self.verdict_bar.rebuild()
        self.presenter.show()

    def apply_settings(self, settings: Settings) -> None:
        """Take over settings that the user has changed."""
        before = self.session.settings
        super().apply_settings(settings)
        self.session.set_settings(settings)
        if settings.display.reticle != before.display.reticle:
            self.plane_row.set_reticle(settings.display.reticle)
        if settings.display.radius != before.display.radius:
            self.set_radius(settings.display.radius)
        self.plane_row.auto_blink.set_rate(settings.display.allowed_blink_rate)
        self.cache.set_max_bytes(settings.review.cache_megabytes << 20)
        if settings.review.tags != before.review.tags:
            self.commands = with_tags(self._untagged_commands, settings.review.tags)
            for command in self.commands:
                if command.id.startswith("review.tag_"):
                    self.actions_by_id[command.id].setText(menu_text(command.title))
            self.verdict_bar.rebuild()
        self.card.tags.update()
        self.evidence.set_limits(_answer_limits(settings))

    @property
    def has_second_window(self) -> bool:
        """Whether the second window is open."""
        return self._second is not None

    def toggle_second_window(self) -> None:
        """Open the window that follows the current candidate on another screen, or close it."""
        from vetter.gui.windows.second_window import SecondWindow

        if self._second is None:
            self._second = SecondWindow(self.session, self.cache, self.plane_row, self)
            self._second.set_theme(self.is_dark)
            self._second.closed.connect(self._on_second_closed)
            self._second.open_beside(self)
        else:
            self._second.close()

    def _on_second_closed(self) -> None:
        self._second = None

    def preview_report(self) -> None:
        """Open the preview of reports, whose pictures look as the panels."""
        self.dialogs.show_report_preview(self.plane_row.picture_style)

    @property
    def view_saver(self) -> ViewSaver:
        """Saver of the view, built when first used."""
        if self._view_saver is None:
            from vetter.gui.windows.view_saver import ViewSaver

            self._view_saver = ViewSaver(
                self.session, self.cache, self.pages, self.plane_row, self.status.say, self
            )
            self.closed.connect(self._view_saver.close)
        return self._view_saver

    def toggle_reticle(self) -> None:
        """Show or hide the reticle."""
        self.plane_row.set_reticle(not self.plane_row.is_reticle_shown)

    def toggle_compass(self) -> None:
        """Show or hide the compass and the scale bar."""
        self._compass = not self._compass
        self.plane_row.set_compass(self._compass)

    @property
    def is_compass_shown(self) -> bool:
        """Whether compass and scale bar are shown."""
        return self._compass

    def toggle_surround(self) -> None:
        """Show or hide the surroundings; the session stores the choice."""
        wanted = not self.surround.is_wanted
        self.show_surround(wanted)
        self.session.writer.keep_setting("surround", wanted)
        self.presenter.show()
        if wanted and not self.surround.isVisible():
            offered = self.surround.is_offered
            self.status.say(
                "the panels leave no room for the surroundings"
                if offered
                else "stamps come without surroundings"
            )

    def show_surround(self, wanted: bool) -> None:
        """Show the surroundings where the panels leave room, or hide them."""
        self.surround.is_wanted = wanted
        self.plane_row.set_surround(self.surround if self.surround.is_offered else None)

    def toggle_list(self) -> None:
        """Show or hide the candidate list."""
        self.list_dock.setVisible(not self.list_dock.isVisible())

    def place_list(self, place: str) -> None:
        """Show the list in a place, by a value of `ListPlace`, or hide it."""
        self.list_dock.set_place(ListPlace(place))

    def toggle_verdict_bar(self) -> None:
        """Show or hide the buttons of verdicts and tags; the session stores the choice."""
        self.set_verdict_bar(self.verdict_bar.isHidden())
        self.session.writer.keep_setting("verdict_bar", not self.verdict_bar.isHidden())

    def set_verdict_bar(self, shown: bool) -> None:
        """Restore whether the buttons of verdicts and tags are shown."""
        self.verdict_bar.setVisible(shown)

    def toggle_light_curve(self) -> None:
        """Show or hide the light curve; the session stores the choice."""
        if self.light_curve.toggle():
            self.session.writer.keep_setting("light_curve", self.light_curve.is_wanted)
        else:
            self.status.say("these candidates have no light curve")

    def turn_cut(self) -> None:
        """Turn the line of the measures' cut."""
        self.status.say(self.measures.turn_cut())

    def change_radius(self, step: int) -> None:
        """Make the cutout larger (1) or smaller (-1); the panels show it when it is built."""
        source = self.session.source
        own, on_image = source.default_radius, source.fields[0].shape is not None
        radius = next_radius(self.cache.radius, step, own)
        frame = self._frame_on_screen()
        shown = None if frame is None else frame.shape
        is_whole = shown is not None and max(shown) != 2 * self.cache.radius + 1
        if step > 0 and not on_image and shown is not None and is_whole:
            # A stamp from a packet has no pixels around it.
            self.status.say(f"all {max(shown)} pixels of this stamp are shown")
        elif radius == self.cache.radius:
            end = "smallest" if step < 0 else "largest"
            self.status.say(f"cutouts of {2 * radius + 1:.0f} pixels: the {end} size")
        else:
            self.set_radius(radius)
            up_to = "" if on_image else "up to "
            self.status.say(f"cutouts of {up_to}{2 * radius + 1:.0f} pixels")

    def use_own_radius(self) -> None:
        """Return to the list's own cutout size: whole stamps, or the radius of the input."""
        self.set_radius(self.session.source.default_radius)
        on_image = self.session.source.fields[0].shape is not None
        size = f"{2 * self.cache.radius + 1:.0f} pixels" if on_image else "the stamps' own size"
        self.status.say(f"cutouts of {size}")

    def set_radius(self, radius: float) -> None:
        """Restore a cutout radius in pixels, without a status message."""
        if radius != self.cache.radius:
            self.cache.set_radius(radius)
            self.presenter.show()

    def read_again(self) -> None:
        """Read an unreadable cutout again: a disk may be back, or a file complete."""
        row = self.session.current_row
        if not self.cache.read_again(row):
            self.status.say("all of this cutout has been read")
            return
        self.status.say("reading again...")
        self.presenter.show()
        fit = self.fits.state(row).adjustment
        if fit is not None and not fit.converged:
            self.fits.request_current()

    def edit_comment(self) -> None:
        """Write a comment on the candidate on screen."""
        if self.session.is_blank:
            self.session.report_no_match()
        else:
            self.card.edit_comment()

    def fit_now(self) -> None:
        """Fit the candidate on screen."""
        if self.session.is_blank:
            self.session.report_no_match()
        else:
            self.fits.request_current()

    def adopt_earlier(self, all_epochs: bool = False) -> None:
        """Give the candidate on screen the latest verdict on its object, or all its epochs."""
        verdict = self.seen_before.verdict(self.session.current_row)
        if verdict is Verdict.NONE:
            self.status.say("no earlier verdict on this object")
        elif all_epochs:
            self.epochs.ask(verdict)
        else:
            self.pages.decide_current(verdict)

    def show_filter(self) -> None:
        """Put the cursor into the filter."""
        self.list_dock.show()
        self.filter_bar.start()

    def show_filters(self) -> None:
        """Open the menu of earlier and named filters."""
        self.list_dock.show()
        self.filter_bar.saved.open_menu()

    def _lets_decide(self) -> bool:
        if self.cautions.lets_decide():
            return True
        self.status.say("not decided: read the caution above first", important=True)
        return False

    def _lacks_pixels(self) -> bool:
        """Return whether no panel shows a pixel of the candidate on screen."""
        frame = self._frame_on_screen()
        return frame is not None and not set(frame.pictures).difference(frame.states)

    def _frame_on_screen(self) -> RenderedCutout | None:
        row = self.session.current_row
        return None if row < 0 else self.cache.peek(row)

    def _make_field(self) -> FieldDock:
        from vetter.gui.field_view.field_view import FieldDock

        dock = FieldDock(self.session, self.fits, self.cache, self.list_dock, self)
        dock.visibilityChanged.connect(self.list_dock.reconsider)
        for canvas in dock.view.canvases:
            self.menus.watch(canvas, canvas.row_at)
        self.closed.connect(dock.pictures.close)
        return dock

    def _title(self) -> str:
        mode = " (read only)" if self.session.read_only else ""
        return window_title(f"{self.session.source.title}{mode} - vetter")

    def _on_opinions_changed(self, rows: list[int]) -> None:
        if self.session.current_row in rows:
            self.card.show_row(self.session.current_row)

    def _on_panels_shown(self) -> None:
        # The looks may have changed while the grid received the builder's frames.
        self.presenter.show()
        self.setFocus()

    def _on_page_changed(self, _index: int) -> None:
        in_grid = self.pages.is_grid_shown
        self.session.display.note(page="grid" if in_grid else "")
        self.session.set_watched(not in_grid, "page")

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        self.session.set_watched(state == Qt.ApplicationState.ApplicationActive)

    def set_panels(self, choice: Mapping[str, bool]) -> None:
        """Restore the choice of planes that have panels."""
        self.plane_row.set_choice(self.plane_row.choice._replace(user_choice=choice))
        self.presenter.show()
        if self._second is not None:
            self._second.follow()

    def _on_blanked(self, blank: bool) -> None:
        self._candidate_page.setCurrentIndex(int(blank))
        if blank:
            self.presenter.blank()
        else:
            self.presenter.show()

    def _on_looks_changed(self, looks: DisplayStyle) -> None:
        if self.stretch_bar.is_per_candidate:
            self.cache.set_looks(looks, only=self.session.current_row)
            return
        self.cache.set_looks(looks)
        self.session.writer.keep_setting("looks", looks.record())

    def _on_columns_changed(self, names: list[str]) -> None:
        self.session.writer.keep_setting("columns", names)
        self._show_picked(names)

    def set_columns(self, names: list[str]) -> None:
        """Restore the picked columns of the list; the card shows them too."""
        self.candidate_list.set_columns(names)
        self._show_picked(names)

    def _show_picked(self, names: list[str]) -> None:
        # The evidence already shows the results of the fits.
        self.card.set_columns([name for name in names if name not in FIT_COLUMNS])

    def _on_colour_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        if self.session.settings.display.theme == "system":
            self.set_theme(scheme != Qt.ColorScheme.Light)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        assert event is not None
        compact = event.size().width() < COMPACT
        self.readout.set_narrow(event.size().width() < NARROW, compact=compact)
        self.evidence.set_narrow(compact)
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.list_dock.fit_window(event.size())

    def begin(self) -> None:
        """Begin the background work; from the first paint on, shown candidates count as seen."""
        self.presenter.expose()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        self.session.record_presence()
        if self._keys.press(event):
            return
        session = self.session
        hidden = session.is_blank or session.is_outside_filter
        if event.key() == Qt.Key.Key_Escape and hidden:
            self.filter_bar.show_all()
        elif event.key() == Qt.Key.Key_Escape and self.focus.target is not None:
            # Back from a control that Tab reached.
            self.setFocus()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        self._keys.release(event)
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        # This window gets no release event for a key that is released in another window.
        if event is not None and event.type() == QEvent.Type.ActivationChange:
            if not self.isActiveWindow():
                self._keys.release_keys(None)
            elif self.focusWidget() is None:
                # Qt would give the keyboard to the first control that Tab reaches.
                self.setFocus()

    def end(self) -> None:
        """Stop all background work of the window and close its files."""
        application().applicationStateChanged.disconnect(self._on_application_state)
        if self._second is not None:
            self._second.close()
        self.presenter.close()
        self.measures.close_measurer()
        self.cautions.stop()
        self.storms.stop()
        self.lanes.stop()
        self.samp.stop()
        self._undo_names.stop()
        self.reports.stop()
        self.verdict_bar.stop()
        self.focus.stop()
        self.status.stop()
        self.fits.close()
        self.cache.close()
        self.session.close()
        self.session.source.close()


def _answer_limits(settings: Settings) -> AnswerLimits:
    fit = settings.fit
    return AnswerLimits(fit.max_snr, (fit.scale_low, fit.scale_high), fit.max_chi2_ratio)
