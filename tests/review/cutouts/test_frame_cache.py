"""Frames within their memory: which go, and what of the wishes is left."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.display.style import DisplayStyle
from vetter.review.cutouts.cutout_cache import CachedFrame, Recipe, RenderedCutouts
from vetter.review.cutouts.rendered_cutout import RenderedCutout

RECIPE = Recipe(10.0, DisplayStyle(), None)


def made(row: int, error: str | None = None) -> CachedFrame:
    frame = RenderedCutout(row, 10.0, None, {}, {}, error, planes={"image": np.zeros(1000)})
    return CachedFrame(frame, RECIPE, 0.0)


def room_for(count: int) -> RenderedCutouts:
    return RenderedCutouts(count * made(0).nbytes)


def test_what_is_wanted_outlives_what_is_newer():
    frames = room_for(2)
    for row in range(4):
        assert frames.put(row, made(row), [0]) == [0]
    assert list(frames.by_target) == [0, 3]


def test_wishes_without_room_are_given_up_from_the_last():
    frames, wishes = room_for(2), [3, 1, 2]
    for row in (3, 1, 2):
        wishes = frames.put(row, made(row), wishes)
    assert wishes == [3, 1] and list(frames.by_target) == [3, 1]


def test_the_first_wish_is_kept_whatever_it_takes():
    frames = RenderedCutouts(1)
    assert frames.put(5, made(5), [5]) == [5]
    assert frames.put(6, made(6), [5]) == [5] and list(frames.by_target) == [5, 6]


def test_another_frame_of_a_row_takes_the_memory_of_the_first():
    frames = room_for(2)
    for row in (0, 1, 1, 1):
        frames.put(row, made(row), [])
    assert list(frames.by_target) == [0, 1]


@pytest.mark.parametrize("how", ["clear", "forget_failed"])
def test_what_is_forgotten_leaves_its_memory_to_others(how):
    frames = room_for(2)
    for row in (0, 1):
        frames.put(row, made(row, "gone.fits: no such file"), [])
    assert getattr(frames, how)() == ([0, 1] if how == "forget_failed" else None)
    for row in (2, 3):
        frames.put(row, made(row), [])
    assert list(frames.by_target) == [2, 3]


def test_only_what_failed_is_forgotten():
    frames = room_for(3)
    frames.put(0, made(0), [])
    frames.put(1, made(1, "gone.fits: no such file"), [])
    assert frames.forget_failed() == [1] and list(frames.by_target) == [0]
