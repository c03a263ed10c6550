"""Visibility of sources in the default display: the tone of each above its sky."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vetter.benchmark.figures import Figure
from vetter.core.cutout_source import CutoutSource
from vetter.core.display.style import DisplayStyle
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout
from vetter.settings import DisplaySettings

MIN_SNR = 10.0
LEAST_TONE = 0.2
"""Tone above the sky, of a range of 1, that a source of `MIN_SNR` has to have."""

_APERTURE = 2.5
_RADII = (12.0, 40.0)


def measure(inputs: list[str], count: int = 1000) -> Iterator[Figure]:
    """Measure the tones of random candidates in cutouts of random sizes."""
    from vetter.io.input_options import InputOptions
    from vetter.io.inputs.open_input import open_input

    source = open_input(inputs or ["demo"], InputOptions()).read_whole_list()
    tones = source_tones(source, DisplayStyle.from_settings(DisplaySettings()), count)
    source.close()
    if not len(tones):
        return
    values = {
        "least": float(tones.min()),
        "median": float(np.median(tones)),
        "below": float(np.mean(tones < LEAST_TONE)),
    }
    note = f"{len(tones)} of {count} cutouts have a source above S/N {MIN_SNR:g} in image"
    yield Figure(
        "tone of a source above its sky", values, "of 1", budgets={"below": 0.0}, note=note
    )


def source_tones(
    source: CutoutSource, looks: DisplayStyle, count: int, plane: str = "image"
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the tone above the sky of each candidate with a source, in random cutouts.

    Parameters
    ----------
    source : CutoutSource
        Candidates, drawn at random, each with a random radius of 12 to 40 pixels.
    looks : DisplayStyle
        Style with grey colours for this plane.
    count : int
        Number of cutouts.
    plane : str
        Plane that is measured.

    Returns
    -------
    ndarray (n,)
        For candidates above S/N 10 in an aperture of 2.5 pixels: brightest tone within it minus
        the tone of the sky, 0 to 1.
    """
    rng = np.random.default_rng(1)
    tones = []
    for row in rng.integers(len(source.candidates), size=count):
        frame = render_cutout(source, int(row), float(rng.uniform(*_RADII)), looks)
        tone = _source_tone(frame, plane)
        if tone is not None:
            tones.append(tone)
    return np.array(tones)


def _source_tone(frame: RenderedCutout, plane: str) -> float | None:
    pixels, noise = frame.planes.get(plane), frame.noise.get(plane)
    if pixels is None or noise is None or frame.position is None or not noise.is_usable:
        return None
    rows, columns = np.indices(pixels.shape)
    distance = np.hypot(columns - frame.position[0], rows - frame.position[1])
    near = (distance <= _APERTURE) & np.isfinite(pixels)
    if np.count_nonzero(near) < np.pi * _APERTURE**2 / 2:
        return None
    excess = pixels[near] - noise.level
    if excess.sum() < MIN_SNR * noise.sigma * np.sqrt(len(excess)):
        return None
    greys = (frame.pictures[plane] & 255) / 255
    sky = np.abs(pixels - noise.level) < 0.5 * noise.sigma
    return float(greys[near].max() - np.median(greys[sky])) if sky.any() else None
