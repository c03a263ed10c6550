"""Options of inputs, on the command line and in a session's record, and origins of sources."""

from __future__ import annotations

import dataclasses
import math
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vetter.core.cutout.cutout import SPECIAL
from vetter.core.fakes.plan import PlantPlan
from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.settings import MAX_RADIUS, PSFS

DEFAULT_RADIUS = 20.0
"""Half the side of a cutout if neither user nor inputs give one, pixels."""

PLANE_OPTIONS = ("image", "template", "convolved", "diff", "err", "mask")


@dataclass(frozen=True, slots=True)
class InputOptions:
    """Options for reading inputs, in the words of the command line.

    Attributes
    ----------
    planes : mapping of str to str
        Plane name to file, possibly as ``file.fits[EXT]``.
    variance, weight : str or None
        Files to compute ``err`` from.
    mask_bits, mask_good : str or None
        Bits of the mask that are bad, or that are not.
    columns : mapping of str to str
        Role to column, as corrected by the user.
    one_based : bool or None
        Whether x and y count pixels from 1; None: detect it.
    radius : float or None
        Half the side of a cutout, pixels.
    fwhm : float or None
        FWHM of the image's PSF, pixels.
    schema : str or None
        File with the Avro schema of alert packets that come without one, or a folder of schemas.
    encoding : str or None
        Encoding of lists in text, a name that Python knows; None: detect it.
    psf : str or None
        'gaussian', 'moffat', 'stars', or a file, possibly as ``file.fits[EXT]``.
    patterns : mapping of str to str
        Plane name to file name pattern, as ``{name}_sci.fits``, in folders of stamps.
    usual_radius : float or None
        Radius if neither ``radius`` nor the inputs give one; not recorded.
    plant : PlantPlan or None
        Test rows to mix into the list; the source's record holds them, not the options.
    """

    planes: Mapping[str, str] = field(default_factory=dict)
    variance: str | None = None
    weight: str | None = None
    mask_bits: str | None = None
    mask_good: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    one_based: bool | None = None
    radius: float | None = None
    fwhm: float | None = None
    schema: str | None = None
    encoding: str | None = None
    psf: str | None = None
    patterns: Mapping[str, str] = field(default_factory=dict)
    usual_radius: float | None = None
    plant: PlantPlan | None = None

    @classmethod
    def from_keywords(cls, **keywords: Any) -> InputOptions:
        """Return options from keywords named as on the command line: ``image=``, ``plane={...}``...

        Raises
        ------
        InputError
            An option that does not exist.
        """
        planes = {str(k): str(v) for k, v in dict(keywords.pop("planes", None) or {}).items()}
        planes |= {str(k): str(v) for k, v in dict(keywords.pop("plane", None) or {}).items()}
        for name in PLANE_OPTIONS:
            value = keywords.pop(name, None)
            if value is not None:
                if planes.get(name, str(value)) != str(value):
                    raise InputError(f"{name} is given twice: {planes[name]} and {value}")
                planes[name] = str(value)
        for name in planes:
            if name in SPECIAL:
                raise InputError(f"--plane {name}: {', '.join(SPECIAL)} are not names of planes")
        columns = dict(keywords.pop("columns", None) or {})
        columns |= dict(keywords.pop("column", None) or {})
        patterns = dict(keywords.pop("patterns", None) or {})
        patterns |= dict(keywords.pop("pattern", None) or {})
        for name in patterns:
            if name in SPECIAL:
                raise InputError(f"--pattern {name}: {', '.join(SPECIAL)} are not names of planes")
        numbers = {n: keywords.pop(n) for n in PlantPlan.__slots__ if keywords.get(n) is not None}
        if numbers:
            keywords["plant"] = PlantPlan(**numbers)
        names = {f.name for f in dataclasses.fields(cls)} - {"planes", "columns", "patterns"}
        unknown = sorted(set(keywords) - names)
        if unknown:
            raise InputError(f"{unknown[0]}: no such option; there are {', '.join(sorted(names))}")
        return cls(planes=planes, columns=columns, patterns=patterns, **keywords)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> InputOptions:
        """Return the options of a source's record, with its test rows.

        Raises
        ------
        InputError
            An option that does not exist.
        """
        options = cls.from_keywords(**dict(record.get("options", {})))
        return dataclasses.replace(options, plant=PlantPlan.from_record(record))

    def with_defaults(self, other: InputOptions) -> InputOptions:
        """Return these options, with options that are not set taken from ``other``."""
        changes: dict[str, Any] = {
            f.name: getattr(other, f.name)
            for f in dataclasses.fields(self)
            if getattr(self, f.name) is None
        }
        changes["planes"] = {**other.planes, **self.planes}
        changes["columns"] = {**other.columns, **self.columns}
        changes["patterns"] = {**other.patterns, **self.patterns}
        return dataclasses.replace(self, **changes)

    def with_usual_radius(self) -> InputOptions:
        """Return these options with the usual radius if no radius is set."""
        radius = self.usual_radius if self.radius is None else self.radius
        return dataclasses.replace(self, radius=radius)

    def words(self) -> list[str]:
        """Return the options that are set as words of the command line."""
        words: list[str] = []
        for name, file in self.planes.items():
            is_option = name in (*PLANE_OPTIONS, "variance", "weight")
            words += [f"--{name}", file] if is_option else ["--plane", f"{name}={file}"]
        for name in (*_TEXT_NAMES, "radius", "fwhm"):
            if getattr(self, name) is not None:
                words += [f"--{name.replace('_', '-')}", str(getattr(self, name))]
        for role, column in self.columns.items():
            words += ["--column", f"{role}={column}"]
        for name, pattern in self.patterns.items():
            words += ["--pattern", f"{name}={pattern}"]
        if self.one_based is not None:
            words.append("--one-based" if self.one_based else "--zero-based")
        for name, number in (self.plant.as_plain() if self.plant else {}).items():
            words += [f"--{name}", str(number)]
        return words

    def first_list_option(self) -> str:
        """Return the first option set that only a list with planes can use; '' without any."""
        if self.planes:
            return f"--{next(iter(self.planes))}"
        for name in ("variance", "weight", "mask_bits", "mask_good"):
            if getattr(self, name) is not None:
                return "--" + name.replace("_", "-")
        if self.columns:
            return "--column"
        return "" if self.one_based is None else "--one-based" if self.one_based else "--zero-based"

    @property
    def psf_file(self) -> str | None:
        """File of the PSF; None if the PSF is of another kind or not set."""
        return None if self.psf in (None, *PSFS) else self.psf

    def as_plain(self) -> dict[str, Any]:
        """Return the options that are set, in plain types with absolute paths, for the session."""
        values: dict[str, Any] = {
            f.name: getattr(self, f.name)
            for f in dataclasses.fields(self)
            if getattr(self, f.name) not in (None, {}) and f.name not in ("usual_radius", "plant")
        }
        for name in ("variance", "weight", "schema"):
            if name in values:
                values[name] = absolute_name(values[name])
        if self.psf_file is not None:
            values["psf"] = absolute_name(self.psf_file)
        if "planes" in values:
            values["planes"] = {k: absolute_name(v) for k, v in self.planes.items()}
        if "columns" in values:
            values["columns"] = dict(self.columns)
        if "patterns" in values:
            values["patterns"] = dict(self.patterns)
        return values


