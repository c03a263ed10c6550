from __future__ import annotations

import numpy as np

from vetter.core.candidates.candidate_list import Whereabouts, find_whereabouts

X = np.array([0.0, -0.5, -0.6, 79.4, 79.5, np.nan, 1.0])
Y = np.array([0.0, 59.4, 3.0, 3.0, 3.0, 1.0, np.nan])


def test_on_off_and_nowhere() -> None:
    expected = [
        Whereabouts.ON,
        Whereabouts.ON,
        Whereabouts.OFF,
        Whereabouts.ON,
        Whereabouts.OFF,
        Whereabouts.NOWHERE,
        Whereabouts.NOWHERE,
    ]
    assert find_whereabouts(X, Y, (60, 80)).tolist() == expected


def test_without_an_image_none_is_off_it() -> None:
    assert find_whereabouts(X, Y, None).tolist() == [Whereabouts.ON] * 5 + [Whereabouts.NOWHERE] * 2
