"""Position, time and magnitude of candidates in the units of reports."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Column
from astropy.time import Time

from tests.helpers.report_lists import list_source, magnitudes, rubin
from vetter.io.export.reports.observations import (
    Observations,
    ab_magnitude,
    group_by_object,
    iso_time,
    separate,
    utc_mjd,
)


def test_flux_in_njy_becomes_ab_magnitude() -> None:
    one = Observations(rubin()).read(0)
    assert one.mag == pytest.approx(31.4 - 2.5 * 3)
    # 5 % of the flux are 0.0543 mag.
    assert one.mag_err == pytest.approx(2.5 / math.log(10) * 0.05)
    assert one.is_ab and ab_magnitude(3631e9) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("flux", [-523.0, 0.0])
def test_flux_that_is_not_positive_has_no_magnitude(flux) -> None:
    one = Observations(rubin(psfFlux=[1000.0, flux])).read(1)
    assert one.mag is None
    assert one.problems["mag"] == f"flux {flux:g} nJy is not positive: no magnitude"


@pytest.mark.parametrize(
    "column",
    [
        {"isdiffpos": ["t", "f"]},
        {"isdiffpos": [1, 0]},
        {"isdiffpos": [True, False]},
        {"flux": [100.0, -4538.0]},
    ],
    ids=["letters", "numbers", "booleans", "flux"],
)
def test_negative_difference_has_no_magnitude(column) -> None:
    reader = Observations(magnitudes(**column))
    assert reader.read(0).mag == 18.1234
    assert "negative" in reader.read(1).problems["mag"]


def test_times_of_rubin_are_converted_from_tai() -> None:
    mjd = Observations(rubin()).read(0).mjd
    assert mjd == pytest.approx(61000.0 - 37 / 86400, abs=1e-9)


def test_joint_column_of_times_does_not_hide_tai() -> None:
    source = rubin(mjd=[61000.0, 61000.0])
    source.candidates = replace(source.candidates, roles=source.candidates.roles.with_(time="mjd"))
    assert Observations(source).read(0).mjd == pytest.approx(61000.0 - 37 / 86400, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "column"),
    [
        (60000.5, "mjd"),
        (2460001.0, "jd"),
        (1677326400.0, "unix"),
        ("2023-02-25T12:00:00", "date"),
        ("2023-02-25 12:00:00Z", "date"),
        ("60000.5", "obsmjd"),
    ],
    ids=["mjd", "jd", "unix", "iso", "iso-z", "text-number"],
)
def test_times_of_all_kinds_become_mjd(value, column) -> None:
    assert utc_mjd(value, column) == pytest.approx(60000.5, abs=1e-9)


@pytest.mark.parametrize("column", ["bjd", "hjd"])
def test_time_of_the_sun_is_refused(column) -> None:
    with pytest.raises(ValueError, match="is not the time at the observatory"):
        utc_mjd(2460001.0, column)


def test_missing_time_is_that_of_the_image() -> None:
    source = magnitudes(mjd=np.array([np.nan, 60001.25]))
    source.time, source.filter = "2023-02-25T00:00:00", "g"
    assert Observations(source).read(0).mjd == pytest.approx(60000.0)
    assert Observations(source).read(1).mjd == 60001.25


def test_unknown_facts_are_none_with_reasons() -> None:
    one = Observations(list_source({"a": [1]})).read(0)
    assert (one.ra, one.mjd, one.mag, one.band) == (None, None, None, "")
    assert one.problems == {"ra": "no sky position", "mjd": "no time", "mag": "no magnitude"}


@pytest.mark.parametrize(("unit", "is_ab"), [("mag(AB)", True), ("mag", False)])
def test_magnitude_is_ab_if_its_unit_says_so(unit, is_ab) -> None:
    assert Observations(magnitudes(mag=Column([18.0, 19.0], unit=unit))).read(0).is_ab is is_ab


def test_left_out_candidates_are_named() -> None:
    reader = Observations(rubin())
    kept, notes = separate([reader.read(0), reader.read(1)], "ra", "mag")
    assert [one.row for one in kept] == [0]
    assert notes == ["170002: left out: flux -523 nJy is not positive: no magnitude"]


def test_rows_of_one_name_are_one_object() -> None:
    reader = Observations(magnitudes(title=["J1", "J1"], mjd=[60001.0, 60000.0]))
    ((first, second),) = group_by_object([reader.read(0), reader.read(1)])
    assert (first.row, second.row) == (1, 0)


def test_iso_time_has_milliseconds() -> None:
    assert iso_time(60000.5) == "2023-02-25T12:00:00.000"
    assert Time(iso_time(60000.123456)).mjd == pytest.approx(60000.123456, abs=1e-8)


@pytest.mark.parametrize(
    ("names", "mag", "survey"),
    [
        (["ZTF20abcdefg", "x"], "magpsf", "ZTF"),
        (["ZTF20abcdefg", "x"], "mag", ""),
        (["x", "ZTF20abcdefg"], "magpsf", ""),
        ([], "magpsf", ""),
    ],
)
def test_survey_is_known_by_its_names_and_columns(names: list[str], mag: str, survey: str) -> None:
    count = len(names)
    columns = {"objectId": np.array(names, str), mag: np.full(count, 18.0)}
    source = list_source(
        {**columns, "fid": np.full(count, 2)}, name="objectId", mag=mag, filter="fid"
    )
    reader = Observations(source)
    assert reader.survey == survey
    if count:
        one = reader.read(0)
        assert (one.band, one.is_ab) == (("r", True) if survey else ("2", False))


@pytest.mark.parametrize(("error", "known"), [(0.0, None), (-1.0, None), (0.01, 0.01)])
def test_error_of_a_magnitude_is_above_zero(error: float, known: float | None) -> None:
    assert Observations(magnitudes(mag_err=[error, 0.1])).read(0).mag_err == known
