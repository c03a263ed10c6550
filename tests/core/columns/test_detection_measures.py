"""S/N, flux and sign are found by the names of pipelines, and shown once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Column

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.detection_measures import find_measures, measure_facts


@pytest.mark.parametrize(
    ("name", "caption"), [("S/N", "S/N"), ("FLUX_AUTO", "flux"), ("isdiffpos", "sign")]
)
def test_measure_is_found_by_pipelines_name(name: str, caption: str) -> None:
    listed = candidate_list(2, **{name: np.array([1.5, 2.5])})
    assert find_measures(FakeSession(listed).columns, listed) == {caption: name}


def test_measure_with_several_values_is_left_out() -> None:
    listed = candidate_list(2, FLUX_APER=np.ones((2, 3)))
    assert find_measures(FakeSession(listed).columns, listed) == {}


def test_flux_is_left_out_beside_magnitude() -> None:
    listed = candidate_list(2, flux=np.ones(2), snr=np.array([5.0, np.nan]))
    facts = {fact.caption: fact for fact in measure_facts(FakeSession(listed).columns, listed)}
    assert [facts["S/N"].text(row) for row in range(2)] == ["5", "-"] and "flux" not in facts


def test_measure_tells_its_column_and_unit() -> None:
    flux = Column([1.5, 2.5], unit="adu")
    listed = candidate_list(2, FLUX_AUTO=flux, snr=np.ones(2))
    listed = replace(listed, roles=listed.roles.with_(mag=None))
    facts = measure_facts(FakeSession(listed).columns, listed)
    assert [(fact.caption, fact.tip, fact.columns, fact.copied) for fact in facts] == [
        ("S/N", "column snr", ("snr",), False),
        ("flux", "column FLUX_AUTO (adu)", ("FLUX_AUTO",), False),
    ]
