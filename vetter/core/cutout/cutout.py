"""A cutout: the planes of one candidate on one pixel grid, with header, WCS and metadata.

A cutout is also a mapping: planes, meta, header and WCS by their keys. `LazyCutout` crops its
header and WCS at their first use.
"""

from __future__ import annotations

import copy
import math
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from vetter.core.cutout.crop import crop_array, crop_header, crop_wcs, fill_masked
from vetter.core.cutout.plane import Array, Box, Provenance
from vetter.core.cutout.sky_marks import SkyMark
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

    from vetter.core.candidates.light_curve import LightCurve

SPECIAL = ("meta", "header", "wcs")
"""Keys that are not names of planes."""


class CutoutMapping(MutableMapping[str, Any]):
    """The dictionary interface of STDPipe's cutouts; subclasses add `header` and `wcs`.

    Attributes
    ----------
    planes : dict of str to ndarray
    meta : dict
        Metadata, never None, unlike `header` and `wcs`.
    extras : dict
        Assigned values that are not planes.
    """

    planes: dict[str, Array]
    meta: dict[str, Any]
    extras: dict[str, Any]

    @abstractmethod
    def copy(self) -> Self:
        """Return a shallow copy."""

    @abstractmethod
    def put_plane(self, name: str, plane: Array) -> None:
        """Store a two-dimensional array; raises InputError for other values."""

    def clear(self) -> None:
        """Remove all but an empty ``meta``."""
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
        """Return True, since ``meta`` is never missing; counting keys would crop the header."""
        return True


def is_plane(value: Any) -> bool:
    """Return whether a value assigned to a cutout is a plane: a two-dimensional array."""
    return isinstance(value, np.ndarray) and value.ndim == 2


