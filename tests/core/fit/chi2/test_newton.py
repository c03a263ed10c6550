"""Newton steps end where chi2, computed pixel by pixel, is least nearby."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vetter.core.fit.chi2 import newton
from vetter.core.fit.chi2.moments import Array, Window, gram, margin, windows
from vetter.core.fit.chi2.newton import ShiftPrior, descend, descend_stack
from vetter.core.fit.chi2.spline import coefficients, shift_one

SCALES = 0.5, 2.0
NO_PRIOR = ShiftPrior(0.0, 0.0, 0.0)
Chi2 = Callable[[float, float], tuple[float, float]]


def stars(dx: float = 0.0, dy: float = 0.0, peak: float = 80.0) -> Array:
    """Two Gaussian stars of FWHM 3 px, shifted, in 25 x 25 pixels."""
    y, x = np.mgrid[:25, :25] - 12.0
    image = np.zeros((25, 25))
    for sx, sy, share in ((-2.0, 0.0, 1.0), (2.0, 1.0, 0.75)):
        distance = (x - sx - dx) ** 2 + (y - sy - dy) ** 2
        image += share * peak * np.exp(-0.5 * distance / 1.27**2)
    return image


def made(
    image: Array, template: Array, max_shift: float = 1.0, scales: tuple[float, float] = SCALES
) -> tuple[Array, Window, Chi2]:
    """Moments, window, and the function (dx, dy) -> (chi2, scale) of the pixels themselves."""
    box = slice(0, image.shape[0]), slice(0, image.shape[1])
    window, edge = windows(max_shift)[0], margin(max_shift)
    coefs = coefficients(template[None], edge)
    weight = np.ones((1, *image.shape))
    moments = gram(coefs, box, [(0, window)], edge, weight, image[None, None])[0]

    def chi2(dx: float, dy: float) -> tuple[float, float]:
        moved = shift_one(coefs[0], dx, dy, edge)
        power = float((moved * moved).sum())
        scale = float((moved * image).sum()) / power if power else 1.0
        scale = min(max(scale, scales[0]), scales[1])
        return float(((image - scale * moved) ** 2).sum()), scale

    return moments[0], window, chi2


def noisy(dx: float, dy: float, seed: int = 1, brighter: float = 1.0) -> Array:
    return brighter * stars(dx, dy) + np.random.default_rng(seed).normal(size=(25, 25))


def slopes(chi2: Chi2, u: float, v: float, prior: ShiftPrior = NO_PRIOR) -> tuple[float, float]:
    """The derivatives of chi2 and the prior's penalty by u and v."""
    h = 1e-4
    return (
        (chi2(u + h, v)[0] - chi2(u - h, v)[0]) / (2 * h) + 2 * prior.precision * (u - prior.u),
        (chi2(u, v + h)[0] - chi2(u, v - h)[0]) / (2 * h) + 2 * prior.precision * (v - prior.v),
    )


@pytest.mark.parametrize("damping", [0.0, 0.5])
@pytest.mark.parametrize("start", [(0.0, 0.0), (0.9, -0.9), (-1.0, 1.0)])
@pytest.mark.parametrize(
    ("shift", "brighter", "scales"),
    [
        ((0.3, -0.6), 1.2, SCALES),
        ((0.3, -0.6), 1.2, (1.0, 1.0)),
        ((-0.5, 0.1), 3.0, SCALES),
        ((-0.5, 0.1), 0.3, SCALES),
    ],
    ids=["free", "fixed scale", "largest scale", "least scale"],
)
def test_end_is_the_minimum_of_chi2(
    shift: tuple[float, float],
    brighter: float,
    scales: tuple[float, float],
    start: tuple[float, float],
    damping: float,
) -> None:
    moments, window, chi2 = made(noisy(*shift, brighter=brighter), stars(), scales=scales)
    u, v, scale, least = descend(moments, window, scales, *start, damping)
    assert (u, v) == pytest.approx(shift, abs=0.1)
    assert slopes(chi2, u, v) == pytest.approx((0, 0), abs=0.01)
    assert (least, scale) == pytest.approx(chi2(u, v), rel=1e-8)
    # Nothing is left to gain.
    assert descend(moments, window, scales, u, v)[:2] == pytest.approx((u, v), abs=1e-7)


@pytest.mark.parametrize(
    ("shift", "edge"),
    [
        ((1.4, 0.3), (1, None)),
        ((-1.4, 0.3), (-1, None)),
        ((0.3, 1.4), (None, 1)),
        ((0.3, -1.4), (None, -1)),
        ((1.4, -1.4), (1, -1)),
    ],
)
def test_minimum_beyond_the_window_ends_on_its_edge(
    shift: tuple[float, float], edge: tuple[float | None, float | None]
) -> None:
    moments, window, chi2 = made(noisy(*shift), stars())
    u, v, scale, least = descend(moments, window, SCALES, 0.0, 0.0)
    for end, bound, slope in zip((u, v), edge, slopes(chi2, u, v), strict=True):
        assert end == bound if bound is not None else slope == pytest.approx(0, abs=0.01)
        # Chi2 falls outwards.
        assert bound is None or slope * bound < 0
    assert (least, scale) == pytest.approx(chi2(u, v), rel=1e-8)


