"""Limits by zscale are those of astropy."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.visualization import ZScaleInterval

from vetter.core.display.zscale import zscale_limits

RNG = np.random.default_rng(5)
SKY = RNG.normal(1000, 12, 1681)
STARS = SKY + 5000 * RNG.pareto(1.5, 1681) * (RNG.random(1681) < 0.1)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(SKY, id="sky"),
        pytest.param(STARS, id="stars"),
        pytest.param(np.append(SKY, 1e7), id="one bright pixel"),
        pytest.param(np.repeat([0.0, 1e4], [300, 700]), id="two values"),
        pytest.param(RNG.pareto(0.3, 900), id="outliers alone"),
        pytest.param(np.rint(SKY).astype(np.int16), id="integers"),
        pytest.param(SKY.astype(">f4"), id="big-endian"),
        pytest.param(SKY[:4], id="four pixels"),
        pytest.param(SKY[:1], id="one pixel"),
        pytest.param(np.full(50, 7.0), id="constant"),
        pytest.param(RNG.normal(0, 1, 2_000_000), id="whole image"),
    ],
)
def test_limits_are_those_of_astropy(values: np.ndarray) -> None:
    expected = ZScaleInterval().get_limits(values)
    assert zscale_limits(values) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_limits_of_random_cutouts_are_those_of_astropy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(rng.uniform(-10, 500), rng.uniform(0.1, 30), rng.integers(5, 6000))
    values += rng.exponential(rng.uniform(1, 300), values.size) * (
        rng.random(values.size) < rng.uniform(0, 0.6)
    )
    expected = ZScaleInterval().get_limits(values)
    assert zscale_limits(values) == pytest.approx(expected, rel=1e-9)
