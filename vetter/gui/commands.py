"""Every command, declared once: menus, tool tips, palette, key sheet and README come from here.

A command is a row in the file of its menu, ``review_commands.py`` and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command
from vetter.gui.file_commands import FILE_COMMANDS
from vetter.gui.fit_commands import FIT_COMMANDS
from vetter.gui.go_commands import GO_COMMANDS
from vetter.gui.review_commands import REVIEW_COMMANDS
from vetter.gui.stretch_commands import STRETCH_COMMANDS
from vetter.gui.view_commands import VIEW_COMMANDS
from vetter.gui.window_commands import HELP_COMMANDS

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow


COMMANDS: tuple[Command[MainWindow], ...] = (
    *FILE_COMMANDS,
    *REVIEW_COMMANDS,
    *GO_COMMANDS,
    *VIEW_COMMANDS,
    *STRETCH_COMMANDS,
    *FIT_COMMANDS,
    *HELP_COMMANDS,
)
