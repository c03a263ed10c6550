"""One tile of the grid, painted on an image: its measures, and the marks of its states."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.snapshots import pixels, snapshot_font
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.grid.tile_painter import (
    BADGE,
    MAX_TEXT_WIDTH,
    ONE_LINE_WIDTH,
    PAD,
    TilePainter,
    selection_colours,
)
from vetter.gui.panels.thumbnails import GAP
from vetter.gui.widgets.answer_style import badge_width
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, palette_of
from vetter.gui.widgets.verdict_style import colour

GREY = (128, 128, 128)
FACTS = "mag 18.000   S/N 21.7   rb 0.5"


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    return FakeSession(candidate_list(5, rb=[0.5] * 5))


@pytest.fixture
def tile(qtbot: Any, session: FakeSession) -> TilePainter:
    return tile_of(qtbot, session)


def tile_of(qtbot: Any, session: FakeSession) -> TilePainter:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setFont(snapshot_font())
    widget.setPalette(palette_of(DARK))
    tile = TilePainter(widget, session)
    # Held by the painter alone.
    tile.held = widget
    return tile


def advance(tile: TilePainter, text: str) -> int:
    return tile.held.fontMetrics().horizontalAdvance(text)


@pytest.mark.parametrize(
    ("count", "size", "width"), [(1, 96, 96), (3, 80, 240 + 2 * GAP), (2, 48, 96 + GAP)]
)
def test_pictures_stand_side_by_side(tile: TilePainter, count: int, size: int, width: int) -> None:
    tile.plane_count, tile.size = count, size
    assert (tile.picture.width(), tile.picture.height()) == (width, size)


@pytest.mark.parametrize(("size", "lines"), [(ONE_LINE_WIDTH - 1, 3), (ONE_LINE_WIDTH, 2)])
def test_wide_pictures_have_the_facts_in_one_line(tile: TilePainter, size: int, lines: int) -> None:
    tile.size = size
    assert tile.height == size + 2 * PAD + lines * tile.held.fontMetrics().height() + 2


def test_tile_is_as_wide_as_pictures_or_texts_need(qtbot: Any, tile: TilePainter) -> None:
    tile.size = 200
    assert tile.least_width == 200 + 2 * PAD
    # The second line of the facts has the badge of the answer beside it, the first has not.
    tile.size = 48
    first = advance(tile, "mag 18.000  S/N 21.7") + 2
    second = advance(tile, "rb 0.5") + badge_width(BADGE) + 4
    name = advance(tile, "J000") + BADGE + 4
    assert tile.least_width == max(first, second, name) + 2 * PAD
    tile.plane_count = 5
    # All facts in one line below wide pictures may be cut, so that only the name counts.
    assert tile.least_width == 5 * 48 + 4 * GAP + 2 * PAD


@pytest.mark.parametrize(("letters", "is_cut"), [(20, False), (200, True)])
def test_long_names_widen_the_tile_to_a_limit(qtbot: Any, letters: int, is_cut: bool) -> None:
    candidates = candidate_list(5)
    candidates.table["id"] = ["i" * letters] * 5
    names = FakeSession(candidates)
    tile = tile_of(qtbot, names)
    tile.size = 48
    name = advance(tile, names.candidates.name(0)) + BADGE + 4
    facts = advance(tile, "mag 18.000  S/N 21.7") + 2
    wanted = MAX_TEXT_WIDTH if is_cut else max(name, facts)
    assert tile.least_width == wanted + 2 * PAD


def test_no_candidates_need_no_text(qtbot: Any) -> None:
    tile = tile_of(qtbot, FakeSession(candidate_list(0)))
    assert tile.least_width == 96 + 2 * PAD


def test_facts_are_read_again_once_forgotten(tile: TilePainter, session: FakeSession) -> None:
    assert tile.fact_text(0) == FACTS
    session.candidates = candidate_list(5)
    session.columns = ReviewColumns(session.candidates, session)
    assert tile.fact_text(0) == FACTS
    tile.forget()
    assert tile.fact_text(0) == "mag 18.000   S/N 21.7"


RECT = QRect(10, 20, 150, 170)


def painted(tile: TilePainter, row: int = 1, picture: Any = "", selected: bool = False) -> Any:
    """RGB of a tile on the window's colour, shape (rows, columns, 3)."""
    if picture == "":
        picture = QImage(96, 96, QImage.Format.Format_RGB32)
        picture.fill(QColor(*GREY))
    image = QImage(170, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.window))
    painter = QPainter(image)
    tile.begin()
    tile.paint(painter, RECT, tile.state(row, picture, selected))
    painter.end()
    return pixels(image)


def rgb(tone: QColor | str) -> tuple[int, ...]:
    tone = QColor(tone)
    return tone.red(), tone.green(), tone.blue()


