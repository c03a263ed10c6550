"""Goals of the answer at the places where earlier fits were wrong, on 40 stamps each.

`scripts/bench --science` measures the same, and more kinds, on 200 stamps each.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.benchmark.science.kinds import Kind, list_kinds
from tests.benchmark.science.stamp_answers import judge_kind, summarise

STAMPS = 40
PLACES = (
    "blank sky, template of noise",
    "star, gradient 0.5 sigma/px",
    "star, err 20% small",
    "star, template PSF 10% narrower",
    "S/N 8 to 15, 0 to 0.3 FWHM from a star; 0.15 px",
    "S/N 8 to 15, 0.3 to 1 FWHM from a star; 0.15 px",
    "S/N 8 to 15, n = 4 galaxy, core; 0.15 px",
    "S/N 8 to 15, n = 4 galaxy, flank; 0.15 px",
    "trail, S/N 4 to 10, 0 to 1 FWHM from a star",
    "S/N 8 to 15 beside a dipole, S/N 1000, 0.5 px",
    "dipole, S/N 150, 0.5 px",
    "dipole, S/N 1000, 0.5 px",
)
KINDS = {kind.name: kind for kind in list_kinds()}


@pytest.mark.parametrize("kind", [KINDS[name] for name in PLACES], ids=PLACES)
def test_wrong_answers_stay_within_goal(kind: Kind) -> None:
    # Imported here: all workers find the tests, and one runs them.
    from scipy.stats import binom

    # The calibration of a field costs as much as its stamps: the narrowest and the widest PSF.
    figure = summarise(kind, judge_kind(replace(kind, fwhms=kind.fwhms[::3]), STAMPS))
    for name, budget in figure.budgets.items():
        # At the goal's rate, chance exceeds this number of so few stamps once in a hundred.
        most = binom.ppf(0.99, STAMPS, budget / 100.0)
        assert figure.values[name] * STAMPS / 100.0 <= most, figure
