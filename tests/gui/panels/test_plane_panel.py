"""One panel alone, painted on an image: what its title has room for, and in which colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from tests.helpers.snapshots import pixels, snapshot_font
from vetter.core.display.colour_map import MASK_BAD, MASK_GOOD
from vetter.gui.panels.layout.camera import Subject
from vetter.gui.panels.plane_panel import (
    TITLE_HEIGHT,
    PanelContent,
    PanelState,
    PlanePanel,
    picture_to_image,
)
from vetter.gui.panels.tools.hatch import Hatch
from vetter.gui.widgets.theme import DARK
from vetter.review.cutouts.rendered_cutout import Shift

SIDE = 200
GREY = np.full((20, 20), 0xFF808080, np.uint32)


@pytest.fixture
def stage(qapp: Any) -> PanelState:
    return PanelState(subject=Subject(20, 20, 10.0, 10.0), reticle=False, compass=False)


@pytest.fixture
def panel(stage: PanelState) -> PlanePanel:
    return panel_of(stage, SIDE)


def panel_of(stage: PanelState, width: float) -> PlanePanel:
    panel = PlanePanel(stage, snapshot_font())
    panel.resize(width, width + TITLE_HEIGHT)
    panel.exhibit = content("image")
    return panel


def content(plane: str, **more: Any) -> PanelContent:
    return PanelContent(plane, *picture_to_image(GREY)[:1], **more)


def painted(panel: PlanePanel) -> Any:
    """RGB of the panel on black, shape (rows, columns, 3)."""
    size = panel.size().toSize()
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    panel.paint(painter)
    painter.end()
    return pixels(image)


def title(panel: PlanePanel) -> Any:
    return painted(panel)[: int(TITLE_HEIGHT)]


def rgb(colour: str | int) -> list[int]:
    named = QColor(colour) if isinstance(colour, str) else QColor(colour & 0xFFFFFF)
    return [named.red(), named.green(), named.blue()]


def inked(shown: Any) -> tuple[int, int]:
    """First and last column with something in it; (-1, -1) for none."""
    columns = np.flatnonzero(shown.any(axis=(0, 2)))
    return (int(columns[0]), int(columns[-1])) if len(columns) else (-1, -1)


def has(shown: Any, colour: str | int) -> bool:
    return bool((shown == rgb(colour)).all(axis=2).any())


def width_of(text: str) -> float:
    return QFontMetricsF(snapshot_font()).horizontalAdvance(text)


def test_name_is_at_the_left_and_limits_at_the_right(panel: PlanePanel) -> None:
    panel.exhibit = content("image", range="1 to 2")
    left, right = inked(title(panel)[:, : SIDE // 2])
    assert 1 <= left <= 4 and right <= 4 + width_of("image")
    assert SIDE - 6 <= inked(title(panel))[1] <= SIDE - 1
    # The value under the pointer takes their place, in the colour of what is read.
    of_limits = title(panel)[:, SIDE // 2 :]
    panel.value = "1 to 2"
    of_value = title(panel)[:, SIDE // 2 :]
    assert of_value.max() > of_limits.max() and ((of_value > 0) == (of_limits > 0)).mean() > 0.9


def test_limits_without_room_are_left_out(stage: PanelState) -> None:
    room = width_of("image") + width_of("1 to 2") + 12
    for width, shown in ((room + 4, True), (room - 2, False)):
        panel = panel_of(stage, int(width))
        panel.exhibit = content("image", range="1 to 2")
        assert (inked(title(panel))[1] > width_of("image") + 10) == shown


def test_plane_that_stands_in_says_so(panel: PlanePanel, stage: PanelState) -> None:
    # Limits of no ink, where a mask would have its key.
    panel.exhibit = content("image", range=" ")
    assert not has(title(panel), DARK.accent)
    own = title(panel)
    panel.replacement = content("image", range=" ")
    standing_in = title(panel)
    # The note "in place of image" follows the name, which is in another colour.
    assert inked(standing_in)[1] > inked(own)[1] + 60
    name = slice(0, inked(own)[1] + 1)
    assert (standing_in[:, name] > 0).any() and (standing_in[:, name] != own[:, name]).any()
    # In a swipe both names are there, and no note.
    stage.divider = 0.5
    assert inked(title(panel))[1] == pytest.approx(width_of("image | image"), abs=4)
    # The divider alone, without a plane that stands in, changes nothing.
    panel.replacement = None
    assert (title(panel) == own).all()


@pytest.mark.parametrize(
    ("note", "limits", "is_shown"),
    [
        ("reprojected", "", True),
        ("reprojected", "1 to 2", True),
        ("i" * 200, "1 to 2", True),
        ("", "", False),
    ],
)
def test_note_follows_the_name(panel: PlanePanel, note: str, limits: str, is_shown: bool) -> None:
    panel.exhibit = content("image", range=limits)
    before = title(panel)
    panel.exhibit = content("image", range=limits, note=note)
    changed = np.flatnonzero((title(panel) != before).any(axis=(0, 2)))
    assert bool(len(changed)) == is_shown
    if is_shown:
        assert changed[0] >= width_of("image") + 10
        assert changed[-1] < SIDE - (width_of(limits) if limits else 0)


@pytest.mark.parametrize(
    ("beside_name", "words"), [(200, "own limits 1 to 2"), (90, "own limits"), (50, "own")]
)
def test_own_limits_are_shortened_to_their_room(
    stage: PanelState, beside_name: int, words: str
) -> None:
    panel = panel_of(stage, int(width_of("image")) + beside_name)
    panel.exhibit = content("image", range="own limits 1 to 2")
    left, right = inked(title(panel)[:, int(width_of("image")) + 8 :])
    assert right - left == pytest.approx(width_of(words), abs=4)


@pytest.mark.parametrize(("room", "is_shown"), [(28, False), (34, True)])
def test_note_needs_some_room(stage: PanelState, room: int, is_shown: bool) -> None:
    panel = panel_of(stage, int(width_of("image")) + 12 + room)
    # With limits that have no room there is no key of a mask, which would take the room.
    panel.exhibit = content("image", range="x" * 40)
    before = title(panel)
    panel.exhibit = content("image", range="x" * 40, note="i" * 40)
    assert (title(panel) != before).any() == is_shown


@pytest.mark.parametrize(
    ("beside_name", "tones"),
    [(20, []), (60, [MASK_GOOD]), (130, [MASK_GOOD, MASK_BAD])],
)
def test_key_of_a_mask_has_the_tones_that_have_room(
    stage: PanelState, beside_name: int, tones: list[int]
) -> None:
    panel = panel_of(stage, int(width_of("mask")) + beside_name)
    panel.exhibit = content("mask")
    shown = title(panel)
    filled = [
        tone
        for tone in (MASK_GOOD, MASK_BAD)
        if (shown == rgb(tone)).all(axis=2).sum() >= 49 and rgb(tone) != [0, 0, 0]
    ]
    assert filled == [tone for tone in tones if rgb(tone) != [0, 0, 0]]


def test_message_replaces_the_pixels(panel: PlanePanel) -> None:
    middle = int(TITLE_HEIGHT) + SIDE // 2
    assert painted(panel)[middle, SIDE // 2].tolist() == [128, 128, 128]
    panel.exhibit = content("image", message="MMM")
    shown = painted(panel)[int(TITLE_HEIGHT) :]
    assert shown[5, 5].tolist() == rgb(DARK.base) and has(shown, DARK.dim)
    # Without pixels there are no limits, and no key of a mask either.
    assert not has(title(panel), MASK_GOOD)
    panel.exhibit = PanelContent("image")
    assert not painted(panel)[int(TITLE_HEIGHT) :].any()


def test_bad_pixels_are_hatched_over_all_but_the_mask(panel: PlanePanel, stage: PanelState) -> None:
    stage.hatch = Hatch(np.array([[0, 0, 20, 20]]))
    for plane, is_hatched in (("image", True), ("mask", False)):
        panel.exhibit = content(plane)
        below = painted(panel)[int(TITLE_HEIGHT) + 2 : -2, 2:-2]
        assert (below != 128).any() == is_hatched


@pytest.mark.parametrize(
    ("at", "first", "drawn"),
    [({}, True, False), ({"compass": True}, False, False), ({"compass": True}, True, True)],
)
@pytest.mark.parametrize(
    "sky", [{"north": 90.0, "east": 180.0}, {"pixel_scale": 0.25}], ids=["compass", "bar"]
)
def test_compass_and_bar_are_in_the_first_panel(
    panel: PlanePanel,
    stage: PanelState,
    sky: dict[str, float],
    at: dict[str, bool],
    first: bool,
    drawn: bool,
) -> None:
    for name, value in {**sky, **at}.items():
        setattr(stage, name, value)
    panel.first = first
    below = painted(panel)[int(TITLE_HEIGHT) :]
    assert (below != 128).any() == drawn
    if drawn:
        rows, columns = np.nonzero((below != 128).any(axis=2))
        # In the lowest corner, the compass at the left, the bar at the right.
        assert rows.min() > SIDE / 2
        is_left = "north" in sky
        assert columns.max() < SIDE / 2 if is_left else columns.min() > SIDE / 4


@pytest.mark.parametrize("known", [{"north": 90.0}, {"east": 180.0}])
def test_compass_needs_both_directions(
    panel: PlanePanel, stage: PanelState, known: dict[str, float]
) -> None:
    stage.compass = panel.first = True
    stage.__dict__.update(known)
    assert (painted(panel)[int(TITLE_HEIGHT) :] == 128).all()


@pytest.mark.parametrize(
    ("plane", "compass", "is_drawn"),
    [("diff", True, True), ("diff", False, False), ("image", True, False)],
)
def test_shift_is_drawn_on_the_difference(
    panel: PlanePanel, stage: PanelState, plane: str, compass: bool, is_drawn: bool
) -> None:
    stage.reticle, stage.compass = True, compass
    panel.exhibit = content(plane)
    without = painted(panel)
    stage.shift = Shift(2.0, 1.0)
    assert (painted(panel) != without).any() == is_drawn


@pytest.mark.parametrize("x", [3.0, 16.0])
def test_numbers_are_on_the_other_side_of_the_cursor(
    panel: PlanePanel, stage: PanelState, x: float
) -> None:
    stage.cursor = (x, 10.0)
    without = painted(panel)
    panel.numbers = (("1", "2", "3"),) * 3
    rows, columns = np.nonzero((painted(panel) != without).any(axis=2))
    assert (columns.mean() < SIDE / 2) == (x > 10)


@pytest.mark.parametrize(
    ("shown", "tip"),
    [
        (PanelContent("image"), "image"),
        (PanelContent("image", unit="adu"), "image"),
        (PanelContent("image", range="1 to 2"), "image\nlimits 1 to 2"),
        (
            PanelContent("diff", range="1 to 2", unit="adu", note="estimated"),
            "diff\nestimated\nlimits 1 to 2 adu",
        ),
        (PanelContent("diff", range="own limits 1 to 2", unit="e"), "diff\nown limits 1 to 2 e"),
    ],
)
def test_tip_has_the_whole_title(shown: PanelContent, tip: str) -> None:
    assert shown.tip == tip


def test_first_row_of_a_picture_is_the_lowest(qapp: Any) -> None:
    picture = np.array([[0xFF000001, 0xFF000002, 3], [0xFF000004, 0xFF000005, 6]], np.uint32)
    image, _ = picture_to_image(picture)
    assert (image.width(), image.height()) == (3, 2)
    assert [image.pixelColor(0, y).blue() for y in (0, 1)] == [4, 1]
    assert image.pixelColor(1, 1).blue() == 2
