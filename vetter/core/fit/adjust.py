"""The fit of a template's shift, scale and background to an image.

A candidate that the fit explains is a misregistered star.

Model, pixel set and degrees of freedom are those of :class:`vetter.core.fit.adjustment.Adjustment`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np

from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.fit.input import MIN_ERR, FitInput, read_fit_inputs
from vetter.core.fit.solver import fit_inputs


def fit(cutout: Any, options: FitOptions | None = None) -> Adjustment:
    """Fit one cutout; bad pixels never raise, the result gives the reason in words.

    Parameters
    ----------
    cutout : Cutout or mapping
        Planes ``image``, ``err`` and ``convolved`` (else ``template``), of one shape (ny, nx),
        NaN where unknown; optionally ``mask`` (non-zero is bad), ``template_mask`` and
        ``template_err``. The cutout is not changed.
    options : FitOptions, optional
        Default: STDPipe's defaults.

    Returns
    -------
    Adjustment
        If the fit failed, ``converged`` is False and ``reason`` gives the cause.

    Examples
    --------
    >>> import numpy as np
    >>> y, x = np.mgrid[:17, :17]
    >>> star = 100.0 * np.exp(-0.5 * ((x - 8) ** 2 + (y - 8) ** 2) / 1.5**2)
    >>> cutout = {"image": 1.05 * star, "template": star, "err": np.ones((17, 17)), "meta": {}}
    >>> result = fit(cutout)
    >>> result.converged, round(result.scale, 3)
    (True, 1.05)
    """
    return fit_many([cutout], options)[0]


def fit_many(
    cutouts: Sequence[Any],
    options: FitOptions | None = None,
    normals: Sequence[FieldNormal] | None = None,
) -> list[Adjustment]:
    """Fit many cutouts as :func:`fit` does, those of one shape together; keep their order.

    Parameters
    ----------
    cutouts : sequence of Cutout or mapping
    options : FitOptions, optional
        Default: STDPipe's defaults.
    normals : sequence of FieldNormal, optional
        Normal shift and scale for each cutout, from the field's stars: ``prior_flux``,
        ``shift_chi2`` and ``scale_chi2`` depend on them. Default: unknown.
    """
    options = options or FitOptions()
    inputs = read_fit_inputs(cutouts, options)
    if normals is not None:
        inputs = [
            data.with_normal(normal) if isinstance(data, FitInput) else data
            for data, normal in zip(inputs, normals, strict=True)
        ]
    fits = iter(fit_inputs([data for data in inputs if isinstance(data, FitInput)], options))
    return [next(fits) if isinstance(data, FitInput) else data for data in inputs]


def adjust_cutout(
    cutout: Any,
    max_shift: float = 2,
    max_scale: float = 1.1,
    inner: float | None = None,
    normalize: bool = False,
    fit_bg: bool = False,
    verbose: bool | Callable[..., Any] = False,
    fwhm: float | None = None,
) -> bool:
    """Fit the template to the image; results go into the cutout.

    After STDPipe's function of this name. Where STDPipe 0.4.1 is wrong this is right: ``adjust_dx``
    is along x and ``adjust_dy`` along y (there they are swapped); ``normalize`` divides by ``err``
    once (there twice); pixels that are NaN or off the image do not enter (there as zeros, or
    it raises); an integer mask is a mask; the pixel set does not move with the shift; ``df`` is
    pixels minus free parameters; ``inner`` works on cutouts that are not square.

    Parameters
    ----------
    cutout : Cutout or dict
        See :func:`fit`. It gets ``meta['adjust_*']`` and the plane ``adjusted``: image minus
        model, (ny, nx), NaN where either is not known. Results of an earlier fit go.
    max_shift : float
        Bound of \\|dx\\| and \\|dy\\| in pixels. More than half of the cutout counts as that half:
        beyond it the fit would find the template's mirror image. ``meta['adjust_notes']`` says so.
    max_scale : float
        The scale is within ``1 / max_scale`` and ``max_scale``.
    inner : float, optional
        Fit the pixels within ``inner / 2`` of the centre on each axis (12 and 13: 13 x 13).
    normalize : bool
        Divide ``adjusted`` by ``err``; NaN where that is not positive.
    fit_bg : bool
        Fit the background too; else it is the mode of the good pixels.
    verbose : bool or callable
        Say what is found, by ``print`` or the callable.
    fwhm : float, optional
        Of the image, pixels (else ``meta['fwhm']``): the surviving flux and S/N are measured.

    Returns
    -------
    bool
        Whether there is a result; ``meta['adjust_reason']`` says why not.

    Raises
    ------
    ValueError
        ``max_shift`` below 0, ``max_scale`` or ``inner`` below 1, or one of them no finite number.

    Examples
    --------
    The template has the same star half a pixel to the left:

    >>> import numpy as np
    >>> from vetter.cutouts import Cutout, adjust_cutout
    >>> y, x = np.mgrid[-10:11, -10:11]
    >>> image = 1000 * np.exp(-((x - 0.5) ** 2 + y**2) / 8)
    >>> template = 1000 * np.exp(-(x**2 + y**2) / 8)
    >>> cutout = Cutout({"image": image, "template": template, "err": np.full(x.shape, 5.0)})
    >>> adjust_cutout(cutout, fit_bg=True)
    True
    >>> print(f"{cutout['meta']['adjust_dx']:.1f} {cutout['meta']['adjust_scale']:.1f}")
    0.5 1.0
    >>> cutout["adjusted"].shape
    (21, 21)
    """
    options = FitOptions(max_shift, max_scale, inner, None, bool(fit_bg), fwhm)
    result = fit(cutout, options)
    _record_and_report(cutout, result, normalize, verbose)
    return result.converged


def _record_and_report(
    cutout: Any, result: Adjustment, normalize: bool, verbose: bool | Callable[..., Any]
) -> None:
    record(cutout, result, normalize)
    if verbose:
        write_line = verbose if callable(verbose) else print
        for line in report(result):
            write_line(line)


def record(cutout: Any, result: Adjustment, normalize: bool = False) -> None:
    """Write a result into a cutout: ``meta['adjust_*']`` and the plane ``adjusted``."""
    meta = cutout["meta"]
    values = result.as_meta()
    stale = [k for k in meta if k not in values and isinstance(k, str) and k.startswith("adjust_")]
    for key in stale:
        del meta[key]
    meta.update(values)
    residual = result.residual
    if residual is None:
        if "adjusted" in cutout:
            del cutout["adjusted"]
    else:
        if normalize:
            err = np.asarray(cutout["err"], float)
            with np.errstate(all="ignore"):
                residual = np.where(err > MIN_ERR, residual / err, np.nan)
        cutout["adjusted"] = residual


def report(result: Adjustment) -> list[str]:
    """Return the result in a few lines of text."""
    if not result.converged:
        return [f"No adjustment: {result.reason}"]
    lines = [
        f"Adjustment is: dx {result.dx:.2f} dy {result.dy:.2f} scale {result.scale:.2f} "
        f"bg {result.bg:.4g} tbg {result.tbg:.4g}",
        f"Chi2 improvement: {result.chi2_0:.2f} -> {result.chi2:.2f}",
        f"Final Chi2: {result.chi2:.2f} df: {result.df} p-value: {result.pval:.2g}",
    ]
    if math.isfinite(result.snr):
        lines.append(f"Surviving flux: {result.flux:.4g} +- {result.flux_err:.2g}")
    if result.at_bound:
        lines.append("On its bound: " + ", ".join(result.at_bound))
    return lines


_CUTOUTS_PER_BATCH = 128


def adjust_cutouts(
    cutouts: Iterable[Any],
    max_shift: float = 2,
    max_scale: float = 1.1,
    inner: float | None = None,
    normalize: bool = False,
    fit_bg: bool = False,
    verbose: bool | Callable[..., Any] = False,
    fwhm: float | None = None,
) -> list[bool]:
    """Run :func:`adjust_cutout` on many cutouts, vectorised over those of one shape.

    Parameters
    ----------
    cutouts : iterable of Cutout or dict
        Read in batches of 128; results go into each cutout.

    Returns
    -------
    list of bool
        Whether there is a result, in the order given.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.cutouts import Cutout, adjust_cutouts
    >>> y, x = np.mgrid[-10:11, -10:11]
    >>> template, err = 1000 * np.exp(-(x**2 + y**2) / 8), np.full(x.shape, 5.0)
    >>> images = [1000 * np.exp(-((x - dx) ** 2 + y**2) / 8) for dx in (-0.3, 0.4)]
    >>> cutouts = [Cutout({"image": i, "template": template, "err": err}) for i in images]
    >>> adjust_cutouts(cutouts, fit_bg=True)
    [True, True]
    >>> [round(float(cutout["meta"]["adjust_dx"]), 1) for cutout in cutouts]
    [-0.3, 0.4]
    """
    options = FitOptions(max_shift, max_scale, inner, None, bool(fit_bg), fwhm)
    converged: list[bool] = []
    unfitted = iter(cutouts)
    while batch := list(islice(unfitted, _CUTOUTS_PER_BATCH)):
        for cutout, result in zip(batch, fit_many(batch, options), strict=True):
            _record_and_report(cutout, result, normalize, verbose)
            converged.append(result.converged)
    return converged
