"""Display styles: interval, stretch and colours of each group of planes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vetter.core.display.colour_map import COLOUR_MAPS
from vetter.core.display.interval import Interval
from vetter.core.display.stretch import STRETCHES
from vetter.settings import DisplaySettings

SHARING = ("image", "template", "convolved")
"""Planes in the same units and on the same scale, which can share their limits."""

GROUPS = ("sky", "difference", "err")


@dataclass(frozen=True, slots=True)
class PlaneStyle:
    """Style of the planes of one group.

    Attributes
    ----------
    interval : Interval
        Rule for the values that are darkest and brightest.
    stretch : str
        One of `vetter.core.display.stretch.STRETCHES`.
    cmap : str
        One of `vetter.core.display.colour_map.COLOUR_MAPS`.
    invert : bool
        Whether dark becomes bright.
    contrast, bias : float
        As in DS9: brightness = (stretched - bias) * contrast + 0.5; 1 and 0.5 change nothing.
    """

    interval: Interval = field(default_factory=Interval)
    stretch: str = "linear"
    cmap: str = "grey"
    invert: bool = False
    contrast: float = 1.0
    bias: float = 0.5

    def __post_init__(self) -> None:
        for option, value, allowed in (
            ("stretch", self.stretch, STRETCHES),
            ("colour map", self.cmap, COLOUR_MAPS),
        ):
            if value not in allowed:
                raise ValueError(f"{option}: expected one of {', '.join(allowed)}, found {value!r}")


@dataclass(frozen=True, slots=True)
class DisplayStyle:
    """Styles of all groups of planes.

    Attributes
    ----------
    sky : PlaneStyle
        `image`, `template`, `convolved` and any plane of no other group.
    difference : PlaneStyle
        `diff`, `adjusted`: symmetric about zero.
    err : PlaneStyle
        Noise planes.
    shared : bool
        Whether the planes of `SHARING` have the same limits.
    """

    sky: PlaneStyle = field(default_factory=lambda: PlaneStyle(stretch="asinh"))
    difference: PlaneStyle = field(default_factory=lambda: PlaneStyle(cmap="diverging"))
    err: PlaneStyle = field(default_factory=PlaneStyle)
    shared: bool = True

    @classmethod
    def from_settings(cls, display: DisplaySettings) -> DisplayStyle:
        """Return the styles that a session starts with."""
        low, high = display.percent_low, display.percent_high
        if display.interval == "manual":
            low, high = 0.0, 1.0
        interval = Interval(display.interval, low, high)
        return cls(
            sky=PlaneStyle(interval, display.stretch, display.colour_map),
            difference=PlaneStyle(interval, "linear", display.difference_map),
            err=PlaneStyle(interval),
        )

    @staticmethod
    def group(plane: str) -> str:
        """Return the group of a plane by its name: one of `GROUPS`, or 'mask'."""
        name = plane.lower()
        if name == "mask" or name.endswith("_mask"):
            return "mask"
        if name in ("err", "noise") or name.endswith("_err"):
            return "err"
        # A decorrelated difference keeps the sign and flux scale of `diff`; a score image does not.
        if name.startswith("diff") or name in ("adjusted", "decorr"):
            return "difference"
        return "sky"

    def look(self, plane: str) -> PlaneStyle:
        """Return the style of a plane; for a mask the sky style, though its two tones need none."""
        group = self.group(plane)
        return self.sky if group == "mask" else self.group_style(group)

    def group_style(self, group: str) -> PlaneStyle:
        """Return the style of one of `GROUPS`."""
        if group not in GROUPS:
            raise ValueError(f"group: expected one of {', '.join(GROUPS)}, found {group!r}")
        style: PlaneStyle = getattr(self, group)
        return style

    def with_(self, group: str, **changes: Any) -> DisplayStyle:
        """Return a copy of these styles with some fields of one group changed."""
        changed: dict[str, Any] = {group: dataclasses.replace(self.group_style(group), **changes)}
        return dataclasses.replace(self, **changed)

    def record(self) -> dict[str, Any]:
        """Return the styles in plain types, for a session file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> DisplayStyle:
        """Return styles from the result of `record`; raise ValueError or TypeError for others."""
        groups = {
            name: PlaneStyle(**{**record[name], "interval": Interval(**record[name]["interval"])})
            for name in GROUPS
            if name in record
        }
        return cls(**groups, shared=bool(record.get("shared", True)))

    @classmethod
    def from_session(cls, record: object, display: DisplaySettings) -> DisplayStyle:
        """Return the styles that a session file holds, or those of the settings without any."""
        if isinstance(record, Mapping):
            try:
                return cls.from_record(record)
            except (ValueError, TypeError, KeyError):
                # Another version may have written the record: start from the settings.
                return cls.from_settings(display)
        return cls.from_settings(display)
