"""Session and other programs, with a hub on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.fake_session import FakeSession
from tests.helpers.field_files import write_field, write_list
from tests.helpers.samp_hub import OtherProgram, program, running_hub
from vetter.core.decisions.decision import Verdict
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.review.samp_link import SampLink, find_nearest

WAIT_S = 30


@pytest.fixture
def topcat(tmp_path, monkeypatch) -> Iterator[OtherProgram]:
    with running_hub(tmp_path, monkeypatch), program() as other:
        yield other


@pytest.fixture
def session(qapp) -> FakeSession:
    session = FakeSession()
    session.say(1, verdict=Verdict.ACCEPT)
    return session


@pytest.fixture
def link(session) -> Iterator[SampLink]:
    link = SampLink(session)
    yield link
    link.close()


def test_sent_list_holds_the_verdicts(link, topcat) -> None:
    link.send_list()
    _, facts = topcat.received.get(timeout=WAIT_S)
    table = Table.read(facts["url"].removeprefix("file://"), format="votable")
    assert table["verdict"].tolist()[:2] == ["none", "accept"]
    assert table["ra"].meta["ucd"] == "pos.eq.ra;meta.main"


def test_list_with_test_rows_that_stay_is_not_sent(qtbot, link, session, topcat) -> None:
    session.source.record = {"plant": {"repeats": 1}}
    with qtbot.waitSignal(link.said, check_params_cb=lambda text: "must not leave" in text):
        link.send_list()
    assert topcat.received.empty()


def test_test_rows_are_left_out_of_the_sent_list(qtbot, topcat, tmp_path) -> None:
    write_list(tmp_path / "l.csv")
    planes = write_field(tmp_path)
    how = InputOptions.from_keywords(planes=planes, repeats=1, seed=3)
    with closing(open_input(str(tmp_path / "l.csv"), how)) as source:
        session = FakeSession(source.candidates)
        session.source = source
        link = SampLink(session)
        link.send_list()
        _, facts = topcat.received.get(timeout=WAIT_S)
        table = Table.read(facts["url"].removeprefix("file://"), format="votable")
        assert len(source.candidates) == 3
        assert len(table) == 2
        with qtbot.waitSignal(link.said, check_params_cb=lambda text: text.startswith("following")):
            link.toggle_following()
        with qtbot.waitSignal(link.row_chosen) as chosen:
            topcat.highlight(facts["table-id"], 1)
        assert source.candidates.key(chosen.args[0]) == str(table["id"][1])
        link.close()


def test_highlighted_row_is_chosen(qtbot, link, topcat) -> None:
    link.send_list()
    _, facts = topcat.received.get(timeout=WAIT_S)
    with qtbot.waitSignal(link.said, check_params_cb=lambda text: text.startswith("following")):
        link.toggle_following()
    with qtbot.waitSignal(link.row_chosen) as chosen:
        topcat.highlight(facts["table-id"], 7)
    assert chosen.args == [7]


def test_candidate_nearest_to_a_position_is_chosen(qtbot, link, topcat, session) -> None:
    with qtbot.waitSignal(link.said, check_params_cb=lambda text: text.startswith("following")):
        link.toggle_following()
    listed = session.candidates
    with qtbot.waitSignal(link.row_chosen) as chosen:
        topcat.point(float(listed.ra[3]) + 1 / 3600, float(listed.dec[3]))
    assert chosen.args == [3]


def test_far_position_chooses_nothing(qtbot, link, session) -> None:
    with qtbot.waitSignal(link.said) as said, qtbot.assertNotEmitted(link.row_chosen):
        link._on_pointed(10.0, 10.0)
    assert said.args == ["no candidate within 5 arcsec of that position"]


def test_position_of_the_candidate_is_sent(link, topcat, session) -> None:
    link.send_position(2)
    _, facts = topcat.received.get(timeout=WAIT_S)
    assert float(facts["ra"]) == session.candidates.ra[2]


def test_candidate_without_position_sends_nothing(qtbot, link, session) -> None:
    session.candidates.ra[0] = np.nan
    with qtbot.waitSignal(link.said) as said:
        link.send_position(0)
    assert said.args == ["not sent: this candidate has no sky position"]
    assert link._client._thread is None


@pytest.mark.parametrize(
    ("ra", "dec", "nearest"),
    [(359.9999, 0.0, 0), (10.0, 89.9999, 1), (45.0, 45.0, None), (0.0001, 0.0001, 0)],
    ids=["across-zero", "near-the-pole", "none", "close"],
)
def test_nearest_position_is_found_anywhere(ra, dec, nearest) -> None:
    ras, decs = np.array([0.0, 190.0, np.nan]), np.array([0.0, 89.9999, 45.0])
    assert find_nearest(ras, decs, ra, dec, 3.0) == nearest


def test_no_positions_have_no_nearest() -> None:
    nothing = np.full(2, np.nan)
    assert find_nearest(nothing, nothing, 1.0, 2.0, 5.0) is None
    assert find_nearest(nothing[:0], nothing[:0], 1.0, 2.0, 5.0) is None


ARCSEC = 1 / 3600


@pytest.mark.parametrize(
    ("ra", "dec", "away"),
    [
        (10.0, 60.0 + ARCSEC, 1.0),
        (10.0, 60.0 - 2 * ARCSEC, 2.0),
        # Half as far apart on the sky as in RA, at this Dec.
        (10.0 + 4 * ARCSEC, 60.0, 2.0),
        (370.0 - 4 * ARCSEC, 60.0, 2.0),
        (10.0 + 6 * ARCSEC, 60.0 + 4 * ARCSEC, 5.0),
    ],
)
def test_position_is_found_within_the_radius_and_no_farther(
    ra: float, dec: float, away: float
) -> None:
    ras, decs = np.array([np.nan, 10.0, 190.0]), np.array([60.0, 60.0, 60.0])
    assert find_nearest(ras, decs, ra, dec, 1.0001 * away) == 1
    assert find_nearest(ras, decs, ra, dec, 0.9999 * away) is None


def test_radius_of_nothing_finds_the_position_itself() -> None:
    assert find_nearest(np.array([10.0, 11.0]), np.zeros(2), 11.0, 0.0, 0.0) == 1


def test_nearest_of_several_is_found() -> None:
    ras, decs = np.array([10.0, 10.0, 10.0]), np.array([0.0, 2 * ARCSEC, 5 * ARCSEC])
    for dec, row in ((0.9, 0), (1.1, 1), (3.4, 1), (3.6, 2)):
        assert find_nearest(ras, decs, 10.0, dec * ARCSEC, 10.0) == row
