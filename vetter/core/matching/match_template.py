"""Template matched to an image, for scripts: on whole arrays or on a cutout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import ArrayPlane, Box, Provenance
from vetter.core.matching.field_match import fit_match
from vetter.core.psf.fwhm import star_fwhm
from vetter.errors import InputError

Array = npt.NDArray[np.float64]

_START_FWHM = 4.0
"""Width that sources are first looked for with where no star is isolated, pixels.

Their own widths are measured then.
"""
_CANDIDATE = 2.0
"""Radius around a cutout's candidate that no kernel is fitted on, in FWHM."""


def match_template(
    image: npt.ArrayLike | Mapping[str, Any],
    template: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
    err: npt.ArrayLike | None = None,
    positions: npt.ArrayLike | None = None,
    fwhm: float | None = None,
) -> tuple[Array, str]:
    """Match a template to an image in PSF, flux and sky, by the sources in both.

    See `vetter.core.matching.field_match.fit_match`; the template is convolved always.

    Parameters
    ----------
    image : array_like, shape (rows, columns), or Cutout or dict
        Image; NaN where unknown. A cutout gets the plane ``convolved``, and
        ``meta['template_matched']`` is True. Its candidate has no part in the fit.
    template : array_like, optional
        Template on the image's pixel grid, in any flux units; default: the cutout's.
    mask : array_like of bool, optional
        True where bad; default: the cutout's.
    err : array_like, optional
        1 sigma of the image; pixels without a positive one are bad. Default: the cutout's.
    positions : array_like (n, 2), optional
        x and y of stars, 0-based pixels of the image; others are looked for if they are few.
    fwhm : float, optional
        FWHM of the image's PSF, pixels; default: from its stars.

    Returns
    -------
    convolved : ndarray, shape (rows, columns)
        NaN where unknown pixels, or those off the template, have weight.
    description : str
        The match in words.

    Raises
    ------
    InputError
        There is no template, or too few sources are in both.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.core.matching.match_template import match_template
    >>> from vetter.core.psf.models import Gaussian
    >>> rng = np.random.default_rng(1)
    >>> stars = rng.uniform(20, 130, (8, 2))
    >>> wide, sharp = (sum(1e4 * Gaussian(f).render((150, 150), *s) for s in stars) for f in (5, 4))
    >>> image = wide + rng.normal(100, 1, (150, 150))
    >>> template = 0.2 * sharp + rng.normal(10, 0.2, (150, 150))
    >>> convolved, description = match_template(image, template)
    >>> float(np.nanstd(image - convolved).round())
    1.0
    """
    cutout = Cutout.wrap(image) if isinstance(image, Mapping) else None
    pixels: Any = image
    if cutout is not None:
        planes = cutout.planes
        if "image" not in planes:
            raise InputError("match_template: expected a cutout with an image, found none")
        pixels = planes["image"]
        template = planes.get("template") if template is None else template
        mask = planes.get("mask") if mask is None else mask
        err = planes.get("err") if err is None else err
    if template is None:
        raise InputError("match_template: expected a template, found none; give one")
    target, source = _read_pixels(pixels), _read_pixels(template)
    widths = star_fwhm(target) if fwhm is None else None
    start = fwhm or (_START_FWHM if widths is None else widths.fwhm)
    bad = np.zeros(target.shape, bool) if mask is None else np.asarray(mask) != 0
    if err is not None:
        bad = bad | ~(np.asarray(err, np.float64) > 0)
    if cutout is not None and positions is None:
        x, y = cutout.position
        rows, columns = np.indices(target.shape)
        bad = bad | (np.hypot(columns - x, rows - y) <= _CANDIDATE * start)
    stars = np.zeros((0, 2)) if positions is None else positions
    image_plane, template_plane = ArrayPlane("image", target), ArrayPlane("template", source)
    match = fit_match(
        image_plane, template_plane, ArrayPlane("mask", bad), stars, start, direction="template"
    )
    if isinstance(match, str):
        raise InputError(f"match_template: {match}")
    margin = match.margin
    box = Box(-margin, -margin, target.shape[1] + 2 * margin, target.shape[0] + 2 * margin)
    wide = {plane.name: plane.read(box) for plane in (image_plane, template_plane)}
    convolved = match.apply(wide, -margin, -margin).convolved
    if cutout is not None:
        cutout.planes["convolved"] = convolved
        cutout.notes["convolved"] = match.description
        cutout.provenance["convolved"] = Provenance.COMPUTED
        cutout.meta["template_matched"] = True
        if isinstance(image, Mapping) and cutout is not image:
            image["convolved"] = convolved  # type: ignore[index]
    return convolved, match.description


def _read_pixels(pixels: npt.ArrayLike) -> Array:
    masked = np.ma.asarray(pixels, np.float64)
    array = np.asarray(np.ma.filled(masked, np.nan), np.float64)
    if array.ndim != 2:
        raise InputError(
            f"match_template: expected two-dimensional arrays, found shape {array.shape}"
        )
    return array
