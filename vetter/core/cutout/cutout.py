"""A cutout: the planes of one candidate on one pixel grid, with header, WCS and metadata.

It answers as a dictionary, too: planes, meta, header and WCS by their keys. `LazyCutout` crops its
header and WCS only when they are asked for.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from vetter.core.cutout.crop import crop_array, crop_header, crop_wcs, filled
from vetter.core.cutout.plane import Array, Box, Provenance
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

    from vetter.core.light_curve import LightCurve

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


class Cutout(CutoutMapping):
    """Planes of one candidate; also answers as STDPipe's dictionary does.

    ``cutout['image']``, ``cutout['meta']``, ``'diff' in cutout`` and
    ``cutout['template'] = array`` work; `planes`, `meta`, `header` and `wcs` are the same
    things as attributes. Assigning anything but a two-dimensional array under another key
    keeps it in memory only: it is not a plane, and is not written to files.

    Parameters
    ----------
    planes : mapping of str to ndarray
        Two-dimensional arrays of one shape (rows, columns); not copied. None is left out.
    meta : mapping
        What is known of the candidate: its columns, ``time``, ``filename``, ``name``...
        A dict is kept, not copied.
    header : astropy.io.fits.Header, optional
        Header of the cutout's own grid.
    wcs : astropy.wcs.WCS, optional
        WCS of the cutout's own grid; made from `header` when asked for if not given.
    origin : (int, int), optional
        Column and row, in the parent image and 0-based, of the cutout's pixel [0, 0].
    notes : mapping of str to str, optional
        For planes that are not what a file held: how they came to be, in words.
    bits : mapping of str to ndarray, optional
        For boolean masks, the integers of the file they were made from.
    provenance : mapping of str to Provenance, optional
        For planes that are not what a file held: how they came to be.

    Attributes
    ----------
    planes : dict of str to ndarray
    meta : dict
    header : astropy.io.fits.Header or None
    origin : (int, int) or None
    notes : dict of str to str
    provenance : dict of str to Provenance
    bits : dict of str to ndarray
    unread : dict of str to str
        Planes that are not there since they could not be read, and why, in words.
    extras : dict
        Values that are not planes, put in by assignment.
    light_curve : LightCurve or None
        What came with an alert packet. Not one of the mapping's keys, and not written to files.
    psf_image : ndarray or None
        The science image's PSF as an alert packet brings it, its point at the centre.

    Raises
    ------
    InputError
        A plane is not two-dimensional, differs in shape from the first, or has the name of
        something else (``meta``, ``header``, ``wcs``).

    Notes
    -----
    Differs from STDPipe 0.4.1: a class rather than a dict, so the WCS costs nothing until it
    is used, and planes of different shapes are refused when they are put in.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.cutouts import Cutout
    >>> cutout = Cutout({"image": np.ones((11, 11))}, {"x": 40.2, "y": 60.7})
    >>> cutout["template"] = np.zeros((11, 11))
    >>> list(cutout), "diff" in cutout
    (['image', 'template', 'meta'], False)
    """

    def __init__(
        self,
        planes: Mapping[str, Array | None],
        meta: Mapping[str, Any] | None = None,
        header: Header | None = None,
        wcs: WCS | None = None,
        origin: tuple[int, int] | None = None,
        notes: Mapping[str, str] | None = None,
        bits: Mapping[str, Array] | None = None,
        provenance: Mapping[str, Provenance] | None = None,
    ) -> None:
        self.planes: dict[str, Array] = {}
        self.meta: dict[str, Any] = (
            meta if isinstance(meta, dict) else {k: meta[k] for k in meta.keys()} if meta else {}
        )
        self._header = header
        self.origin = None if origin is None else (int(origin[0]), int(origin[1]))
        self.notes: dict[str, str] = dict(notes or {})
        self.provenance: dict[str, Provenance] = dict(provenance or {})
        self.bits: dict[str, Array] = {}
        self.unread: dict[str, str] = {}
        self.extras: dict[str, Any] = {}
        self.light_curve: LightCurve | None = None
        self.psf_image: Array | None = None
        self._wcs = wcs
        self._made_wcs: WCS | None = None
        for name, plane in planes.items():
            if plane is not None:
                self.put_plane(name, plane)
        self.bits.update(bits or {})

    @classmethod
    def of(cls, cutout: Mapping[str, Any]) -> Cutout:
        """A cutout as a Cutout: itself, or a plain dict wrapped (arrays and meta are shared).

        Raises
        ------
        InputError
            Its planes do not fit together.
        """
        if isinstance(cutout, Cutout):
            return cutout
        values = {k: cutout[k] for k in cutout.keys() if k not in SPECIAL}
        planes = {k: v for k, v in values.items() if is_plane(v)}
        meta = cutout.get("meta")
        wrapped = cls(planes, {} if meta is None else meta, cutout.get("header"), cutout.get("wcs"))
        wrapped.extras = {k: v for k, v in values.items() if k not in planes and v is not None}
        return wrapped

    @property
    def plane_names(self) -> tuple[str, ...]:
        """Names of the planes, in the order they came."""
        return tuple(self.planes)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns); (0, 0) without any plane."""
        for plane in self.planes.values():
            return int(plane.shape[0]), int(plane.shape[1])
        return 0, 0

    @property
    def header(self) -> Header | None:
        """Header of the cutout's own grid; None if there is none."""
        return self._header

    @header.setter
    def header(self, header: Header | None) -> None:
        self._header, self._made_wcs = header, None

    @property
    def wcs(self) -> WCS | None:
        """WCS of the cutout's grid (0-based pixels), made from the header when first asked for.

        None without a header, and where the header describes no sky coordinates.

        Raises
        ------
        InputError
            The header's WCS cannot be used, or wants look-up tables from other HDUs.
        """
        if self._wcs is not None or self._header is None:
            return self._wcs
        if self._made_wcs is None:
            from vetter.core.coordinates.wcs import header_wcs

            self._made_wcs = header_wcs(self._header)
        return self._made_wcs

    @wcs.setter
    def wcs(self, wcs: WCS | None) -> None:
        self._wcs, self._made_wcs = wcs, None

    @property
    def given_wcs(self) -> WCS | None:
        """The WCS if it was given; None where it is to be made from the header."""
        return self._wcs

    @property
    def position(self) -> tuple[float, float]:
        """The candidate's (x, y) in the cutout's pixels: 0-based, with its fraction.

        From ``meta`` x and y and the origin; else from ``meta`` ra and dec and the WCS; else
        the middle of the cutout.
        """
        if self.origin is not None:
            x, y = _number(self.meta.get("x")), _number(self.meta.get("y"))
            if np.isfinite(x) and np.isfinite(y):
                return x - self.origin[0], y - self.origin[1]
        ra, dec = _number(self.meta.get("ra")), _number(self.meta.get("dec"))
        if np.isfinite(ra) and np.isfinite(dec) and self.wcs is not None:
            from vetter.core.coordinates.wcs import sky_to_pixel

            x, y = sky_to_pixel(self.wcs, ra, dec)
            if -0.5 <= x < self.shape[1] - 0.5 and -0.5 <= y < self.shape[0] - 0.5:
                return x, y
        return (self.shape[1] - 1) / 2, (self.shape[0] - 1) / 2

    def read_only(self) -> Cutout:
        """The same cutout with read-only views of the same arrays; meta is copied."""
        frozen = self.copy()
        frozen.meta = dict(self.meta)
        frozen.planes = {name: _frozen(plane) for name, plane in self.planes.items()}
        frozen.bits = {name: _frozen(plane) for name, plane in self.bits.items()}
        return frozen

    def copy(self) -> Self:
        """As ``dict.copy``: a new collection of the same arrays, meta, header and WCS."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.planes, other.extras = dict(self.planes), dict(self.extras)
        other.notes, other.bits = dict(self.notes), dict(self.bits)
        other.provenance, other.unread = dict(self.provenance), dict(self.unread)
        return other

    __copy__ = copy

    def __repr__(self) -> str:
        name = self.meta.get("name", "unnamed")
        return f"<Cutout {name}: {', '.join(self.planes)}; {self.shape[1]} x {self.shape[0]}>"

    def put_plane(self, name: str, plane: Array) -> None:
        """Put in a plane, of one shape with those that are there; masked pixels become NaN.

        Raises
        ------
        InputError
            It is not two-dimensional, or of another shape, or its name is that of something else.
        """
        plane = _array(plane)
        if name in SPECIAL:
            raise InputError(f"plane '{name}': {', '.join(SPECIAL)} are not names of planes")
        if plane.ndim != 2:
            raise InputError(
                f"plane '{name}': wants a two-dimensional array, found shape {plane.shape}"
            )
        others = [p for n, p in self.planes.items() if n != name]
        if others and plane.shape != others[0].shape:
            raise InputError(
                f"plane '{name}': wants shape {others[0].shape} as the other planes, "
                f"found {plane.shape}"
            )
        self.planes[name] = plane
        self.bits.pop(name, None)
        self.unread.pop(name, None)


def _array(plane: Any) -> Array:
    """A plain array: of a Quantity its values, masked pixels as NaN (True in a mask)."""
    if isinstance(plane, np.ma.MaskedArray):
        return filled(plane)
    return np.asarray(plane)


def _frozen(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


def _number(value: Any) -> float:
    """A float, NaN for what is missing, masked or not a number; Quantities as they stand."""
    if value is None or np.ma.is_masked(value):
        return float("nan")
    try:
        return float(getattr(value, "value", value))
    except (TypeError, ValueError):
        return float("nan")


class LazyCutout(Cutout):
    """A part of a field. Cropping a header of many cards takes longer than the pixels do.

    Parameters
    ----------
    planes, meta, notes, bits, provenance
        As `Cutout`.
    box : Box
        Where it lies in the parent image.
    parent_header : `~astropy.io.fits.Header` or None
    parent_wcs : `~astropy.wcs.WCS` or None
        Of the whole image; neither is changed.
    """

    def __init__(
        self,
        planes: Mapping[str, Array | None],
        meta: Mapping[str, Any],
        box: Box,
        parent_header: Header | None = None,
        parent_wcs: WCS | None = None,
        notes: Mapping[str, str] | None = None,
        bits: Mapping[str, Array] | None = None,
        provenance: Mapping[str, Provenance] | None = None,
    ) -> None:
        self._box = box
        self._parent_header, self._parent_wcs = parent_header, parent_wcs
        self._header: Header | None = None
        origin = box.x0, box.y0
        super().__init__(planes, meta, origin=origin, notes=notes, bits=bits, provenance=provenance)
        # The base class has just set both to None, which here means "given up".
        self._parent_header, self._parent_wcs = parent_header, parent_wcs

    @property
    def header(self) -> Header | None:
        """Header of the cutout's own grid."""
        if self._header is None and self._parent_header is not None:
            self._header = crop_header(self._parent_header, self._box)
        return self._header

    @header.setter
    def header(self, header: Header | None) -> None:
        self._header, self._parent_header = header, None

    @property
    def wcs(self) -> WCS | None:
        """WCS of the cutout's own grid; None where the image has none."""
        if self._wcs is None and self._parent_wcs is not None:
            self._wcs = crop_wcs(self._parent_wcs, self._box)
        return self._wcs

    @wcs.setter
    def wcs(self, wcs: WCS | None) -> None:
        self._wcs, self._parent_wcs = wcs, None

    @property
    def given_wcs(self) -> WCS | None:
        """The WCS where the parent's header does not hold it: there is none, or it has tables."""
        parent, header = self._parent_wcs, self._parent_header
        if parent is not None and header is not None and "CTYPE1" in header:
            tables = (parent.cpdis1, parent.cpdis2, parent.det2im1, parent.det2im2)
            if all(table is None for table in tables):
                return None
        return self.wcs