def command_line(inputs: Sequence[str], options: InputOptions) -> str:
    """Return the line that opens inputs with these options, quoted for a shell."""
    return shlex.join(["vetter", *inputs, *options.words()])


_MAPPING_NAMES = ("planes", "columns", "patterns")
_TEXT_NAMES = ("variance", "weight", "mask_bits", "mask_good", "schema", "encoding", "psf")


def check_recorded(options: Any) -> None:
    """Raise ValueError for recorded options of other types than `InputOptions.as_plain` gives."""
    if not isinstance(options, dict):
        raise ValueError("options")
    for name in _MAPPING_NAMES:
        value = options.get(name, {})
        texts = value.values() if isinstance(value, dict) else [None]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError(name)
    for name in _TEXT_NAMES:
        if not isinstance(options.get(name, ""), str):
            raise ValueError(name)
    for name, maximum in (("radius", MAX_RADIUS), ("fwhm", math.inf)):
        value = options.get(name, 1.0)
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not 0 < value <= maximum
        ):
            raise ValueError(name)
    if not isinstance(options.get("one_based", True), bool):
        raise ValueError("one_based")


@dataclass(frozen=True, slots=True)
class InputOrigin:
    """Inputs and options of a source, and notes on how they were opened.

    Openers pass it to the source, which does not change after its creation.

    Attributes
    ----------
    record : dict
        Inputs and options in plain types, for the session.
    notes : tuple of str
        Notes before those of the reader of the file.
    others : tuple of str
        Notes after them: other inputs beside the opened one.
    cautions : tuple of str
        Notes that the user sees at once.
    """

    record: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    def notes_with(self, own: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return all notes, with the reader's ``own`` notes in their place."""
        return (*self.notes, *own, *self.others)


def absolute_name(spec: str) -> str:
    """Return a file's name as an absolute path, with ``[EXT]`` kept."""
    name = parse_fits_name(spec)
    return os.path.abspath(name.path) + name.suffix
