"""What the pixels of a plane are, by their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane_checks.plane_content import MAX_DISTINCT, Peak, PlaneContent


def flags(distinct: int) -> np.ndarray:
    """Mostly zeros, and of whole numbers so many different ones."""
    pixels = np.zeros((40, 40))
    pixels.flat[:distinct] = np.arange(distinct)
    return pixels


@pytest.mark.parametrize(("distinct", "found"), [(2, True), (63, True), (64, False), (200, False)])
def test_flags_are_fewer_than_64_whole_numbers(distinct: int, found: bool) -> None:
    content = PlaneContent([flags(distinct)])
    assert content.is_flags is found
    assert content.distinct == min(distinct, MAX_DISTINCT)


@pytest.mark.parametrize("change", [-1.0, 0.5])
def test_flags_are_whole_and_not_negative(change: float) -> None:
    pixels = flags(5)
    pixels[20, 20] = change
    assert not PlaneContent([pixels]).is_flags


def test_flags_are_most_of_them_zero() -> None:
    pixels = flags(2)
    pixels[:21] = 1.0
    assert not PlaneContent([pixels]).is_flags


def waves(level: float = 0.0, size: float = 1.0, side: int = 60) -> np.ndarray:
    """A background whose median is the level, with as many pixels above as below, by size."""
    return level + size * (np.arange(float(side * side)).reshape(side, side) % 3 - 1)


def field(seed: int, peak: float = 0.0, side: int = 120, spacing: int = 20) -> np.ndarray:
    """Noise of sigma 5 about 100, with stars at every so many pixels, the first at half."""
    y, x = np.mgrid[:side, :side]
    pixels = np.random.default_rng(seed).normal(100, 5, (side, side))
    for row in range(spacing // 2, side, spacing):
        for column in range(spacing // 2, side, spacing):
            pixels += peak * np.exp(-((x - column) ** 2 + (y - row) ** 2) / 5)
    return pixels


def test_shares_are_of_the_finite_pixels() -> None:
    content = PlaneContent([np.array([[0.0, 1.0, np.nan, -0.5]])])
    assert content.known == 0.75 and sorted(content.values) == [-0.5, 0, 1]
    assert content.zeros == content.negative == pytest.approx(1 / 3)
    assert content.whole == pytest.approx(2 / 3)
    assert content.distinct == 3


def test_plane_without_a_finite_pixel_has_no_shares() -> None:
    content = PlaneContent([np.full((9, 9), np.nan)])
    assert (content.known, content.zeros, content.negative, content.whole) == (0, 0, 0, 0)
    assert np.isnan([content.level, content.noise, content.fine_noise]).all()
    assert content.outliers == (0, 0) and content.peaks == []


def test_level_and_noise_are_the_median_of_the_boxes() -> None:
    boxes = [waves(10, 1), waves(20, 2), waves(90, 9), np.full((60, 60), np.nan)]
    content = PlaneContent(boxes)
    assert content.level == 20
    assert content.noise == pytest.approx(2 * 1.4826, rel=1e-3)


@pytest.mark.parametrize(("step", "noise"), [(2.0, 2.097), (3.0, 3.145)])
def test_fine_noise_is_of_neighbours(step: float, noise: float) -> None:
    # 1.4826 times the median step between neighbours, over the square root of 2.
    rows = np.tile([0.0, step], (10, 10)) + 1000 * np.arange(10)[:, None]
    assert PlaneContent([rows]).fine_noise == pytest.approx(noise, abs=1e-3)


def test_outliers_are_beyond_five_sigma_of_their_box() -> None:
    boxes = [waves(), waves(50, 2)]
    sigma = 1.4826
    boxes[0].flat[:4] = sigma * np.array([4.9, 5.1, 5.1, -4.9])
    boxes[1].flat[:4] = 50 + 2 * sigma * np.array([5.1, -5.1, 4.9, -4.9])
    assert PlaneContent(boxes).outliers == (3, 1)
    assert PlaneContent([np.ones((9, 9))]).outliers == (0, 0)


@pytest.mark.parametrize(
    ("bright", "dark", "level", "found"),
    [
        (10, 10, 0.0, True),
        (40, 10, 0.0, True),
        (41, 10, 0.0, False),
        (10, 40, 0.0, True),
        (10, 41, 0.0, False),
        (9, 9, 0.0, False),
        (10, 10, 1.4, True),
        (10, 10, -1.4, True),
        (10, 10, 1.6, False),
        (10, 10, -1.6, False),
    ],
)
def test_difference_is_about_zero_with_outliers_on_both_sides(
    bright: int, dark: int, level: float, found: bool
) -> None:
    pixels = waves(level)
    pixels.flat[:bright], pixels.flat[bright : bright + dark] = 50, -50
    assert PlaneContent([pixels]).is_symmetric is found


def test_peaks_are_the_stars_the_highest_first() -> None:
    first, second = field(1, 200), field(2)
    first[70, 70] += 300
    second[40, 55] = 4000  # a cosmic ray
    peaks = PlaneContent([second, first]).peaks
    assert len(peaks) == 30  # of 36
    assert (peaks[0].box, peaks[0].row, peaks[0].column) == (1, 70, 70)
    assert all(peak.box == 1 for peak in peaks)
    assert {(peak.row - 10) % 20 for peak in peaks} <= {0, 1, 19}
    heights = [peak.height for peak in peaks]
    assert heights == sorted(heights, reverse=True) and 100 < heights[-1] < 200


def test_stars_of_another_plane_are_seen_or_not() -> None:
    stars, alike, sky = field(1, 200), field(2, 60), field(3)
    peaks = PlaneContent([stars]).peaks
    assert PlaneContent([alike]).seen(peaks) == (30, 30)
    assert PlaneContent([sky]).seen(peaks)[0] <= 1
    alike[:, :20] = np.nan
    gone = sum(peak.column < 22 for peak in peaks)
    assert 0 < gone and PlaneContent([alike]).seen(peaks) == (30 - gone, 30 - gone)


@pytest.mark.parametrize(("distance", "near"), [(0, True), (2, True), (4, False)])
def test_height_is_looked_for_within_two_pixels(distance: int, near: bool) -> None:
    pixels = waves()
    pixels[30, 30] += 900  # smoothed over 3 x 3 pixels: 100
    content = PlaneContent([pixels])
    for row, column in ((30 + distance, 30), (30 - distance, 30), (30, 30 + distance)):
        height = content.height_at(Peak(0, row, column, 1.0))
        assert (height > 90) is near
    assert content.height_at(Peak(0, 0, 0, 1.0)) < 2


@pytest.mark.parametrize(("row", "column", "known"), [(28, 30, False), (27, 30, True)])
def test_height_beside_an_unknown_pixel_is_unknown(row: int, column: int, known: bool) -> None:
    pixels = waves()
    pixels[30, 30] = np.nan
    assert np.isfinite(PlaneContent([pixels]).height_at(Peak(0, row, column, 1.0))) == known


@pytest.mark.parametrize(("shape", "known"), [((20, 25), True), ((20, 24), False)])
def test_correlation_needs_500_pixels(shape: tuple[int, int], known: bool) -> None:
    pixels = np.random.default_rng(1).normal(0, 1, shape)
    one, other = PlaneContent([pixels]), PlaneContent([5 - 2 * pixels])
    assert np.isfinite(one.correlation(other)) == known
    assert not known or one.correlation(other) == pytest.approx(-1)
    assert not known or one.correlation(one) == pytest.approx(1)


def test_levels_of_boxes_do_not_correlate() -> None:
    rng = np.random.default_rng(2)
    boxes = [[rng.normal(level, 1, (40, 40)) for level in (0, 1000)] for _ in range(2)]
    one, other = (PlaneContent(pair) for pair in boxes)
    assert abs(one.correlation(other)) < 0.1


def test_noise_of_a_difference_correlates_with_its_planes() -> None:
    image, template, other = (field(seed, 100, 180, 60) for seed in (1, 2, 3))
    diff = PlaneContent([image - template])
    assert diff.noise_correlation(PlaneContent([image])) == pytest.approx(0.7, abs=0.1)
    assert diff.noise_correlation(PlaneContent([template])) == pytest.approx(-0.7, abs=0.1)
    assert abs(diff.noise_correlation(PlaneContent([other]))) < 0.1


@pytest.mark.parametrize(("side", "known"), [(86, False), (87, True)])
def test_correlation_of_noise_needs_5000_pixels_off_the_edge(side: int, known: bool) -> None:
    content = PlaneContent([np.random.default_rng(8).normal(0, 1, (side, side))])
    # 8 pixels at each edge do not count: 70 x 70 is less than 5000, 71 x 71 is more.
    assert (content.noise_correlation(content) == pytest.approx(1)) is known


def test_planes_are_equal_and_subtracted_pixel_by_pixel() -> None:
    pixels = waves()
    pixels[3, 3] = np.nan
    one, other = PlaneContent([pixels, pixels]), PlaneContent([pixels, pixels + 1])
    assert one.equals(PlaneContent([pixels, pixels])) and not one.equals(other)
    assert np.unique(other.minus(one).values).tolist() == [0, 1]


@pytest.mark.parametrize(("fractions", "unknown"), [(0.3, 2), (0.1, 0)])
def test_zeros_and_tiny_values_among_fractions_fill_an_image(
    fractions: float, unknown: int
) -> None:
    pixels = np.arange(100.0).reshape(10, 10)
    pixels.flat[: int(100 * fractions)] += 0.5
    pixels.flat[98:] = 0.0, 1e-30
    assert np.isnan(PlaneContent([pixels], is_sky=True).boxes[0]).sum() == unknown
    assert not np.isnan(PlaneContent([pixels]).boxes[0]).any()


def test_small_units_have_outliers_and_peaks_too() -> None:
    pixels = waves()
    pixels.flat[:3] = 50, 50, -50
    assert PlaneContent([0.01 * pixels]).outliers == (2, 1)
    stars = field(1, 200)
    small, large = PlaneContent([0.01 * stars]), PlaneContent([stars])
    places = [(peak.row, peak.column) for peak in large.peaks]
    assert [(peak.row, peak.column) for peak in small.peaks] == places
    assert small.seen(large.peaks) == (30, 30)


def raised(side: int, sigmas: float) -> PlaneContent:
    """A square of pixels so many sigma of the smoothed noise, 5 / 3, above noise about 100."""
    pixels, half = field(1), side // 2
    pixels[60 - half : 61 + half, 60 - half : 61 + half] = 100 + sigmas * 5 / 3
    return PlaneContent([pixels])


@pytest.mark.parametrize(("sigmas", "found"), [(7.4, False), (8.6, True), (9.5, True)])
def test_peak_is_from_eight_sigma(sigmas: float, found: bool) -> None:
    peaks = [(peak.row, peak.column) for peak in raised(3, sigmas).peaks]
    assert peaks == ([(60, 60)] if found else [])


@pytest.mark.parametrize(("sigmas", "seen"), [(3.7, 0), (4.3, 1), (5.0, 1)])
def test_star_is_seen_from_four_sigma(sigmas: float, seen: int) -> None:
    assert raised(9, sigmas).seen([Peak(0, 60, 60, 1.0)]) == (seen, 1)


def test_gradient_of_two_planes_is_no_common_noise() -> None:
    gradient = np.add.outer(np.linspace(-20, 20, 180), np.linspace(-10, 10, 180))
    one, other = (PlaneContent([field(seed, side=180) + gradient]) for seed in (1, 2))
    assert abs(one.noise_correlation(other)) < 0.1
