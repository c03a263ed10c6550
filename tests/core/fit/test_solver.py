"""Many cutouts at once give what each gives alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.ndimage import shift

from tests.helpers.fit_cases import OPTIONS, assert_same, mixed
from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit import solver
from vetter.core.fit.adjust import adjust_cutouts, fit, fit_many
from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.fit.input import read_fit_input
from vetter.core.psf.models import Gaussian

WIDE = FitOptions(1, 3, 17, None, True, 4.0)


def streak(seed: int) -> dict[str, Any]:
    """A trail along y that changes little on its way: a valley of chi2."""
    y, x = np.mgrid[:31, :31]
    template, moved = (
        3000 * np.exp(-((x - u) ** 2) / 8) * (1 + 0.01 * np.exp(-((y - v) ** 2) / 60))
        for u, v in ((15.2, 15.0), (15.5, 15.4))
    )
    noise = np.random.default_rng(seed).normal(0, 10, template.shape)
    err = np.full(template.shape, 10.0)
    return {"image": 900 + moved + noise, "convolved": 100 + template, "err": err, "meta": {}}


@pytest.mark.parametrize("name", ["reference", "large shifts", "small box, PSF in a larger"])
def test_along_a_valley_of_chi2_a_stack_equals_one_at_a_time(name: str) -> None:
    lot = [streak(seed) for seed in range(12)]
    for together, cutout in zip(fit_many(lot, OPTIONS[name]), lot, strict=True):
        assert_same(together, fit(cutout, OPTIONS[name]))


def test_a_valley_of_chi2_is_followed_to_its_end() -> None:
    cutout = streak(8)
    found = fit(cutout, FitOptions(1, 2, 13, None, True))
    box = np.s_[9:22, 9:22]
    pixels = cutout["image"][box].ravel()
    for dy in np.linspace(found.dy - 0.1, found.dy + 0.1, 21):
        moved = shift(cutout["convolved"], (dy, found.dx), order=3, mode="reflect")[box]
        terms = np.stack([moved.ravel(), np.ones(moved.size)], axis=1)
        left = pixels - terms @ np.linalg.lstsq(terms, pixels, rcond=None)[0]
        assert found.chi2 < (left @ left) / 100.0 + 1e-6


@pytest.mark.parametrize("power", [-0.95, -0.7, 0.7, 0.95])
@pytest.mark.parametrize("name", [name for name in OPTIONS if OPTIONS[name].max_scale > 1])
def test_scale_is_found_up_to_its_bounds(name: str, power: float) -> None:
    options, field = OPTIONS[name], Field()
    scale = options.max_scale**power
    star = Truth(flux=field.sky_noise() * 200.0, star=(0.2, -0.1), scale=scale)
    rng = np.random.default_rng(5)
    lot = [simulate(field, star, rng) for _ in range(3)]
    for found in (*fit_many(lot, options), fit(lot[0], options)):
        assert found.scale == pytest.approx(scale, abs=0.03)


def test_results_depend_on_no_size_of_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    lot = [streak(seed) for seed in range(3)]
    together = fit_many(lot, OPTIONS["reference"])
    # Fewer pixels than one cutout has, and than a second has left of two.
    for pixels in (400, 1_500):
        monkeypatch.setattr(solver, "_PIXELS_PER_BATCH", pixels)
        for alone, before in zip(fit_many(lot, OPTIONS["reference"]), together, strict=True):
            assert_same(alone, before)


def crowd(seed: int) -> list[dict[str, Any]]:
    """Stars beside others, some with a new source on them: joint fits that take damped steps."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:31, :31] - 15.0

    def star(x0: float, y0: float, flux: float) -> Any:
        return flux * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 5.78) / (5.78 * np.pi)

    lot = []
    for _ in range(150):
        template = star(*rng.uniform(-1, 1, 2), rng.uniform(300, 20000))
        for _ in range(rng.integers(0, 3)):
            template = template + star(*rng.uniform(-15, 15, 2), rng.uniform(100, 3000))
        image = shift(template, rng.uniform(-0.8, 0.8, 2), order=3, mode="reflect")
        image = image * rng.uniform(0.85, 1.15) + 100
        if rng.uniform() < 0.3:
            image = image + star(*rng.uniform(-1, 1, 2), rng.uniform(50, 800))
        err = np.sqrt(np.clip(image, 1, None) / 2)
        image = image + rng.normal(size=image.shape) * err
        lot.append({"image": image, "convolved": template + 50, "err": err, "meta": {}})
    return lot


