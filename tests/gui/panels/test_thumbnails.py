"""Small pictures: each frame's picture is made once, and a new frame has a new one."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QImage

from tests.helpers.fake_session import candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.gui.panels.thumbnails import Thumbnails
from vetter.review.cutouts.rendered_cutout import render_cutout


@pytest.fixture
def cache(qapp) -> FakeCache:
    return FakeCache(FakeSource(candidate_list(3)))


def test_picture_painted_before_its_signal_is_kept(cache) -> None:
    thumbnails = Thumbnails(cache, "diff")
    cache.want([0])
    cache.blockSignals(True)
    cache.serve()
    painted = thumbnails.image(0)
    cache.blockSignals(False)
    cache.ready.emit(0)
    assert painted is not None and thumbnails.image(0) is painted


def test_new_frame_has_a_new_picture(cache) -> None:
    thumbnails = Thumbnails(cache, "diff")
    cache.want([0])
    cache.serve()
    painted = thumbnails.image(0)
    cache.place(0, render_cutout(cache.source, 0, cache.radius, cache.looks))
    cache.ready.emit(0)
    assert painted is not None and thumbnails.image(0) is not painted


def test_picture_beyond_the_time_of_a_paint_follows_with_its_signal(qtbot, cache) -> None:
    thumbnails = Thumbnails(cache, "diff")
    cache.want([0, 1])
    cache.serve()
    assert thumbnails.image(0) is not None
    with qtbot.waitSignal(thumbnails.picture_ready, timeout=30000) as ready:
        assert thumbnails.image(1, until=0.0) is None
        assert thumbnails.image(0, until=0.0) is not None
    assert ready.args == [1]
    assert isinstance(thumbnails.image(1, until=0.0), QImage)


def test_stopped_thumbnails_make_no_late_picture(qtbot, cache) -> None:
    thumbnails = Thumbnails(cache, "diff")
    cache.want([0, 1])
    cache.serve()
    with qtbot.waitSignal(thumbnails.picture_ready, timeout=30000) as ready:
        thumbnails.image(0, until=0.0)
        thumbnails.stop()
        thumbnails.image(1, until=0.0)
    assert ready.args == [1]
