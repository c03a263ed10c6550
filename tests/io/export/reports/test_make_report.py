"""Reports by kind, and how they are saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.decisions import REVIEWER
from tests.helpers.report_lists import magnitudes
from vetter.core.decisions.ledger import Ledger
from vetter.errors import InputError
from vetter.io.export.reports.make_report import KINDS, make_report, save_report
from vetter.io.export.reports.report import Report
from vetter.settings import ReportSettings

PNG = b"\x89PNG"


def _make(kind: str) -> Report:
    source = magnitudes()
    ledger = Ledger(source.candidates, REVIEWER)

    def off_image(row: int, radius: float):
        raise InputError("off the image")

    return make_report(kind, source, ledger, [0, 1], ReportSettings(), off_image)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_text_and_saves_nothing(kind, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = _make(kind)
    assert report.kind == kind and report.count == 2 and "J1" in report.text
    assert not list(tmp_path.iterdir())


def test_unknown_kind_names_the_others() -> None:
    with pytest.raises(InputError, match="atel: no such report; there are tns, ades"):
        _make("atel")


def test_saved_files_hold_the_text(tmp_path) -> None:
    report = _make("regions")
    paths = save_report(report, tmp_path / "out")
    assert [path.name for path in paths] == ["regions_fk5.reg", "regions_image.reg"]
    assert paths[0].read_text("utf-8") == report.text


def test_pictures_are_drawn_before_the_table(tmp_path) -> None:
    drawn: list[int] = []
    steps: list[tuple[int, int]] = []

    def draw(row: int) -> bytes:
        drawn.append(row)
        return PNG

    paths = save_report(
        _make("zooniverse"), tmp_path, draw, progress=lambda *step: steps.append(step)
    )
    assert drawn == [0, 1] and paths[-1].name == "manifest.csv"
    assert (tmp_path / "subject_0002.png").read_bytes() == PNG
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_cancelled_report_has_no_manifest(tmp_path) -> None:
    save_report(_make("zooniverse"), tmp_path, lambda row: PNG, cancelled=lambda: True)
    assert not list(tmp_path.iterdir())


def test_report_with_missing_facts_is_not_written(tmp_path) -> None:
    with pytest.raises(InputError, match=r"tns report: not written, missing tns\.reporter, tns\."):
        save_report(_make("tns"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_pictures_need_somebody_who_draws(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pictures cannot be made here: make the report in"):
        save_report(_make("zooniverse"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    for _ in range(2):
        paths = save_report(_make("regions"), tmp_path / "a" / "b", replace=True)
        assert all(path.is_file() for path in paths)


def test_empty_report_is_not_written(tmp_path) -> None:
    with pytest.raises(InputError, match="no candidate is chosen and complete"):
        save_report(Report("regions", {}, 0), tmp_path)


def test_file_that_exists_is_kept_unless_replaced(tmp_path) -> None:
    mine = tmp_path / "regions_fk5.reg"
    mine.write_text("mine")
    with pytest.raises(InputError, match=r"regions_fk5\.reg: exists already"):
        save_report(_make("regions"), tmp_path)
    assert mine.read_text() == "mine" and len(list(tmp_path.iterdir())) == 1
    save_report(_make("regions"), tmp_path, replace=True)
    assert mine.read_text().startswith("# Region")


def test_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="out: cannot be written to: Not a directory$"):
        save_report(_make("regions"), tmp_path / "file" / "out")
