"""Warnings are kept quiet while they shall be, and no longer."""

from __future__ import annotations

import threading
import warnings

import pytest

from vetter.errors import suppress_warnings


def test_what_a_library_warns_of_is_not_heard() -> None:
    with suppress_warnings():
        warnings.warn("a unit", UserWarning, stacklevel=1)


def test_one_inside_another_is_quiet_to_the_end() -> None:
    with suppress_warnings():
        with suppress_warnings():
            pass
        warnings.warn("a unit", UserWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", UserWarning, stacklevel=1)


def test_an_error_ends_it() -> None:
    before = list(warnings.filters)
    with pytest.raises(ValueError, match="a card"), suppress_warnings():
        raise ValueError("a card")
    assert warnings.filters == before


def test_threads_that_overlap_leave_the_filters_as_they_were() -> None:
    before = list(warnings.filters)
    inside, leave = threading.Event(), threading.Event()
    heard: list[Warning] = []

    def longer() -> None:
        with suppress_warnings():
            inside.set()
            assert leave.wait(30), "the other stayed inside"
            try:
                warnings.warn("a unit", UserWarning, stacklevel=1)
            except UserWarning as warning:
                heard.append(warning)

    with suppress_warnings():
        thread = threading.Thread(target=longer)
        thread.start()
        assert inside.wait(30)
    leave.set()
    thread.join(30)
    assert warnings.filters == before and not heard
