"""How the planes are looked at: interval, stretch and colours, for each group of planes."""

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
"""The planes that are in the same units and on the same scale, and so share their limits."""

GROUPS = ("sky", "difference", "err")


@dataclass(frozen=True, slots=True)
class PlaneStyle:
    """How the planes of one group are drawn.

    Attributes
    ----------
    interval : Interval
        Which values are the darkest and the brightest.
    stretch : str
        One of `vetter.core.display.stretch.STRETCHES`.
    cmap : str
        One of `vetter.core.display.colour_map.COLOUR_MAPS`.
    invert : bool
        Dark becomes bright.
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
        for what, value, allowed in (
            ("stretch", self.stretch, STRETCHES),
            ("colour map", self.cmap, COLOUR_MAPS),
        ):
            if value not in allowed:
                raise ValueError(f"{what}: wants one of {', '.join(allowed)}, found {value!r}")


@dataclass(frozen=True, slots=True)
class DisplayStyle:
    """The look of each group of planes.

    Attributes
    ----------
    sky : PlaneStyle
        `image`, `template`, `convolved` and any plane that is none of the others.
    difference : PlaneStyle
        `diff`, `adjusted`: symmetric about zero.
    err : PlaneStyle
        Noise planes.
    shared : bool
        Whether image, template and convolved have the same limits.
    """

    sky: PlaneStyle = field(default_factory=lambda: PlaneStyle(stretch="asinh"))
    difference: PlaneStyle = field(default_factory=lambda: PlaneStyle(cmap="diverging"))
    err: PlaneStyle = field(default_factory=PlaneStyle)
    shared: bool = True

    @classmethod
    def from_settings(cls, display: DisplaySettings) -> DisplayStyle:
        """The looks that a session starts with."""
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
        """Which group a plane belongs to, by its name: one of `GROUPS`, or 'mask'."""
        name = plane.lower()
        if name == "mask" or name.endswith("_mask"):
            return "mask"
        if name in ("err", "noise") or name.endswith("_err"):
            return "err"
        # A decorrelated difference has the difference's sign and flux scale; a score has not.
        if name.startswith("diff") or name in ("adjusted", "decorr"):
            return "difference"
        return "sky"

    def look(self, plane: str) -> PlaneStyle:
        """The look of a plane; a mask has none of its own and is drawn in two flat tones."""
        group = self.group(plane)
        return self.sky if group == "mask" else self.of(group)

    def of(self, group: str) -> PlaneStyle:
        """The look of one of `GROUPS`."""
        if group not in GROUPS:
            raise ValueError(f"group: wants one of {', '.join(GROUPS)}, found {group!r}")
        found: PlaneStyle = getattr(self, group)
        return found

    def with_(self, group: str, **changes: Any) -> DisplayStyle:
        """The same looks but for these fields of one group's."""
        changed: dict[str, Any] = {group: dataclasses.replace(self.of(group), **changes)}
        return dataclasses.replace(self, **changed)

    def record(self) -> dict[str, Any]:
        """In plain types, for a session file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> DisplayStyle:
        """From what `record` gave; raises ValueError or TypeError on anything else."""
        groups = {
            name: PlaneStyle(**{**record[name], "interval": Interval(**record[name]["interval"])})
            for name in GROUPS
            if name in record
        }
        return cls(**groups, shared=bool(record.get("shared", True)))

    @classmethod
    def restored(cls, record: object, display: DisplaySettings) -> DisplayStyle:
        """Return the looks that a session holds, or those of the settings without any."""
        if isinstance(record, Mapping):
            try:
                return cls.from_record(record)
            except (ValueError, TypeError, KeyError):
                # Written by another version: the settings' looks are as good a start as any.
                return cls.from_settings(display)
        return cls.from_settings(display)