def test_a_joint_fit_ends_in_a_stack_where_it_does_alone() -> None:
    options = FitOptions(1, 2, 17, None, True, 4.0)
    lot = crowd(5)
    for together, cutout in zip(fit_many(lot, options), lot, strict=True):
        alone = fit(cutout, options)
        assert together.flux == pytest.approx(alone.flux, abs=1e-8 * alone.flux_err, nan_ok=True)


def test_adjust_cutouts_writes_into_each_and_answers_in_order() -> None:
    lot = mixed()
    found = adjust_cutouts(iter(lot), inner=13, fit_bg=True)
    assert found == [cutout["meta"]["adjust_converged"] for cutout in lot]
    assert found == ["adjusted" in cutout for cutout in lot]
    assert True in found
    assert False in found


def test_no_cutouts_give_no_results() -> None:
    assert adjust_cutouts([]) == []


def test_residuals_of_a_stack_do_not_share_memory() -> None:
    field, rng = Field(), np.random.default_rng(0)
    lot = [simulate(field, Truth(9000.0), rng) for _ in range(3)]
    results = fit_many(lot, FitOptions())
    assert not np.shares_memory(results[0].residual, results[1].residual)
    assert results[0].residual.base is None


@pytest.mark.parametrize(
    ("changes", "options", "simple"),
    [
        ({}, {}, True),
        ({}, {"fit_bg": True}, False),
        ({}, {"fit_plane": True}, False),
        ({}, {"check_err": True}, False),
        ({}, {"max_shift": 0}, True),
        ({"mask": np.eye(21)}, {}, False),
        ({"template_err": np.ones((21, 21))}, {}, False),
        ({"meta": {"fwhm": 3.0}}, {}, False),
    ],
)
def test_fit_is_simple_without_background_mask_and_psf(
    changes: dict[str, Any], options: dict[str, Any], simple: bool
) -> None:
    y, x = np.mgrid[-10:11, -10:11]
    star = 100 * np.exp(-(x**2 + y**2) / 8)
    cutout = {"image": star, "template": star, "err": np.ones((21, 21)), **changes}
    data = read_fit_input(cutout, FitOptions(**options))
    assert solver.is_simple(data, FitOptions(**options)) is simple


@pytest.mark.parametrize(("share", "seen"), [(0.69, False), (0.71, True)])
def test_source_is_seen_where_seven_tenths_of_its_information_are(share: float, seen: bool) -> None:
    """A PSF's information on its flux is the sum of its squares."""
    cutout = simulate(Field(), Truth(20_000), np.random.default_rng(2))
    squares = Gaussian(4.0).render((41, 41), 20.0, 20.0) ** 2
    squares /= squares.sum()
    lost, mask = 0.0, np.zeros((41, 41), bool)
    for pixel in np.random.default_rng(3).permutation(squares.size):
        place = np.unravel_index(pixel, squares.shape)
        mask[place] = lost + squares[place] <= 1 - share
        lost += mask[place] * squares[place]
    assert lost == pytest.approx(1 - share, abs=1e-4)
    cutout["err"][mask] = np.inf
    for found in (fit(cutout, WIDE), *fit_many([cutout] * 2, WIDE)):
        assert found.converged
        assert (found.unseen, np.isfinite(found.snr)) == (not seen, seen)


@pytest.mark.parametrize(
    ("normal", "scale"),
    [
        (FieldNormal(0.0, 0.0, 0.1, 2.0, 0.1), 2.0),
        (FieldNormal(0.0, 0.0, 0.1, 0.5, 0.1), 0.5),
    ],
)
def test_noise_of_the_template_is_that_at_the_fields_scale(
    normal: FieldNormal, scale: float
) -> None:
    cutout = simulate(Field(), Truth(20_000, scale=scale), np.random.default_rng(2))
    noisy = {**cutout, "template_err": 0.7 * cutout["err"]}
    plain = {**cutout, "err": cutout["err"] * np.sqrt(1 + (0.7 * scale) ** 2)}
    (found,), (wanted,) = (fit_many([one], WIDE, [normal]) for one in (noisy, plain))
    assert found.raw_flux_err == pytest.approx(wanted.raw_flux_err, rel=1e-5)
    assert found.chi2_0 == pytest.approx(wanted.chi2_0)
