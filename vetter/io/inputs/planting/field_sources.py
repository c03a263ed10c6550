"""Artificial sources of one field: places, fluxes and light, by the field's own PSF and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.fakes.artefacts import choose_stars, make_dipole, make_hit
from vetter.core.fakes.light import (
    PlantedLight,
    join_light,
    render_sources,
    stamp_half,
    with_photon_noise,
)
from vetter.core.fakes.places import choose_places, light_and_sky, sample_boxes
from vetter.core.fakes.planted_row import ARTEFACT, FAKE
from vetter.core.fakes.strength import draw_snr, flux_of_snr, photon_slope, snr_range
from vetter.core.psf.models import Psf
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, gain_of
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import EstimatedErrorPlane, ReadablePart
from vetter.settings import FitSettings

Array = npt.NDArray[np.float64]

_ZERO_POINT_CARDS = ("MAGZP", "MAGZERO", "MAGZPT", "ZEROPNT", "ZP", "PHOTZP", "MAG0")
_MAX_LISTED = 200
"""Candidates whose strength shows the detection limit of the list, at most."""
_MAX_PIXEL = 1e8
_HIT_CENTROID = 0.4
"""Distance of a hit's listed place from its central pixel along an axis, at most, pixels."""
_CENTROID_SHARE = 1.0 / 2.355
"""Error of a detection's centroid, FWHM over S/N: that of a Gaussian profile."""


