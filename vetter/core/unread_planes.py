"""What is said of a cutout whose planes could not all be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def missing(unread: Mapping[str, str], needed: Collection[str] | None = None) -> list[str]:
    """One line for each plane that is missing; of those needed, or of all.

    Parameters
    ----------
    unread : mapping of str to str
        Planes that could not be read, and why; see `vetter.core.cutout.Cutout`.
    needed : collection of str, optional
    """
    return [f"no {name}: {why}" for name, why in unread.items() if needed is None or name in needed]
