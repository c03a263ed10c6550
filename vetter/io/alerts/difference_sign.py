"""Sign of a packet's difference stamp: image minus template, or the producer's opposite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.core.cutout.plane_checks.difference_signals import measure_signals
from vetter.io.alerts.packets.producers import Producer, field_of, is_positive, number

_MIN_SIGNIFICANCE = 8.0
"""Least |coefficient / error| of a regression: ZTF's turned stamps reach 17 to 240."""

_MIN_CORE_SIGNAL = 5.0
"""Least signal-to-noise ratio of the candidate's own pixels."""

_MAX_CONTRADICTION = 0.2
"""Largest ratio of the two coefficients' significances, if they contradict each other. A stamp
that is like both image and template is no difference of them."""

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
    signals = measure_signals(diff, image, template)
    if signals is None:
        return 0
    weaker, stronger = sorted((signals.of_image, signals.of_template), key=abs)
    if weaker * stronger < 0 and abs(weaker) > _MAX_CONTRADICTION * abs(stronger):
        return 0
    return int(np.sign(stronger)) if abs(stronger) > _MIN_SIGNIFICANCE else 0


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
