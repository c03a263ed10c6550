"""Which stars of a field are taken, and from where."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.core.psf.stars import CELLS, PER_CELL, Cell, cells, find_isolated_stars

FWHM = 3.5
SIZE = 120


def scene(*sources: tuple[float, float, float], seed: int = 0) -> np.ndarray:
    """Gaussian stars at x, y of a height, on noise of 1."""
    y, x = np.mgrid[:SIZE, :SIZE]
    out = np.random.default_rng(seed).normal(100, 1, (SIZE, SIZE))
    for x0, y0, height in sources:
        out += height * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) * 4 * np.log(2) / FWHM**2)
    return out


def found(image: np.ndarray, template: np.ndarray | None = None, mask: np.ndarray | None = None):
    planes = [ArrayPlane("image", image), ArrayPlane("t", image if template is None else template)]
    whole = Box(0, 0, SIZE, SIZE)
    masked = None if mask is None else ArrayPlane("mask", mask)
    return find_isolated_stars(Cell(whole, whole), *planes, masked, FWHM)


def test_a_star_is_found_where_it_is() -> None:
    assert found(scene((60.3, 41.8, 300))) == [pytest.approx((60.3, 41.8), abs=0.2)]


def test_the_brightest_come_first_and_only_so_many() -> None:
    sources = [(15 + 22 * k, 20 + 40 * (k % 3), 100 + 50 * k) for k in range(5)]
    sources += [(25.0, 100.0, 90.0), (60.0, 60.0, 60.0)]
    stars = found(scene(*sources))
    assert len(stars) == PER_CELL
    assert stars[0] == pytest.approx(sources[4][:2], abs=0.2)


@pytest.mark.parametrize(
    "image",
    [
        scene((60, 60, 300), (67, 60, 150)),
        scene((60, 60, 4)),
        np.minimum(scene((60, 60, 900)), 500),
        np.full((SIZE, SIZE), 7.0),
        np.full((SIZE, SIZE), np.nan),
        np.full((SIZE, SIZE), 1.7e308),
    ],
    ids=["blend", "faint", "saturated", "constant", "nothing known", "largest"],
)
def test_what_is_no_isolated_star_is_left_out(image: np.ndarray) -> None:
    assert found(image) == []


def test_what_the_template_lacks_is_no_star_of_the_field() -> None:
    assert found(scene((60, 60, 300)), scene(seed=1)) == []


def test_a_star_with_bad_pixels_near_is_left_out() -> None:
    mask = np.zeros((SIZE, SIZE), bool)
    mask[60, 64] = True
    assert found(scene((60, 60, 300)), mask=mask) == []


def test_a_star_beyond_the_cell_belongs_to_another() -> None:
    plane = ArrayPlane("image", scene((60, 60, 300)))
    cell = Cell(Box(0, 0, 55, SIZE), Box(-10, -10, 75, SIZE + 20))
    assert find_isolated_stars(cell, plane, plane, None, FWHM) == []


def test_cells_cover_a_small_field_once() -> None:
    seen = np.zeros((50, 83), int)
    for cell in cells((50, 83), 5):
        seen[cell.box.y0 : cell.box.y0 + cell.box.ny, cell.box.x0 : cell.box.x0 + cell.box.nx] += 1
    assert (seen == 1).all()


def test_of_a_large_field_only_the_middle_of_each_cell_is_read() -> None:
    parts = cells((40_000, 80_000), 10)
    assert len(parts) == CELLS**2
    assert max(cell.read.nx * cell.read.ny for cell in parts) <= 532**2
    assert parts[0].box == Box(4744, 2244, 512, 512)
