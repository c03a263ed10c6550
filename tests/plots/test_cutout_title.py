from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from astropy.time import Time

from vetter.plots.cutout_plot import cutout_title

TIME = Time("2020-01-01")
TITLES = [
    ({}, "unnamed"),
    ({"name": None}, "unnamed"),
    ({"name": np.ma.masked}, "unnamed"),
    ({"name": "a", "time": TIME}, "a at 2020-01-01 00:00:00.000"),
    ({"name": "a", "time": "noon"}, "a at noon"),
    ({"time": datetime.datetime(2020, 1, 2)}, "unnamed at 2020-01-02 00:00:00"),
    ({"mag_filter_name": "r"}, "unnamed : r"),
    (
        {"mag_filter_name": "r", "mag_color_name": "g - r", "mag_color_term": 0.123},
        "unnamed : r - 0.12 (g - r)",
    ),
    (
        {"mag_filter_name": "r", "mag_color_name": "g - r", "mag_color_term": [-0.1, 0.02]},
        "unnamed : r + 0.10 (g - r) - 0.02 (g - r)^2",
    ),
    (
        {"mag_filter_name": "r", "mag_color_name": "g - r", "mag_color_term": None},
        "unnamed : r",
    ),
    ({"mag_limit": 20.456}, "unnamed : limit 20.46"),
    ({"mag_limit": None, "mag_calib": np.nan}, "unnamed"),
    ({"mag_calib": 19, "mag_calib_err": 0.1}, "unnamed : mag = 19.00 $\\pm$ 0.10"),
    ({"mag_calib": 19, "magerr": 0.2}, "unnamed : mag = 19.00 $\\pm$ 0.20"),
    ({"mag_calib": np.ma.masked}, "unnamed"),
]


@pytest.mark.parametrize(("meta", "title"), TITLES)
def test_titles(meta: dict[str, Any], title: str) -> None:
    assert cutout_title(meta) == title
