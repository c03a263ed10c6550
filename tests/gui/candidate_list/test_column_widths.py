"""Which columns of the list give way where there is not room for all."""

from __future__ import annotations

import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.gui.candidate_list.line_painter import MARGIN
from vetter.gui.candidate_list.list_model import (
    MIN_NAME_WIDTH,
    MIN_TAGS_WIDTH,
    column_widths,
)
from vetter.gui.candidate_list.list_view import CandidateListView

PLENTY = 10_000


@pytest.fixture
def view(qtbot, qapp) -> CandidateListView:
    candidates = candidate_list(3)
    candidates.table["id"] = [f"J21122{n}.25-66003{n}.4 of the second night" for n in range(3)]
    view = CandidateListView(FakeSession(candidates))
    qtbot.addWidget(view)
    return view


def _widths(view: CandidateListView, missing: int) -> tuple[dict[str, int], dict[str, int]]:
    """The widths with room for all, and with so many pixels less."""
    table, metrics = view._table, view.fontMetrics()
    whole = column_widths(table, metrics, PLENTY)
    cut = column_widths(table, metrics, sum(whole) - missing)
    return dict(zip(table.names, whole, strict=True)), dict(zip(table.names, cut, strict=True))


def test_the_empty_tags_give_way_before_a_name_is_cut_off(view) -> None:
    whole, cut = _widths(view, 10)
    assert cut["tags"] == whole["tags"] - 10
    assert cut["name"] == whole["name"]


def test_then_the_name_is_cut_off_as_far_as_it_can_be(view) -> None:
    whole, cut = _widths(view, 5000)
    assert (cut["tags"], cut["name"]) == (MIN_TAGS_WIDTH, MIN_NAME_WIDTH)
    others = whole.keys() - {"tags", "name"}
    assert all(cut[name] == whole[name] for name in others)


def test_double_click_on_border_shows_whole_names(view) -> None:
    view.show()
    section = view.columns.index("name")
    view.setColumnWidth(section, 40)
    view.resizeColumnToContents(section)
    name = view.model().data(view.model().index(0, section))
    assert view.columnWidth(section) >= view.fontMetrics().horizontalAdvance(name) + 2 * MARGIN


def test_sort_arrow_is_shown(view) -> None:
    assert view.heading.isSortIndicatorShown()
