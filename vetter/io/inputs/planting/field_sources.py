"""Artificial sources of one field: places, fluxes and light, by the field's own PSF and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box
from vetter.core.fakes.artefacts import choose_stars, make_dipole, make_hit
from vetter.core.fakes.light import (
    PlantedLight,
    join_light,
    render_sources,
    stamp_half,
    with_photon_noise,
)
from vetter.core.fakes.places import choose_places
from vetter.core.fakes.planted_row import ARTEFACT, FAKE
from vetter.core.fakes.strength import draw_snr, flux_of_snr, snr_range
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import EstimatedErrorPlane, ReadablePart
from vetter.io.inputs.planting.field_optics import FieldOptics

Array = npt.NDArray[np.float64]

_MIN_MAGNITUDES, _MAX_SCATTER = 5, 0.5
"""Candidates with a magnitude that give a zero point, at least; scatter of it, at most."""
_MAX_LISTED = 200
"""Candidates whose strength shows the detection limit of the list, at most."""
_MAX_PIXEL = 1e8
_HIT_CENTROID = 0.4
"""Distance of a hit's listed place from its central pixel along an axis, at most, pixels."""
_CENTROID_SHARE = 1.0 / 2.355
"""Error of a detection's centroid, FWHM over S/N: that of a Gaussian profile."""


@dataclass(frozen=True, eq=False)
class FieldFakes:
    """Artificial sources and artefacts of one field.

    Attributes
    ----------
    x, y : ndarray (n,)
        Positions as a detection would give them, with the error of a centroid; 0-based pixels.
    kinds : list of str
    truths : list of dict
        See `vetter.core.fakes.planted_row.make_row`.
    light, extra_variance : PlantedLight
    diff_scale : float
        See `vetter.io.inputs.planting.planted_planes.plant_planes`.
    """

    x: Array
    y: Array
    kinds: list[str]
    truths: list[dict[str, Any]]
    light: PlantedLight
    extra_variance: PlantedLight
    diff_scale: float = 1.0

    def __len__(self) -> int:
        return len(self.kinds)


def join_fakes(parts: Sequence[FieldFakes]) -> FieldFakes:
    """Return the sources and artefacts of all parts, which are of one field."""
    return FieldFakes(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        [kind for part in parts for kind in part.kinds],
        [truth for part in parts for truth in part.truths],
        join_light([part.light for part in parts]),
        join_light([part.extra_variance for part in parts]),
        parts[0].diff_scale,
    )


def make_fakes(
    source: FieldSource,
    optics: FieldOptics,
    count: int,
    rng: np.random.Generator,
    artefacts: int = 0,
) -> FieldFakes:
    """Make artificial sources for a field; fewer than ``count`` if it has no room for them.

    Parameters
    ----------
    source : FieldSource
    optics : FieldOptics
    count : int
    rng : Generator
    artefacts : int
        Number of moved stars and hits besides.
    """
    planes = {
        name: ReadablePart(plane)
        for name, plane in source.field_planes.planes.items()
        # Estimated from the image alone: it lacks the template's noise, which the difference has.
        if not isinstance(plane, EstimatedErrorPlane)
    }
    needed = [planes[name] for name in ("image", "diff", "convolved", "err") if name in planes]
    template = planes.get("template", planes.get("convolved"))
    listed = np.column_stack([source.candidates.x, source.candidates.y])
    fwhm = optics.psf.fwhm
    places = choose_places(needed, template, planes.get("mask"), listed, count, fwhm, rng)
    listed_snr, listed_flux = _listed_light(planes, optics, listed)
    limits = snr_range(listed_snr)
    if not math.isfinite(optics.zero_point):
        optics = optics._replace(zero_point=_listed_zero_point(source, listed_flux))
    ratios = draw_snr(count, rng, limits)
    fluxes, truths = [], []
    for k, (x, y) in enumerate(zip(places.x, places.y, strict=True)):
        ratio = float(ratios[k])
        flux = _flux_at(planes, optics, x, y, ratio)
        fluxes.append(flux)
        truths.append(
            {
                "snr": round(ratio, 2),
                "flux": float(f"{flux:.6g}"),
                "mag": _magnitude(flux, optics.zero_point),
                "place": "source" if places.on_source[k] else "sky",
                "x": round(float(x), 3),
                "y": round(float(y), 3),
            }
        )
    local = [optics.psf_at(*place).render for place in zip(places.x, places.y, strict=True)]
    expected = render_sources(local, fwhm, places.x, places.y, fluxes)
    jitter = rng.standard_normal((2, count))[:, : len(places.x)]
    jitter *= _CENTROID_SHARE * fwhm / ratios[: len(places.x)]
    sources = FieldFakes(
        places.x + jitter[0],
        places.y + jitter[1],
        [FAKE] * len(truths),
        truths,
        with_photon_noise(expected, optics.photon_slope, rng),
        expected.times(optics.err_slope),
        optics.diff_scale,
    )
    if not artefacts:
        return sources
    taken = np.concatenate([listed, np.column_stack([places.x, places.y])])
    strengths = draw_snr(artefacts, rng, limits)
    return join_fakes([sources, *_make_artefacts(source, optics, planes, taken, strengths, rng)])


