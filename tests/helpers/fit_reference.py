"""Brute-force reference of the figures of a fit: the same model by scipy, on the pixels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import correlate1d, shift, spline_filter
from scipy.optimize import least_squares

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.fit.input import FitInput, read_fit_input

Array = npt.NDArray[np.float64]

_EDGE = 8
_VALUE, _SLOPE, _CURVE = np.array([[1, 4, 1], [3, 0, -3], [6, -12, 6]]) / 6.0


class Reference:
    """Weighted pixels of one cutout, and fits of them by general optimisers.

    ``order`` is that of the spline that shifts the template.
    """

    def __init__(self, cutout: Any, options: FitOptions, normal: FieldNormal, order: int) -> None:
        data = read_fit_input(cutout, options)
        assert isinstance(data, FitInput)
        self.data, self.options, self.normal, self.order = data, options, normal, order
        self.image, self.template = data.image - data.bg, data.template - data.tbg
        self.coefs = spline_filter(self.template, order, mode="reflect")
        self.scales = 1 / options.max_scale, options.max_scale

    def figures(self) -> dict[str, float]:
        """All figures, by the field of `Adjustment`."""
        return {**self.raw(), **self.prior(), **self.scale_alone(), **self.shift_alone()}

    def pixels(self, plane: Array, box: Box) -> Array:
        usable = np.s_[:] if self.data.usable is None else self.data.usable[box]
        return np.asarray((plane[box] / self.data.err[box])[usable]).ravel()

    def background(self, box: Box, free: bool = True) -> list[Array]:
        if not free:
            return []
        y, x = np.mgrid[: self.image.shape[0], : self.image.shape[1]] / 10.0
        terms = [np.ones(self.image.shape), *([x, y] if self.options.fit_plane else [])]
        return [self.pixels(term, box) for term in terms]

    def shifted(self, dx: float, dy: float, box: Box) -> Array:
        moved = shift(self.coefs, (dy, dx), order=self.order, mode="reflect", prefilter=False)
        return self.pixels(moved, box)

    def psf(self) -> Array:
        about = self.data.about
        assert about.psf is not None
        return self.pixels(about.psf.render(self.image.shape, *about.position), about.psf_box)

    def raw(self) -> dict[str, float]:
        box = self.data.about.psf_box
        free, psf = self.background(box), self.psf()
        padded = np.pad(self.template, _EDGE, mode="symmetric")
        coefs = spline_filter(padded, order=3, mode="mirror")

        def derivative(down: Array, along: Array) -> Array:
            plane = correlate1d(correlate1d(coefs, down, axis=0), along, axis=1)
            return plane[_EDGE:-_EDGE, _EDGE:-_EDGE]

        template = self.pixels(derivative(_VALUE, _VALUE), box)
        slopes = [
            self.pixels(derivative(*steps), box) for steps in ((_VALUE, _SLOPE), (_SLOPE, _VALUE))
        ]
        laplacian = derivative(_VALUE, _CURVE) + derivative(_CURVE, _VALUE)
        difference = self.pixels(self.image, box) - self.normal.scale * template

        def explained(*images: Array) -> float:
            before, after = left(difference, free), left(difference, [*images, *free])
            return float(before @ before - after @ after)

        together = explained(psf, template, *slopes, self.pixels(laplacian, box))
        amplitudes = np.linalg.lstsq(np.array([psf, *free]).T, difference)[0]
        flux_err = 1 / np.linalg.norm(left(psf, free))
        return {
            "raw_flux": amplitudes[0],
            "raw_flux_err": flux_err,
            "psf_snr": amplitudes[0] / flux_err,
            "psf_share": explained(psf) / together,
            "shift_share": explained(*slopes) / together,
            "scale_share": explained(template) / together,
        }

    def prior(self) -> dict[str, float]:
        box, bound = self.data.about.psf_box, self.options.max_shift
        linear, image = [self.psf(), *self.background(box)], self.pixels(self.image, box)
        normal = self.normal
        expected = np.array([normal.dx, normal.dy, normal.scale])
        roots = 1 / np.array([normal.shift_err, normal.shift_err, normal.scale_err])

        def residuals(place: Array) -> Array:
            model = place[2] * self.shifted(place[0], place[1], box)
            return np.r_[left(image - model, linear), (place - expected) * roots]

        low, high = (-bound, -bound, self.scales[0]), (bound, bound, self.scales[1])
        dx, dy, scale = lowest(residuals, [(*s, 1.0) for s in self.starts()], low, high)
        template, step = self.shifted(dx, dy, box), 1e-4
        slopes = [
            (self.shifted(dx + x, dy + y, box) - self.shifted(dx - x, dy - y, box)) / (2 * step)
            for x, y in ((step, 0.0), (0.0, step))
        ]
        images = np.array([*linear, scale * slopes[0], scale * slopes[1], template])
        amplitudes = np.linalg.lstsq(images[: len(linear)].T, image - scale * template)[0]
        fisher = images @ images.T
        fisher[-3:, -3:] += np.diag(roots**2)
        after = left(image - scale * template, linear)
        ratio = after @ after / (len(image) - len(images))
        flux_err = math.sqrt(max(1, ratio) * np.linalg.inv(fisher)[0, 0])
        return {"prior_flux": amplitudes[0], "prior_flux_err": flux_err}

    def scale_alone(self) -> dict[str, float]:
        box = self.data.about.box
        free = self.background(box, self.options.fit_bg)
        image = left(self.pixels(self.image, box), free)
        template = left(self.shifted(self.normal.dx, self.normal.dy, box), free)
        scale = np.clip(template @ image / (template @ template), *self.scales)
        after = image - scale * template
        chi2, df = after @ after, len(image) - len(free) - 1
        err = math.sqrt(max(1, chi2 / df) / (template @ template))
        return {"scale_chi2": chi2, "scale_alone": scale, "scale_alone_err": err}

    def shift_alone(self) -> dict[str, float]:
        box, bound = self.data.about.box, self.options.max_shift
        free = self.background(box, self.options.fit_bg)
        image = self.pixels(self.image, box)

        def residuals(place: Array) -> Array:
            return left(image - self.normal.scale * self.shifted(*place, box), free)

        place = lowest(residuals, self.starts(), (-bound, -bound), (bound, bound))
        return {"shift_chi2": float(residuals(place) @ residuals(place))}

    def starts(self) -> list[tuple[float, float]]:
        half = 0.5 * self.options.max_shift
        around = [(x, y) for x in (-half, half) for y in (-half, half)]
        return [(self.normal.dx, self.normal.dy), (0.0, 0.0), *around]


def left(image: Array, free: list[Array]) -> Array:
    """The image minus its best fit by the free ones."""
    if not free:
        return image
    basis = np.linalg.qr(np.array(free).T)[0]
    return np.asarray(image - basis @ (basis.T @ image))


def lowest(residuals: Any, starts: list[Any], low: Any, high: Any) -> Any:
    """The parameters of the least sum of squares, from several starts."""
    inside = [np.clip(s, np.add(low, 1e-6), np.subtract(high, 1e-6)) for s in starts]
    tight = {"xtol": 1e-12, "ftol": 1e-14, "gtol": 1e-12}
    ends = [least_squares(residuals, s, bounds=(low, high)) for s in inside]
    best = min(ends, key=lambda end: end.cost)
    return least_squares(residuals, best.x, bounds=(low, high), **tight).x
