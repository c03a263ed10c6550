"""Command table: source of menus, tool tips, palette, key sheet and README's key table.

Each menu has a table, as `REVIEW_COMMANDS`, with one row per command.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from vetter.core.decisions.decision import Verdict
from vetter.gui.actions.command import UNNAMED_TAG, Command
from vetter.gui.actions.panel_commands import PANEL_COMMANDS
from vetter.gui.actions.queue_commands import LIST_QUEUE
from vetter.gui.actions.reviewer_commands import GO_TOGETHER, REVIEW_TOGETHER, VIEW_TOGETHER
from vetter.gui.actions.stretch_commands import STRETCH_COMMANDS

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow
    from vetter.gui.windows.window import Window

OPEN_COMMANDS: tuple[Command[Window], ...] = (
    Command("file.open", "Open...", ("Ctrl+O",), "File", lambda w: w.opening.open_files()),
    Command(
        "file.open_folder",
        "Open folder...",
        ("Ctrl+Shift+O",),
        "File",
        lambda w: w.opening.open_folder(),
    ),
    Command("file.demo", "Open the demo", (), "File", lambda w: w.opening.open_demo()),
    Command(
        "file.clear_recent",
        "Clear recent sessions",
        (),
        "File",
        lambda w: w.opening.clear_recent(),
    ),
)

QUIT_COMMAND: Command[Window] = Command(
    "file.quit", "Quit", ("Ctrl+Q",), "File", lambda w: w.quit()
)

PALETTE_COMMAND: Command[Window] = Command(
    "go.palette",
    "Command palette",
    ("Ctrl+K",),
    "Help",
    lambda w: w.dialogs.show_palette(),
    separated=True,
)

PREFERENCES_COMMAND: Command[Window] = Command(
    "file.preferences", "Preferences...", ("Ctrl+,",), "File", lambda w: w.preferences_wanted.emit()
)

LOOK_COMMANDS: tuple[Command[Window], ...] = (
    Command(
        "view.theme",
        "Dark or light theme",
        ("Ctrl+D",),
        "View",
        lambda w: w.toggle_theme(),
        separated=True,
    ),
    Command("view.full_screen", "Full screen", ("F11",), "View", lambda w: w.toggle_full_screen()),
)

HELP_COMMANDS: tuple[Command[Window], ...] = (
    Command("help.keys", "All keys", ("?", "F1"), "Help", lambda w: w.dialogs.show_keys()),
    Command("help.guide", "User guide", (), "Help", lambda w: w.dialogs.show_guide()),
    Command(
        "help.about", "About vetter", (), "Help", lambda w: w.dialogs.show_about(), separated=True
    ),
)

WINDOW_COMMANDS = (
    *OPEN_COMMANDS,
    PREFERENCES_COMMAND,
    QUIT_COMMAND,
    PALETTE_COMMAND,
    *LOOK_COMMANDS,
    *HELP_COMMANDS,
)

FILE_COMMANDS: tuple[Command[MainWindow], ...] = (
    *OPEN_COMMANDS,
    Command(
        "file.export",
        "Export...",
        ("Ctrl+E",),
        "File",
        lambda w: w.dialogs.show_export(w.plane_row.picture_style),
        separated=True,
    ),
    Command(
        "file.make_report", "Report...", ("Ctrl+Shift+E",), "File", lambda w: w.preview_report()
    ),
    Command(
        "file.send_list", "Send list to TOPCAT, Aladin...", (), "File", lambda w: w.samp.send_list()
    ),
    Command(
        "go.send_position", "Send position to DS9...", (), "File", lambda w: w.samp.send_position()
    ),
    Command(
        "go.follow", "Follow other programs (SAMP)", (), "File", lambda w: w.samp.toggle_following()
    ),
    Command(
        "file.save_view",
        "Save the view as PNG, SVG or PDF...",
        ("Ctrl+Shift+S",),
        "File",
        lambda w: w.view_saver.ask(),
    ),
    Command(
        "file.copy_view",
        "Copy the view to the clipboard",
        ("Ctrl+Shift+C",),
        "File",
        lambda w: w.view_saver.copy(),
    ),
    Command(
        "file.save_session",
        "Save as a new session...",
        (),
        "File",
        lambda w: w.copy_wanted.emit(),
    ),
    Command(
        "file.offers",
        "Verdicts offered from the earlier list...",
        (),
        "File",
        lambda w: w.dialogs.show_offers(),
        separated=True,
    ),
    Command(
        "file.planes", "Planes of the list...", (), "File", lambda w: w.opening.choose_planes()
    ),
    Command("file.notes", "Notes on the input...", (), "File", lambda w: w.dialogs.show_notes()),
    Command(
        "file.report", "Report of unread inputs...", (), "File", lambda w: w.dialogs.show_report()
    ),
    Command(
        "file.practice",
        "Practise on 20 known ones",
        (),
        "File",
        lambda w: w.practice_wanted.emit(),
        separated=True,
    ),
    Command(
        "file.reviewer_report",
        "Report on your verdicts...",
        (),
        "File",
        lambda w: w.dialogs.show_reviewer_report(),
    ),
    Command(
        "file.close",
        "Close",
        ("Ctrl+W",),
        "File",
        lambda w: w.opening.close_input(),
        separated=True,
    ),
    PREFERENCES_COMMAND,
    QUIT_COMMAND,
)

GO_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command("go.next", "Next", ("Right", "N"), "Go", lambda w: w.session.next(), repeats=True),
    Command(
        "go.previous", "Previous", ("Left", "P"), "Go", lambda w: w.session.previous(), repeats=True
    ),
    Command(
        "go.undecided",
        "Next undecided",
        ("U",),
        "Go",
        lambda w: w.session.next_undecided(),
        repeats=True,
    ),
    Command(
        "go.next_epoch",
        "Next epoch of this object",
        (".",),
        "Go",
        lambda w: w.epochs.step(1),
        repeats=True,
        separated=True,
    ),
    Command(
        "go.previous_epoch",
        "Previous epoch of this object",
        (",",),
        "Go",
        lambda w: w.epochs.step(-1),
        repeats=True,
    ),
    Command("go.first", "First", ("Home",), "Go", lambda w: w.session.first(), separated=True),
    Command("go.last", "Last", ("End",), "Go", lambda w: w.session.last()),
)

_LIST_PLACES = {
    "automatic": "automatic, where the panels are larger",
    "beside": "beside the panels",
    "below": "below the panels",
    "hidden": "hidden",
}


def _place_list(place: str, window: MainWindow) -> None:
    window.place_list(place)


LIST_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command("view.list", "Candidate list on or off", ("L",), "List", lambda w: w.toggle_list()),
    *(
        Command(
            f"view.list_{place}",
            f"Place of the list: {title}",
            (),
            "List",
            partial(_place_list, place),
            submenu="Place of the list",
        )
        for place, title in _LIST_PLACES.items()
    ),
    Command(
        "go.filter",
        "Filter and search",
        ("/", "Ctrl+F"),
        "List",
        lambda w: w.show_filter(),
        separated=True,
    ),
    Command(
        "go.clear_filter",
        "Clear the filter",
        ("Ctrl+Shift+F",),
        "List",
        lambda w: w.filter_bar.show_all(),
    ),
    Command("go.filters", "Earlier and named filters...", (), "List", lambda w: w.show_filters()),
    Command(
        "go.shuffle",
        "Shuffle the list...",
        (),
        "List",
        lambda w: w.dialogs.show_shuffle(),
        separated=True,
    ),
    Command(
        "go.file_order",
        "List as in the file, neither sorted nor shuffled",
        (),
        "List",
        lambda w: w.session.queue.arrange((), None),
    ),
    Command(
        "view.columns",
        "Columns shown...",
        (),
        "List",
        lambda w: w.candidate_list.pick_columns(),
        separated=True,
    ),
    Command(
        "file.list_columns",
        "Roles of the columns...",
        (),
        "List",
        lambda w: w.dialogs.show_list_columns(),
    ),
)

VIEW_COMMANDS: tuple[Command[MainWindow], ...] = (
    *PANEL_COMMANDS,
    Command(
        "view.smaller",
        "Smaller cutout",
        ("[", "PgDown"),
        "View",
        lambda w: w.change_radius(-1),
        repeats=True,
        separated=True,
    ),
    Command(
        "view.larger",
        "Larger cutout",
        ("]", "PgUp"),
        "View",
        lambda w: w.change_radius(1),
        repeats=True,
    ),
    Command(
        "view.own_size",
        "Own cutout size of the list",
        ("Ctrl+0",),
        "View",
        lambda w: w.use_own_radius(),
    ),
    Command("view.read_again", "Read this cutout again", ("F5",), "View", lambda w: w.read_again()),
    Command(
        "go.grid",
        "Grid of many candidates",
        ("G",),
        "View",
        lambda w: w.pages.toggle_grid(),
        separated=True,
    ),
    Command(
        "go.grid_undecided",
        "Grid: only undecided candidates",
        ("Ctrl+U",),
        "View",
        lambda w: w.pages.toggle_only_undecided(),
    ),
    Command(
        "go.compare",
        "Grid: compare the selected side by side",
        ("Ctrl+G",),
        "View",
        lambda w: w.pages.compare(),
    ),
    Command(
        "view.surround",
        "Surroundings on or off",
        ("W",),
        "View",
        lambda w: w.toggle_surround(),
    ),
    Command(
        "view.field",
        "Field view (shifts of all candidates) on or off",
        ("V",),
        "View",
        lambda w: w.pages.toggle_field(),
    ),
    Command(
        "view.light_curve",
        "Light curve (history) on or off",
        ("H",),
        "View",
        lambda w: w.toggle_light_curve(),
    ),
    Command(
        "view.measures",
        "Measures (profile, growth, cut, flux) on or off",
        ("O",),
        "View",
        lambda w: w.measures.toggle(),
    ),
    Command(
        "view.turn_cut",
        "Turn the cut of the measures by 15 degrees",
        ("Shift+O",),
        "View",
        lambda w: w.turn_cut(),
        repeats=True,
    ),
    Command("view.epochs", "Row of epochs on or off", ("E",), "View", lambda w: w.epochs.toggle()),
    Command(
        "view.epoch_plane",
        "Next plane in the row of epochs",
        ("Shift+E",),
        "View",
        lambda w: w.epochs.next_plane(),
    ),
    Command(
        "view.verdict_bar",
        "Buttons of verdicts and tags on or off",
        (),
        "View",
        lambda w: w.toggle_verdict_bar(),
    ),
    Command("view.panels", "Planes with panels...", (), "View", lambda w: w.panels.pick()),
    Command(
        "view.all_columns",
        "All values of this candidate",
        ("D",),
        "View",
        lambda w: w.dialogs.show_all_columns(),
    ),
    Command(
        "view.layouts",
        "Layouts: save, use, delete...",
        (),
        "View",
        lambda w: w.layouts_wanted.emit(),
        separated=True,
    ),
    Command(
        "view.second_window",
        "Second window (follows this one) on or off",
        ("F12",),
        "View",
        lambda w: w.toggle_second_window(),
    ),
    *LOOK_COMMANDS,
)

FIT_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command("fit.now", "Fit now (adjust_cutout)", ("F",), "Fit", lambda w: w.fit_now()),
    Command(
        "fit.pause",
        "Pause background fits, on or off",
        (),
        "Fit",
        lambda w: w.fits.toggle_pause(),
    ),
    Command(
        "fit.reject_disappeared",
        "Reject all explained...",
        ("Ctrl+Shift+R",),
        "Fit",
        lambda w: w.dialogs.show_disappeared(),
    ),
)


def _tag_command(number: int) -> Command[MainWindow]:
    return Command(
        f"review.tag_{number}",
        f"Tag {number} {UNNAMED_TAG}",
        (str(number),),
        "Review",
        lambda w: w.session.toggle_tag(number),
        separated=number == 1,
    )


REVIEW_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command(
        "review.accept",
        "Accept, then next",
        ("A",),
        "Review",
        lambda w: w.pages.decide(Verdict.ACCEPT),
    ),
    Command(
        "review.reject",
        "Reject, then next",
        ("R",),
        "Review",
        lambda w: w.pages.decide(Verdict.REJECT),
    ),
    Command(
        "review.maybe",
        "Maybe, then next",
        ("M",),
        "Review",
        lambda w: w.pages.decide(Verdict.MAYBE),
    ),
    Command(
        "review.later",
        "Later: put off until a new epoch, then next",
        ("X",),
        "Review",
        lambda w: w.pages.decide(Verdict.LATER),
    ),
    Command(
        "review.later_until",
        "Later: put off until...",
        ("Shift+X",),
        "Review",
        lambda w: w.dialogs.show_later(),
    ),
    Command(
        "review.adopt",
        "Verdict as given to this object before, then next",
        ("Y",),
        "Review",
        lambda w: w.adopt_earlier(),
    ),
    Command(
        "review.adopt_epochs",
        "Verdict as before for all epochs of this object...",
        ("Shift+Y",),
        "Review",
        lambda w: w.adopt_earlier(all_epochs=True),
    ),
    Command(
        "review.clear",
        "Clear verdict",
        ("Backspace",),
        "Review",
        lambda w: w.pages.decide(Verdict.NONE),
    ),
    Command(
        "review.undo",
        "Undo",
        ("Ctrl+Z",),
        "Review",
        lambda w: w.session.undo(),
        repeats=True,
        separated=True,
    ),
    Command(
        "review.redo",
        "Redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Review",
        lambda w: w.session.redo(),
        repeats=True,
    ),
    Command(
        "review.comment", "Comment", ("C",), "Review", lambda w: w.edit_comment(), separated=True
    ),
    *(_tag_command(number) for number in range(1, 10)),
    Command(
        "review.candidate_menu",
        "Copy or look up this candidate...",
        ("Shift+F10", "Menu"),
        "Review",
        lambda w: w.menus.open_current(),
    ),
    Command(
        "review.accept_epochs",
        "Accept all epochs of this object...",
        ("Shift+A",),
        "Review",
        lambda w: w.epochs.ask(Verdict.ACCEPT),
        separated=True,
    ),
    Command(
        "review.reject_epochs",
        "Reject all epochs of this object...",
        ("Shift+R",),
        "Review",
        lambda w: w.epochs.ask(Verdict.REJECT),
    ),
    Command(
        "review.maybe_epochs",
        "Maybe for all epochs of this object...",
        ("Shift+M",),
        "Review",
        lambda w: w.epochs.ask(Verdict.MAYBE),
    ),
)

COMMANDS: tuple[Command[MainWindow], ...] = (
    *FILE_COMMANDS,
    *REVIEW_COMMANDS,
    *REVIEW_TOGETHER,
    *GO_COMMANDS,
    *GO_TOGETHER,
    *LIST_COMMANDS,
    *LIST_QUEUE,
    *VIEW_COMMANDS,
    *VIEW_TOGETHER,
    *STRETCH_COMMANDS,
    *FIT_COMMANDS,
    PALETTE_COMMAND,
    *HELP_COMMANDS,
)
