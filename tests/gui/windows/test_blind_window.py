"""Blind review: no part of the window holds a score, an answer or another's verdict."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table
from PyQt6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PyQt6.QtWidgets import QAbstractItemView, QComboBox, QLabel, QLineEdit, QWidget

from tests.helpers.alert_files import packed, record
from tests.helpers.decisions import event
from tests.helpers.field_files import write_field
from tests.helpers.windows import until_painted, until_replaced
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.errors import InputError
from vetter.gui.dialogs.all_columns import AllColumns
from vetter.gui.dialogs.column_roles import ListColumns
from vetter.gui.dialogs.export import ExportDialog
from vetter.gui.windows.main_window import MainWindow
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.export.export import export
from vetter.io.export.unplanted import without_test_rows
from vetter.io.input_options import InputOptions
from vetter.io.inputs.blind_source import make_blind
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.preferences import PreferenceFiles


@pytest.fixture
def blind(qtbot: Any, tmp_path: Path) -> MainWindow:
    """Return a blind window on three scored candidates, of which bob has rejected one."""
    planes = write_field(tmp_path, ("image", "convolved", "diff", "err"))
    table = Table({"id": ["a", "b", "c"], "x": [20.0, 30.0, 40.0], "y": [30.0, 20.0, 25.0]})
    table["rb"] = [0.987, 0.123, 0.5]
    table["mag"] = [18.0, 19.0, 20.0]
    table.write(tmp_path / "l.csv")
    whole = open_input([str(tmp_path / "l.csv")])
    decided = event(whole.candidates, 0, Verdict.REJECT, reviewer="bob", comment="bobs words")
    with SessionFile.create(tmp_path / "s.vetter", "bob") as file:
        file.append([decided])
    whole.close()
    window = open_window(
        tmp_path / "l.csv",
        session=tmp_path / "s.vetter",
        reviewer="ann",
        blind=True,
        # The command keeps the choice for the next start.
        preference_files=PreferenceFiles(str(tmp_path / "s.toml"), str(tmp_path / "k.toml")),
        **planes,
    )
    qtbot.addWidget(window)
    until_painted(qtbot, window)
    return window


def accept(qtbot: Any, window: MainWindow) -> None:
    """Accept the first candidate, and wait until this is on disk."""
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.counts.accepted == 1, timeout=30000)


def texts_of(widget: QWidget) -> str:
    """Return all texts of a widget and those in it: labels, fields, choices, cells and tips."""
    everything = [widget, *widget.findChildren(QWidget)]
    texts = [text for one in everything for text in (one.toolTip(), one.accessibleName())]
    texts += [one.windowTitle() for one in everything]
    texts += [one.text() for one in everything if isinstance(one, (QLabel, QLineEdit))]
    for one in everything:
        if isinstance(one, QComboBox):
            texts += [one.itemText(k) for k in range(one.count())]
        elif isinstance(one, QAbstractItemView) and one.model() is not None:
            texts += cells_of(one.model())
    return "\n".join(texts)


def cells_of(model: QAbstractItemModel) -> list[str]:
    """Return the texts, tips and accessible texts of all cells and headings."""
    roles = (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    )
    rows = model.rowCount(QModelIndex())
    # columnCount() of a list's model is private.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    texts = []
    for role in roles:
        for column in range(columns):
            texts.append(str(model.headerData(column, Qt.Orientation.Horizontal, role)))
            texts += [str(model.index(row, column).data(role)) for row in range(rows)]
    return texts


def dialog_of(window: MainWindow, kind: type[Any]) -> Any:
    """Return the open dialog of this kind."""
    found = window.findChild(kind)
    assert found is not None
    return found


def test_window_holds_no_score_or_other_verdict(blind: MainWindow) -> None:
    assert "blind review" in blind.windowTitle()
    text = texts_of(blind)
    assert "0.987" not in text
    assert "bobs words" not in text
    captions = [fact.caption for fact in blind.card._facts]
    assert "mag" in captions
    assert "rb" not in captions
    assert blind.evidence.words == "hidden: blind review"
    # The key for a fit shows no answer either.
    blind.fit_now()
    assert blind.evidence.words == "hidden: blind review"
    assert not len(blind.fits.table)


def test_columns_filter_and_order_know_no_score_and_no_answer(blind: MainWindow) -> None:
    names = blind.session.columns.names
    assert "mag" in names
    assert not {"rb", "answer", "shift"} & set(names)
    for text in ("rb>0.5", "answer=explained", "disagree=yes", "others~reject"):
        with pytest.raises(InputError, match=r"no column|unknown|hidden"):
            blind.session.queue.set_filter(text)
    with pytest.raises(KeyError):
        blind.session.queue.sort_by("rb")
    search, _ = blind.dialogs.make_palette_search()
    assert [title for title, *_ in search("sort by mag")]
    assert not [title for title, *_ in search("sort by rb") if "rb" in title.split()]


def test_decision_records_what_was_hidden(blind: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    accept(qtbot, blind)
    with SessionFile.open(tmp_path / "s.vetter", "ann", read_only=True) as file:
        seen = json.loads(file.decisions()[-1].seen)
    assert seen["blind"] is True
    assert seen["hidden"] == ["rb"]


def test_export_of_the_view_holds_no_score(blind: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    session = blind.session
    accept(qtbot, blind)
    export(session.source, session.ledger, tmp_path / "out", formats=("csv",))
    assert "rb" not in (tmp_path / "out" / "decisions.csv").read_text().splitlines()[0].split(",")
    (cutout,) = (tmp_path / "out" / "cutouts").glob("*.fits")
    assert b"0.987" not in cutout.read_bytes()


def test_session_opens_with_all_columns_without_blind(
    blind: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    accept(qtbot, blind)
    blind.close()
    again = open_window(tmp_path / "s.vetter", reviewer="ann")
    qtbot.addWidget(again)
    until_painted(qtbot, again)
    assert "rb" in again.session.columns.names
    assert np.isclose(again.session.candidates.table["rb"][0], 0.987)
    assert again.session.verdict("a") is Verdict.ACCEPT


def test_no_dialog_holds_score_or_other_verdict(blind: MainWindow) -> None:
    kinds: dict[str, type[Any]] = {
        "view.all_columns": AllColumns,
        "file.list_columns": ListColumns,
        "file.export": ExportDialog,
    }
    for action, kind in kinds.items():
        blind.actions_by_id[action].trigger()
        shown = dialog_of(blind, kind)
        lines = [line.strip() for line in texts_of(shown).splitlines()]
        assert not [line for line in lines if "0.987" in line or "bobs words" in line], action
        assert "rb" not in lines, action
        blind.dialogs.close_all()


def test_export_offers_no_policy_of_all_reviewers(blind: MainWindow) -> None:
    blind.actions_by_id["file.export"].trigger()
    shown = dialog_of(blind, ExportDialog)
    assert shown.policy.isHidden()
    assert shown.request().policy is None
    blind.dialogs.close_all()


def test_field_view_holds_no_score_and_no_answer(blind: MainWindow, qtbot: Any) -> None:
    blind.actions_by_id["view.field"].trigger()
    qtbot.waitUntil(lambda: blind.pages.field is not None and blind.pages.field.isVisible())
    blind.session.go_to("b")
    until_painted(qtbot, blind)
    text = texts_of(blind.pages.field)
    assert "0.987" not in text and "0.123" not in text
    assert "b: hidden: blind review" in text
    assert "shifts of stars are hidden: blind review" in text


def test_commands_of_several_reviewers_cannot_run(blind: MainWindow) -> None:
    for action in ("view.agreement", "view.others", "go.disagreements"):
        blind.actions_by_id[action].trigger()
        assert not blind.card.shows_others, action
        assert not blind.session.queue.expression, action
        assert "bobs words" not in texts_of(blind), action


def test_page_and_sheet_hold_no_score(blind: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    accept(qtbot, blind)
    blind.actions_by_id["file.export"].trigger()
    shown = dialog_of(blind, ExportDialog)
    shown.folder.setText(str(tmp_path / "out"))
    shown.html.setChecked(True)
    shown.sheet.setChecked(True)
    with qtbot.waitSignal(shown.exporter.done, timeout=60000):
        shown.start()
    page = (tmp_path / "out" / "report.html").read_text()
    assert "undecided" in page and "<dt>mag</dt>" in page
    assert "0.987" not in page and "bob" not in page
    assert (tmp_path / "out" / "contact_sheet.pdf").exists()
    assert not [f for f in blind.session.columns.names if f in ("rb", "others", "disagree")]
    blind.dialogs.close_all()


def last_seen(path: Path) -> list[dict[str, Any]]:
    """Return what was on screen at each of ann's decisions."""
    with SessionFile.open(path, "ann", read_only=True) as file:
        return [json.loads(d.seen or "{}") for d in file.decisions() if d.reviewer == "ann"]


