"""Sizes of cutouts: smaller and larger are inverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.gui.panels.layout.cutout_sizes import next_radius


@given(st.integers(4, 250), st.lists(st.sampled_from([1, -1]), max_size=30))
def test_steps_back_return_to_the_radius(own: int, steps: list[int]) -> None:
    radii = [float(own)]
    taken = []
    for step in steps:
        radius = next_radius(radii[-1], step, own)
        if radius != radii[-1]:
            radii.append(radius)
            taken.append(step)
    back = radii[-1]
    for step, before in zip(reversed(taken), reversed(radii[:-1]), strict=True):
        back = next_radius(back, -step, own)
        assert back == before


@pytest.mark.parametrize(("step", "end"), [(1, 250.0), (-1, 4.0)])
def test_steps_end_at_the_range(step: int, end: float) -> None:
    radius = 20.0
    for _ in range(60):
        radius = next_radius(radius, step, 20)
    assert radius == end


def test_a_list_beyond_the_range_keeps_its_own_size() -> None:
    assert next_radius(next_radius(600, -1, 600), 1, 600) == 600
