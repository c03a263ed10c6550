"""Frozen, typed settings, with errors that name the key."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vetter.errors import SettingsError

STRETCHES = ("linear", "asinh", "log", "sqrt", "square", "histeq")
INTERVALS = ("noise", "percentile", "zscale", "sigma", "minmax", "manual")
THEMES = ("system", "dark", "light")
PSFS = ("gaussian", "moffat", "stars")
SERVICES = ("SIMBAD", "NED", "Legacy Survey", "TNS", "Aladin Lite")
MAX_RADIUS = 2000.0
"""Largest radius of a cutout, pixels: a mistyped radius could take gigabytes."""
SAFE_BLINK_RATE = 3.0
"""Largest number of changes a second that is safe for photosensitive people.

WCAG 2.2, criterion 2.3.1: three flashes."""
MAX_BLINK_RATE = 20.0
"""Largest number of changes a second where the user allows more than the safe ones."""
MAX_SEED = 2**31 - 1
"""Largest seed of a shuffled list: a dialog's largest whole number."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Parameters of the fit in the window, in the background and in ``vetter adjust``.

    ``ahead`` fits the whole list in the background; without it only F fits.
    ``inner_fwhm`` is the side of the fitted box: inner = inner_fwhm * FWHM + 1 pixels.
    ``psf`` is the shape of a new source: a Gaussian or a Moffat (of ``moffat_beta``) of the FWHM,
    or the common shape of the field's stars; if these are too few, the Gaussian is used, with a
    note. Without an FWHM from user, list, header or stars no fit is judged.
    """

    ahead: bool = True
    inner_fwhm: float = 4.0
    max_shift: float = 1.0
    max_scale: float = 2.0
    fit_bg: bool = True
    psf: str = "stars"
    moffat_beta: float = 3.0
    min_pval: float = 1e-5
    max_chi2_ratio: float = 0.3
    scale_low: float = 0.8
    scale_high: float = 1.2
    max_snr: float = 5.0


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """Display of the planes at first; the user's changes are stored in the session.

    ``blink_rate`` is the number of changes a second of the automatic blink. It counts up to
    `SAFE_BLINK_RATE` unless ``fast_blink`` is on: faster flashes can cause seizures in
    photosensitive people.
    """

    theme: str = "system"
    radius: float = 20.0
    interval: str = "noise"
    percent_low: float = 0.5
    percent_high: float = 99.5
    stretch: str = "asinh"
    colour_map: str = "grey"
    difference_map: str = "diverging"
    reticle: bool = True
    blink_rate: float = SAFE_BLINK_RATE
    fast_blink: bool = False

    @property
    def allowed_blink_rate(self) -> float:
        """Changes a second of the automatic blink.

        >>> DisplaySettings(blink_rate=8).allowed_blink_rate
        3.0
        >>> DisplaySettings(blink_rate=8, fast_blink=True).allowed_blink_rate
        8
        """
        return self.blink_rate if self.fast_blink else min(self.blink_rate, SAFE_BLINK_RATE)


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """Tags on keys 1 to 9 with their colours, cutouts to build ahead, size of their cache.

    ``tag_colours`` are ``#rrggbb``, one for each tag in order; an empty or missing colour is the
    text's own. ``columns`` are the first columns of a list that has them; empty for those that
    the list's kind suggests. ``seen_radius`` is the distance, in arcseconds, within which an
    earlier verdict is one on the same object. ``idle_seconds`` is the longest time without a key
    or a move of the pointer that counts as time looked at a candidate. ``wait_days`` is the time
    after which an undecided candidate has waited too long. ``blind`` hides scores, answers of
    fits and others' verdicts.
    """

    tags: tuple[str, ...] = (
        "dipole",
        "cosmic ray",
        "bad pixel",
        "saturated",
        "variable",
        "nuclear",
        "moving",
        "ghost",
        "interesting",
    )
    tag_colours: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    seen_radius: float = 1.5
    build_ahead: int = 12
    cache_megabytes: int = 192
    idle_seconds: float = 60.0
    wait_days: float = 3.0
    blind: bool = False


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Services whose pages the window offers to open at a candidate's position."""

    pages: tuple[str, ...] = SERVICES


