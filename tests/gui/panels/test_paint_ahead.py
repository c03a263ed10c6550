"""A frame painted ahead is the same to the pixel, and never shows anything else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.snapshots import pixels
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.plane_row import PlaneRow
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout


@pytest.fixture(scope="module")
def frames() -> list[RenderedCutout]:
    source = FieldInMemory()
    return [render_cutout(source, row, 20, DisplayStyle()) for row in range(3)]


def seen(row: PlaneRow) -> np.ndarray:
    return pixels(row.grab().toImage())


def painted_now(row: PlaneRow, frame: RenderedCutout) -> np.ndarray:
    """What a frame looks like without anything painted ahead."""
    row.show_frame(frame)
    return seen(row)


def test_what_was_painted_ahead_is_shown_and_the_same_to_the_pixel(row, frames):
    wanted = painted_now(row, frames[1])
    row.show_frame(frames[0])
    row.prepare(frames[1])
    row.show_frame(frames[1])
    assert row._painted is not None
    assert np.array_equal(seen(row), wanted)


def test_preparing_leaves_what_is_on_screen_alone(row, frames):
    wanted = painted_now(row, frames[0])
    row.prepare(frames[1])
    assert np.array_equal(seen(row), wanted)


def test_another_frame_than_the_prepared_one_is_painted_itself(row, frames):
    wanted = painted_now(row, frames[2])
    row.show_frame(frames[0])
    row.prepare(frames[1])
    row.show_frame(frames[2])
    assert np.array_equal(seen(row), wanted)


CHANGES: dict[str, Callable[[PlaneRow], None]] = {
    "zoom": lambda row: row.zoom_in(),
    "reticle": lambda row: row.set_reticle(False),
    "compass": lambda row: row.set_compass(False),
    "theme": lambda row: row.set_theme(False),
    "flip": lambda row: row.set_flip(True),
    "size": lambda row: row.resize(700, 500),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
@pytest.mark.parametrize("when", ["before it shows", "while it shows"])
def test_a_change_of_the_view_is_seen_at_once(row, frames, change, when):
    row.show_frame(frames[0])
    row.prepare(frames[1])
    if when == "before it shows":
        change(row)
        row.show_frame(frames[1])
    else:
        row.show_frame(frames[1])
        change(row)
    found = seen(row)
    assert np.array_equal(found, painted_now(row, frames[1]))


def test_nothing_is_prepared_while_loading(row, frames):
    row.show_loading("J1", ("image",))
    row.prepare(frames[1])
    assert row._prepared is None


@pytest.mark.parametrize("way", [(1, 2, 1), (1, 0, 1), (1, 2, 0, 1, 2), (1, 1, 2, 2, 1)])
def test_painting_ahead_never_changes_what_is_on_screen(row, frames, way):
    """Whatever was shown before: pictures of earlier candidates are painted over."""
    wanted = [painted_now(row, frame) for frame in frames]
    row.show_frame(frames[0])
    for shown in way:
        row.prepare(frames[way[0]])
        row.show_frame(frames[shown])
        for ahead in range(3):
            row.prepare(frames[ahead])
            assert np.array_equal(seen(row), wanted[shown])
