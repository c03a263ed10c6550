"""Contact sheet of exported candidates: pages of triplets with names and facts, as a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from vetter.core.columns.broker_columns import tile_facts
from vetter.core.columns.facts import MISSING_TEXT
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.display.style import DisplayStyle
from vetter.core.number_text import format_count
from vetter.errors import VetterError
from vetter.gui.panels.panel_choice import plane_choices
from vetter.gui.panels.thumbnails import Form, make_picture
from vetter.gui.widgets.verdict_style import WORDS, colour
from vetter.io.export.decision_table import Opinions
from vetter.review.cutouts.rendered_cutout import rendered_from

if TYPE_CHECKING:
    from vetter.core.candidates.candidate_list import CandidateList
    from vetter.core.cutout.cutout import Cutout

COLUMNS, LINES = 3, 9
"""Tiles of one page."""
DPI = 150
_SIDE = 120
"""Side of one plane, points of the page at `DPI`."""
_LINE = 22
_HEADING = 50


class ContactSheet:
    """PDF that is drawn one candidate after another; usable on any thread.

    A QApplication must exist, for the fonts.

    Parameters
    ----------
    title : str
        Title of the input.
    looks : DisplayStyle
        Looks of the planes, those of the session.
    candidates : CandidateList
    opinions : Opinions
        Verdicts of the candidates.
    planes : tuple of str
        Planes of the input; a triplet of them is shown, or the first.
    count : int
        Number of candidates that the sheet will show, which the headings tell.
    """

    def __init__(
        self,
        title: str,
        looks: DisplayStyle,
        candidates: CandidateList,
        opinions: Opinions,
        planes: tuple[str, ...],
        count: int,
    ) -> None:
        self._looks = looks
        self._candidates, self._opinions = candidates, opinions
        self._facts = tile_facts(ReviewColumns(candidates, opinions), candidates)
        self._form = Form(next(iter(plane_choices(list(planes)).values())), _SIDE, 1.0)
        self._heading = f"{' '.join(title.split())}: {format_count(count, 'candidate')}"
        self._added = 0
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setTitle(title)
        self._writer.setCreator("vetter")
        self._writer.setResolution(DPI)
        self._writer.setPageLayout(
            QPageLayout(
                QPageSize(QPageSize.PageSizeId.A4),
                QPageLayout.Orientation.Portrait,
                QMarginsF(12, 12, 12, 12),
                QPageLayout.Unit.Millimeter,
            )
        )
        self._painter: QPainter | None = None

    def add(self, row: int, cutout: Cutout | None, problem: str = "") -> None:
        """Draw a candidate; without a cutout, the reason in its place."""
        page, place = divmod(self._added, COLUMNS * LINES)
        painter = self._begin() if self._painter is None else self._painter
        if place == 0:
            if page:
                self._writer.newPage()
            self._draw_heading(painter, page)
        self._added += 1
        width, height = self._writer.width() // COLUMNS, self._tile_height()
        line, column = divmod(place, COLUMNS)
        tile = QRect(column * width, _HEADING + line * height, width - 12, height)
        name = self._candidates.name(row)
        picture: QImage | str = problem or "no cutout"
        if cutout is not None:
            frame = rendered_from(self._candidates, row, cutout, self._looks)
            picture = make_picture(frame, self._form)
        self._draw_tile(painter, tile, row, name, picture)

    def finish(self) -> bytes:
        """Return the PDF file's bytes, with the mark by which a later export recognises it."""
        painter = self._painter
        if painter is None:
            painter = self._begin()
            self._draw_heading(painter, 0)
        painter.end()
        self._buffer.close()
        return self._buffer.data().data() + b"%vet_verdict\n"

    def _begin(self) -> QPainter:
        self._painter = QPainter()
        if not self._painter.begin(self._writer):
            raise VetterError("contact sheet: no PDF could be made")
        return self._painter

    def _tile_height(self) -> int:
        return (self._writer.height() - _HEADING) // LINES

    def _draw_heading(self, painter: QPainter, page: int) -> None:
        painter.setFont(_make_font(22, bold=True))
        painter.setPen(QColor("#000000"))
        room = QRect(0, 0, self._writer.width(), _HEADING - 10)
        text = f"{self._heading}, page {page + 1}"
        metrics = QFontMetrics(painter.font(), self._writer)
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)

    def _draw_tile(
        self, painter: QPainter, tile: QRect, row: int, name: str, picture: QImage | str
    ) -> None:
        count = len(self._form.planes)
        room = tile.height() - 2 * _LINE - 14
        side = min(room, tile.width() // count)
        frame = QRectF(tile.x(), tile.y(), count * side, side)
        if isinstance(picture, QImage):
            scale = min(frame.width() / picture.width(), frame.height() / picture.height())
            at = QRectF(tile.x(), tile.y(), picture.width() * scale, picture.height() * scale)
            painter.drawImage(at, picture)
        else:
            painter.setPen(QColor("#64676b"))
            painter.setFont(_make_font(16))
            painter.drawRect(frame)
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(frame, flags, picture)
        code = int(self._opinions.codes[row])
        top = round(frame.bottom()) + 4
        texts = ((fact.caption, fact.text(row)) for fact in self._facts)
        facts = "  ".join(f"{caption} {text}" for caption, text in texts if text != MISSING_TEXT)
        name_line = f"{' '.join(name.split())}  {WORDS[code]}"
        for text, y, tone in (
            (name_line, top, colour(code, False) if code else QColor("#000000")),
            (facts, top + _LINE, QColor("#444444")),
        ):
            painter.setFont(_make_font(16))
            painter.setPen(tone)
            metrics = QFontMetrics(painter.font(), self._writer)
            line = QRect(tile.x(), y, tile.width(), _LINE)
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, line.width())
            vertical = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(line, vertical, elided)


def _make_font(pixels: int, bold: bool = False) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font
