"""Display styles: interval, stretch and colours of each group of planes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vetter.core.display.colour_map import COLOUR_MAPS
from vetter.core.display.interval import SIGMAS, Interval
from vetter.core.display.stretch import STRETCHES
from vetter.settings import DisplaySettings

SHARING = ("image", "template", "convolved")
"""Planes in the same units and on the same scale, which can share their limits."""

GROUPS = ("sky", "difference", "err")
KINDS = (*GROUPS, "mask")
"""Groups, and masks, which need no style."""

_SIGNED_WORDS = frozenset(
    "adjusted decorr decorrelated resid residual residuals scorr score significance sub subtracted "
    "subtraction zogy".split()
)


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


_DIFFERENCE = PlaneStyle(stretch="asinh", cmap="diverging")


@dataclass(frozen=True, slots=True)
class DisplayStyle:
    """Styles of all groups of planes.

    Attributes
    ----------
    sky : PlaneStyle
        `image`, `template`, `convolved` and any plane of no other group.
    difference : PlaneStyle
        `diff`, `adjusted`, `snr` and the like: symmetric about zero.
    err : PlaneStyle
        Noise planes.
    shared : bool
        Whether the planes of `SHARING` have the same limits.
    kinds : tuple of (str, str)
        Planes whose names do not tell their group, by the user's choice or by their content:
        plane, one of `KINDS`.
    blinks : tuple of str
        Planes that the user chose to blink through; empty for those of `SHARING`.
    """

    sky: PlaneStyle = field(default_factory=lambda: PlaneStyle(stretch="asinh"))
    difference: PlaneStyle = field(default_factory=lambda: _DIFFERENCE)
    err: PlaneStyle = field(default_factory=PlaneStyle)
    shared: bool = True
    kinds: tuple[tuple[str, str], ...] = ()
    blinks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for plane, kind in self.kinds:
            if kind not in KINDS:
                raise ValueError(
                    f"plane {plane!r}: expected one of {', '.join(KINDS)}, found {kind!r}"
                )

    @classmethod
    def from_settings(cls, display: DisplaySettings) -> DisplayStyle:
        """Return the styles that a session starts with."""
        low, high = display.percent_low, display.percent_high
        if display.interval == "manual":
            low, high = 0.0, 1.0
        elif display.interval == "sigma":
            low, high = SIGMAS
        interval = Interval(display.interval, low, high)
        return cls(
            sky=PlaneStyle(interval, display.stretch, display.colour_map),
            difference=PlaneStyle(
                interval,
                # By noise, asinh is linear for a faint candidate; else it would amplify noise.
                "asinh" if interval.kind == "noise" else "linear",
                display.difference_map,
            ),
            err=PlaneStyle(interval),
        )

    @staticmethod
    def group(plane: str) -> str:
        """Return the group of a plane by its name: one of `KINDS`."""
        return _group_by_name(plane.lower())

    def group_of(self, plane: str) -> str:
        """Return the group of a plane, by the user's choice or else by its name."""
        for name, kind in self.kinds:
            if name == plane:
                return kind
        return self.group(plane)

    def with_kind(self, plane: str, kind: str) -> DisplayStyle:
        """Return a copy in which a plane belongs to this one of `KINDS`.

        What its name tells is kept too: its content must not change what the user has said.
        """
        kept = tuple(pair for pair in self.kinds if pair[0] != plane)
        return dataclasses.replace(self, kinds=(*kept, (plane, kind)))

    def unnamed(self, planes: Iterable[str]) -> list[str]:
        """Return those of these planes whose kind neither name, role nor user tells."""
        said = {plane for plane, _ in self.kinds}.union(SHARING)
        return [p for p in planes if p not in said and self.group(p) == "sky"]

    def look(self, plane: str) -> PlaneStyle:
        """Return the style of a plane; for a mask the sky style, though its two tones need none."""
        group = self.group_of(plane)
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
        kinds = tuple((str(plane), str(kind)) for plane, kind in record.get("kinds", ()))
        blinks = tuple(str(plane) for plane in record.get("blinks", ()))
        return cls(**groups, shared=bool(record.get("shared", True)), kinds=kinds, blinks=blinks)

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


@lru_cache(maxsize=256)
def _group_by_name(name: str) -> str:
    if name == "mask" or name.endswith("_mask"):
        return "mask"
    if name in ("err", "noise") or name.endswith("_err"):
        return "err"
    # Maps of signal-to-noise and scores have both signs, as differences have.
    words = re.findall("[a-z]+", name)
    if any(
        word in _SIGNED_WORDS
        or re.search("diff(?!us|rac|eren[^c])", word)
        or word.startswith("snr")
        or word.endswith("snr")
        for word in words
    ):
        return "difference"
    return "sky"
