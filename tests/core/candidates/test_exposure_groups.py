"""Candidates by image, exposure, detector and night, in the lists of surveys and of pipelines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.exposure_groups import group_exposures, list_times


def make_list(columns: dict[str, Any]) -> CandidateList:
    table = Table(columns)
    gaps = np.full(len(table), np.nan)
    keys = np.arange(len(table)).astype(str)
    return CandidateList(table, recognise(table.colnames), keys, gaps, gaps, gaps, gaps)


def names_of(columns: dict[str, Any], **known: Any) -> dict[str, list[str]]:
    return {group.kind: list(group.names) for group in group_exposures(make_list(columns), **known)}


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"filename": ["a.fits", "b.fits", "a.fits"]}, {"image": ["a.fits", "b.fits"]}),
        (
            {"candidate.pid": [5, 5, 9], "candidate.rcid": [1, 1, 2]},
            {"image": ["5", "9"], "detector": ["1", "2"]},
        ),
        (
            {"visit": [7, 7, 8], "detector": [1, 2, 2]},
            {
                "exposure": ["7", "8"],
                "image": ["7 detector 1", "7 detector 2", "8 detector 2"],
                "detector": ["1", "2"],
            },
        ),
        ({"expnum": [7, 7, 8]}, {"image": ["7", "8"]}),
        (
            {"visit": [2.02401e13, 2.02402e13, np.nan]},
            {"image": ["20240100000000", "20240200000000"]},
        ),
        ({"pid": [1, 2, 1]}, {}),
        ({"exposure": [30.0, 60.0, 30.0]}, {}),
        ({"mag": [1.0, 2.0, 3.0]}, {}),
        ({"visit": [[1, 2], [1, 2]]}, {}),
    ],
    ids=[
        "files",
        "ZTF",
        "Rubin",
        "exposures",
        "gaps",
        "no pid",
        "exposure times",
        "none",
        "arrays",
    ],
)
def test_columns_of_surveys_name_images_and_detectors(columns, names):
    assert names_of(columns) == names


def test_candidates_of_one_time_are_of_one_image():
    times = [60000.25, 60000.25, 60000.25, 60001.25, 60001.25, np.nan]
    (images, nights) = group_exposures(make_list({"mjd": times}))
    assert images.kind == "image"
    assert images.labels.tolist() == [0, 0, 0, 1, 1, -1]
    assert list(images.names)[:2] == ["2023-02-25 06:00:00", "2023-02-26 06:00:00"]
    assert nights.labels.tolist() == [0, 0, 0, 1, 1, -1]
    assert list(nights.names) == ["2023-02-25", "2023-02-26"]


def test_times_of_each_candidate_alone_are_no_images():
    assert set(names_of({"mjd": np.linspace(60000, 60000.2, 9)})) == {"night"}


def test_images_of_the_source_precede_columns():
    fields = np.array([0, 1, 1]), ["r1", "r2"]
    times = np.array([60000.0, 60005.0, 60005.0])
    found = names_of({"filename": ["a", "a", "a"], "ccd": [1, 1, 2]}, fields=fields, mjd=times)
    assert found == {
        "image": ["r1", "r2"],
        "detector": ["1", "2"],
        "night": ["2023-02-25", "2023-03-02"],
    }


@pytest.mark.parametrize(
    ("column", "values", "mjd"),
    [
        ("jd", [2460000.5, 2460001.0], [60000.0, 60000.5]),
        ("mjd", [60000.0, np.nan], [60000.0, np.nan]),
        ("time", ["2023-02-25T12:00:00", "", "soon"], [60000.5, np.nan, np.nan]),
        ("date", ["2023-02-25"], [60000.0]),
        ("mag", [18.0], [np.nan]),
    ],
)
def test_times_of_a_list_are_read(column, values, mjd):
    np.testing.assert_allclose(list_times(make_list({column: values})), mjd, atol=1e-6)
