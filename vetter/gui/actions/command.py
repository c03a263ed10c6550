"""Command: one action of the program, run by key, menu or palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

WindowT = TypeVar("WindowT", contravariant=True)
"""Type of window that a command needs: any `Window`, or the one with candidates."""


class Command(NamedTuple, Generic[WindowT]):
    """One action of the program.

    Attributes
    ----------
    id : str
        Name in a keymap file, as ``review.accept``.
    title : str
        Text in menus and the palette.
    keys : tuple of str
        Default keys in Qt's portable notation; menus show the first one.
    menu : str
        Menu that contains the command.
    run : callable
        Runs the command on a window.
    repeats : bool
        Whether a held key repeats the command. Never true of a verdict: a held A must not
        accept a hundred.
    released : callable or None
        Ends a command that lasts while its key is held.
    separated : bool
        Whether a separator precedes the command in its menu.
    submenu : str
        Title of the submenu that holds the command; empty for the menu itself.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    menu: str
    run: Callable[[WindowT], None]
    repeats: bool = False
    released: Callable[[WindowT], None] | None = None
    separated: bool = False
    submenu: str = ""


UNNAMED_TAG = "on or off (not named in the settings)"
MENUS = ("File", "Review", "Go", "List", "View", "Stretch", "Fit", "Help")


def with_tags(
    commands: Iterable[Command[WindowT]], tags: Sequence[str]
) -> tuple[Command[WindowT], ...]:
    """Return the commands with the user's names of the tags in their titles."""
    titles = {f"review.tag_{number}": f"Tag: {tag}" for number, tag in enumerate(tags, 1)}
    return tuple(
        command._replace(title=titles[command.id]) if command.id in titles else command
        for command in commands
    )
