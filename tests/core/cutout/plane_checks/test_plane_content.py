"""What the pixels of a plane are, by their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane_checks.plane_content import MAX_DISTINCT, PlaneContent


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
