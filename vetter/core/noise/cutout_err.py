"""Error plane of one cutout, measured on its difference, for scripts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import ArrayPlane, Provenance
from vetter.core.noise.measured_noise import measure_noise
from vetter.errors import InputError

Array = npt.NDArray[np.float64]

_GAIN_KEYS = ("GAIN", "EGAIN")


def estimate_err(
    cutout: Any,
    template: npt.NDArray[Any] | None = None,
    mask: npt.NDArray[Any] | None = None,
    gain: float | None = None,
) -> Array:
    """Measure 1 sigma of each pixel on a cutout's difference, and store it as the plane ``err``.

    The scatter of ``image - convolved`` has the noise of both planes, without what they share. It
    is measured on the pixels without sources; photons of the sources are added. Fits with it are
    judged, unlike those with an error estimated on the image alone.

    Parameters
    ----------
    cutout : Cutout, dict or ndarray
        Cutout with ``image``, and ``convolved``, ``diff`` or a ``template`` that
        ``meta['template_matched']`` calls matched. An array is an image, and nothing is stored.
    template : ndarray, optional
        Template matched to the image's PSF and flux, in place of the cutout's.
    mask : ndarray, optional
        Non-zero where bad; default: the cutout's ``mask``.
    gain : float, optional
        Electrons per unit of the image; default: ``GAIN`` or ``EGAIN`` of the cutout's header.
        Without a gain, or if the sources contradict it, their scatter gives the photon noise.

    Returns
    -------
    ndarray (ny, nx)
        NaN where image or template are not finite.

    Raises
    ------
    InputError
        There is no matched template, a plane has another shape, or no pixel is without source.

    Notes
    -----
    An image of a whole field gives better figures than a small cutout: half of 41 x 41 pixels
    give the sky's noise to 3%. The correlation of resampled pixels does not change this error.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.core.noise.cutout_err import estimate_err
    >>> rng = np.random.default_rng(3)
    >>> y, x = np.mgrid[-20:21, -20:21]
    >>> star = 900 * np.exp(-(x**2 + y**2) / 8)
    >>> cutout = {"image": star + rng.normal(0, 4, x.shape), "convolved": star, "meta": {}}
    >>> err = estimate_err(cutout)
    >>> bool(abs(np.median(err) - 4) < 0.2), "err" in cutout
    (True, True)
    """
    image = cutout if isinstance(cutout, np.ndarray) else cutout.get("image")
    if image is None:
        raise InputError("cutout: no image plane; the error is measured on image - convolved")
    pixels = _read_floats(image)
    matched = _find_template(cutout, pixels) if template is None else _read_floats(template)
    stored = None if isinstance(cutout, np.ndarray) else cutout.get("mask")
    flags = stored if mask is None else mask
    for name, plane in (("template", matched), ("mask", flags)):
        if plane is not None and np.shape(plane) != pixels.shape:
            raise InputError(f"{name}: expected shape {pixels.shape}, found {np.shape(plane)}")
    model = measure_noise(
        ArrayPlane("image", pixels),
        ArrayPlane("convolved", matched),
        None if flags is None else ArrayPlane("mask", np.ma.filled(flags, True) != 0),
        _read_gain(cutout) if gain is None else gain,
    )
    if isinstance(model, str):
        raise InputError(f"cutout: {model}")
    err = model.err(pixels, matched, 0, 0)
    if not isinstance(cutout, np.ndarray):
        cutout["err"] = err
    if isinstance(cutout, Cutout):
        cutout.notes["err"] = model.description
        cutout.provenance["err"] = Provenance.MEASURED
    return err


def _read_floats(plane: Any) -> Array:
    if isinstance(plane, np.ma.MaskedArray):
        plane = np.ma.filled(plane.astype(float), np.nan)
    pixels = np.asarray(plane, np.float64)
    if pixels.ndim != 2:
        raise InputError(f"cutout: expected planes in two dimensions, found {pixels.ndim}")
    return pixels


def _find_template(cutout: Any, image: Array) -> Array:
    """Return the template matched to an image; raises InputError if the cutout has none."""
    if not isinstance(cutout, np.ndarray):
        if cutout.get("convolved") is not None:
            return _read_floats(cutout["convolved"])
        difference = cutout.get("diff")
        if difference is not None and np.shape(difference) == image.shape:
            return image - _read_floats(difference)
        meta = cutout.get("meta") or {}
        if cutout.get("template") is not None and meta.get("template_matched"):
            return _read_floats(cutout["template"])
    raise InputError(
        "cutout: no template matched to the image; pass one, or set the plane convolved"
    )


def _read_gain(cutout: Any) -> float | None:
    """Return the gain in a cutout's header; None without one."""
    header: Any = None if isinstance(cutout, np.ndarray) else cutout.get("header")
    for key in _GAIN_KEYS:
        value = None if header is None else header.get(key)
        if isinstance(value, int | float) and math.isfinite(value) and value > 0:
            return float(value)
    return None
