"""Facts of Rubin's candidates: fluxes with magnitudes, minor planet, dipole, trail, flags."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.table import Column, MaskedColumn

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.broker_columns import all_known_facts
from vetter.core.columns.rubin_facts import flux_text, rubin_facts


def told(count: int = 1, **columns: Any) -> list[dict[str, str]]:
    listed = candidate_list(
        count,
        midpointMjdTai=np.full(count, 61041.0),
        psfFlux=columns.pop("psfFlux", np.full(count, 1000.0)),
        **columns,
    )
    return [{fact.caption: fact.text(row) for fact in rubin_facts(listed)} for row in range(count)]


@pytest.mark.parametrize(
    ("flux", "error", "text"),
    [
        # 3631 Jy are magnitude 0.
        (3.63e12, 1e9, "3630000000000 ± 1000000000 nJy, 0.00 AB"),
        (1000.0, 100.0, "1000 ± 100 nJy, 23.90 AB"),
        (-1000.0, 100.0, "-1000 ± 100 nJy, 23.90 AB of |flux|"),
        (1000.0, np.nan, "1000 nJy, 23.90 AB"),
        (0.0, 100.0, "0 ± 100 nJy"),
        (np.nan, 100.0, "-"),
    ],
)
def test_flux_stands_beside_its_magnitude(flux: float, error: float, text: str) -> None:
    assert flux_text(flux, error) == text


def test_fluxes_of_rubin_are_facts_under_their_names() -> None:
    facts = told(
        psfFluxErr=np.array([100.0]), scienceFlux=np.array([500.0]), templateFlux=np.array([np.nan])
    )[0]
    assert facts == {
        "difference": "positive",
        "psfFlux": "1000 ± 100 nJy, 23.90 AB",
        "scienceFlux": "500 nJy, 24.65 AB",
        "templateFlux": "-",
    }


def test_flux_of_another_unit_has_no_magnitude() -> None:
    assert rubin_facts(candidate_list(1, psfFlux=np.array([1000.0]))) == []


@pytest.mark.parametrize(
    ("unit", "shown"), [(None, True), ("nJy", True), ("mJy", False), ("adu", False)]
)
def test_table_of_sources_is_in_njy_unless_its_unit_says_else(unit: Any, shown: bool) -> None:
    flux = Column([1000.0], unit=unit)
    listed = candidate_list(1, diaSourceId=np.array([7]), psfFlux=flux)
    assert bool(rubin_facts(listed)) is shown


def test_psf_flux_is_told_once_beside_reliability() -> None:
    listed = candidate_list(
        1,
        midpointMjdTai=np.array([61041.0]),
        psfFlux=np.array([1000.0]),
        reliability=np.array([0.9]),
    )
    captions = [fact.caption for fact in all_known_facts(FakeSession(listed).columns, listed)]
    assert captions.count("psfFlux") == 1 and "flux" not in captions and "reliability" in captions


def test_sign_of_difference_is_that_of_flux() -> None:
    listed = candidate_list(
        2,
        midpointMjdTai=np.full(2, 61041.0),
        psfFlux=np.array([-2498.0, 1000.0]),
        isNegative=np.array([False, False]),
        reliability=np.ones(2),
    )
    facts = all_known_facts(FakeSession(listed).columns, listed)
    told = [fact for fact in facts if fact.caption == "difference"]
    assert [[fact.text(row) for row in range(2)] for fact in told] == [["negative", "positive"]]


def test_minor_planet_tells_what_is_known() -> None:
    facts = told(
        4,
        designation=np.array(["2001 SB97", "", "K17SA9A", ""]),
        ephOffset=np.array([0.02, np.nan, 0.5, np.nan]),
        ephRate=np.array([0.1318, np.nan, np.nan, np.nan]),
        ephVmag=np.array([19.25, np.nan, np.nan, np.nan]),
        ssObjectId=MaskedColumn([1, 0, 2, 21163611661088578], mask=[0, 1, 0, 0]),
    )
    assert [row["known minor planet"] for row in facts] == [
        '2001 SB97, 0.02" off, 0.132 deg/d, V 19.2',
        "none",
        'K17SA9A, 0.50" off',
        "ssObjectId 21163611661088578",
    ]


def test_list_without_minor_planets_tells_of_none() -> None:
    assert "known minor planet" not in told(2, ssObjectId=np.zeros(2, np.int64))[0]


def test_dipole_and_trail_are_facts() -> None:
    facts = told(
        3,
        isDipole=MaskedColumn([True, False, False], mask=[0, 0, 1]),
        dipoleLength=np.array([0.4, np.nan, np.nan]),
        dipoleAngle=np.array([-30.0, np.nan, np.nan]),
        trailLength=np.array([np.nan, 2.5, 1.0]),
        trailAngle=np.array([np.nan, 10.0, np.nan]),
    )
    assert [row["isDipole"] for row in facts] == ['yes, 0.40" at PA 330', "no", "-"]
    assert [row["trail"] for row in facts] == ["-", '2.50" at PA 10', '1.00"']


def test_pixel_flags_are_named() -> None:
    facts = told(
        3,
        pixelFlags_edge=MaskedColumn([True, False, False], mask=[0, 0, 1]),
        pixelFlags_saturatedCenter=MaskedColumn([True, False, False], mask=[0, 0, 1]),
    )
    assert [row["pixel flags"] for row in facts] == ["edge, saturatedCenter", "none", "-"]


def test_minor_planet_is_known_by_its_identity_alone() -> None:
    facts = told(2, ssObjectId=np.array([0, 7]))
    assert [row["known minor planet"] for row in facts] == ["none", "ssObjectId 7"]
    assert "known minor planet" not in told(1, ssObjectId=np.array(["7"]))[0]
    assert told(1, designation=np.array([b"433"]))[0]["known minor planet"] == "433"


def test_facts_tell_their_columns() -> None:
    listed = candidate_list(
        1,
        midpointMjdTai=np.array([61041.0]),
        psfFlux=np.array([1000.0]),
        psfFluxErr=np.array([100.0]),
        scienceFlux=np.array([500.0]),
        isNegative=np.array([False]),
        designation=np.array(["433"]),
        ssObjectId=np.array([7]),
        isDipole=np.array([False]),
        trailLength=np.array([2.5]),
        trailAngle=np.array([10.0]),
        pixelFlags_edge=np.array([True]),
    )
    planet = "designation, observed minus predicted place, predicted motion and V magnitude"
    trail = "column trailLength, arcsec; trailAngle, degrees from north to east"
    assert [fact[:1] + fact[2:] for fact in rubin_facts(listed)] == [
        ("difference", "sign of psfFlux", ("isNegative",), False),
        ("psfFlux", "column psfFlux, nJy, error from psfFluxErr", ("psfFlux",), False),
        ("scienceFlux", "column scienceFlux, nJy", ("scienceFlux",), False),
        ("known minor planet", planet, ("designation", "ssObjectId"), False),
        ("isDipole", "column isDipole: the pipeline's word", ("isDipole",), False),
        ("trail", trail, ("trailLength", "trailAngle"), False),
        ("pixel flags", "columns pixelFlags_*", (), False),
    ]


def test_trail_has_its_length_without_an_angle() -> None:
    listed = candidate_list(
        1, midpointMjdTai=np.ones(1), psfFlux=np.array([0.0]), trailLength=np.array([2.5])
    )
    facts = {fact.caption: fact for fact in rubin_facts(listed)}
    assert facts["difference"].text(0) == "positive" and facts["difference"].columns == ()
    trail = facts["trail"]
    assert (trail.text(0), trail.tip, trail.columns) == (
        '2.50"',
        "column trailLength, arcsec",
        ("trailLength",),
    )


def test_text_in_place_of_fluxes_is_missing() -> None:
    facts = told(1, psfFlux=np.array(["faint"]))[0]
    assert facts == {"difference": "-", "psfFlux": "-"}