class FieldOptics(NamedTuple):
    """PSF and noise of a field, as artificial sources need them.

    Attributes
    ----------
    psf : Psf
    photon_slope : float
        Variance per unit of light in the image; 0 if unknown.
    err_slope : float
        Growth of the error plane's variance with light; 0 if it does not grow.
    zero_point : float
        Magnitude of a flux of 1; NaN if the header has none.
    """

    psf: Psf
    photon_slope: float
    err_slope: float
    zero_point: float


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
        See `vetter.io.inputs.planting.planted_planes.plant_planes`.
    """

    x: Array
    y: Array
    kinds: list[str]
    truths: list[dict[str, Any]]
    light: PlantedLight
    extra_variance: PlantedLight

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
    )


def measure_optics(source: FieldSource, rng: np.random.Generator) -> FieldOptics:
    """Measure PSF and noise of a field; takes a moment.

    Raises
    ------
    InputError
        The field has no image, or no PSF.
    """
    from vetter.io.field.stars.psf import choose_field_fit

    planes = source.field_planes
    if "image" not in planes.planes:
        raise InputError(f"{source.title}: artificial sources need the image; give --image")
    fit = choose_field_fit(source, source.record, FitSettings(), source.default_radius or 20.0)
    if fit.options.psf is None:
        raise InputError(f"{source.title}: no PSF for artificial sources; give --fwhm or --psf")
    err_slope = _err_slope(planes, rng)
    gain = gain_of(planes.header)
    return FieldOptics(
        fit.options.psf,
        1.0 / gain if gain is not None else err_slope,
        err_slope,
        _zero_point(planes),
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
    planes = {name: ReadablePart(plane) for name, plane in source.field_planes.planes.items()}
    needed = [planes[name] for name in ("image", "diff", "convolved", "err") if name in planes]
    template = planes.get("template", planes.get("convolved"))
    listed = np.column_stack([source.candidates.x, source.candidates.y])
    fwhm = optics.psf.fwhm
    places = choose_places(needed, template, planes.get("mask"), listed, count, fwhm, rng)
    limits = snr_range(_listed_snr(planes, optics, listed))
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
    expected = render_sources(optics.psf.render, fwhm, places.x, places.y, fluxes)
    jitter = rng.standard_normal((2, count))[:, : len(places.x)]
    jitter *= _CENTROID_SHARE * fwhm / ratios[: len(places.x)]
    sources = FieldFakes(
        places.x + jitter[0],
        places.y + jitter[1],
        [FAKE] * len(truths),
        truths,
        with_photon_noise(expected, optics.photon_slope, rng),
        expected.times(optics.err_slope),
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
    made: list[FieldFakes] = []
    stars = None if found is None else found.unsaturated
    if stars is not None and len(stars.x):
        order = rng.permutation(len(stars.x))
        places = np.column_stack([stars.x, stars.y])[order]
        margin = stamp_half(fwhm)
        rows, columns = source.shape
        inside = (places > margin).all(axis=1)
        inside &= (places[:, 0] < columns - margin) & (places[:, 1] < rows - margin)
        order, places = order[inside], places[inside]
        for number in choose_stars(places, taken, 3.0 * fwhm, (count + 1) // 2):
            x, y = places[number].tolist()
            box = Box.around(x, y, margin)
            variance = _variance_in(planes, box)
            angle = float(rng.uniform(0, 2 * math.pi))
            flux, ratio = float(stars.flux[order[number]]), float(ratios[len(made)])
            dipole = make_dipole(optics.psf.render, fwhm, x, y, flux, variance, ratio, angle)
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
        sigma = math.sqrt(float(np.nanmedian(_variance_in(planes, Box.around(x, y, 2)))))
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


def _listed_snr(planes: dict[str, ReadablePart], optics: FieldOptics, listed: Array) -> Array:
    """Return the ratio of flux to noise in the difference at the candidates' positions."""
    out = np.full(len(listed), np.nan)
    half = stamp_half(optics.psf.fwhm)
    if "diff" not in planes:
        return out
    step = max(1, len(listed) // _MAX_LISTED)
    for row in range(0, len(listed), step):
        x, y = listed[row]
        if not (np.isfinite(x) and np.isfinite(y)) or max(abs(x), abs(y)) > _MAX_PIXEL:
            continue
        box = Box.around(x, y, half)
        pixels = np.asarray(planes["diff"].read(box), float)
        variance = _variance_in(planes, box)
        psf = optics.psf.render(box.shape, x - box.x0, y - box.y0)
        good = np.isfinite(pixels) & (variance > 0)
        weight = np.where(good, psf / np.where(good, variance, 1.0), 0.0)
        norm = float((weight * psf).sum())
        if norm > 0:
            sky = float(np.median(pixels[good]))
            out[row] = float((weight * np.where(good, pixels - sky, 0.0)).sum()) / math.sqrt(norm)
    return out


def _flux_at(
    planes: dict[str, ReadablePart], optics: FieldOptics, x: float, y: float, snr: float
) -> float:
    box = Box.around(x, y, stamp_half(optics.psf.fwhm))
    psf = optics.psf.render(box.shape, x - box.x0, y - box.y0)
    return flux_of_snr(snr, psf, _variance_in(planes, box), optics.photon_slope)


def _variance_in(planes: dict[str, ReadablePart], box: Box) -> Array:
    """Return the variance of the difference in a box, from the errors or the image's scatter."""
    if "err" in planes:
        variance = np.asarray(planes["err"].read(box), float) ** 2
        if (variance > 0).any():
            return variance
    pixels = np.asarray(planes["image"].read(box), float)
    scatter = 1.4826 * np.nanmedian(np.abs(pixels - np.nanmedian(pixels)))
    return np.full(box.shape, scatter**2)


def _err_slope(planes: FieldPlanes, rng: np.random.Generator) -> float:
    """Return the growth of the given error plane's variance with the image's light."""
    err = planes.planes.get("err")
    if err is None or isinstance(err, EstimatedErrorPlane):
        return 0.0
    image: Plane = ReadablePart(planes.planes["image"])
    mask = planes.planes.get("mask")
    parts = []
    for box in sample_boxes(image.shape, rng):
        pixels = np.asarray(image.read(box), float)
        variance = np.asarray(ReadablePart(err).read(box), float) ** 2
        known = np.isfinite(pixels) & (variance > 0)
        if mask is not None:
            known &= ~np.asarray(ReadablePart(mask).read(box), bool)
        lit, blank = light_and_sky(np.where(known, pixels, np.nan))
        parts.append(np.stack([plane[known] for plane in (pixels, variance, lit, blank)]))
    pixels, variance, light, sky = np.concatenate(parts, axis=1)
    return photon_slope(pixels, variance, light > 0, sky > 0)


def _zero_point(planes: FieldPlanes) -> float:
    for header in planes.headers:
        for card in _ZERO_POINT_CARDS:
            value = header.get(card)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                return float(value)
    return math.nan


def _magnitude(flux: float, zero_point: float) -> float | None:
    if not (math.isfinite(zero_point) and flux > 0):
        return None
    return round(zero_point - 2.5 * math.log10(flux), 3)
