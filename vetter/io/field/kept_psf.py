"""The PSF of a field's stars as a session keeps it: to build it again takes seconds."""

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

REVISION = 1
"""Raised when PSFs are built in another way, so that those of the older one are built anew."""
_NAME = "psf of field "
_NUMBER = re.compile("[0-9]{1,6}")
_MOST = 4096


class StarPsf(PsfImage):
    """A PSF of the field's stars; ``of`` names the pixels and the way that it was built."""

    def __init__(
        self, samples: npt.NDArray[np.float64], sampling: float, said: str, of: str
    ) -> None:
        super().__init__(samples, sampling, said)
        self.of = of

    def record(self) -> dict[str, Any]:
        """In types that JSON holds."""
        return {
            "of": self.of,
            "shape": list(self.samples.shape),
            "samples": base64.b64encode(self.samples.astype("<f8").tobytes()).decode(),
            "sampling": self.sampling,
            "said": self.said,
        }


def pixels_of(fingerprints: Iterable[Fingerprint]) -> str:
    """Names the image and the mask that a PSF is built of."""
    used = sorted(f"{f.role} {f.digest}" for f in fingerprints if f.role in ("image", "mask"))
    return hashlib.sha256(f"{REVISION} {used}".encode()).hexdigest()[:24]


def restored(record: Mapping[str, Any] | None, of: str) -> StarPsf | None:
    """The PSF of a record, to the bit; None where it is of other pixels, or damaged."""
    if not isinstance(record, Mapping) or record.get("of") != of:
        return None
    try:
        ny, nx = (int(size) for size in record["shape"])
        samples = np.frombuffer(base64.b64decode(record["samples"]), "<f8")
        if not 0 < nx * ny <= _MOST * _MOST:
            return None
        pixels = samples.reshape(ny, nx).astype(float)
        return StarPsf(pixels, float(record["sampling"]), str(record["said"]), of)
    except (KeyError, TypeError, ValueError, OverflowError):
        # Of another version, or damaged: it is built again.
        return None


def setting_name(field: int) -> str:
    """What the PSF of an image is called among the settings that a session keeps."""
    return f"{_NAME}{field}"


def kept_psfs(settings: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """The records among a session's settings, by the number of their image."""
    found: dict[int, Mapping[str, Any]] = {}
    for name, value in settings.items():
        number = name.removeprefix(_NAME)
        if number != name and _NUMBER.fullmatch(number) and isinstance(value, dict):
            found[int(number)] = value
    return found
