"""The columns that a list shows at first."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.plain_source import PlainField, PlainFields, PlainSource
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.default_columns import first_columns
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.judgement.fit_table import FitTable

NOT_JUDGED = ("image", "template", "diff")
JUDGED = ("image", "convolved", "diff", "err")


def shown(listed: CandidateList, planes: tuple[str, ...] = NOT_JUDGED, **source: Any) -> list[str]:
    columns = ReviewColumns(listed, FakeSession(listed), FitTable(len(listed)))
    kind = PlainFields if "fields" in source else PlainSource
    whole = kind(candidates=listed, plane_names=planes, **source)
    return first_columns(whole, listed, columns)


def test_scores_are_shown_and_no_fit_that_is_not_judged() -> None:
    listed = candidate_list(20, drb=np.linspace(0, 1, 20), ndethist=np.arange(20))
    assert shown(listed) == ["verdict", "name", "mag", "drb", "filter", "ndethist", "tags"]


def test_where_fits_are_judged_their_answer_is_shown_and_not_the_score() -> None:
    listed = candidate_list(20, drb=np.linspace(0, 1, 20))
    assert shown(listed, JUDGED) == ["verdict", "name", "mag", "answer", "tags"]


def test_scored_without_magnitudes_the_flux_is_shown() -> None:
    listed = candidate_list(20, reliability=np.linspace(0, 1, 20), psfFlux=np.arange(20.0))
    listed = dataclasses.replace(listed, roles=listed.roles.with_(mag=None))
    assert shown(listed) == ["verdict", "name", "psfFlux", "reliability", "filter", "tags"]


def test_without_magnitude_and_score_the_pixel_is_shown() -> None:
    listed = candidate_list(20)
    listed = dataclasses.replace(listed, roles=listed.roles.with_(mag=None))
    assert shown(listed) == ["verdict", "name", "x", "y", "tags"]


@pytest.mark.parametrize(("image", "told"), [("n1", "field"), ("J000", "filter")])
def test_of_several_images_what_the_name_does_not_tell_is_shown(image: str, told: str) -> None:
    images = [f"{image}{row}" for row in range(20)]
    listed = candidate_list(20, field=images)
    if told == "filter":
        listed.table["id"] = [f"{name}:{row}" for row, name in enumerate(images)]
    fields = (PlainField(shape=None), PlainField(shape=None))
    assert shown(listed, fields=fields) == ["verdict", "name", "mag", told, "tags"]


def test_detections_are_measured_before_placed() -> None:
    listed = candidate_list(20, flux=np.arange(20.0), SNR=np.arange(20.0), sign=np.ones(20, int))
    listed = dataclasses.replace(listed, roles=listed.roles.with_(mag=None))
    assert shown(listed) == ["verdict", "name", "SNR", "flux", "sign", "tags"]