@pytest.mark.parametrize("precision", [1e2, 1e4, 1e9])
def test_prior_adds_its_penalty(precision: float) -> None:
    moments, window, chi2 = made(noisy(0.3, -0.6), stars())
    prior = ShiftPrior(-0.2, 0.1, precision)
    u, v, scale, least = descend(moments, window, SCALES, 0.0, 0.0, prior=prior)
    assert slopes(chi2, u, v, prior) == pytest.approx((0, 0), abs=max(0.01, 1e-6 * precision))
    penalty = precision * ((u + 0.2) ** 2 + (v - 0.1) ** 2)
    assert (least, scale) == pytest.approx((chi2(u, v)[0] + penalty, chi2(u, v)[1]), rel=1e-7)
    if precision == 1e9:
        assert (u, v) == pytest.approx((-0.2, 0.1), abs=1e-3)


@pytest.mark.parametrize("with_prior", [False, True])
@pytest.mark.parametrize("count", [3, 4, 12])
def test_stack_ends_where_each_does_alone(count: int, with_prior: bool) -> None:
    rng = np.random.default_rng(6)
    shifts, brighter = rng.uniform(-1.5, 1.5, (count, 2)), rng.uniform(0.3, 3.0, count)
    lot = [
        made(noisy(*shift, seed, more), stars())
        for seed, (shift, more) in enumerate(zip(shifts.tolist(), brighter.tolist(), strict=True))
    ]
    starts = rng.uniform(-1.0, 1.0, (2, count))
    prior = ShiftPrior(*rng.uniform(-0.5, 0.5, (2, count)), rng.uniform(10, 1e4, count))
    moments, window = np.array([matrix for matrix, _, _ in lot]), lot[0][1]
    found = descend_stack(moments, window, SCALES, *starts, prior if with_prior else None)
    for k, (matrix, _, chi2) in enumerate(lot):
        own = ShiftPrior(*(float(column[k]) for column in prior)) if with_prior else None
        end = descend(matrix, window, SCALES, *starts[:, k].tolist(), prior=own)
        u, v, scale, least = (float(column[k]) for column in found)
        assert (u, v, scale, least) == pytest.approx(end, rel=1e-7, abs=1e-6)
        used = own or NO_PRIOR
        penalty = used.precision * ((u - used.u) ** 2 + (v - used.v) ** 2)
        assert (least - penalty, scale) == pytest.approx(chi2(u, v), rel=1e-6)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(("scales", "scale"), [(SCALES, 1.0), ((1.5, 2.0), 1.5)])
def test_template_without_light_stays_where_it_is(
    count: int, scales: tuple[float, float], scale: float
) -> None:
    image = noisy(0.0, 0.0)
    moments, window, _ = made(image, np.zeros((25, 25)))
    lot = np.array([moments] * count)
    found = descend_stack(lot, window, scales, np.full(count, 0.3), np.full(count, -0.2))
    wanted = 0.3, -0.2, scale, float((image**2).sum())
    for end in np.transpose(found):
        assert tuple(end) == pytest.approx(wanted)


@pytest.mark.parametrize("count", [1, 5])
def test_what_is_no_number_ends_at_once(count: int) -> None:
    moments, window, _ = made(noisy(0.3, -0.6), stars())
    lot = np.array([moments] * count)
    lot[0] = np.nan
    found = descend_stack(lot, window, SCALES, np.full(count, 0.3), np.full(count, -0.2))
    assert (found.u[0], found.v[0]) == (0.3, -0.2) and np.isnan(found.chi2[0])
    assert np.isfinite(found.chi2[1:]).all()


def test_starts_are_not_changed() -> None:
    moments, window, _ = made(noisy(0.3, -0.6), stars())
    u, v = np.zeros(5), np.zeros(5)
    descend_stack(np.array([moments] * 5), window, SCALES, u, v)
    assert not u.any() and not v.any()


@pytest.mark.parametrize("offset", [(0.2, 0.2), (-0.2, 0.2), (0.1, -0.2), (-0.1, 0.1)])
@pytest.mark.parametrize("prior", [None, ShiftPrior(-0.1, -0.3, 3e4)], ids=["plain", "prior"])
@pytest.mark.parametrize("scales", [SCALES, (1.0, 1.0)], ids=["free", "fixed scale"])
def test_each_step_squares_the_distance(
    scales: tuple[float, float],
    prior: ShiftPrior | None,
    offset: tuple[float, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Steps by exact derivatives: from 0.2 px to a hundredth, then to under a ten-thousandth."""
    moments, window, _ = made(noisy(0.3, -0.6, brighter=1.2), stars(), scales=scales)
    u, v, scale, chi2 = descend(moments, window, scales, 0.3, -0.6, prior=prior)
    start = u + offset[0], v + offset[1]
    monkeypatch.setattr(newton, "MAX_STEPS", 2)
    wanted = pytest.approx((u, v, scale, chi2), abs=5e-5)
    assert descend(moments, window, scales, *start, prior=prior) == wanted
    own = None if prior is None else ShiftPrior(*(np.full(5, value) for value in prior))
    starts = (np.full(5, value) for value in start)
    for end in np.transpose(descend_stack(np.array([moments] * 5), window, scales, *starts, own)):
        assert tuple(end) == wanted
