"""Reasons of failed requests, told by the types of errors."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from vetter.io.surveys.http import reason_of


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


def reason(server: socket.socket, seconds: float = 10.0) -> str:
    address = f"http://127.0.0.1:{server.getsockname()[1]}/refused/resol"
    session = requests.Session()
    session.trust_env = False
    with session, pytest.raises(requests.exceptions.RequestException) as failed:
        session.get(address, timeout=seconds)
    return reason_of(failed.value)


def test_closed_port_refuses_the_connection() -> None:
    with socket.socket() as bound:
        # Bound and not listening: nobody else takes the port.
        bound.bind(("127.0.0.1", 0))
        assert reason(bound) == "it refuses the connection"


def test_silent_server_gives_no_answer_in_time(server: socket.socket) -> None:
    assert reason(server, 0.2) == "no answer in time"


def test_dropped_connection_broke_whatever_its_address_says(server: socket.socket) -> None:
    def drop() -> None:
        connection, _ = server.accept()
        connection.close()

    thread = threading.Thread(target=drop)
    thread.start()
    assert reason(server) == "the connection broke"
    thread.join()


def test_unknown_name_cannot_be_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    session = requests.Session()
    session.trust_env = False
    with session, pytest.raises(requests.exceptions.ConnectionError) as failed:
        session.get("http://nowhere.invalid/", timeout=10)
    assert reason_of(failed.value) == "its name cannot be resolved; check the network"


def test_other_errors_keep_their_text() -> None:
    assert reason_of(ValueError("two\nlines")) == "two lines"
    assert reason_of(ValueError()) == "ValueError"
