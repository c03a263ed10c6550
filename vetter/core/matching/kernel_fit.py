"""Least squares of a kernel that varies over a field, and its cross-validation, from Gram matrices.

Each star's stamp is reduced once to a small matrix. All fits with any order of the polynomial,
size of the kernel, strength of the regularisation or choice of stars are made of these matrices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.matching.kernel_basis import KernelBasis
from vetter.core.matching.match import list_terms
from vetter.core.matching.simple_kernel import fit_gaussian
from vetter.core.matching.stamps import Side
from vetter.core.psf.new_light import find_free

Array = npt.NDArray[np.float64]

_STRENGTHS = 10.0 ** np.arange(-7.0, 1.1)
"""Strengths of the regularisation that are tried, in units of the data's own curvature."""
_FOLDS = 5
_ROUNDS = 3
"""Number of times that the stars are weighed anew, at most."""
_SETTLED = 0.15
"""Largest change of a star's weight, of 1, with which the weights are final."""
_MAX_UNKNOWNS = 1200
"""Largest number of coefficients, since the time of a fit grows with its cube."""
_CLIP = 4.0
"""Deviation of a star's log chi2 beyond which the star is left out, in robust sigma."""
_MIN_SPREAD = 0.25
_MIN_SCALE_SPREAD = 0.01
"""Smallest scatters of log chi2, and of flux over prediction, that stars are clipped by."""


class NoiseRelation(NamedTuple):
    """Variance of a residual pixel as a function of the signal S: sky + poisson S + model S^2."""

    sky: float
    poisson: float = 0.0
    model: float = 0.0

    def variance(self, signal: Array) -> Array:
        """Return the variance with the model error."""
        return self.sky + self.poisson * signal + self.model * signal**2

    def noise(self, signal: Array) -> Array:
        """Return the variance without the model error."""
        return self.sky + self.poisson * signal


@dataclass(frozen=True, eq=False)
class Grams:
    """Gram matrices of the stars' stamps; what is free in each stamp is taken out.

    Attributes
    ----------
    basis : KernelBasis
    products : ndarray (stars, n, n)
        Weighted products of the source convolved with each two basis images.
    cross : ndarray (stars, n)
        Products with the target.
    squares, counts : ndarray (stars,)
        Weighted sum of the target's squares, and number of pixels.
    noise : ndarray (stars,)
        Expected part of the source's noise in `products`, by the basis' own products.
    """

    basis: KernelBasis
    products: Array
    cross: Array
    squares: Array
    counts: Array
    noise: Array

    def within(self, radius: float) -> Grams:
        """Return the matrices of the basis images within a radius."""
        n = self.basis.within(radius)
        basis = KernelBasis(
            self.basis.images[n], self.basis.reach[n], self.basis.penalty[np.ix_(n, n)]
        )
        products = self.products[:, n[:, None], n]
        return Grams(basis, products, self.cross[:, n], self.squares, self.counts, self.noise)

    def measure_chi2(self, coefficients: Array) -> Array:
        """Return the chi2 per pixel of each star under the coefficients there, (stars, n)."""
        moved = np.einsum("sij,sj->si", self.products, coefficients)
        square = np.einsum("si,si->s", coefficients, moved - 2.0 * self.cross)
        chi2 = np.maximum(square + self.squares, 1e-12) / self.counts
        return np.asarray(chi2, np.float64)

    def measure_scales(self, coefficients: Array) -> tuple[Array, Array]:
        """Return each star's flux over that predicted by coefficients (stars, n), and its error."""
        moved = np.einsum("sij,sj->si", self.products, coefficients)
        power = np.maximum(np.einsum("si,si->s", coefficients, moved), 1e-300)
        scales = np.einsum("si,si->s", coefficients, self.cross) / power
        return np.asarray(scales, np.float64), np.asarray(1.0 / np.sqrt(power), np.float64)