def box(shown: Any) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is set in a mask."""
    ys, xs = shown.any(axis=1).nonzero()[0], shown.any(axis=0).nonzero()[0]
    return int(xs[0]), int(ys[0]), int(xs[-1]), int(ys[-1])


LEFT, TOP = RECT.x() + (RECT.width() - 96) // 2, RECT.y() + PAD


def test_picture_is_in_the_middle_above_the_texts(tile: TilePainter) -> None:
    shown = painted(tile)
    assert box((shown == GREY).all(axis=2)) == (LEFT, TOP, LEFT + 95, TOP + 95)
    texts = (shown != rgb(DARK.window)).any(axis=2)
    texts[: TOP + 96] = False
    left, top, right, bottom = box(texts)
    assert left >= RECT.x() + PAD - 1 and top > TOP + 96
    assert right <= RECT.right() - PAD and bottom < RECT.y() + tile.height


@pytest.mark.parametrize("size", [60, 96])
def test_smaller_picture_is_in_the_middle(tile: TilePainter, size: int) -> None:
    picture = QImage(size, size, QImage.Format.Format_RGB32)
    picture.fill(QColor(*GREY))
    edge = (96 - size) // 2
    left, top, right, bottom = box((painted(tile, picture=picture) == GREY).all(axis=2))
    assert (left, top) == (LEFT + edge, TOP + edge)
    assert (right, bottom) == (left + size - 1, top + size - 1)


def test_what_has_no_picture_says_why(tile: TilePainter) -> None:
    loading, reason = painted(tile, picture=None), painted(tile, picture="not read")
    for shown in (loading, reason):
        frame = shown[TOP : TOP + 96, LEFT : LEFT + 96]
        assert tuple(frame[0, 0]) == rgb(DARK.base)
        left, top, right, bottom = box((frame != rgb(DARK.base)).any(axis=2))
        # The words are in the middle.
        assert left + right == pytest.approx(95, abs=4) and top + bottom == pytest.approx(95, abs=8)
    assert (loading != reason).any()


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_selected_tile_has_a_ground_and_a_tick(tile: TilePainter, tones: Tones) -> None:
    tile.held.setPalette(palette_of(tones))
    ground, text = (rgb(tone) for tone in selection_colours(tones is DARK))
    # Letters on it are read.
    assert abs(ground[0] - text[0]) > 120 and (ground[0] < 128) == (tones is DARK)
    plain, shown = painted(tile), painted(tile, selected=True)
    # One pixel to the next tile on each side.
    is_ground = (shown == ground).all(axis=2)
    edges = RECT.adjusted(1, 1, -1, -1)
    assert box(is_ground) == (edges.left(), edges.top(), edges.right(), edges.bottom())
    corner = shown[TOP : TOP + 16, LEFT : LEFT + 16]
    assert (corner == text).all(axis=2).any() and not (corner == GREY).all(axis=2).any()
    assert tuple(shown[TOP + 16, LEFT + 16]) == GREY
    assert not (plain == ground).all(axis=2).any()


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.LATER])
def test_decided_candidate_is_veiled_with_a_bar(
    tile: TilePainter, session: FakeSession, verdict: Verdict
) -> None:
    before = painted(tile)
    session.say(1, verdict=verdict)
    shown = painted(tile)
    bar = (shown == rgb(colour(verdict.code, True))).all(axis=2)
    bar[TOP + 97 :] = False
    # Across the tile, over the lower edge of the picture.
    assert box(bar) == (RECT.x() + PAD, TOP + 93, RECT.right() - PAD, TOP + 95)
    veiled = shown[TOP + 5, LEFT + 5]
    assert rgb(DARK.window)[0] < veiled[0] < 90
    # The name makes room for the badge.
    caption = slice(TOP + 98, TOP + 98 + BADGE)
    name = slice(RECT.x() + PAD, RECT.x() + PAD + BADGE)
    assert (before[caption, name] != shown[caption, name]).any()


def test_current_candidate_has_a_frame(tile: TilePainter, session: FakeSession) -> None:
    assert not (painted(tile, row=1) == rgb(DARK.text)).all(axis=2)[: TOP - 2].any()
    session.current_row = 1
    shown = (painted(tile, row=1) == rgb(DARK.text)).all(axis=2)
    assert box(shown) == (RECT.left(), RECT.top(), RECT.right() - 1, RECT.bottom() - 1)


@pytest.mark.parametrize("selected", [False, True])
def test_answer_of_the_fit_is_at_the_end_of_the_last_line(
    tile: TilePainter, session: FakeSession, selected: bool
) -> None:
    fits = FitTable(5)
    without = painted(tile, selected=selected)
    session.columns = ReviewColumns(session.candidates, session, fits)
    assert (painted(tile, selected=selected) == without).all()
    fits.set(1, Adjustment(True, dx=0.0, dy=0.0, scale=1.0), Judgement(Answer.KEPT, ""))
    left, top, right, bottom = box((painted(tile, selected=selected) != without).any(axis=2))
    end = RECT.right() - PAD
    assert end - badge_width(BADGE) < left and end - 4 <= right <= end
    line = tile.held.fontMetrics().height()
    last = TOP + 96 + 1 + 2 * line + 1
    assert last <= top and bottom < last + BADGE
