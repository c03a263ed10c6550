"""Planes of a packet's fit: a template matched to the image, and the noise of their difference.

Packets with the PSF and noise of both stamps are matched by cross-convolution. Of others, image
minus difference is the template as the survey matched it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Array, Provenance
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.matching.cross_match import cross_match
from vetter.core.psf.models import PsfImage
from vetter.io.alerts.stamps import Stamp

NO_NOISE = "the packet has no noise plane: a fit cannot tell a defect from a source"
"""Caveat of fits whose noise had to be measured on the difference."""

CROSS_MATCHED = "image and template convolved by each other's PSF"
MEASURED_NOISE = "measured on the difference"
FROM_DIFFERENCE = "the template is image - difference"

_PSF_FLOOR = 0.01
"""Transfer of two PSF models below which their ratio is not known: Rubin's differ from smooth ones
by 0.4 to 0.7% there."""

_MODEL_ERROR = 0.03
"""Error of a matched template by its PSFs' models, as a part of its flux above the sky."""


_NORMAL = FieldNormal(shift_err=0.2, scale_err=0.01)
"""Normal of stamps in equal flux units on one grid: stars of 25 real packets scatter by 0.13 px and
by 1%."""


def put_matched_planes(
    cutout: Cutout, stamps: Mapping[str, Stamp], sigmas: Mapping[str, Array]
) -> None:
    """Replace a packet's planes by those that a fit can be judged on, as far as it has them.

    ``image``, ``convolved`` and ``err`` then belong together; notes say where they come from.

    Parameters
    ----------
    cutout : Cutout
        Planes from `vetter.io.alerts.cutout`, the difference turned to image - template.
    stamps : mapping of str to Stamp
        The stamps by plane.
    sigmas : mapping of str to ndarray
        1 sigma of the stamps that have it, on the cutout's grid.
    """
    image, diff = cutout.planes.get("image"), cutout.planes.get("diff")
    if image is None:
        return
    obstacle = find_obstacle(cutout, stamps, sigmas)
    if not obstacle:
        _put_cross_match(cutout, stamps, sigmas)
    elif diff is not None:
        _put_difference(cutout, image, diff)
        if any(stamp.psf is not None for stamp in stamps.values()):
            cutout.notes["convolved"] += f"; {obstacle}"


def find_obstacle(cutout: Cutout, stamps: Mapping[str, Stamp], sigmas: Mapping[str, Array]) -> str:
    """Return why image and template cannot be convolved by each other's PSF; empty if they can.

    Parameters are those of `put_matched_planes`.
    """
    for name in ("image", "template"):
        plane, sigma = cutout.planes.get(name), sigmas.get(name)
        if plane is None:
            return f"not matched by PSFs: there is no {name}"
        if read_psf(stamps[name].psf) is None:
            return f"not matched by PSFs: the {name} has none"
        if sigma is None or not (np.isfinite(plane) & np.isfinite(sigma) & (sigma > 0)).any():
            return f"not matched by PSFs: the {name} has no pixel with noise"
    return ""


def read_psf(image: Array | None) -> PsfImage | None:
    """Return the PSF of a stamp; None without one that can be used."""
    if image is None:
        return None
    try:
        return PsfImage(image, said="PSF of the packet")
    except ValueError:
        return None


def _put_cross_match(
    cutout: Cutout, stamps: Mapping[str, Stamp], sigmas: Mapping[str, Array]
) -> None:
    first, second = (read_psf(stamps[name].psf) for name in ("image", "template"))
    assert first is not None and second is not None
    matched = cross_match(
        cutout["image"],
        cutout["template"],
        sigmas["image"],
        sigmas["template"],
        first,
        second,
        floor=_PSF_FLOOR,
    )
    known = matched.convolved[np.isfinite(matched.convolved)]
    level = float(np.median(known)) if known.size else 0.0
    err = np.hypot(matched.err, _MODEL_ERROR * (matched.convolved - level))
    cutout.planes.update(image=matched.image, convolved=matched.convolved, err=err)
    for name in ("template", "diff"):
        cutout.planes.pop(name, None)
    cutout.provenance.update(dict.fromkeys(("image", "convolved", "err"), Provenance.COMPUTED))
    cutout.notes["convolved"] = CROSS_MATCHED
    cutout.notes["err"] = f"of both, and {100 * _MODEL_ERROR:g}% of the template for the PSFs"
    cutout.fit_psf, cutout.fit_normal = matched.psf, _NORMAL


def _put_difference(cutout: Cutout, image: Array, diff: Array) -> None:
    """Set ``convolved`` to image - difference; noise measured on it alone is a caveat."""
    cutout.planes["convolved"] = np.subtract(image, diff, dtype=np.float64)
    cutout.planes.pop("template", None)
    cutout.provenance["convolved"] = Provenance.COMPUTED
    cutout.notes["convolved"] = FROM_DIFFERENCE
    cutout.fit_psf = read_psf(cutout.psf_image)
    if Provenance.ESTIMATED in cutout.provenance.get("err", Provenance.GIVEN):
        cutout.fit_caveat = NO_NOISE