def make_grams(
    target: Side,
    source: Side,
    half: int,
    basis: KernelBasis,
    relation: NoiseRelation,
    light: Sequence[Array],
) -> Grams:
    """Reduce stamps to Gram matrices.

    Parameters
    ----------
    target, source : Side
        Stamps of half side ``half`` plus the kernel's radius.
    half : int
        Half side of the part of the target that is fitted.
    basis : KernelBasis
    relation : NoiseRelation
        Variance of a pixel of the residual.
    light : sequence of ndarray (k, pixels)
        New light that is free in each stamp, see `vetter.core.psf.new_light.find_free`.
    """
    from scipy import fft

    stars, side = source.pixels.shape[:2]
    margin = (side - 2 * half - 1) // 2
    shape = fft.next_fast_len(side, True)
    transfers = fft.rfft2(basis.images, (shape, shape))
    middle = slice(margin, side - margin)
    valid = slice(2 * margin, side)
    n = len(basis.images)
    products, cross = np.empty((stars, n, n)), np.empty((stars, n))
    squares, counts, noise = np.empty(stars), np.empty(stars), np.empty(stars)
    weights = make_weights(target, source, half, relation)
    for star in range(stars):
        spectrum = fft.rfft2(source.pixels[star], (shape, shape))
        moved = fft.irfft2(transfers * spectrum, (shape, shape))
        design = moved[:, valid, valid].reshape(n, -1)
        values = target.pixels[star][middle, middle].ravel()
        weight = weights[star].ravel()
        free, root = find_free(values, weight, light[star]), np.sqrt(weight)
        design, values = design * root, values * root
        design -= (design @ free.T) @ free
        values -= (values @ free.T) @ free
        products[star] = design @ design.T
        cross[star] = design @ values
        squares[star] = values @ values
        counts[star] = max(int(np.count_nonzero(weight)) - len(free), 1)
        noise[star] = source.noise**2 * float(weight.sum())
    return Grams(basis, products, cross, squares, counts, noise)


def make_weights(target: Side, source: Side, half: int, relation: NoiseRelation) -> Array:
    """Return the inverse variances of the fitted pixels; 0 where unknown, (stars, side, side)."""
    from scipy.ndimage import binary_dilation, gaussian_filter

    side = target.pixels.shape[1]
    margin = (side - 2 * half - 1) // 2
    middle = slice(margin, side - margin)
    smooth = gaussian_filter(target.pixels, (0.0, 1.0, 1.0))[:, middle, middle]
    lost = ~source.known
    if lost.any():
        lost = binary_dilation(lost, np.ones((1, 5, 5), bool))
    known = target.known[:, middle, middle] & ~lost[:, middle, middle]
    weight: Array = known / relation.variance(np.maximum(smooth, 0.0))
    return weight


class KernelFit(NamedTuple):
    """Fitted coefficients and how well they predict stars that were left out.

    Attributes
    ----------
    order : int
        Order of the polynomial over the field.
    strength : float
        Strength of the regularisation.
    coefficients : ndarray (terms, n)
    held_out : ndarray (stars, n)
        Coefficients at each star of a fit without it.
    chi2 : ndarray (stars,)
        chi2 per pixel of each star under `held_out`.
    weights : ndarray (stars,)
        Weight of each star in the fit, at most 1; 0 where clipped.
    """

    order: int
    strength: float
    coefficients: Array
    held_out: Array
    chi2: Array
    weights: Array

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Stars that are not clipped."""
        return self.weights > 0

    @property
    def typical(self) -> float:
        """Geometric mean of the used stars' chi2 per pixel."""
        return measure_typical(self.chi2[self.used])


def measure_typical(chi2: Array) -> float:
    """Return the geometric mean, which a few odd stars do not lead."""
    return float(np.exp(np.mean(np.log(np.maximum(chi2, 1e-12)))))


def fit_kernel(
    grams: Grams, terms: Array, max_order: int, like: KernelFit | None = None
) -> KernelFit:
    """Fit the kernel with the order and strength that predict left-out stars best.

    Stars are weighed by their left-out residual, those far off are clipped, and the choice is
    repeated.

    Parameters
    ----------
    grams : Grams
    terms : ndarray (stars, terms)
        Terms of a polynomial of at least ``max_order`` at the stars.
    max_order : int
    like : KernelFit, optional
        Fit of the same stars whose weights are taken, and whose strength is nearly right.
    """
    if like is not None:
        return _choose(grams, terms, like.weights, max_order, like.strength)
    best = _choose(grams, terms, np.ones(len(terms)), max_order)
    for _ in range(_ROUNDS):
        weights = _weigh(grams, best)
        settled = np.abs(weights - best.weights).max() < _SETTLED
        best = _choose(grams, terms, weights, max_order, best.strength)
        if settled:
            break
    return best


