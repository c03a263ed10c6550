"""Sign of a packet's difference stamp: image minus template, or the producer's opposite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.io.alerts.packets.producers import Producer, field_of, is_positive, number

_MIN_SIGNIFICANCE = 8.0
"""Least |coefficient / error| of a regression: ZTF's turned stamps reach 17 to 240."""

_MIN_CORE_SIGNAL = 5.0
"""Least signal-to-noise ratio of the candidate's own pixels."""

_MAX_CONTRADICTION = 0.2
"""Largest ratio of the two coefficients' significances, if they contradict each other. A stamp
that is like both image and template is no difference of them."""

_MAX_EXACT_RESIDUAL = 1e-3
"""Largest relative residual of a difference that is exactly image - template, or its negative."""

_CORE = 2
"""Half the side of the candidate's own pixels, on which a detection's sign is measured."""


def is_turned(
    diff: Array,
    image: Array | None,
    template: Array | None,
    positive: bool | None,
    middle: tuple[int, int],
) -> bool:
    """Return whether a difference stamp is template - image.

    ZTF's negative candidates (``isdiffpos`` is f) come with template - image, so that they are
    bright; Rubin's come with image - template. The pixels decide: the regression of the
    difference on image and template, which need not be matched in flux or PSF. If they do not, as
    without a template, a candidate that the packet calls negative and that is bright is turned.

    Parameters
    ----------
    diff : ndarray, shape (rows, columns)
    image, template : ndarray or None
        On the same grid; None if missing.
    positive : bool or None
        Whether the packet says that the candidate became brighter; None if it does not say.
    middle : (int, int)
        Column and row of the candidate's pixel.
    """
    if image is not None and template is not None:
        sign = _sign_by_pixels(diff, image, template)
        if sign:
            return sign < 0
    # A positive candidate whose pixels are negative is a defect as likely as a producer's sign.
    return positive is False and _core_sign(diff, middle) > 0


def is_brighter(record: Mapping[str, Any], producer: Producer) -> bool | None:
    """Return whether a packet says that its candidate became brighter; None if it does not say.

    ``isdiffpos`` of ZTF and alike; ``psfFlux``, else ``isNegative``, of Rubin.
    """
    body = record.get(producer.body)
    if not isinstance(body, Mapping):
        return None
    flag = is_positive(field_of(body, "isdiffpos"))
    if flag is not None:
        return flag
    for name in ("psfFlux", "psFlux"):
        flux = number(body.get(name))
        if flux == flux and flux != 0:
            return flux > 0
    negative = is_positive(body.get("isNegative"))
    return None if negative is None else not negative


def _sign_by_pixels(diff: Array, image: Array, template: Array) -> int:
    """Return 1 if the difference goes with image - template, -1 for the opposite, 0: unclear."""
    known = np.isfinite(diff) & np.isfinite(image) & np.isfinite(template)
    if np.count_nonzero(known) < 9:
        return 0
    d, i, t = (plane[known].astype(np.float64) for plane in (diff, image, template))
    exact = _exact_sign(d, i - t)
    if exact:
        return exact
    i, t, d = i - i.mean(), t - t.mean(), d - d.mean()
    ii, tt, it = float(i @ i), float(t @ t), float(i @ t)
    determinant = ii * tt - it * it
    if not determinant > 1e-12 * ii * tt:
        return 0
    di, dt = float(d @ i), float(d @ t)
    of_image = (di * tt - dt * it) / determinant
    of_template = (dt * ii - di * it) / determinant
    rest = d - of_image * i - of_template * t
    variance = float(rest @ rest) / max(len(d) - 3, 1)
    if not variance > 0:
        return int(np.sign(of_image)) if of_image * of_template < 0 else 0
    # Both are positive for image - template.
    signals = (
        of_image / np.sqrt(variance * tt / determinant),
        -of_template / np.sqrt(variance * ii / determinant),
    )
    weaker, stronger = sorted(signals, key=abs)
    if weaker * stronger < 0 and abs(weaker) > _MAX_CONTRADICTION * abs(stronger):
        return 0
    return int(np.sign(stronger)) if abs(stronger) > _MIN_SIGNIFICANCE else 0


def _exact_sign(d: Array, expected: Array) -> int:
    """Return 1 or -1 if a difference equals the expected one or its negative; else 0."""
    size = float(np.sqrt(expected @ expected))
    if not size > 0:
        return 0
    residuals = {sign: float(np.linalg.norm(d - sign * expected)) for sign in (1, -1)}
    best = min(residuals, key=lambda sign: residuals[sign])
    return best if residuals[best] < _MAX_EXACT_RESIDUAL * size else 0


def _core_sign(diff: Array, middle: tuple[int, int]) -> int:
    """Return the sign of the flux at the candidate; 0 if it is lost in the noise."""
    x, y = middle
    core = diff[max(0, y - _CORE) : y + _CORE + 1, max(0, x - _CORE) : x + _CORE + 1]
    with np.errstate(all="ignore"):
        values = diff[np.isfinite(diff)]
        core = core[np.isfinite(core)]
        if not values.size or not core.size:
            return 0
        level = float(np.median(values))
        noise = 1.4826 * float(np.median(np.abs(values - level)))
        signal = float((core - level).sum())
        # Noiseless stamps are of tests and simulations.
        if abs(signal) <= _MIN_CORE_SIGNAL * noise * np.sqrt(core.size):
            return 0
    return int(np.sign(signal))