class Cutout(CutoutMapping):
    """Planes of one candidate, with the interface of STDPipe's dictionary.

    ``cutout['image']``, ``cutout['meta']``, ``'diff' in cutout`` and
    ``cutout['template'] = array`` work; `planes`, `meta`, `header` and `wcs` are the same objects
    as attributes. A value under another key that is not a two-dimensional array is not a plane:
    it stays in memory, and is not written to files.

    Parameters
    ----------
    planes : mapping of str to ndarray
        Two-dimensional arrays of one shape (rows, columns); not copied. None is omitted.
    meta : mapping
        Metadata of the candidate: its columns, ``time``, ``filename``, ``name``...
        A dict is not copied.
    header : astropy.io.fits.Header, optional
        Header of the cutout's grid.
    wcs : astropy.wcs.WCS, optional
        WCS of the cutout's grid; default: from `header`, at its first use.
    origin : (int, int), optional
        Column and row, in the parent image and 0-based, of the cutout's pixel [0, 0].
    notes : mapping of str to str, optional
        Origin, in words, of planes that differ from a file's.
    bits : mapping of str to ndarray, optional
        Integers in the file, for boolean masks made from them.
    provenance : mapping of str to Provenance, optional
        Origin of planes that differ from a file's.

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
        Missing planes that could not be read, with the reason in words.
    extras : dict
        Assigned values that are not planes.
    light_curve : LightCurve or None
        Light curve from an alert packet. Not a key of the mapping, and not written to files.
    psf_image : ndarray or None
        PSF of the science image from an alert packet, its point at the centre.
    sky_marks : tuple of SkyMark
        Marks of an alert packet: predicted place of a minor planet, the pipeline's dipole, trail.
    covered : Box or None
        Part of the cutout that its stamps cover; None if that is all or not known.
    offset_in_whole : (int, int) or None
        Column and row of this cutout's first pixel in the cutout that fits are made on; None if
        both have the same centre.
    middle : (float, float) or None
        x and y of the middle of the whole stamp that this is a part of; None if it is whole.
    fit_psf : vetter.core.psf.models.Psf or None
        PSF of a new source in ``image - convolved`` for a fit; None: that of the fit's options.
    fit_normal : vetter.core.fit.field_normal.FieldNormal or None
        Normal shift and scale of a fit's template; None: those of the field, if known.
    fit_caveat : str
        Reason not to judge a fit of these planes; empty without any.

    Raises
    ------
    InputError
        A plane is not two-dimensional, differs in shape from the first, or has a reserved name
        (``meta``, ``header``, ``wcs``).

    Notes
    -----
    Differs from STDPipe 0.4.1: a class rather than a dict, so the WCS costs nothing until its
    first use, and planes of different shapes raise when they are assigned.

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
        self.sky_marks: tuple[SkyMark, ...] = ()
        self.covered: Box | None = None
        self.offset_in_whole: tuple[int, int] | None = None
        self.middle: tuple[float, float] | None = None
        self.fit_psf: Any = None
        self.fit_normal: Any = None
        self.fit_caveat = ""
        self._wcs = wcs
        self._made_wcs: WCS | None = None
        for name, plane in planes.items():
            if plane is not None:
                self.put_plane(name, plane)
        self.bits.update(bits or {})

    @classmethod
    def wrap(cls, cutout: Mapping[str, Any]) -> Cutout:
        """Return a Cutout itself, or wrap a plain dict (arrays and meta are shared).

        Raises
        ------
        InputError
            The planes differ in shape.
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
        """Names of the planes, in the order of assignment."""
        return tuple(self.planes)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (rows, columns); (0, 0) without planes."""
        for plane in self.planes.values():
            return int(plane.shape[0]), int(plane.shape[1])
        return 0, 0

    @property
    def header(self) -> Header | None:
        """Header of the cutout's grid, or None."""
        return self._header

    @header.setter
    def header(self, header: Header | None) -> None:
        self._header, self._made_wcs = header, None

    @property
    def wcs(self) -> WCS | None:
        """WCS of the cutout's grid (0-based pixels), from the header at its first use.

        None without a header, and for a header without sky coordinates.

        Raises
        ------
        InputError
            The header's WCS cannot be used, or needs look-up tables from other HDUs.
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
        """WCS as given; None if it comes from the header."""
        return self._wcs

    @property
    def unit(self) -> str:
        """Unit of the pixels by the header's BUNIT; empty if unknown."""
        return _unit_in(self._header)

    @property
    def position(self) -> tuple[float, float]:
        """Position (x, y) of the candidate in cutout pixels: 0-based, with its fraction.

        It is from ``meta`` x and y and the origin; else from ``meta`` ra and dec and the WCS; else
        the middle of the cutout, or of the whole stamp that it is a part of.
        """
        if self.origin is not None:
            x, y = _read_float(self.meta.get("x")), _read_float(self.meta.get("y"))
            if math.isfinite(x) and math.isfinite(y):
                return x - self.origin[0], y - self.origin[1]
        ra, dec = _read_float(self.meta.get("ra")), _read_float(self.meta.get("dec"))
        if math.isfinite(ra) and math.isfinite(dec) and self.wcs is not None:
            from vetter.core.coordinates.wcs import sky_to_pixel

            x, y = sky_to_pixel(self.wcs, ra, dec)
            if -0.5 <= x < self.shape[1] - 0.5 and -0.5 <= y < self.shape[0] - 0.5:
                return x, y
        return self.middle or ((self.shape[1] - 1) / 2, (self.shape[0] - 1) / 2)

    def read_only(self) -> Cutout:
        """Return a copy with read-only views of the same arrays; meta is copied."""
        frozen = self.copy()
        frozen.meta = dict(self.meta)
        frozen.planes = {name: _freeze(plane) for name, plane in self.planes.items()}
        frozen.bits = {name: _freeze(plane) for name, plane in self.bits.items()}
        return frozen

    def copy(self) -> Self:
        """Return a shallow copy, as ``dict.copy``: arrays, meta, header and WCS are shared."""
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
        """Store a plane with the shape of the other planes; masked pixels become NaN.

        Raises
        ------
        InputError
            The plane is not two-dimensional or has another shape, or the name is reserved.
        """
        plane = _make_plain(plane)
        if name in SPECIAL:
            raise InputError(f"plane '{name}': {', '.join(SPECIAL)} are not names of planes")
        if plane.ndim != 2:
            raise InputError(
                f"plane '{name}': expected a two-dimensional array, found shape {plane.shape}"
            )
        others = [p for n, p in self.planes.items() if n != name]
        if others and plane.shape != others[0].shape:
            raise InputError(
                f"plane '{name}': expected the other planes' shape {others[0].shape}, "
                f"found {plane.shape}"
            )
        self.planes[name] = plane
        self.bits.pop(name, None)
        self.unread.pop(name, None)


