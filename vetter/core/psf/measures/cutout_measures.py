"""Measures of a cutout's image and difference, and their words for the user."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vetter.core.psf.measures.plane_measures import PlaneMeasures, measure_plane

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout

MEASURED = ("image", "diff")
"""Planes that are measured."""
MIN_SIDE = 7
"""Pixels; a smaller stamp holds no ring of sky."""
UNKNOWN_APERTURE = 4.0
"""Radius of the aperture if nothing tells the FWHM, pixels."""
ZERO_ERROR = 1e-30


@dataclass(frozen=True, eq=False)
class CutoutMeasures:
    """Measures of the planes of one candidate.

    Attributes
    ----------
    planes : dict of str to PlaneMeasures
        Those of `MEASURED` that the cutout has; empty if nothing can be measured.
    aperture : float
        Radius of the aperture, pixels: one FWHM of the PSF.
    aperture_origin : str
        Origin of this radius, in words.
    angle : float
        Direction of the cut, degrees from +x towards +y.
    reason : str
        Reason for the absence of measures; else empty.
    """

    planes: Mapping[str, PlaneMeasures] = field(default_factory=dict)
    aperture: float = math.nan
    aperture_origin: str = ""
    angle: float = 0.0
    reason: str = ""

    @property
    def lines(self) -> list[str]:
        """Lines of text: the aperture, then flux, S/N and FWHM of each plane."""
        if self.reason:
            return [self.reason]
        lines = [f"aperture {self.aperture:.1f} px ({self.aperture_origin})"]
        for name, plane in self.planes.items():
            lines += ["", *_plane_lines(name, plane)]
        if any(plane.err_from_sky for plane in self.planes.values()):
            lines += ["", "errors from the scatter of the sky"]
        return lines


def measure_cutout(cutout: Cutout, fwhm: float | None, angle: float = 0.0) -> CutoutMeasures:
    """Measure image and difference of a cutout around its candidate.

    The plane `err` is that of both; without it errors are the scatter of each plane's sky.

    Parameters
    ----------
    cutout : Cutout
    fwhm : float or None
        FWHM of the PSF in pixels, the aperture's radius; None: `UNKNOWN_APERTURE`.
    angle : float
        Direction of the cut, degrees from +x towards +y.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.cutouts import Cutout
    >>> y, x = np.mgrid[:41, :41]
    >>> star = 100.0 * np.exp(-((x - 20) ** 2 + (y - 20) ** 2) / 8.0)
    >>> cutout = Cutout({"diff": star, "err": np.full(star.shape, 2.0)})
    >>> measures = measure_cutout(cutout, 4.0)
    >>> round(measures.planes["diff"].flux), round(measures.planes["diff"].snr)
    (2156, 152)
    """
    rows, columns = cutout.shape
    x, y = cutout.position
    if min(rows, columns) < MIN_SIDE:
        return CutoutMeasures(reason=f"{columns} x {rows} pixels are too few to measure")
    if not (-0.5 <= x < columns - 0.5 and -0.5 <= y < rows - 0.5):
        return CutoutMeasures(reason="the candidate is off these pixels")
    names = [name for name in MEASURED if name in cutout.planes]
    if not names:
        return CutoutMeasures(reason="there is neither image nor diff to measure")
    is_known = fwhm is not None and math.isfinite(fwhm) and fwhm > 0
    aperture = float(fwhm) if is_known and fwhm is not None else UNKNOWN_APERTURE
    # A ring of sky has to be left in the cutout.
    largest = (min(rows, columns) - 1) / 4.0
    origin = "the FWHM" if is_known else "no FWHM known"
    if aperture > largest:
        aperture, origin = largest, "as large as this cutout allows"
    err, mask = cutout.planes.get("err"), cutout.planes.get("mask")
    planes = {
        name: measure_plane(cutout.planes[name], err, mask, (x, y), aperture, angle)
        for name in names
    }
    return CutoutMeasures(planes, aperture, origin, angle)


def _plane_lines(name: str, plane: PlaneMeasures) -> list[str]:
    known = math.isfinite(plane.flux_err) and plane.flux_err > ZERO_ERROR
    error = f" ± {_number(plane.flux_err)}" if known else ""
    lines = [f"{name}: flux {_number(plane.flux)}{error}"]
    if known:
        lines.append(f"S/N {plane.snr:.1f}".replace("-", "\N{MINUS SIGN}"))
    if plane.unused:
        lines.append(f"{plane.unused} bad pixels in the aperture")
    star = plane.star
    if star is None:
        lines.append("no source to fit a FWHM to")
    else:
        lines.append(f"FWHM {_fwhm_words(star.fwhm, star.fwhm_err)}")
    return lines


def _fwhm_words(fwhm: float, err: float) -> str:
    """Return a FWHM with an error that is never written as 0: it has more digits, or a limit."""
    if err >= 0.005:
        return f"{fwhm:.2f} ± {err:.2f} px"
    if err >= 0.0005:
        return f"{fwhm:.3f} ± {err:.3f} px"
    return f"{fwhm:.3f} px, error under 0.001"


def _number(value: float) -> str:
    """Return a flux in four digits, with a true minus sign."""
    size = abs(value)
    text = f"{value:.0f}" if 1000 <= size < 1e7 else f"{value:.4g}"
    return text.replace("-", "\N{MINUS SIGN}")
