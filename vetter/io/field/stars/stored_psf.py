"""Record of a field's star PSF in a session, since building the PSF takes seconds."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout_source import Fingerprint
from vetter.core.psf.models import PsfImage

REVISION = 2
"""Number of the building method; a new number makes sessions build their PSFs again."""
_SETTING_PREFIX = "psf of field "
_NUMBER = re.compile("[0-9]{1,6}")
_MAX_SIDE = 4096


class StarPsf(PsfImage):
    """PSF of the field's stars; ``of`` is the digest of its pixels and building method."""

    def __init__(
        self, samples: npt.NDArray[np.float64], sampling: float, said: str, of: str
    ) -> None:
        super().__init__(samples, sampling, said)
        self.of = of

    def record(self) -> dict[str, Any]:
        """Return the PSF in types that JSON can hold."""
        return {
            "of": self.of,
            "shape": list(self.samples.shape),
            "samples": base64.b64encode(self.samples.astype("<f8").tobytes()).decode(),
            "sampling": self.sampling,
            "said": self.description,
        }


def pixel_digest(fingerprints: Iterable[Fingerprint]) -> str:
    """Return a digest of the image and the mask that a PSF is built of."""
    used = sorted(f"{f.role} {f.digest}" for f in fingerprints if f.role in ("image", "mask"))
    return hashlib.sha256(f"{REVISION} {used}".encode()).hexdigest()[:24]


def restore_psf(record: Mapping[str, Any] | None, of: str) -> StarPsf | None:
    """Return the PSF of a record, to the bit; None if it is of other pixels, or damaged."""
    if not isinstance(record, Mapping) or record.get("of") != of:
        return None
    try:
        ny, nx = (int(size) for size in record["shape"])
        samples = np.frombuffer(base64.b64decode(record["samples"]), "<f8")
        if not 0 < nx * ny <= _MAX_SIDE * _MAX_SIDE:
            return None
        pixels = samples.reshape(ny, nx).astype(float)
        return StarPsf(pixels, float(record["sampling"]), str(record["said"]), of)
    except (KeyError, TypeError, ValueError, OverflowError):
        # A record of another version, or damaged: the PSF is built again.
        return None


def psf_setting_name(field: int) -> str:
    """Return the name of an image's PSF among the settings that a session stores."""
    return f"{_SETTING_PREFIX}{field}"


def stored_psfs(settings: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return the PSF records among a session's settings, by the number of their image."""
    records: dict[int, Mapping[str, Any]] = {}
    for name, value in settings.items():
        number = name.removeprefix(_SETTING_PREFIX)
        if number != name and _NUMBER.fullmatch(number) and isinstance(value, dict):
            records[int(number)] = value
    return records
