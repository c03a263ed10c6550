from __future__ import annotations

import numpy as np

from vetter.plots.plane_image import smooth


def test_smoothing_keeps_the_level_beside_nan() -> None:
    plane = np.full((9, 9), 3.0)
    plane[4:, 4:] = np.nan
    smoothed = smooth(plane, 2)
    np.testing.assert_allclose(smoothed[~np.isnan(plane)], 3.0)
    np.testing.assert_array_equal(np.isnan(smoothed), np.isnan(plane))
