from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QFontMetrics, QImage, QPainter

from tests.helpers.snapshots import pixels, snapshot_font
from vetter.core.cutout_source import SkyPosition
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED, Answer
from vetter.gui.epochs.epoch_tile import BADGE, TILE, paint_tile, tile_width, tool_tip
from vetter.gui.widgets.answer_style import answer_colour
from vetter.gui.widgets.theme import DARK, palette_of
from vetter.review.cutouts.epoch_row import Epoch


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-03-14T03:12:33", "2026-03-14 03:12:33"),
        ("2026-03-14T03:12:33 UTC", "2026-03-14 03:12:33 UTC"),
        ("Tue Mar 17 03:12:33 2026", "Tue Mar 17 03:12:33 2026"),
    ],
)
def test_epoch_time_is_shown_as_written(time: str, shown: str) -> None:
    assert tool_tip(Epoch(3, 0, "r1", time, "r"), 1).splitlines()[1] == shown


HERE, NOWHERE = 3, SkyPosition(0, 1.0, 2.0)


@pytest.mark.parametrize(
    ("epoch", "code", "answer", "tip"),
    [
        (Epoch(HERE, 0, "r1", "", "r"), 0, NOT_FITTED, "r1\nfilter r\nundecided; click: go there"),
        (Epoch(HERE, 0, "r1", "", ""), 2, NOT_FITTED, "r1\nrejected; click: go there"),
        (Epoch(NOWHERE, 0, "r1", "", ""), -1, NOT_FITTED, "r1\nno candidate in this place"),
        (Epoch(0, 0, "r1", "", ""), 1, NOT_FITTED, "r1\naccepted; click: go there"),
        (
            Epoch(HERE, 0, "r1", "2026-03-14T03:12:33", "r"),
            1,
            Answer.KEPT.code,
            "r1\n2026-03-14 03:12:33\nfilter r\nfit: kept\naccepted; click: go there",
        ),
    ],
)
def test_tool_tip_tells_what_is_known(epoch: Epoch, code: int, answer: int, tip: str) -> None:
    assert tool_tip(epoch, code, answer) == tip


GREY = (128, 128, 128)
RECT = QRect(7, 4, 150, TILE)


def painted(
    epoch: Epoch, picture: QImage | str | None = "", code: int = 0, current: bool = False
) -> np.ndarray:
    """RGB of a tile on the window's colour, shape (rows, columns, 3)."""
    if picture == "":
        picture = QImage(TILE, TILE, QImage.Format.Format_RGB32)
        picture.fill(QColor(*GREY))
    image = QImage(170, TILE + 8, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.window))
    painter = QPainter(image)
    painter.setFont(snapshot_font())
    paint_tile(painter, RECT, epoch, picture, code, current, palette_of(DARK), 1.0)
    painter.end()
    return pixels(image)


def rgb(tone: str) -> tuple[int, int, int]:
    return QColor(tone).red(), QColor(tone).green(), QColor(tone).blue()