def test_group_and_comment_elsewhere_record_what_was_hidden(
    blind: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    blind.session.decide_group([1, 2], Verdict.REJECT)
    qtbot.waitUntil(lambda: blind.session.counts.rejected == 2, timeout=30000)
    blind.session.set_comment(2, "odd")
    qtbot.waitUntil(lambda: blind.session.opinion(2).comment == "odd", timeout=30000)
    blind.close()
    seen = last_seen(tmp_path / "s.vetter")
    assert len(seen) == 3
    assert all(one["blind"] is True and one["hidden"] == ["rb"] for one in seen)


def test_group_with_everything_shown_records_nothing(
    blind: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    blind.close()
    window = open_window(tmp_path / "s.vetter", reviewer="ann")
    qtbot.addWidget(window)
    until_painted(qtbot, window)
    window.session.decide_group([1, 2], Verdict.REJECT)
    qtbot.waitUntil(lambda: window.session.counts.rejected == 2, timeout=30000)
    window.close()
    assert last_seen(tmp_path / "s.vetter") == [{}, {}]


def test_command_shows_and_hides_at_once(blind: MainWindow, qtbot: Any) -> None:
    accept(qtbot, blind)
    blind.actions_by_id["review.blind"].trigger()
    seeing = until_replaced(qtbot, blind)
    assert not seeing.session.is_blind
    assert "rb" in seeing.session.columns.names
    assert seeing.session.verdict("a") is Verdict.ACCEPT
    seeing.actions_by_id["review.blind"].trigger()
    again = until_replaced(qtbot, seeing)
    assert again.session.is_blind
    assert "rb" not in again.session.columns.names
    again.close()


def test_packet_keeps_its_light_curve_and_lacks_its_scores(qtbot: Any, tmp_path: Path) -> None:
    earlier = {"jd": 2460210.5, "fid": 2, "magpsf": 18.9, "sigmapsf": 0.1, "isdiffpos": "t"}
    path = tmp_path / "one.avro"
    path.write_bytes(packed([record(7, drb=0.98765, prv_candidates=[earlier])]))
    window = open_window(path, session=tmp_path / "p.vetter", reviewer="ann", blind=True)
    qtbot.addWidget(window)
    window.resize(1400, 900)
    until_painted(qtbot, window)
    qtbot.waitUntil(lambda: window.light_curve.isVisible(), timeout=30000)
    qtbot.waitUntil(lambda: bool(window.light_curve.readout_text), timeout=30000)
    assert "0.98" not in texts_of(window)
    assert "drb" not in texts_of(window)
    cutout = window.session.source.cutout(0, 20.0)
    assert not [name for name in cutout.meta if "drb" in name]
    window.close()


def test_cutout_file_lacks_results_that_its_list_does_not_show(qtbot: Any, tmp_path: Path) -> None:
    planes = write_field(tmp_path, ("image", "convolved", "diff", "err"))
    Table({"id": ["a"], "x": [20.0], "y": [30.0]}).write(tmp_path / "l.csv")
    source = open_input([str(tmp_path / "l.csv")], InputOptions(planes=planes))
    cutout = source.cutout(0, 12.0)
    cutout.meta |= {"adjust_dx": 0.25, "adjust_answer": "explained", "rb": 0.987, "mag": 18.0}
    write_cutout(cutout, tmp_path / "a.fits")
    source.close()
    with closing(make_blind(open_input([str(tmp_path / "a.fits")]))) as hidden:
        meta = hidden.cutout(0, 12.0).meta
    assert meta["mag"] == 18.0
    assert not {"adjust_dx", "adjust_answer", "rb"} & set(meta)


def test_scores_stay_hidden_where_test_rows_are_left_out(tmp_path: Path) -> None:
    planes = write_field(tmp_path)
    table = Table({"id": ["a", "b"], "x": [20.0, 30.0], "y": [30.0, 20.0], "rb": [0.987, 0.1]})
    table.write(tmp_path / "l.csv")
    how = InputOptions.from_keywords(planes=planes, repeats=1)
    with closing(make_blind(open_input([str(tmp_path / "l.csv")], how))) as source:
        assert len(source.candidates) == 3
        with without_test_rows(source, Ledger(source.candidates, "ann")) as leaving:
            assert len(leaving.source.candidates) == 2
            assert "rb" not in leaving.source.candidates.columns