@dataclass(frozen=True, slots=True)
class TnsSettings:
    """Facts of a report to the Transient Name Server that no list holds; empty if unknown.

    Numbers are those of TNS's lists of values, and -1 if unknown. ``filters`` are codes by filter,
    as ``r=22``. ``archive`` and ``archive_remarks`` stand for the last non-detection of objects
    without one in their history.
    """

    reporter: str = ""
    reporting_group_id: int = -1
    discovery_data_source_id: int = -1
    at_type: int = -1
    instrument: int = -1
    filters: tuple[str, ...] = ()
    flux_units: int = -1
    archive: int = -1
    archive_remarks: str = ""
    exposure_time: float = 0.0
    observer: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class AdesSettings:
    """Facts of a report to the Minor Planet Center that no list holds; empty or 0 if unknown.

    ``bands`` are MPC's codes by filter, as ``r=Sr``; ``rms_ra``, ``rms_dec`` are arcseconds of
    positions whose errors the list does not hold; ``aperture`` is in metres.
    """

    station: str = ""
    observatory: str = ""
    submitter: str = ""
    institution: str = ""
    observers: tuple[str, ...] = ()
    measurers: tuple[str, ...] = ()
    telescope: str = ""
    design: str = ""
    aperture: float = 0.0
    detector: str = ""
    mode: str = ""
    catalogue: str = ""
    photometric_catalogue: str = ""
    bands: tuple[str, ...] = ()
    rms_ra: float = 0.0
    rms_dec: float = 0.0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Facts of the reports, each kind in a table of its own, as ``[reports.tns]``."""

    tns: TnsSettings = field(default_factory=TnsSettings)
    ades: AdesSettings = field(default_factory=AdesSettings)

    def with_fields(self, fields: Mapping[str, str]) -> ReportSettings:
        """Return a copy with typed values, as ``{"tns.reporter": "A. Smith"}``.

        Raises
        ------
        SettingsError
            An unknown key, or a text that is no number; the error names the key.
        """
        values: dict[str, dict[str, Any]] = {}
        for key, text in fields.items():
            kind, _, name = key.partition(".")
            section = getattr(self, kind, None) if kind in ("tns", "ades") else None
            if section is None or name not in {f.name for f in dataclasses.fields(section)}:
                raise SettingsError(f"{key}: no such field of a report")
            values.setdefault(kind, {})[name] = _typed(key, text, getattr(section, name))
        changed = {
            kind: dataclasses.replace(getattr(self, kind), **own) for kind, own in values.items()
        }
        return dataclasses.replace(self, **changed)


def _typed(key: str, text: str, default: Any) -> Any:
    """Convert a typed text to the type of a setting; parts of a list are separated by commas."""
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, str):
        return text.strip()
    try:
        return type(default)(text)
    except ValueError:
        raise SettingsError(f"{key}: expected a number, found {text!r}") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; :meth:`from_mapping` builds them from a parsed TOML file."""

    fit: FitSettings = field(default_factory=FitSettings)
    display: DisplaySettings = field(default_factory=DisplaySettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    services: ServiceSettings = field(default_factory=ServiceSettings)
    reports: ReportSettings = field(default_factory=ReportSettings)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Settings:
        """Check and convert a parsed settings file.

        Parameters
        ----------
        mapping : mapping
            Sections ``fit``, ``display``, ``review``, ``services``, ``reports``; keys are the
            fields of these classes.

        Raises
        ------
        SettingsError
            An unknown section or key, a value of the wrong type or out of range; the text
            names the key.

        Examples
        --------
        >>> Settings.from_mapping({"fit": {"max_shift": 2}}).fit.max_shift
        2.0
        """
        sections = {f.name: f for f in dataclasses.fields(cls)}
        built: dict[str, Any] = {}
        for name, values in mapping.items():
            if name not in sections:
                raise SettingsError(f"{name}: no such section; there are {', '.join(sections)}")
            if not isinstance(values, Mapping):
                raise SettingsError(f"{name}: expected a table of keys, found {values!r}")
            built[name] = _section(_SECTIONS[name], name, values)
        settings = cls(**built)
        _check(settings)
        return settings


_SECTIONS: dict[str, Any] = {
    "fit": FitSettings,
    "display": DisplaySettings,
    "review": ReviewSettings,
    "services": ServiceSettings,
    "reports": ReportSettings,
}

_RETIRED: dict[str, tuple[str, ...]] = {"fit": ("default_fwhm",)}
"""Keys that older settings files may hold, and that have no effect any more.

An FWHM that nothing tells is unknown: ``default_fwhm`` made wrong PSFs of it.
"""


def _section(section_class: Any, section: str, values: Mapping[str, Any]) -> Any:
    defaults = section_class()
    names = {f.name for f in dataclasses.fields(section_class)}
    converted: dict[str, Any] = {}
    for key, value in values.items():
        if key in _RETIRED.get(section, ()):
            continue
        if key not in names:
            raise SettingsError(f"{section}.{key}: no such setting; there are {sorted(names)}")
        default = getattr(defaults, key)
        if dataclasses.is_dataclass(default):
            if not isinstance(value, Mapping):
                raise SettingsError(f"{section}.{key}: expected a table of keys, found {value!r}")
            converted[key] = _section(type(default), f"{section}.{key}", value)
        else:
            converted[key] = _convert(f"{section}.{key}", value, default)
    return section_class(**converted)


def _convert(key: str, value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise SettingsError(f"{key}: expected true or false, found {value!r}")
    if isinstance(default, (int, float)) and isinstance(value, (int, float)):
        if not isinstance(value, bool):
            return type(default)(value)
    if isinstance(default, str) and isinstance(value, str):
        return value
    if isinstance(default, tuple) and isinstance(value, (list, tuple)):
        if all(isinstance(item, str) for item in value):
            return tuple(value)
    expected = "a list of strings" if isinstance(default, tuple) else f"a {type(default).__name__}"
    raise SettingsError(f"{key}: expected {expected}, found {value!r}")


def _check(settings: Settings) -> None:
    display, fit, review = settings.display, settings.fit, settings.review
    for key, value, allowed in (
        ("display.stretch", display.stretch, STRETCHES),
        ("display.interval", display.interval, INTERVALS),
        ("display.theme", display.theme, THEMES),
        ("fit.psf", fit.psf, PSFS),
    ):
        if value not in allowed:
            raise SettingsError(f"{key}: expected one of {', '.join(allowed)}, found {value!r}")
    positive = {
        "display.radius": display.radius,
        "review.cache_megabytes": review.cache_megabytes,
        "review.seen_radius": review.seen_radius,
        "review.idle_seconds": review.idle_seconds,
        "review.wait_days": review.wait_days,
    }
    for key, number in positive.items():
        if not number > 0:
            raise SettingsError(f"{key}: expected a number above 0, found {number!r}")
    _check_fit(fit)
    if not 0.1 <= display.blink_rate <= MAX_BLINK_RATE:
        raise SettingsError(
            f"display.blink_rate: expected 0.1 to {MAX_BLINK_RATE:g} changes a second, "
            f"found {display.blink_rate!r}"
        )
    if not 0 <= display.percent_low < display.percent_high <= 100:
        raise SettingsError(
            "display.percent_low: expected 0 <= percent_low < percent_high <= 100, "
            f"found {display.percent_low!r} and {display.percent_high!r}"
        )
    if len(review.tags) > 9:
        raise SettingsError(f"review.tags: expected at most 9 tags, found {len(review.tags)}")
    for name in review.tag_colours:
        if name and not _COLOUR.match(name):
            raise SettingsError(f"review.tag_colours: expected #rrggbb, found {name!r}")
    for name in settings.services.pages:
        if name not in SERVICES:
            raise SettingsError(
                f"services.pages: expected some of {', '.join(SERVICES)}, found {name!r}"
            )


def _check_fit(fit: FitSettings) -> None:
    for name, maximum in (
        ("inner_fwhm", 50.0),
        ("max_shift", 50.0),
        ("max_snr", math.inf),
        ("max_chi2_ratio", math.inf),
    ):
        value = getattr(fit, name)
        if not 0 < value <= maximum:
            limit = f" and up to {maximum:g}" if maximum < math.inf else ""
            raise SettingsError(f"fit.{name}: expected a number above 0{limit}, found {value!r}")
    if not 1 < fit.moffat_beta <= 100:
        raise SettingsError(
            f"fit.moffat_beta: expected a number above 1 and up to 100, found {fit.moffat_beta!r}"
        )
    if not 1 < fit.max_scale < math.inf:
        raise SettingsError(f"fit.max_scale: expected a number above 1, found {fit.max_scale!r}")
    if not 0 <= fit.min_pval <= 1:
        raise SettingsError(f"fit.min_pval: expected a number from 0 to 1, found {fit.min_pval!r}")
    if not 0 <= fit.scale_low < fit.scale_high:
        raise SettingsError(
            "fit.scale_low: expected 0 <= scale_low < scale_high, "
            f"found {fit.scale_low!r} and {fit.scale_high!r}"
        )
