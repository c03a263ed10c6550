"""Strip of small pictures: the planes of a frame in the given order, or words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import candidate_list
from tests.helpers.fake_source import FakeSource
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.pictures.frame_strip import FrameStrip
from vetter.review.cutouts.rendered_cutout import render_cutout


@pytest.fixture
def source() -> FakeSource:
    source = FakeSource(candidate_list(4))
    source.unreadable.add(3)
    return source


def test_planes_stand_in_the_given_order(qtbot: Any, source: FakeSource) -> None:
    strip = FrameStrip(("diff", "convolved", "image"))
    qtbot.addWidget(strip)
    assert strip.shown == [] and strip.row is None
    strip.show_frame(render_cutout(source, 2, 5, DisplayStyle()))
    assert (strip.shown, strip.row) == (["diff", "image"], 2)
    assert strip.accessibleDescription() == "diff, image"


def test_pixels_are_painted_below_their_title(qtbot: Any, source: FakeSource) -> None:
    strip = FrameStrip(("image", "diff"))
    qtbot.addWidget(strip)
    strip.show_frame(render_cutout(source, 2, 5, DisplayStyle()))
    picture = strip.grab().toImage()
    ratio = strip.devicePixelRatioF()
    tones = {
        picture.pixelColor(round(x * ratio), round(84 * ratio)).name() for x in range(6, 130, 12)
    }
    assert len(tones) > 5
    blank = {
        picture.pixelColor(round(x * ratio), round(84 * ratio)).name() for x in range(290, 540, 12)
    }
    assert len(blank) == 1


def test_unreadable_candidate_shows_its_error(qtbot: Any, source: FakeSource) -> None:
    strip = FrameStrip(("image",))
    qtbot.addWidget(strip)
    strip.show_frame(render_cutout(source, 3, 5, DisplayStyle()))
    assert strip.shown == [] and "cannot be read" in strip.accessibleDescription()


@pytest.mark.parametrize(("row", "name"), [(2, "planes"), (3, "error")])
def test_strip_as_a_picture(
    qtbot: Any, check_look: CheckLook, source: FakeSource, row: int, name: str
) -> None:
    strip = FrameStrip(("image", "template", "diff"))
    qtbot.addWidget(strip)
    strip.resize(460, strip.sizeHint().height())
    strip.show_frame(render_cutout(source, row, 5, DisplayStyle()))
    check_look(strip, f"frame_strip_{name}")