def cropped(cutout: Cutout, radius: float) -> Cutout:
    """The cutout within a radius of its position; itself where it is no larger.

    Parameters
    ----------
    cutout : Cutout
        Not changed.
    radius : float
        Half the side, pixels.

    Returns
    -------
    Cutout
        2 ceil(radius) + 1 pixels on a side; where the cutout does not reach, NaN.
    """
    x, y = cutout.position
    box = Box.around(x, y, radius)
    rows, columns = cutout.shape
    if box.nx >= columns and box.ny >= rows:
        return cutout
    origin, given = cutout.origin, cutout.given_wcs
    part = Cutout(
        {name: crop_array(plane, box) for name, plane in cutout.planes.items()},
        cutout.meta,
        None if cutout.header is None else crop_header(cutout.header, box),
        None if given is None else crop_wcs(given, box),
        origin=None if origin is None else (origin[0] + box.x0, origin[1] + box.y0),
        notes=cutout.notes,
        bits={name: crop_array(bits, box) for name, bits in cutout.bits.items()},
        provenance=cutout.provenance,
    )
    part.extras, part.unread = copy.copy(cutout.extras), dict(cutout.unread)
    part.light_curve, part.psf_image = cutout.light_curve, cutout.psf_image
    return part


def missing(unread: Mapping[str, str], needed: Collection[str] | None = None) -> list[str]:
    """What is missing, of the planes needed or of all: a line for each reason, with its planes.

    Parameters
    ----------
    unread : mapping of str to str
        Planes that could not be read, and why; see `Cutout`.
    needed : collection of str, optional
    """
    planes: dict[str, list[str]] = {}
    for name, why in unread.items():
        if needed is None or name in needed:
            planes.setdefault(why, []).append(name)
    return [f"no {' and no '.join(names)}: {why}" for why, names in planes.items()]
