"""Small pictures: each frame's picture is made once, and a new frame has a new one."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage

from tests.helpers.fake_session import candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_handled
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.thumbnails import (
    GAP,
    Form,
    Thumbnails,
    make_picture,
    quarter_turns,
    turn_image,
)
from vetter.gui.widgets.theme import DARK
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout


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


def frame_of(cache: FakeCache, row: int) -> RenderedCutout:
    return render_cutout(cache.source, row, cache.radius, cache.looks)


@pytest.fixture
def made(cache: FakeCache) -> Thumbnails:
    """Three pictures that are made, of 96 units each."""
    thumbnails = Thumbnails(cache, "diff", patient=True)
    cache.want([0, 1, 2])
    cache.serve()
    assert all(isinstance(thumbnails.image(row), QImage) for row in range(3))
    return thumbnails


@pytest.mark.parametrize(("room", "kept"), [(3, [0, 1, 2]), (2, [0, 2]), (0, [2])])
def test_oldest_pictures_go_first(cache: FakeCache, room: int, kept: list[int]) -> None:
    thumbnails = Thumbnails(cache, "diff")
    thumbnails.set_size(20, 1.0)
    # Four bytes a pixel; one picture is always there.
    thumbnails.max_bytes = room * 4 * 20 * 20 if room else 1600
    cache.want([0, 1, 2])
    cache.serve()
    pictures = {row: thumbnails.image(row) for row in (0, 1)}
    thumbnails.image(0)
    pictures[2] = thumbnails.image(2)
    now = [row for row in (2, 0, 1) if thumbnails.image(row) is pictures[row]]
    assert sorted(now) == kept


@pytest.mark.parametrize(
    ("change", "size"),
    [
        (lambda small: small.set_size(40, 1.0), (40, 40)),
        (lambda small: small.set_size(40, 2.0), (40, 40)),
        (lambda small: small.set_planes(("image", "diff")), (2 * 96 + GAP, 96)),
        (lambda small: small.set_plane("image"), (96, 96)),
    ],
)
def test_other_form_is_made_anew(made: Thumbnails, change: Any, size: tuple[int, int]) -> None:
    before = made.image(0)
    change(made)
    after = made.image(0)
    assert after is not before
    shown = after.deviceIndependentSize()
    assert (shown.width(), shown.height()) == size
    # The same form again changes nothing.
    change(made)
    assert made.image(0) is after


@pytest.mark.parametrize("patient", [False, True])
def test_earlier_looks_stay_for_the_patient(cache: FakeCache, patient: bool) -> None:
    thumbnails = Thumbnails(cache, "diff", patient=patient)
    cache.want([0, 1])
    cache.serve()
    before, told = thumbnails.image(0), []
    thumbnails.outdated.connect(lambda: told.append(1))
    cache.looks = DisplayStyle(shared=False)
    cache.place(0, None)
    cache.place(1, frame_of(cache, 1))
    cache.ready.emit(1)
    assert told == [1] and isinstance(thumbnails.image(1), QImage)
    assert thumbnails.image(0) is (before if patient else None)
    # Another radius shows another part of the sky, which is no stand-in.
    cache.radius = 7.0
    thumbnails.request([0])
    assert thumbnails.image(0) is None and cache.wanted == [0]


def test_requested_pictures_are_made_ahead(qtbot, cache: FakeCache) -> None:
    thumbnails = Thumbnails(cache, "diff")
    for row in range(3):
        cache.place(row, frame_of(cache, row))
    thumbnails.request([2, 0])
    until_handled(qtbot)
    # A paint without any time left finds them.
    assert isinstance(thumbnails.image(2, until=0.0), QImage)
    assert isinstance(thumbnails.image(0, until=0.0), QImage)
    assert thumbnails.image(1, until=0.0) is None
    thumbnails.pause()
    assert cache.wanted == []
    thumbnails.stop()


def test_picture_made_while_building_is_taken(cache: FakeCache) -> None:
    thumbnails = Thumbnails(cache, "diff")
    thumbnails.make_while_building(True)
    frame = frame_of(cache, 0)
    cache.finish(0, frame)
    cache.place(0, frame)
    # It costs a paint no time.
    assert isinstance(thumbnails.image(0, until=0.0), QImage)
    # Of another frame than the one that came it is none.
    cache.finish(1, frame_of(cache, 2))
    cache.place(1, frame_of(cache, 1))
    assert (
        pixels(thumbnails.image(1)).tolist()
        == pixels(make_picture(frame_of(cache, 1), Form(("diff",), 96, 1.0))).tolist()
    )
    thumbnails.make_while_building(False)
    assert cache.finish is None


@pytest.mark.parametrize(
    ("planes", "words"),
    [(("other",), "no other"), (("other", "else"), "no other"), (("gone",), "not read")],
)
def test_reason_stands_where_no_plane_is_there(
    cache: FakeCache, planes: tuple[str, ...], words: str
) -> None:
    frame = dataclasses.replace(frame_of(cache, 0), states={"gone": "not read"})
    assert make_picture(frame, Form(planes, 40, 1.0)) == words


def test_unreadable_cutout_has_no_picture(cache: FakeCache) -> None:
    cache.source.unreadable.add(0)
    assert make_picture(frame_of(cache, 0), Form(("diff",), 40, 1.0)) == "no cutout"


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_planes_stand_side_by_side_with_words_for_missing_ones(
    cache: FakeCache, ratio: float
) -> None:
    frame = frame_of(cache, 0)
    image, diff = (make_picture(frame, Form((name,), 40, ratio)) for name in ("image", "diff"))
    whole = pixels(make_picture(frame, Form(("image", "other", "diff"), 40, ratio)))
    side, gap = round(40 * ratio), round(GAP * ratio)
    assert whole.shape == (side, 3 * side + 2 * gap, 3)
    assert (whole[:, :side] == pixels(image)).all()
    assert (whole[:, 2 * (side + gap) :] == pixels(diff)).all()
    base = QColor(DARK.base)
    ground = (whole == (base.red(), base.green(), base.blue())).all(axis=2)
    assert ground[:, side : side + gap].all()
    words = ~ground[:, side + gap : 2 * side + gap]
    assert 5 < words.sum() < words.size / 3


@pytest.mark.parametrize(
    ("own", "wanted", "turns", "mirrored"),
    [
        ((90.0, 180.0), (90.0, 180.0), 0, False),
        ((90.0, 180.0), (100.0, 190.0), 0, False),
        ((90.0, 180.0), (134.0, 224.0), 0, False),
        ((90.0, 180.0), (136.0, 226.0), 1, False),
        ((90.0, 180.0), (180.0, 270.0), 1, False),
        ((90.0, 180.0), (270.0, 0.0), 2, False),
        ((90.0, 180.0), (0.0, 90.0), 3, False),
        # East is to the right of north: left and right are exchanged.
        ((90.0, 0.0), (90.0, 180.0), 0, True),
        ((180.0, 90.0), (180.0, 270.0), 2, True),
        ((90.0, 0.0), (0.0, 90.0), 3, True),
    ],
)
def test_turns_bring_north_to_north(
    own: tuple[float, float], wanted: tuple[float, float], turns: int, mirrored: bool
) -> None:
    assert quarter_turns(own, wanted) == (turns, mirrored)


@pytest.mark.parametrize(
    ("turns", "mirrored", "corner"),
    [
        (0, True, (2, 0)),
        (1, False, (0, 2)),
        (2, False, (2, 1)),
        (3, False, (1, 0)),
        (1, True, (0, 0)),
    ],
)
def test_turned_image_is_turned_to_the_left(
    qapp, turns: int, mirrored: bool, corner: tuple[int, int]
) -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(0)
    image.setDevicePixelRatio(2.0)
    image.setPixelColor(0, 0, QColor("white"))
    made = turn_image(image, turns, mirrored)
    rows, columns = np.nonzero(pixels(made)[..., 0])
    assert (int(columns[0]), int(rows[0])) == corner and len(rows) == 1
    assert made.devicePixelRatio() == 2.0
    assert turn_image(image, 0, False) is image
