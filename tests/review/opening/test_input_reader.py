from __future__ import annotations

import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import write_packets
from tests.helpers.field_files import write_field, write_list
from tests.helpers.night_files import write_night
from tests.helpers.readings import readings
from tests.helpers.turns import until_handled
from vetter.errors import InputError
from vetter.io.alerts.packets import recognition
from vetter.io.files.cancellation import check_cancelled
from vetter.io.input_options import InputOptions
from vetter.review.opening import input_reader
from vetter.review.opening.input_reader import InputReader, OpenRequest, read_input


@pytest.fixture
def reader(qtbot):
    reader = InputReader(20.0)
    yield reader
    reader.close()


@pytest.fixture
def slow(monkeypatch):
    """Readings that end when they are let go."""
    go, closed = threading.Event(), []

    class Source:
        def close(self) -> None:
            closed.append(self)

    def read(request: OpenRequest, usual_radius: float) -> Source:
        assert go.wait(60), "the gate stayed shut"
        return Source()

    monkeypatch.setattr(input_reader, "read_input", read)
    yield go, closed
    go.set()


def test_what_is_read_is_told(qtbot, reader, tmp_path):
    write_field(tmp_path)
    request = OpenRequest((str(write_list(tmp_path / "candidates.csv")),))
    with qtbot.waitSignal(reader.done) as told:
        reader.read(request)
    assert told.args[0] == request
    told.args[1].close()


def test_why_it_cannot_be_read_is_told_in_a_line(qtbot, reader, tmp_path):
    with qtbot.waitSignal(reader.failed) as told:
        reader.read(OpenRequest((str(tmp_path / "gone.csv"),)))
    assert told.args[0].endswith("gone.csv: no such file or folder")


def test_a_list_without_planes_is_told_apart(qtbot, reader, tmp_path):
    table = write_list(tmp_path / "candidates.csv")
    with qtbot.waitSignal(reader.planes_wanted) as told:
        reader.read(OpenRequest((str(table),)))
    assert told.args[1].table == str(table)


def test_a_text_that_is_no_list_is_not_asked_planes_for(qtbot, reader, tmp_path):
    (tmp_path / "a.txt").write_text("one two\nthree four\n")
    with qtbot.waitSignal(reader.failed) as told:
        reader.read(OpenRequest((str(tmp_path / "a.txt"),)))
    assert "expected columns of positions" in told.args[0]


def test_what_is_cancelled_is_never_told_and_is_closed(qtbot, reader, slow):
    go, closed = slow
    reader.done.connect(lambda *_: pytest.fail("it was cancelled"))
    reader.read(OpenRequest(("a",)))
    reader.cancel()
    assert not reader.running
    go.set()
    qtbot.waitUntil(lambda: not readings())
    until_handled(qtbot)
    assert len(closed) == 1


def test_another_reading_takes_the_place_of_the_first(qtbot, reader, slow):
    go, closed = slow
    reader.read(OpenRequest(("a",)))
    reader.read(OpenRequest(("b",)))
    with qtbot.waitSignal(reader.done) as told:
        go.set()
    assert told.args[0].inputs == ("b",)
    qtbot.waitUntil(lambda: len(closed) == 1)


def test_closing_waits_a_little_and_closes_what_comes_later(qtbot, slow, monkeypatch):
    go, closed = slow
    monkeypatch.setattr(input_reader, "WAIT_SECONDS", 0.05)
    reader = InputReader(20.0)
    reader.read(OpenRequest(("a",)))
    reader.close()
    assert not closed
    go.set()
    qtbot.waitUntil(lambda: len(closed) == 1)


def test_the_usual_radius_is_for_what_does_not_tell(tmp_path: Path) -> None:
    write_field(tmp_path)
    table = str(write_list(tmp_path / "candidates.csv"))
    source = read_input(OpenRequest((table,)), 7.0)
    said = read_input(OpenRequest((table,), InputOptions(radius=9.0)), 7.0)
    assert (source.default_radius, said.default_radius) == (7.0, 9.0)
    source.close()
    said.close()


def test_the_name_of_several() -> None:
    assert OpenRequest(("/d/a.csv", "/d/b.fits")).name == "a.csv and 1 more"


def test_an_unknown_input_is_refused() -> None:
    with pytest.raises(InputError):
        read_input(OpenRequest(("/nowhere/at/all",)), 20.0)


def test_a_reading_that_is_cancelled_ends_at_its_next_step(qtbot, reader, monkeypatch):
    begun = threading.Event()

    def read(request: OpenRequest, usual_radius: float) -> None:
        for _ in range(2000):
            begun.set()
            check_cancelled()
            threading.Event().wait(0.01)

    monkeypatch.setattr(input_reader, "read_input", read)
    reader.read(OpenRequest(("a.tar",)))
    assert begun.wait(20)
    reader.cancel()
    qtbot.waitUntil(lambda: not readings(), timeout=10000)


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """The calls of a function of a module, which are made."""
    calls, real = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given: calls.append(given) or real(*given))
    return calls


def test_field_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(write_night(tmp_path))
    calls = counted(monkeypatch, tomllib, "loads")
    read_input(OpenRequest((path,)), 4.0).close()
    assert len(calls) == 1


def test_packets_are_recognised_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(write_packets(tmp_path, 1)[0])
    calls = counted(monkeypatch, recognition, "are_alert_packets")
    read_input(OpenRequest((path,)), 4.0).close()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        (("/n/list.csv",), "list.csv"),
        (("/n/night/",), "night"),
        (("/",), "/"),
        (("demo",), "demo"),
        (("/n/a.csv", "/n/b.fits"), "a.csv and 1 more"),
        (("/n/a.csv", "b", "c"), "a.csv and 2 more"),
    ],
)
def test_request_is_named_by_its_first_input(inputs: tuple[str, ...], name: str) -> None:
    assert OpenRequest(inputs).name == name


def test_columns_of_the_session_are_taken_only_when_asked_for() -> None:
    assert not OpenRequest(("list.csv",)).remembered and OpenRequest(("a",)).session is None
