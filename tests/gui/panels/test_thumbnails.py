"""Small pictures: each frame's picture is made once, and a new frame has a new one."""

from __future__ import annotations

import pytest

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
