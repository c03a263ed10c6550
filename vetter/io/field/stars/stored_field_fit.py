"""Record of a field's fit options and measurements in a session, since they take seconds.

The record is JSON. Only the classes listed here are built from it, and nothing in it is executed.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import Fingerprint
from vetter.core.fit.adjustment import FitOptions
from vetter.core.judgement.field_fit import REVISION, FieldFit
from vetter.core.psf.models import PsfImage
from vetter.settings import FitSettings

_SETTING_PREFIX = "fit of field "
_NUMBER = re.compile("[0-9]{1,6}")
_DTYPES = ("<f8", "<i8", "|b1")
_MAX_BYTES = 50_000_000
"""Size of an array above which a record counts as damaged."""


def field_digest(
    fingerprints: Iterable[Fingerprint], settings: FitSettings, options: Mapping[str, Any]
) -> str:
    """Return a digest of all that a field's fit options and measurements depend on.

    Parameters
    ----------
    fingerprints : iterable of Fingerprint
        Files of the field; the list counts, since its columns may give the FWHM.
    settings : FitSettings
    options : mapping
        The user's options of the input.
    """
    files = sorted(f"{file.role} {file.digest}" for file in fingerprints)
    given = sorted((key, repr(options.get(key))) for key in ("psf", "fwhm", "radius"))
    text = f"{REVISION} {files} {settings!r} {given}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def make_record(fit: FieldFit, of: str) -> dict[str, Any]:
    """Return the fit options and measurements in types that JSON can hold."""
    content = _encode(fit._replace(settings=None))  # type: ignore[arg-type]
    return {"of": of, "fit": content, "sum": _content_digest(content)}


def restore_field_fit(
    record: Mapping[str, Any] | None, of: str, settings: FitSettings
) -> FieldFit | None:
    """Return what a record holds, to the bit; None if it is of other pixels, or damaged."""
    if not isinstance(record, Mapping) or record.get("of") != of:
        return None
    try:
        if record["sum"] != _content_digest(record["fit"]):
            return None
        fit = _decode(record["fit"])
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        # A record of another version, or damaged: the field is measured again.
        return None
    return fit._replace(settings=settings) if _is_field_fit(fit) else None


def _is_field_fit(value: Any) -> bool:
    """Return whether a value is a `FieldFit` whose parts have their classes."""
    from vetter.core.judgement.measured_planes import MeasuredPlanes
    from vetter.core.judgement.star_calibration import StarCalibration

    return (
        isinstance(value, FieldFit)
        and isinstance(value.options, FitOptions)
        and isinstance(value.radius, float | int)
        and isinstance(value.measured, MeasuredPlanes | None)
        and isinstance(value.calibration, StarCalibration | None)
    )


def _content_digest(content: Any) -> str:
    """Return a digest of a record's content, since a changed number would be a wrong answer."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


def setting_name(field: int) -> str:
    """Return the name of an image's record among the settings that a session stores."""
    return f"{_SETTING_PREFIX}{field}"


def stored_fits(settings: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return the records among a session's settings, by the number of their image."""
    records: dict[int, Mapping[str, Any]] = {}
    for name, value in settings.items():
        number = name.removeprefix(_SETTING_PREFIX)
        if number != name and _NUMBER.fullmatch(number) and isinstance(value, dict):
            records[int(number)] = value
    return records


def _classes() -> dict[str, type]:
    """Return the classes of a record by name; imported here, since the window needs none."""
    from vetter.core.judgement.measured_planes import MeasuredPlanes
    from vetter.core.judgement.star_calibration import StarCalibration
    from vetter.core.matching.difference_match import DifferenceMatch
    from vetter.core.matching.match import FieldMatch
    from vetter.core.matching.scale_match import ScaleMatch
    from vetter.core.noise.coarse_map import CoarseMap
    from vetter.core.noise.correlation import Correlation
    from vetter.core.noise.err_check import ErrCheck
    from vetter.core.noise.noise_model import NoiseModel
    from vetter.core.psf.models import Gaussian, Moffat

    known = (
        *(FieldFit, FitOptions, MeasuredPlanes, StarCalibration, FieldMatch, NoiseModel),
        *(
            DifferenceMatch,
            ScaleMatch,
            ErrCheck,
            CoarseMap,
            Correlation,
            Gaussian,
            Moffat,
            PsfImage,
        ),
    )
    return {kind.__name__: kind for kind in known}


def _encode(value: Any) -> Any:
    """Return a value in types that JSON can hold."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, np.ndarray):
        plain = value.astype({"f": "<f8", "b": "|b1"}.get(value.dtype.kind, "<i8"))
        data = base64.b64encode(plain.tobytes()).decode()
        return {"array": data, "dtype": plain.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return _encode(value.item())
    fields = _fields(value)
    if fields is not None:
        return {"class": type(value).__name__, "fields": {k: _encode(v) for k, v in fields.items()}}
    if isinstance(value, (tuple, list)):
        return {"tuple": [_encode(part) for part in value]}
    raise TypeError(f"no record of {type(value).__name__}")


def _fields(value: Any) -> dict[str, Any] | None:
    """Return the fields of a data class or named tuple; None for other values."""
    if isinstance(value, PsfImage):
        return {"image": value.samples, "sampling": value.sampling, "said": value.description}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
    names = getattr(value, "_fields", None)
    return None if names is None else {name: getattr(value, name) for name in names}


def _decode(value: Any) -> Any:
    """Return the value of a record; raises KeyError, TypeError or ValueError for others."""
    if not isinstance(value, dict):
        return value
    if "float" in value:
        return float.fromhex(value["float"])
    if "array" in value:
        return _decode_array(value)
    if "tuple" in value:
        return tuple(_decode(part) for part in value["tuple"])
    kind = _classes()[value["class"]]
    return kind(**{str(key): _decode(part) for key, part in value["fields"].items()})


def _decode_array(value: Mapping[str, Any]) -> npt.NDArray[Any]:
    dtype, shape = value["dtype"], tuple(int(size) for size in value["shape"])
    data = base64.b64decode(value["array"])
    if dtype not in _DTYPES or len(data) > _MAX_BYTES or any(size < 0 for size in shape):
        raise ValueError("array")
    return np.frombuffer(data, dtype).reshape(shape).astype(np.dtype(dtype).newbyteorder("="))