def _make_plain(plane: Any) -> Array:
    """Return a plain array: the values of a Quantity, masked pixels as NaN (True in a mask)."""
    if isinstance(plane, np.ma.MaskedArray):
        return fill_masked(plane)
    return np.asarray(plane)


def _freeze(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


def _unit_in(header: Header | None) -> str:
    unit = None if header is None else header.get("BUNIT")
    return unit.strip() if isinstance(unit, str) else ""


def _read_float(value: Any) -> float:
    """Return a float, NaN for a missing, masked or other value; a Quantity loses its unit."""
    if value is None or np.ma.is_masked(value):
        return float("nan")
    try:
        return float(getattr(value, "value", value))
    except (TypeError, ValueError):
        return float("nan")


class LazyCutout(Cutout):
    """A cutout whose header and WCS are cropped at their first use.

    Cropping a header of many cards takes longer than cropping the pixels.

    Parameters
    ----------
    planes, meta, notes, bits, provenance
        As in `Cutout`.
    box : Box
        Box of the cutout in the parent image.
    parent_header : `~astropy.io.fits.Header` or None
        Header of the whole image; not changed.
    parent_wcs : `~astropy.wcs.WCS` or None
        WCS of the whole image; not changed.
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
        # Cutout.__init__() sets header and wcs to None, which discards the parent's.
        self._parent_header, self._parent_wcs = parent_header, parent_wcs

    @property
    def header(self) -> Header | None:
        """Header of the cutout's grid, or None."""
        if self._header is None and self._parent_header is not None:
            self._header = crop_header(self._parent_header, self._box)
        return self._header

    @header.setter
    def header(self, header: Header | None) -> None:
        self._header, self._parent_header = header, None

    @property
    def wcs(self) -> WCS | None:
        """WCS of the cutout's grid; None if the image has no WCS."""
        if self._wcs is None and self._parent_wcs is not None:
            self._wcs = crop_wcs(self._parent_wcs, self._box)
        return self._wcs

    @wcs.setter
    def wcs(self, wcs: WCS | None) -> None:
        self._wcs, self._parent_wcs = wcs, None

    @property
    def unit(self) -> str:
        """Unit of the pixels by BUNIT, which needs no cropped header."""
        return _unit_in(self._header if self._header is not None else self._parent_header)

    @property
    def given_wcs(self) -> WCS | None:
        """WCS that the parent's header lacks: without a header, or with look-up tables."""
        parent, header = self._parent_wcs, self._parent_header
        if parent is not None and header is not None and "CTYPE1" in header:
            tables = (parent.cpdis1, parent.cpdis2, parent.det2im1, parent.det2im2)
            if all(table is None for table in tables):
                return None
        return self.wcs


def crop_cutout(cutout: Cutout, radius: float) -> Cutout:
    """Crop a cutout to a radius around its position; return it unchanged if it is not larger.

    Parameters
    ----------
    cutout : Cutout
        The cutout; not changed.
    radius : float
        Half the side, pixels.

    Returns
    -------
    Cutout
        Cutout of 2 ceil(radius) + 1 pixels on a side; NaN beyond the given one.
    """
    x, y = cutout.position
    box = Box.around(x, y, radius)
    rows, columns = cutout.shape
    if box.nx >= columns and box.ny >= rows:
        return cutout
    return cut_to(cutout, box)


def cut_to(cutout: Cutout, box: Box) -> Cutout:
    """Return the part of a cutout in a box, with header, WCS and origin moved along.

    Parameters
    ----------
    cutout : Cutout
        Not changed.
    box : Box
        In the cutout's pixels; pixels beyond the cutout are NaN.
    """
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
    part.sky_marks = cutout.sky_marks
    part.fit_psf, part.fit_normal = cutout.fit_psf, cutout.fit_normal
    part.fit_caveat = cutout.fit_caveat
    return part


def list_missing_planes(
    unread: Mapping[str, str], needed: Collection[str] | None = None
) -> list[str]:
    """Return a line for each reason why planes are missing, with the names of these planes.

    Parameters
    ----------
    unread : mapping of str to str
        Planes that could not be read, with the reasons; see `Cutout`.
    needed : collection of str, optional
        Names of the planes to report; default: all.
    """
    planes: dict[str, list[str]] = {}
    for name, reason in unread.items():
        if needed is None or name in needed:
            planes.setdefault(reason, []).append(name)
    return [f"no {' and no '.join(names)}: {reason}" for reason, names in planes.items()]
