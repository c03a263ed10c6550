"""Sources that have what a test gives them, and the defaults of the base class."""

from __future__ import annotations

from typing import Any

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import CutoutSource, ImageField, ManyFields, SkyPosition


class PlainField(ImageField):
    """One image, of which no file is read."""

    def __init__(self, **given: Any) -> None:
        vars(self).update(given)


class PlainSource(CutoutSource):
    """A source without cutouts."""

    title = "test"
    notes: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    fingerprints: tuple[Any, ...] = ()
    record: dict[str, Any] = {}

    def __init__(self, **given: Any) -> None:
        vars(self).update(given)

    def cutout(self, row: int, radius: float) -> Cutout:
        raise AssertionError("no cutout is expected to be read")

    def close(self) -> None:
        pass


class PlainFields(PlainSource, ManyFields):
    """The same of several images."""

    fields: Any = ()

    def fields_at(self, ra: float, dec: float) -> list[int]:
        return []

    def cutout_at(self, place: SkyPosition, radius: float) -> Cutout:
        raise AssertionError("no cutout is expected to be read")
