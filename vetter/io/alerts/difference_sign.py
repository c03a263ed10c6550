"""Sign of a packet's difference stamp: image minus template, or the producer's opposite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.io.alerts.packets.producers import Producer, field_of, is_positive, number

_MIN_SIGNIFICANCE = 8.0
"""Least |coefficient / error| of a regression: ZTF's turned stamps reach 17 to 240."""

_MIN_PIXELS = 9
_MIN_DETERMINANT = 1e-9
"""Least determinant relative to its diagonal: image and template must not be one and the same."""

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
    planes = np.array([diff.ravel(), image.ravel(), template.ravel()], np.float64)
    known = np.isfinite(planes).all(axis=0)
    if not known.all():
        planes = planes[:, known]
    count = planes.shape[1]
    if count < _MIN_PIXELS:
        return 0
    # All sums of products at once: fits of ten thousand packets wait for this.
    products = planes @ planes.T
    exact = _exact_sign(products)
    if exact:
        return exact
    sums = planes.sum(axis=1)
    (dd, di, dt), (_, ii, it), (_, _, tt) = products - np.outer(sums, sums) / count
    determinant = ii * tt - it * it
    if not determinant > _MIN_DETERMINANT * ii * tt:
        return 0
    of_image, of_template = (di * tt - dt * it) / determinant, (dt * ii - di * it) / determinant
    variance = max(dd - of_image * di - of_template * dt, 1e-12 * dd) / max(count - 3, 1)
    if not variance > 0:
        return 0
    # Both are positive for image - template.
    signals = (
        of_image / np.sqrt(variance * tt / determinant),
        -of_template / np.sqrt(variance * ii / determinant),
    )
    weaker, stronger = sorted(signals, key=abs)
    if weaker * stronger < 0 and abs(weaker) > _MAX_CONTRADICTION * abs(stronger):
        return 0
    return int(np.sign(stronger)) if abs(stronger) > _MIN_SIGNIFICANCE else 0


def _exact_sign(products: Array) -> int:
    """Return 1 or -1 if a difference equals image - template or its negative; else 0.

    Parameters
    ----------
    products : ndarray, shape (3, 3)
        Sums of products of difference, image and template.
    """
    (dd, di, dt), (_, ii, it), (_, _, tt) = products
    size, along = ii + tt - 2 * it, di - dt
    # Rounding leaves as much of equal planes, whose difference has no sign.
    if not size > 1e-12 * (ii + tt):
        return 0
    sign = 1 if along > 0 else -1
    return sign if dd - 2 * sign * along + size < _MAX_EXACT_RESIDUAL**2 * size else 0


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
