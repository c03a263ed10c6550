"""Options and cutouts of many kinds, for fits made alone and in stacks, and their comparison."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, dipole, new_source, simulate
from vetter.core.fit.adjustment import Adjustment, FitOptions

OPTIONS = {
    "window": FitOptions(1, 2, None, 4.0, True),
    "reference": FitOptions(2, 1.1, 13),
    "whole": FitOptions(2, 1.5, None, None, True, 4.0),
    "small box, PSF in a larger": FitOptions(1, 2, 9, None, True, 4.0),
    "large shifts": FitOptions(4, 2, 13, None, True),
    "held scale": FitOptions(1, 1, 13, None, True),
    "held shift": FitOptions(0, 2, 13, None, True),
}


def mixed() -> list[dict[str, Any]]:
    """Different shapes, FWHM, masks, holes, template errors, and some that cannot be fitted."""
    rng = np.random.default_rng(7)
    lot = []
    for k in range(36):
        field = Field(size=(41, 35)[k % 5 == 4], fwhm=(3.0, 4.0)[k % 3 == 2])
        draw = (dipole, new_source)[k % 2]
        cutout = simulate(field, draw(field, rng), rng)
        if k % 6 == 1:
            cutout["mask"] = rng.uniform(size=cutout["image"].shape) < 0.05
        if k % 6 == 2:
            cutout["convolved"][:, :12] = np.nan
        if k % 6 == 3:
            shape = cutout["image"].shape
            cutout["template_err"] = np.full(shape, 5.0)
            cutout["convolved"] = cutout["convolved"] + np.random.default_rng(k).normal(
                0.0, 5.0, shape
            )
        if k % 12 == 5:
            cutout["convolved"][:] = 1.0
        lot.append(cutout)
    return lot


def assert_same(one: Adjustment, other: Adjustment) -> None:
    for field in dataclasses.fields(Adjustment):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, float):
            assert a == pytest.approx(b, rel=1e-6, abs=1e-6, nan_ok=True), field.name
        elif isinstance(a, np.ndarray):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-4)
        else:
            assert a == b, field.name
