"""Content of planes, measured in a few boxes: level, noise, outliers, flags, stars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vetter.core.cutout.noise_estimate import background
from vetter.core.cutout.plane import Array

MAX_DISTINCT = 64
"""Distinct values are counted up to this number: flags have fewer, measured pixels more."""

_OUTLIER_SIGMA = 5.0
_PEAK_SIGMA = 8.0
_SEEN_SIGMA = 4.0
_MAX_PEAKS = 30
_PEAK_DISTANCE = 2  # pixels between a star's peaks in two planes
_SMOOTHING = 1.5  # pixels; wider than most differences of kernels
_BACKGROUND_SCALE = 8.0  # pixels
_MIN_PIXELS = 500
_MIN_FAINT = 5000
"""Smoothed pixels below which two noises may correlate by chance."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The peak of a star: number of its box, row and column in it, height above the level."""

    box: int
    row: int
    column: int
    height: float


class PlaneContent:
    """Content of one plane in boxes that are the same for all planes of a field.

    Parameters
    ----------
    boxes : sequence of ndarray, shape (rows, columns)
        Pixels; NaN where unknown.
    is_sky : bool
        Whether the role is that of an image of the sky: exact zeros among fractions, and fills
        as hotpants' 1e-30, are then unknown pixels.
    """

    def __init__(self, boxes: Sequence[Array], is_sky: bool = False) -> None:
        self.boxes = [np.asarray(box, np.float64) for box in boxes]
        if is_sky:
            self.boxes = _without_fills(self.boxes)
        self._backgrounds = [background(box) for box in self.boxes]

    @cached_property
    def values(self) -> Array:
        """All finite pixels, shape (n,)."""
        flat = np.concatenate([box.ravel() for box in self.boxes])
        finite: Array = flat[np.isfinite(flat)]
        return finite

    @property
    def known(self) -> float:
        """Share of pixels that are finite."""
        return len(self.values) / max(1, sum(box.size for box in self.boxes))

    @cached_property
    def level(self) -> float:
        """Level of the background: the median of the boxes; NaN if no pixel is finite."""
        return _median([level for level, _ in self._backgrounds])

    @cached_property
    def noise(self) -> float:
        """Noise of the background, 1 sigma: the median of the boxes."""
        return _median([sigma for _, sigma in self._backgrounds])

    @cached_property
    def fine_noise(self) -> float:
        """Noise from neighbouring pixels, 1 sigma; free of gradients and faint sources."""
        steps = np.concatenate([np.diff(box, axis=1).ravel() for box in self.boxes])
        steps = steps[np.isfinite(steps)]
        return float(1.4826 * np.median(np.abs(steps)) / np.sqrt(2)) if len(steps) else np.nan

    @cached_property
    def outliers(self) -> tuple[int, int]:
        """Numbers of pixels more than 5 sigma above and below the background of their box."""
        bright = dark = 0
        for box, (level, sigma) in zip(self.boxes, self._backgrounds, strict=True):
            if sigma > 0:
                bright += int(np.count_nonzero(box > level + _OUTLIER_SIGMA * sigma))
                dark += int(np.count_nonzero(box < level - _OUTLIER_SIGMA * sigma))
        return bright, dark

    @cached_property
    def zeros(self) -> float:
        """Share of finite pixels that are exactly 0."""
        return float(np.mean(self.values == 0)) if len(self.values) else 0.0

    @cached_property
    def negative(self) -> float:
        """Share of finite pixels below 0."""
        return float(np.mean(self.values < 0)) if len(self.values) else 0.0

    @cached_property
    def whole(self) -> float:
        """Share of finite pixels that are whole numbers."""
        return float(np.mean(self.values == np.rint(self.values))) if len(self.values) else 0.0

    @cached_property
    def distinct(self) -> int:
        """Number of distinct values, at most `MAX_DISTINCT`."""
        return min(MAX_DISTINCT, len(np.unique(self.values)))

    @property
    def is_flags(self) -> bool:
        """Whether the pixels are flags: few whole numbers that are not negative, most of them 0."""
        few = self.whole == 1 and self.distinct < MAX_DISTINCT and self.negative == 0
        return few and self.zeros > 0.5

    @property
    def is_symmetric(self) -> bool:
        """Whether the level is about 0, with outliers on both sides, as in a difference."""
        bright, dark = self.outliers
        centred = self.noise > 0 and abs(self.level) < self.noise
        return bool(centred and dark >= 10 and bright / 4 <= dark <= 4 * bright)

    @cached_property
    def peaks(self) -> list[Peak]:
        """Peaks of stars, the highest first; at most 30."""
        from scipy.ndimage import maximum_filter

        found: list[Peak] = []
        for number, (smooth, level, sigma) in enumerate(self._smooth):
            if not sigma > 0:
                continue
            high = (smooth > level + _PEAK_SIGMA * sigma) & (maximum_filter(smooth, 7) == smooth)
            high &= self._is_extended(number)
            for row, column in np.argwhere(high)[:1000]:
                height = float(smooth[row, column] - level)
                found.append(Peak(number, int(row), int(column), height))
        return sorted(found, key=lambda peak: -peak.height)[:_MAX_PEAKS]

    def _is_extended(self, number: int) -> Array:
        """Return where a pixel's four neighbours are bright too, as a cosmic ray's are not."""
        box, (level, sigma) = self.boxes[number], self._backgrounds[number]
        inside = np.pad(np.nan_to_num(box, nan=-np.inf), 1, constant_values=-np.inf)
        around = [inside[:-2, 1:-1], inside[2:, 1:-1], inside[1:-1, :-2], inside[1:-1, 2:]]
        extended: Array = np.min(around, axis=0) > level + 2 * sigma
        return extended

    @cached_property
    def _smooth(self) -> list[tuple[Array, float, float]]:
        """Each box smoothed over 3 x 3 pixels, with its level and noise."""
        from scipy.ndimage import uniform_filter

        smoothed = []
        for box, (level, _) in zip(self.boxes, self._backgrounds, strict=True):
            smooth = uniform_filter(np.where(np.isfinite(box), box, level), 3)
            smoothed.append((smooth, *background(smooth)))
        return smoothed

    def height_at(self, peak: Peak) -> float:
        """Return the height above the level near another plane's peak; NaN if it is unknown."""
        smooth, level, _ = self._smooth[peak.box]
        part = np.s_[
            max(0, peak.row - _PEAK_DISTANCE) : peak.row + _PEAK_DISTANCE + 1,
            max(0, peak.column - _PEAK_DISTANCE) : peak.column + _PEAK_DISTANCE + 1,
        ]
        if not np.isfinite(self.boxes[peak.box][part]).all():
            return float("nan")
        return float(smooth[part].max() - level)

    def seen(self, peaks: Sequence[Peak]) -> tuple[int, int]:
        """Return how many of another plane's stars are seen here, and how many could be."""
        heights = [(self.height_at(peak), self._smooth[peak.box][2]) for peak in peaks]
        known = [(height, sigma) for height, sigma in heights if np.isfinite(height)]
        return sum(height > _SEEN_SIGMA * sigma for height, sigma in known), len(known)

    @cached_property
    def _faint(self) -> list[Array]:
        """Each box smoothed, without its background; NaN at stars and where unknown."""
        from scipy.ndimage import maximum_filter

        faint = []
        for box, (level, _), (smooth, middle, sigma) in zip(
            self.boxes, self._backgrounds, self._smooth, strict=True
        ):
            # The wings of a star would leave rings behind the filters: it goes with its wings.
            star = maximum_filter(np.abs(smooth - middle) > _SEEN_SIGMA * sigma, 9)
            unknown = star | ~np.isfinite(box)
            values = box - level
            filtered = _smoothed(values, unknown, _SMOOTHING)
            filtered -= _smoothed(values, unknown, _BACKGROUND_SCALE)
            filtered[unknown] = np.nan
            # At the edges the filters would make noise of a gradient.
            edge = int(_BACKGROUND_SCALE)
            faint.append(filtered[edge:-edge, edge:-edge])
        return faint

    @cached_property
    def faint_noise(self) -> float:
        """Noise of the smoothed background, 1 sigma."""
        return _median([float(np.nanstd(one)) for one in self._faint if np.isfinite(one).any()])

    def noise_correlation(self, other: PlaneContent) -> float:
        """Return the correlation of two planes' smoothed noise, away from stars; NaN if unknown."""
        first, second = (
            np.concatenate([one.ravel() for one in plane._faint]) for plane in (self, other)
        )
        return _correlation(first, second, _MIN_FAINT)

    def correlation(self, other: PlaneContent) -> float:
        """Return the correlation of two planes' pixels; NaN if unknown."""
        pairs = zip(self.boxes, other.boxes, strict=True)
        levels = zip(self._backgrounds, other._backgrounds, strict=True)
        first, second = [], []
        for (one, two), ((level, _), (other_level, _)) in zip(pairs, levels, strict=True):
            first.append((one - level).ravel())
            second.append((two - other_level).ravel())
        return _correlation(np.concatenate(first), np.concatenate(second), _MIN_PIXELS)

    def equals(self, other: PlaneContent) -> bool:
        """Return whether two planes have the same pixels."""
        pairs = zip(self.boxes, other.boxes, strict=True)
        return all(np.array_equal(one, two, equal_nan=True) for one, two in pairs)

    def minus(self, other: PlaneContent) -> PlaneContent:
        """Return the content of the difference of two planes."""
        return PlaneContent([a - b for a, b in zip(self.boxes, other.boxes, strict=True)])


def _smoothed(values: Array, unknown: Array, width: float) -> Array:
    """Return the Gaussian mean around each pixel, of the known pixels alone."""
    from scipy.ndimage import gaussian_filter

    total = gaussian_filter(np.where(unknown, 0.0, values), width)
    share = gaussian_filter(np.where(unknown, 0.0, 1.0), width)
    smooth: Array = total / np.maximum(share, 1e-6)
    return smooth


def _without_fills(boxes: Sequence[Array]) -> list[Array]:
    """Return boxes of an image of the sky with the pixels that only fill it as NaN."""
    fractions = [np.mean(box != np.rint(box)) for box in boxes]
    smallest = 1e-25 if np.mean(fractions) > 0.2 else 0.0
    return [np.where(np.abs(box) < smallest, np.nan, box) for box in boxes]


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else float("nan")


def _correlation(first: Array, second: Array, least: int) -> float:
    good = np.isfinite(first) & np.isfinite(second)
    if np.count_nonzero(good) < least:
        return float("nan")
    first, second = first[good], second[good]
    # errstate: a constant plane correlates with nothing.
    with np.errstate(all="ignore"):
        return float(np.corrcoef(first, second)[0, 1])
