"""Errors of a difference, divided between image and template for the fit."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.noise.noise_plane import MIN_SHARE, split_planes

BOX = Box(2, 3, 5, 4)
WHOLE = ArrayPlane("err", np.random.default_rng(1).uniform(1, 9, (20, 20)))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_parts_add_to_whole_error(share: float) -> None:
    parts = split_planes(WHOLE, share)
    err, template_err = (parts[name].read(BOX) for name in ("err", "template_err"))
    assert np.hypot(err, template_err) == pytest.approx(WHOLE.read(BOX))
    assert (template_err / WHOLE.read(BOX)) ** 2 == pytest.approx(np.full(BOX.shape, share))


@pytest.mark.parametrize("share", [0.0, 0.9 * MIN_SHARE])
def test_small_share_leaves_error_whole(share: float) -> None:
    assert split_planes(WHOLE, share) == {"err": WHOLE}