def box(shown: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is set in a mask."""
    rows, columns = np.nonzero(shown)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


EPOCH = Epoch(HERE, 0, "r1", "2026-03-14T03:12:33", "r")


@pytest.mark.parametrize("size", [TILE, 40])
def test_picture_is_in_the_middle_of_its_square(qapp, size: int) -> None:
    picture = QImage(size, size, QImage.Format.Format_RGB32)
    picture.fill(QColor(*GREY))
    edge = (TILE - size) // 2
    left, top, right, bottom = box((painted(EPOCH, picture) == GREY).all(axis=2))
    assert (left, top) == (RECT.x() + edge, RECT.y() + edge)
    assert (right, bottom) == (left + size - 1, top + size - 1)


@pytest.mark.parametrize("picture", [None, "no diff"])
def test_words_stand_where_a_picture_is_missing(qapp, picture: str | None) -> None:
    frame = painted(EPOCH, picture)[RECT.y() : RECT.y() + TILE, RECT.x() : RECT.x() + TILE]
    assert tuple(frame[0, 0]) == tuple(frame[-1, -1]) == rgb(DARK.base)
    left, top, right, bottom = box((frame != rgb(DARK.base)).any(axis=2))
    assert left + right == pytest.approx(TILE, abs=5) and top + bottom == pytest.approx(TILE, abs=9)
    other = painted(EPOCH, "loading" if picture is None else None)
    same = (other[:, : RECT.x() + TILE] == painted(EPOCH, picture)[:, : RECT.x() + TILE]).all()
    # Until it is made it is loading.
    assert same == (picture is None)


def test_current_epoch_has_a_frame_around_picture_and_texts(qapp) -> None:
    text = rgb(DARK.text)
    shown = (painted(EPOCH, current=True) == text).all(axis=2)
    # A line of two pixels: half of it is outside.
    assert box(shown) == (RECT.left() - 1, RECT.top() - 1, RECT.right(), RECT.bottom())
    assert not (painted(EPOCH) == text).all(axis=2)[:, : RECT.x() + TILE].any()


def test_place_without_a_candidate_has_a_dashed_frame(qapp) -> None:
    nowhere, there = painted(EPOCH._replace(target=NOWHERE), code=-1), painted(EPOCH)
    inside = slice(RECT.x(), RECT.x() + TILE)
    frame = (nowhere != there).any(axis=2)[:, inside]
    left, top, right, bottom = box(frame)
    assert (left, top) == (0, RECT.y()) and (right, bottom) == (TILE - 1, RECT.y() + TILE - 1)
    line = nowhere[RECT.y() + 1, inside]
    dashes = (line == rgb(DARK.text)).all(axis=1)
    assert 20 < dashes.sum() < TILE - 10


def text_lines(shown: np.ndarray) -> list[int]:
    """Middle of each line of text beside the picture, in lines from the first."""
    step = QFontMetrics(snapshot_font()).height()
    ink = (shown != rgb(DARK.window)).any(axis=2)[RECT.y() + 2 :, RECT.x() + TILE + 2 :]
    return [n for n in range(4) if ink[n * step : (n + 1) * step].any()]


@pytest.mark.parametrize(
    ("epoch", "code", "lines"),
    [
        (EPOCH, 0, [0, 1, 2, 3]),
        # Without a time the image's name stands in its place.
        (EPOCH._replace(time="", filter=""), 1, [0, 3]),
        (EPOCH._replace(time="2026-03-14", filter=""), 0, [0, 3]),
        (EPOCH._replace(time="2026-03-14"), 0, [0, 2, 3]),
        # "not found" stands in the verdict's place.
        (EPOCH._replace(target=NOWHERE, time="", filter=""), -1, [0, 3]),
    ],
)
def test_texts_have_lines_of_their_own(qapp, epoch: Epoch, code: int, lines: list[int]) -> None:
    assert text_lines(painted(epoch, code=code)) == lines


def test_date_is_brighter_than_what_follows(qapp) -> None:
    beside = painted(EPOCH)[RECT.y() + 2 :, RECT.x() + TILE + 2 :].max(axis=2)
    step = QFontMetrics(snapshot_font()).height()
    date, clock, band = (int(beside[n * step : (n + 1) * step].max()) for n in range(3))
    assert date == pytest.approx(rgb(DARK.text)[2], abs=12)
    assert clock == pytest.approx(rgb(DARK.dim)[2], abs=12) and abs(band - clock) < 12


def test_badge_of_the_verdict_is_in_the_middle_of_the_fourth_line(qapp) -> None:
    left, top, right, bottom = box((painted(EPOCH, code=1) != painted(EPOCH)).any(axis=2))
    step = QFontMetrics(snapshot_font()).height()
    assert top + bottom == pytest.approx(2 * (RECT.y() + 2 + 3.5 * step), abs=2)
    assert left == pytest.approx(RECT.x() + TILE + 6, abs=1) and right < left + BADGE


def test_date_has_no_century_and_clock_no_seconds(qapp) -> None:
    def texts(time: str) -> np.ndarray:
        return painted(EPOCH._replace(time=time))[:, RECT.x() + TILE + 2 :]

    shown = texts("2026-03-14T03:12:33")
    assert (texts("1926-03-14T03:12:59") == shown).all()
    assert (texts("2025-03-14T03:12:33") != shown).any()
    assert (texts("2026-03-14T03:13:33") != shown).any()


@pytest.mark.parametrize("answer", ANSWERS)
def test_tool_tip_names_the_answer(answer) -> None:
    lines = tool_tip(Epoch(3, 0, "r1", "", "r"), 1, answer.code).splitlines()
    assert f"fit: {answer.value}" in lines


@pytest.mark.parametrize("answer", ANSWERS)
def test_tile_of_fitted_epoch_has_the_answers_badge(qapp, answer) -> None:
    images = []
    for code in (NOT_FITTED, answer.code):
        image = QImage(160, TILE, QImage.Format.Format_RGB32)
        image.fill(QColor(DARK.base))
        painter = QPainter(image)
        epoch, palette = Epoch(3, 0, "r1", "2026-03-14T03:12:33", "r"), palette_of(DARK)
        paint_tile(painter, image.rect(), epoch, None, 1, False, palette, 1.0, code)
        painter.end()
        images.append(pixels(image).astype(int))
    tone = answer_colour(answer.code, True)
    near = np.abs(images[1] - (tone.red(), tone.green(), tone.blue())).max(axis=2) < 40
    assert (near & (images[1] != images[0]).any(axis=2)).sum() >= 8


def test_tile_has_room_for_picture_and_words(qapp) -> None:
    metrics = QFontMetrics(snapshot_font())
    beside = tile_width(metrics) - TILE - metrics.horizontalAdvance("not found")
    assert 6 <= beside <= 14
