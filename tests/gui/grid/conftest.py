"""Session and cutouts of two hundred candidates, for the tests of the grid."""

from __future__ import annotations

import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource


@pytest.fixture
def session(qapp) -> FakeSession:
    source = FakeSource(candidate_list(200))
    session = FakeSession(source.candidates)
    session.source = source
    return session


@pytest.fixture
def cache(session) -> FakeCache:
    return FakeCache(session.source)