def _weigh(grams: Grams, fit: KernelFit) -> Array:
    """Return the weight of each star in the next fit; 0 for those far off.

    A weight of 1 / chi2 makes the least squares a fit of least mean log chi2: stars that move or
    vary, bright ones above all, do not lead it.
    """
    used = fit.used
    scales, errors = grams.measure_scales(fit.held_out)
    # A faint star's own error widens its limit.
    scales = (scales - np.median(scales[used])) / np.hypot(1.0, errors / _MIN_SCALE_SPREAD)
    keep = _clip(np.log(np.maximum(fit.chi2, 1e-12)), used, _MIN_SPREAD, np.inf)
    keep &= _clip(scales, used, _MIN_SCALE_SPREAD, _CLIP)
    # With few stars each one left out changes the kernel more than it can spoil it.
    if int(np.count_nonzero(keep)) < min(3, int(np.count_nonzero(used))):
        keep = used
    weights = keep / np.maximum(fit.chi2, 0.7 * float(np.median(fit.chi2[keep])))
    return np.asarray(weights / weights.max(), np.float64)


def _clip(
    values: Array, used: npt.NDArray[np.bool_], min_spread: float, below: float
) -> npt.NDArray[np.bool_]:
    """Return the stars whose value is not far from the used stars' median.

    ``below`` is the limit downwards in units of the spread, as `_CLIP` is upwards.
    """
    middle = float(np.median(values[used]))
    spread = max(1.4826 * float(np.median(np.abs(values[used] - middle))), min_spread)
    # The scatter of few values is itself uncertain.
    spread *= 1.0 + 4.0 / np.count_nonzero(used)
    keep: npt.NDArray[np.bool_] = (values < middle + _CLIP * spread) & (
        values > middle - below * spread
    )
    return keep


def find_max_order(stars: int) -> int:
    """Return the highest order that so many stars can show."""
    return 0 if stars < 8 else 1 if stars < 25 else 2 if stars < 120 else 3


def _choose(
    grams: Grams, terms: Array, weights: Array, max_order: int, strength: float | None = None
) -> KernelFit:
    used = weights > 0
    start = _start(grams, weights)
    max_order = min(max_order, find_max_order(int(np.count_nonzero(used))))
    while max_order and len(list_terms(max_order)) * grams.cross.shape[1] > _MAX_UNKNOWNS:
        max_order -= 1
    folds = _make_folds(used)
    best: KernelFit | None = None
    for order in range(max_order + 1):
        part = terms[:, : len(list_terms(order))]
        if best is not None:
            strength = best.strength
        strengths = _STRENGTHS
        if strength is not None:
            near = int(np.argmin(np.abs(_STRENGTHS - strength)))
            strengths = _STRENGTHS[max(near - 1, 0) : near + 2]
        found = _validate(grams, part, weights, start, folds, order, strengths)
        # A higher order must earn its terms. A PSF that is symmetrical about the field's middle
        # has no first order: the second is tried even so.
        if best is None or found.typical < 0.99 * best.typical:
            best = found
        elif order > 1:
            break
    assert best is not None
    total = _Sums(grams, terms[:, : len(list_terms(best.order))], weights)
    return best._replace(coefficients=total.solve(best.strength, start))


def _start(grams: Grams, weights: Array) -> Array:
    """Return the coefficients of the best Gaussian kernel, the same all over the field."""
    chosen = weights > 0
    products = np.tensordot(weights[chosen], grams.products[chosen], 1)
    return fit_gaussian(grams.basis.images, products, weights[chosen] @ grams.cross[chosen])