def _make_artefacts(
    source: FieldSource,
    optics: FieldOptics,
    planes: dict[str, ReadablePart],
    taken: Array,
    ratios: Array,
    rng: np.random.Generator,
) -> list[FieldFakes]:
    """Return artefacts, one each: half of them moved stars, as far as the field has stars."""
    fwhm, found, count = optics.psf.fwhm, source.stars(), len(ratios)
    margin = stamp_half(fwhm)
    made: list[FieldFakes] = []
    stars = None if found is None else found.unsaturated
    if stars is not None and len(stars.x):
        order = rng.permutation(len(stars.x))
        places = np.column_stack([stars.x, stars.y])[order]
        rows, columns = source.shape
        inside = (places > margin).all(axis=1)
        inside &= (places[:, 0] < columns - margin) & (places[:, 1] < rows - margin)
        order, places = order[inside], places[inside]
        for number in choose_stars(places, taken, 3.0 * fwhm, (count + 1) // 2):
            x, y = places[number].tolist()
            box = Box.around(x, y, margin)
            variance = _variance_in(planes, box, optics)
            angle = float(rng.uniform(0, 2 * math.pi))
            flux, ratio = float(stars.flux[order[number]]), float(ratios[len(made)])
            render = optics.psf_at(x, y).render
            dipole = make_dipole(render, fwhm, x, y, flux, variance, ratio, angle)
            # The detection is on the positive lobe.
            lobe = fwhm * _CENTROID_SHARE
            seen = x + lobe * math.cos(angle), y + lobe * math.sin(angle)
            shift = round(math.hypot(dipole.dx, dipole.dy), 3)
            truth = {"artefact": "dipole", "snr": round(ratio, 2), "shift": shift}
            made.append(_one_artefact(seen, truth, dipole.light))
            taken = np.concatenate([taken, [[x, y]]])
    needed = [planes[name] for name in ("image", "diff", "convolved", "err") if name in planes]
    left = count - len(made)
    places_of_hits = choose_places(needed, None, planes.get("mask"), taken, left, fwhm, rng)
    for x, y in zip(places_of_hits.x.tolist(), places_of_hits.y.tolist(), strict=True):
        ratio = float(ratios[len(made)])
        variance = _variance_in(planes, Box.around(x, y, margin), optics)
        # A hit is of single pixels, which know of no neighbours.
        sigma = math.sqrt(float(np.nanmedian(variance))) / optics.noise_factor
        light = make_hit(fwhm, x, y, sigma, ratio, rng)
        truth = {"artefact": "hit", "snr": round(ratio, 2)}
        # A centroid of a few pixels and their noise is never whole.
        near = rng.uniform(-_HIT_CENTROID, _HIT_CENTROID, 2)
        seen = math.floor(x + 0.5) + near[0], math.floor(y + 0.5) + near[1]
        made.append(_one_artefact(seen, truth, light))
    return made


def _one_artefact(
    place: tuple[float, float], truth: dict[str, Any], light: PlantedLight
) -> FieldFakes:
    x, y = (np.array([float(number)]) for number in place)
    # Its light is moved or not of the sky: the error plane does not know of it.
    return FieldFakes(x, y, [ARTEFACT], [truth], light, light.times(0.0))


def _listed_light(
    planes: dict[str, ReadablePart], optics: FieldOptics, listed: Array
) -> tuple[Array, Array]:
    """Return S/N and flux in the difference at the candidates' positions; NaN where unknown."""
    out, fluxes = np.full((2, len(listed)), np.nan)
    half = stamp_half(optics.psf.fwhm)
    if "diff" not in planes:
        return out, fluxes
    step = max(1, len(listed) // _MAX_LISTED)
    for row in range(0, len(listed), step):
        x, y = listed[row]
        if not (np.isfinite(x) and np.isfinite(y)) or max(abs(x), abs(y)) > _MAX_PIXEL:
            continue
        box = Box.around(x, y, half)
        pixels = np.asarray(planes["diff"].read(box), float) / optics.diff_scale
        variance = _variance_in(planes, box, optics)
        psf = optics.psf.render(box.shape, x - box.x0, y - box.y0)
        good = np.isfinite(pixels) & (variance > 0)
        weight = np.where(good, psf / np.where(good, variance, 1.0), 0.0)
        norm = float((weight * psf).sum())
        if norm > 0:
            sky = float(np.median(pixels[good]))
            light = float((weight * np.where(good, pixels - sky, 0.0)).sum())
            out[row], fluxes[row] = light / math.sqrt(norm), light / norm
    return out, fluxes


def _listed_zero_point(source: FieldSource, fluxes: Array) -> float:
    """Return the magnitude of a flux of 1 by the list's own; NaN if these do not agree."""
    name = source.candidates.roles.mag
    values = None if name is None else source.candidates.column(name)
    if values is None or values.ndim != 1 or values.dtype.kind not in "if":
        return math.nan
    known = np.isfinite(values.astype(float)) & (fluxes > 0)
    if np.count_nonzero(known) < _MIN_MAGNITUDES:
        return math.nan
    points = values[known] + 2.5 * np.log10(fluxes[known])
    scatter = 1.4826 * float(np.median(np.abs(points - np.median(points))))
    return float(np.median(points)) if scatter < _MAX_SCATTER else math.nan


def _flux_at(
    planes: dict[str, ReadablePart], optics: FieldOptics, x: float, y: float, snr: float
) -> float:
    box = Box.around(x, y, stamp_half(optics.psf.fwhm))
    psf = optics.psf_at(x, y).render(box.shape, x - box.x0, y - box.y0)
    return flux_of_snr(snr, psf, _variance_in(planes, box, optics), optics.photon_slope)


def _variance_in(planes: dict[str, ReadablePart], box: Box, optics: FieldOptics) -> Array:
    """Return the variance of the difference in a box, in units of the image.

    It comes from the errors if they are given, else from the scatter of the difference, or of the
    image without one. Correlated pixels count as more noise: that of a PSF flux is right.
    """
    share = optics.noise_factor**2
    if "err" in planes:
        variance = np.asarray(planes["err"].read(box), float) ** 2
        if (variance > 0).any():
            return variance * share
    name, scale = ("diff", optics.diff_scale) if "diff" in planes else ("image", 1.0)
    pixels = np.asarray(planes[name].read(box), float) / scale
    scatter = 1.4826 * np.nanmedian(np.abs(pixels - np.nanmedian(pixels)))
    return np.full(box.shape, scatter**2 * share)


def _magnitude(flux: float, zero_point: float) -> float | None:
    if not (math.isfinite(zero_point) and flux > 0):
        return None
    return round(zero_point - 2.5 * math.log10(flux), 3)
