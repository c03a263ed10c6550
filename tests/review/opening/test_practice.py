"""Requests for a practice: the same inputs, other sources each time, and nothing left of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vetter.io.input_options import InputOptions
from vetter.review.opening.input_reader import OpenRequest
from vetter.review.opening.practice import practice_of, practice_request, remove_practice


@pytest.fixture
def request_of_list() -> OpenRequest:
    options = InputOptions(planes={"image": "sci.fits"})
    return OpenRequest(("list.csv",), options, Path("own.vetter"), remembered=True)


@pytest.fixture
def practice(request_of_list: OpenRequest) -> Iterator[OpenRequest]:
    made = practice_of(request_of_list)
    yield made
    assert made.session is not None
    remove_practice(made.session)


def test_practice_is_of_the_same_inputs_in_a_session_of_its_own(practice: OpenRequest) -> None:
    assert practice.inputs == ("list.csv",)
    assert practice.options.planes == {"image": "sci.fits"}
    assert practice.options.plant is not None and practice.options.plant.practice
    assert practice.session is not None and practice.session.name == "practice.vetter"
    assert practice.session.parent.is_dir()
    # Nothing of it is kept.
    assert not practice.remembered


def test_each_practice_has_other_sources_and_another_place(
    request_of_list: OpenRequest, practice: OpenRequest
) -> None:
    other = practice_of(request_of_list)
    assert other.session is not None and other.session != practice.session
    assert other.options.plant != practice.options.plant
    remove_practice(other.session)


def test_practice_of_an_open_list_reads_its_inputs_again() -> None:
    made = practice_request({"inputs": ["a.csv", "b.csv"]})
    assert made.inputs == ("a.csv", "b.csv") and made.session is not None
    remove_practice(made.session)
    nothing = practice_request({})
    assert nothing.inputs == () and nothing.session is not None
    remove_practice(nothing.session)


def test_practice_is_removed_with_its_folder_and_nothing_else(
    practice: OpenRequest, tmp_path: Path
) -> None:
    assert practice.session is not None
    practice.session.write_bytes(b"")
    remove_practice(practice.session)
    assert not practice.session.parent.exists()
    own = tmp_path / "own.vetter"
    own.write_bytes(b"")
    remove_practice(own)
    assert own.exists()
