"""How wide the columns of the candidate list are at first."""

from __future__ import annotations

from PyQt6.QtGui import QFontMetrics

from vetter.gui.candidate_list.list_model import CandidateModel

SAMPLED_LINES = 60
WIDEST = 260
NARROWEST = 48
VERDICT_WIDTH = 30
LEAST_NAME_WIDTH = 110
LEAST_TAGS_WIDTH = 30
BESIDE_TEXT = 14
BESIDE_HEADING = 16


def column_widths(table: CandidateModel, metrics: QFontMetrics, room: int) -> list[int]:
    """A width for each column, in pixels, after a sample of its lines.

    Parameters
    ----------
    table : CandidateModel
    metrics : QFontMetrics
        Of the list's font.
    room : int
        What there is for all: a long name is cut off before the columns beside it are out of
        sight.
    """
    widths = [_fitting(table, metrics, *column) for column in enumerate(table.names)]
    if widths and table.names[-1] == "tags":
        # It takes what is left over anyway, and most lines have none: it gives way first.
        excess = max(sum(widths) - room, 0)
        widths[-1] = max(widths[-1] - excess, LEAST_TAGS_WIDTH)
    if "name" in table.names:
        name = table.names.index("name")
        excess = max(sum(widths) - room, 0)
        widths[name] = min(widths[name], max(widths[name] - excess, LEAST_NAME_WIDTH))
    return widths


def _fitting(table: CandidateModel, metrics: QFontMetrics, section: int, name: str) -> int:
    if name == "verdict":
        return VERDICT_WIDTH
    count = table.rowCount()
    step = max(1, count // SAMPLED_LINES)
    texts = [table.text(place, section) for place in range(0, count, step)]
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    heading = metrics.horizontalAdvance(name) + BESIDE_HEADING
    return min(max(widest + BESIDE_TEXT, heading, NARROWEST), WIDEST)
