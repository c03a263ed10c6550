"""The export's thread: it is waited for, and what goes wrong in it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.helpers.decisions import event
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.cutout.cutout import Cutout
from vetter.core.decisions.agreement.policy import Policy
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.io.export.exported_rows import RowChoice
from vetter.review.exporter import Exporter, ExportRequest, freeze_opinions


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
    assert seen == [(1, 1)]
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
    threading.Timer(0.02, source.gate.set).start()
    exporter.close()
    assert not exporter.running
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_export_that_is_cancelled_says_so(qtbot, exporter, source, tmp_path) -> None:
    source.gate.clear()
    exporter.start(_request(tmp_path))
    exporter.cancel()
    with qtbot.waitSignal(exporter.done, timeout=30000) as done:
        source.gate.set()
    assert done.args[0].cancelled


def test_next_export_takes_the_place_of_the_one_before(qtbot, exporter, source, tmp_path) -> None:
    told = []
    exporter.done.connect(told.append)
    source.gate.clear()
    exporter.start(_request(tmp_path / "a"))
    threading.Timer(0.02, source.gate.set).start()
    exporter.start(_request(tmp_path / "b"))
    qtbot.waitUntil(lambda: bool(told), timeout=30000)
    assert [report.cancelled for report in told] == [False]
    assert not (tmp_path / "a" / "out").exists() and (tmp_path / "b" / "out").is_dir()


@pytest.mark.parametrize(
    ("policy", "kinds", "code"),
    [
        (None, ("fake", "artefact"), 0),
        (Policy.MAJORITY, ("fake", "artefact"), 0),
        (Policy.WEIGHTED, ("fake", "artefact"), Verdict.ACCEPT.code),
        (Policy.WEIGHTED, ("repeat", "repeat"), Verdict.MAYBE.code),
    ],
)
def test_opinions_of_all_are_weighted_by_what_is_known_of_test_rows(
    qapp, policy: Policy | None, kinds: tuple[str, str], code: int
) -> None:
    """Ann is right of each test row, and bob wrong: then her verdict on the last row counts."""
    count = 60
    listed = candidate_list(count + 1)
    session = FakeSession(listed)
    session.source.planted = tuple(
        make_row(str(listed.keys[row]), kinds[row % 2], {}) for row in range(count)
    )
    verdicts = (Verdict.ACCEPT, Verdict.REJECT)
    made = [event(listed, row, verdicts[row % 2], reviewer="ann") for row in range(count + 1)]
    made += [event(listed, row, verdicts[1 - row % 2], reviewer="bob") for row in range(count + 1)]
    ratings = collect_ratings(listed, made)
    session.others = SimpleNamespace(all_ratings=lambda _own: ratings)
    assert freeze_opinions(session, policy)().codes[count] == code


def test_an_unexpected_error_is_told_and_ends_only_the_export(qtbot, exporter, tmp_path) -> None:
    def broken(row: int, cutout: Cutout) -> bytes:
        raise ZeroDivisionError("no such luck")

    with qtbot.waitSignal(exporter.failed, timeout=30000) as failed:
        exporter.start(_request(tmp_path, picture=broken))
    assert failed.args == ["a fault of this program (ZeroDivisionError: no such luck)"]
