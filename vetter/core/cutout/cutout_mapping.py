"""How a cutout answers as a dictionary: planes, meta, header and WCS by their keys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Self

import numpy as np

from vetter.core.cutout.plane import Array

SPECIAL = ("meta", "header", "wcs")
"""Keys that are not names of planes."""


class CutoutMapping(MutableMapping[str, Any]):
    """What can be done with STDPipe's cutouts, which are dictionaries.

    Attributes
    ----------
    planes : dict of str to ndarray
    meta : dict
        Always there; `header` and `wcs`, which whoever derives from this has, may be None.
    extras : dict
        Values that are not planes, put in by assignment.
    """

    planes: dict[str, Array]
    meta: dict[str, Any]
    extras: dict[str, Any]

    @abstractmethod
    def copy(self) -> Self:
        """A new collection of the same things."""

    @abstractmethod
    def put_plane(self, name: str, plane: Array) -> None:
        """Put in a two-dimensional array, or refuse it with an `InputError`."""

    def clear(self) -> None:
        """Nothing is left but an empty ``meta``, which is always there."""
        for key in list(self):
            self.pop(key, None)

    def __or__(self, other: Mapping[str, Any]) -> Self:
        joined = self.copy()
        joined.update(other)
        return joined

    def __ior__(self, other: Mapping[str, Any]) -> Self:
        self.update(other)
        return self

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**other, **self}

    def __getitem__(self, key: str) -> Any:
        if key in self.planes:
            return self.planes[key]
        if key not in SPECIAL:
            return self.extras[key]
        value = getattr(self, key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        if key in SPECIAL:
            setattr(self, key, value)
        elif is_plane(value):
            self.extras.pop(key, None)
            self.put_plane(key, value)
        else:
            self.planes.pop(key, None)
            self.extras[key] = value

    def __delitem__(self, key: str) -> None:
        if key in self.planes:
            del self.planes[key]
        elif key == "meta":
            self.meta = {}
        elif key in SPECIAL:
            setattr(self, key, None)
        else:
            del self.extras[key]

    def __iter__(self) -> Iterator[str]:
        yield from self.planes
        yield "meta"
        for key in ("header", "wcs"):
            if getattr(self, key) is not None:
                yield key
        yield from self.extras

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """True: there is always ``meta``. To count the keys would make header and WCS."""
        return True


def is_plane(value: Any) -> bool:
    """Whether a value put into a cutout is a plane of it: a two-dimensional array."""
    return isinstance(value, np.ndarray) and value.ndim == 2
