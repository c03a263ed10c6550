"""Share of the template in the noise of a difference.

Least squares take a template's noise for light that the image lacks, see
`vetter.core.fit.noise_model`. The noise that matters there is what the template has alone:
var(T) - cov(I, T), which is the covariance of the template and the difference, times -1. Faint
sources and exposures that both planes share fall out of it.
"""

from __future__ import annotations

import numpy as np

from vetter.core.noise.sky_samples import SkySamples

_MIN_SHARE, _MAX_SHARE = 0.01, 0.97
_SIGNIFICANCE = 5.0
_CLIP_SIGMA = 4.0
_MIN_PIXELS = 100


def measure_template_share(samples: SkySamples) -> float:
    """Return the part of the difference's variance that is the template's own; 0 to 0.97."""
    light = np.where(samples.blank, samples.light, np.nan)
    known = samples.blank.sum(axis=(1, 2)) >= _MIN_PIXELS
    known &= np.isfinite(samples.sigma) & samples.steady
    products, total, error = 0.0, 0.0, 0.0
    for values, difference, sigma in zip(
        light[known], samples.difference[known], samples.sigma[known], strict=True
    ):
        inside = np.isfinite(values) & (np.abs(difference) < _CLIP_SIGMA * sigma)
        template, pulls = values[inside], difference[inside] / sigma
        if len(template) < _MIN_PIXELS:
            continue
        template = (template - template.mean()) / sigma
        products -= float(template @ pulls)
        total += float(pulls @ pulls)
        # Half of its pixels at most are independent where the template is convolved.
        error += 2.0 * float(template @ template)
    if not total > 0:
        return 0.0
    share = products / total
    if share < max(_MIN_SHARE, _SIGNIFICANCE * np.sqrt(error) / total):
        return 0.0
    return float(min(share, _MAX_SHARE))
