"""A source at a chip's edge or under a mask is seen, or is not judged; it does not disappear."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import UNSEEN_NOTE, FitOptions
from vetter.core.judgement.disappeared import judge_criterion

FIELD = Field()
OPTIONS = FitOptions(1.0, 2.0, inner=17, inner_fwhm=4.0, fit_bg=True, fwhm=4.0)
SNR_15 = 15.0 * FIELD.sky_noise()


def cut_at(cutout: dict[str, Any], column: int) -> dict[str, Any]:
    """Off the chip to the left of a column."""
    for name in ("image", "convolved", "err"):
        cutout[name][:, :column] = np.nan
    return cutout


def new_source(rng: np.random.Generator) -> Truth:
    """Of S/N 15 against the sky, 2 to 4 px from a star of 0.3 to 3 times its flux."""
    away, angle = rng.uniform(2, 4), rng.uniform(0, 2 * math.pi)
    star = away * math.cos(angle), away * math.sin(angle)
    return Truth(flux=SNR_15 * 10 ** rng.uniform(-0.52, 0.48), star=star, new=SNR_15)


def test_under_one_in_a_hundred_new_sources_at_a_chip_edge_disappear() -> None:
    rng = np.random.default_rng(20)
    edges = rng.integers(12, 21, 1000)
    cutouts = [cut_at(simulate(FIELD, new_source(rng), rng), edge) for edge in edges]
    found = [judge_criterion(result).disappeared for result in fit_many(cutouts, OPTIONS)]
    assert found.count(True) < 10
    assert found.count(None) > 20


def test_a_dipole_that_is_cut_by_the_edge_disappears() -> None:
    rng = np.random.default_rng(21)
    truth = Truth(flux=40 * SNR_15, dx=0.3, dy=-0.2, scale=1.05)
    cutouts = [cut_at(simulate(FIELD, truth, rng), 16) for _ in range(20)]
    judgements = [judge_criterion(result) for result in fit_many(cutouts, OPTIONS)]
    assert [judgement.disappeared for judgement in judgements] == [True] * 20


@pytest.mark.parametrize(("radius", "judged"), [(0.5, True), (2.0, None)])
def test_a_masked_core_is_not_judged(radius: float, judged: bool | None) -> None:
    """One masked pixel hides nothing; all within half a FWHM hide a source."""
    rng = np.random.default_rng(22)
    cutout = simulate(FIELD, Truth(flux=20 * SNR_15, dx=0.3), rng)
    y, x = np.mgrid[:41, :41] - 20
    cutout["mask"] = np.hypot(x, y) <= radius
    found = judge_criterion(fit(cutout, OPTIONS))
    assert found.disappeared is judged
    assert (found.reason == UNSEEN_NOTE) == (judged is None)


def with_core_masked(cutout: dict[str, Any]) -> dict[str, Any]:
    mask: npt.NDArray[np.bool_] = np.zeros((41, 41), bool)
    mask[18:23, 18:23] = True
    return {**cutout, "mask": mask}


def test_what_the_scale_took_up_is_known_for_each_of_a_stack() -> None:
    rng = np.random.default_rng(23)
    whole = [simulate(FIELD, Truth(flux=20 * SNR_15, scale=1.1), rng) for _ in range(2)]
    masked = with_core_masked(whole[0])
    together = fit_many([masked, whole[1]], OPTIONS), fit_many([whole[1], masked], OPTIONS)
    assert together[0][0].absorbed == pytest.approx(together[1][1].absorbed, rel=1e-6)
    assert together[0][1].absorbed == pytest.approx(together[1][0].absorbed, rel=1e-6)
    assert fit(whole[1], OPTIONS).absorbed == pytest.approx(together[0][1].absorbed, rel=1e-6)
