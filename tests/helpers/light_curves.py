"""Light curves made up for tests."""

from __future__ import annotations

import numpy as np

from vetter.core.candidates.light_curve import LightCurve


def magnitudes(seed: int = 1, count: int = 40) -> LightCurve:
    """Detections, forced photometry and limits in g and r, the newest detection being current."""
    rng = np.random.default_rng(seed)
    epochs: list[tuple[float, float, float, bool, str, str, bool]] = []
    for number, time in enumerate(np.sort(58700 + 60 * rng.random(count))):
        band = "gr"[number % 2]
        mag = 18.5 + 0.03 * (58760 - time) + rng.normal(0, 0.1)
        if number % 5 == 0:
            epochs.append((time, 20.3, float("nan"), True, band, "limit", False))
        else:
            kind = "forced" if number % 3 == 0 else "detection"
            epochs.append((time, mag, 0.08, False, band, kind, number % 7 == 0))
    epochs.append((58760.5, 18.4, 0.05, False, "r", "detection", False))
    return LightCurve.of(epochs, "magnitude", "mag", len(epochs) - 1)


def fluxes() -> LightCurve:
    """Difference fluxes in u to y, negative ones too."""
    epochs = [
        (60500.0 + 3 * n, 900.0 * (n - 4), 150.0, False, "ugrizy"[n % 6], "forced", n < 4)
        for n in range(18)
    ]
    return LightCurve.of(epochs, "difference flux", "nJy", 17)