def _make_folds(used: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return the fold of each star; unused stars are in none, -1."""
    folds = np.full(len(used), -1)
    number = int(np.count_nonzero(used))
    folds[used] = np.random.default_rng(5).permutation(number) % min(_FOLDS, number)
    return folds


class _Sums:
    """Normal equations of stars with weights."""

    def __init__(self, grams: Grams, terms: Array, weights: Array) -> None:
        chosen = weights > 0
        self._penalty = grams.basis.penalty
        flat = grams.basis.images.reshape(len(self._penalty), -1)
        own = flat @ flat.T
        phi = terms[chosen]
        count, n = phi.shape[1], len(own)
        pairs = weights[chosen, None, None] * phi[:, :, None] * phi[:, None, :]
        products = np.tensordot(pairs, grams.products[chosen], (0, 0))
        noise = np.tensordot(pairs, grams.noise[chosen], (0, 0))
        self._products = _join(products)
        # The source's noise makes its own products too large, and kernels too small by it.
        self._clean = self._products - _join(noise[:, :, None, None] * own)
        self._cross = ((weights[chosen, None] * phi).T @ grams.cross[chosen]).ravel()
        self._shape = count, n
        self._unit = float(np.trace(products[0, 0]) / np.trace(self._penalty))

    def solve(self, strength: float, start: Array) -> Array:
        """Return the coefficients, shape (terms, n); only what differs from a start is penalised.

        Parameters
        ----------
        strength : float
        start : ndarray (n,)
            Coefficients of the constant term.
        """
        from scipy.linalg import LinAlgError, cho_factor, cho_solve

        count, n = self._shape
        penalty = strength * self._unit * np.kron(np.eye(count), self._penalty)
        found = np.zeros(self._shape)
        for products in (self._clean, self._products):
            try:
                factor = cho_factor(products + penalty, overwrite_a=True, check_finite=False)
            except LinAlgError:
                # Noise alone in some direction: then without the correction for it.
                continue
            left = self._cross - products[:, :n] @ start
            found[0] = start
            found += cho_solve(factor, left, check_finite=False).reshape(self._shape)
            break
        return found


def _join(blocks: Array) -> Array:
    """Return blocks (p, q, i, j) as one matrix (p i, q j)."""
    p, q, i, j = blocks.shape
    return np.asarray(blocks.transpose(0, 2, 1, 3).reshape(p * i, q * j), np.float64)


def _validate(
    grams: Grams,
    terms: Array,
    weights: Array,
    start: Array,
    folds: npt.NDArray[np.intp],
    order: int,
    strengths: Array,
) -> KernelFit:
    """Return the fit of the strength that predicts left-out stars best."""
    stars, n = grams.cross.shape
    used = weights > 0
    held = np.zeros((len(strengths), stars, n))
    for fold in range(int(folds.max()) + 1):
        train = weights * (folds != fold) if folds.max() > 0 else weights
        sums = _Sums(grams, terms, train)
        test = folds == fold
        # Stars that were clipped are predicted by the first fold's fit.
        test |= (folds == -1) if fold == 0 else False
        for number, strength in enumerate(strengths):
            held[number, test] = terms[test] @ sums.solve(strength, start)
    chi2 = np.array([grams.measure_chi2(coefficients) for coefficients in held])
    typical = [measure_typical(each[used]) for each in chi2]
    best = int(np.argmin(typical))
    empty = np.zeros((terms.shape[1], n))
    return KernelFit(order, float(strengths[best]), empty, held[best], chi2[best], weights)


def fit_relation(residual: Array, signal: Array, sky: float) -> NoiseRelation:
    """Fit the variance of residuals against the signal, by robust scatters in bins of it.

    Parameters
    ----------
    residual, signal : ndarray (n,)
        Of pixels on stars.
    sky : float
        Variance expected without signal; kept where too few pixels lie on the sky.
    """
    from scipy.optimize import nnls

    faint = signal < math.sqrt(sky)
    if np.count_nonzero(faint) > 200:
        sky = max((1.4826 * float(np.median(np.abs(residual[faint])))) ** 2, 1e-3 * sky)
    bright = signal > 2 * math.sqrt(sky)
    if np.count_nonzero(bright) < 60:
        return NoiseRelation(sky)
    order = np.argsort(signal[bright])
    bins = np.array_split(order, int(np.clip(len(order) // 30, 2, 25)))
    levels = np.array([np.mean(signal[bright][each]) for each in bins])
    found = np.array([(1.4826 * np.median(np.abs(residual[bright][each]))) ** 2 for each in bins])
    rows = np.stack([levels, levels**2], axis=1)
    error = np.maximum(found, sky)
    # Columns of like size keep the small term's share.
    size = np.maximum((rows / error[:, None]).max(axis=0), 1e-300)
    (poisson, model), _ = nnls(rows / error[:, None] / size, (found - sky) / error)
    return NoiseRelation(sky, float(poisson / size[0]), float(model / size[1]))
