"""HTML report and contact sheet as part of an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.decisions import REVIEWER, event
from tests.helpers.memory_source import MemorySource
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.errors import InputError
from vetter.io.export.export import export
from vetter.io.export.exported_rows import RowChoice
from vetter.io.export.html_report import page_names

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17) + b"rest"


class Sheet:
    """A contact sheet that remembers its candidates and how many were announced."""

    def __init__(self, _source: Any, _opinions: Any, count: int) -> None:
        self.count = count
        self.rows: list[tuple[int, bool]] = []

    def add(self, row: int, cutout: Any, problem: str = "") -> None:
        self.rows.append((row, cutout is not None))

    def finish(self) -> bytes:
        return b"%PDF" + repr((self.count, self.rows)).encode() + b"%vet_verdict\n"


def _export(out: Path, listed: MemorySource | None = None, **options: Any) -> Any:
    listed = listed or MemorySource()
    ledger = Ledger(listed.candidates, REVIEWER)
    for row, verdict in enumerate((Verdict.ACCEPT, Verdict.REJECT)):
        ledger.apply(event(listed.candidates, row, verdict))
    options.setdefault("picture", lambda row, cutout: PNG)
    return export(listed, ledger, out, **options)


def test_report_is_written_without_pictures_beside_cutouts(tmp_path) -> None:
    report = _export(tmp_path, html=True)
    assert [path.name for path in report.reports] == ["report.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cutouts",
        "decisions.ecsv",
        "report.html",
    ]
    assert [path.name for path in (tmp_path / "cutouts").iterdir()] == ["C0.fits"]
    assert (tmp_path / "report.html").read_text("utf-8").count("<article>") == 1
    assert report.lines()[0].endswith("1 cutout, decisions.ecsv, report.html")


def test_report_needs_pictures(tmp_path) -> None:
    with pytest.raises(InputError, match="pictures cannot be made here"):
        _export(tmp_path, html=True, picture=None)


def test_sheet_holds_chosen_candidates_and_unread_ones(tmp_path) -> None:
    listed = MemorySource()
    read = listed.cutout

    def cutout(row: int, radius: float) -> Any:
        if row == 1:
            raise InputError("C1: cannot be read")
        return read(row, radius)

    listed.cutout = cutout  # type: ignore[method-assign]
    both = (Verdict.ACCEPT, Verdict.REJECT)
    _export(tmp_path, listed, choice=RowChoice(both), sheet=Sheet)
    content = (tmp_path / "contact_sheet.pdf").read_bytes()
    assert content == b"%PDF(2, [(0, True), (1, False)])%vet_verdict\n"


def test_second_export_replaces_its_own_reports(tmp_path) -> None:
    for _ in range(2):
        report = _export(tmp_path, html=True, sheet=Sheet)
    assert [path.name for path in report.reports] == ["report.html", "contact_sheet.pdf"]


@pytest.mark.parametrize("name", ["report.html", "contact_sheet.pdf"])
def test_report_of_the_user_is_not_replaced(tmp_path, name) -> None:
    (tmp_path / name).write_text("the user's own")
    with pytest.raises(InputError, match="not written by an export"):
        _export(tmp_path, html=True, sheet=Sheet)
    assert (tmp_path / name).read_text() == "the user's own"


def test_pages_that_are_not_needed_any_more_go(tmp_path) -> None:
    assert page_names(501)[1] == "report-2.html"
    (tmp_path / "report-2.html").write_text("<!-- vet_verdict -->")
    (tmp_path / "report-3.html").write_text("the user's own")
    _export(tmp_path, html=True)
    assert not (tmp_path / "report-2.html").exists()
    assert (tmp_path / "report-3.html").exists()


def test_cancelled_export_leaves_no_report(tmp_path) -> None:
    report = _export(tmp_path / "out", html=True, sheet=Sheet, cancelled=lambda: True)
    assert report.cancelled and not (tmp_path / "out").exists()
