"""The export's thread: it is waited for, and what goes wrong in it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.cutout.cutout import Cutout
from vetter.core.decisions.decision import Verdict
from vetter.io.export.exported_rows import RowChoice
from vetter.review.exporter import Exporter, ExportRequest


@pytest.fixture
def source(qapp) -> FakeSource:
    return FakeSource(candidate_list(4))


@pytest.fixture
def exporter(source) -> Iterator[Exporter]:
    session = FakeSession(source.candidates)
    session.source = source
    session.say(0, verdict=Verdict.ACCEPT)
    exporter = Exporter(session, FakeCache(source))
    yield exporter
    source.gate.set()
    exporter.close()


def _request(folder: Path, **changes: object) -> ExportRequest:
    values = {"choice": RowChoice(), "formats": ("ecsv",), "radius": 3.0, **changes}
    return ExportRequest(str(folder / "out"), **values)


def test_progress_and_report_arrive(qtbot, exporter, tmp_path) -> None:
    seen = []
    exporter.progress.connect(lambda done, total: seen.append((done, total)))
    with qtbot.waitSignal(exporter.done, timeout=30000) as done:
        exporter.start(_request(tmp_path))
    assert seen == [(1, 2), (2, 2)]
    assert done.args[0].cutouts == 1


def test_thread_has_ended_when_its_report_arrives(qtbot, exporter, tmp_path) -> None:
    running = []
    exporter.done.connect(lambda _report: running.append(exporter.running))
    with qtbot.waitSignal(exporter.done, timeout=30000):
        exporter.start(_request(tmp_path))
    assert running == [False]


def test_closing_in_the_middle_waits_and_leaves_nothing(exporter, source, tmp_path) -> None:
    source.gate.clear()
    exporter.start(_request(tmp_path))
    assert exporter.running
    exporter.cancel()
    source.gate.set()
    exporter.close()
    assert not exporter.running
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_unexpected_error_is_told_and_ends_only_the_export(qtbot, exporter, tmp_path) -> None:
    def broken(row: int, cutout: Cutout) -> bytes:
        raise ZeroDivisionError("no such luck")

    with qtbot.waitSignal(exporter.failed, timeout=30000) as failed:
        exporter.start(_request(tmp_path, picture=broken))
    assert failed.args == ["a fault of this program (ZeroDivisionError: no such luck)"]
