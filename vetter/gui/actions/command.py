"""What a command is: one thing that the vetter can do, by key, menu or palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

WindowT = TypeVar("WindowT", contravariant=True)
"""The window that a command asks for: any `Window`, or the one with candidates."""


class Command(NamedTuple, Generic[WindowT]):
    """One thing that the vetter can do.

    Attributes
    ----------
    id : str
        Its name in a keymap file, as ``review.accept``.
    title : str
        What menus and the palette say.
    keys : tuple of str
        Default keys in Qt's portable notation; the first is the one that menus show.
    menu : str
        The menu that holds it.
    run : callable
        Does it, given the window.
    repeats : bool
        Whether a held key repeats it. Never true of a verdict: a held A must not accept
        a hundred.
    released : callable or None
        For a command that lasts while its key is held: ends it.
    separated : bool
        Whether a line stands above it in its menu.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    menu: str
    run: Callable[[WindowT], None]
    repeats: bool = False
    released: Callable[[WindowT], None] | None = None
    separated: bool = False


UNNAMED_TAG = "on or off (not named in the settings)"
MENUS = ("File", "Review", "Go", "View", "Stretch", "Fit", "Help")


def with_tags(
    commands: Iterable[Command[WindowT]], tags: Sequence[str]
) -> tuple[Command[WindowT], ...]:
    """The commands with the tags called by their names: menus, palette and key sheet say them."""
    titles = {f"review.tag_{number}": f"Tag: {tag}" for number, tag in enumerate(tags, 1)}
    return tuple(
        command._replace(title=titles[command.id]) if command.id in titles else command
        for command in commands
    )
