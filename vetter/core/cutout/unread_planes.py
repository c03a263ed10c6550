"""What is said of a cutout whose planes could not all be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def missing(unread: Mapping[str, str], needed: Collection[str] | None = None) -> list[str]:
    """What is missing, of the planes needed or of all: a line for each reason, with its planes.

    Parameters
    ----------
    unread : mapping of str to str
        Planes that could not be read, and why; see `vetter.core.cutout.cutout.Cutout`.
    needed : collection of str, optional
    """
    planes: dict[str, list[str]] = {}
    for name, why in unread.items():
        if needed is None or name in needed:
            planes.setdefault(why, []).append(name)
    return [f"no {' and no '.join(names)}: {why}" for why, names in planes.items()]
