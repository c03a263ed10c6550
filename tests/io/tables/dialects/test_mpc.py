"""Reports to the Minor Planet Center: 80 columns, and ADES in PSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.fuzzing.list_samples import ADES
from vetter.core.candidates.candidate_list import CandidateList
from vetter.io.tables.candidates import read_candidates

REPORT = """COD W84
OBS A. Nobody
ACK a test
     K26E01A* C2026 03 14.13372 12 34 55.65 -00 12 55.7          18.0 r      W84
     K26E02B  C2026 03 14.13372 12 34 53.317-00 13 05.75                     W84
00433         C2026 03 14.13372 12 34.5     +00 13.5             18.1 Gc     250
     K26E02C  S2026 03 14.13372 12 34 53.32 -00 13 05.8                      250
     K26E02C  s2026 03 14.13372 1 - 3471.6659 - 5748.3475 - 1442.3263        250
     K26E02C    2026 13 14.13372 12 34 53.32 -00 13 05.8                     250
"""


@pytest.fixture
def wcs() -> WCS:
    header = fits.Header({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CD1_1": -1e-4})
    header.update({"CD2_2": 1e-4, "CRVAL1": 150.0, "CRVAL2": 2.0, "CRPIX1": 50, "CRPIX2": 50})
    return WCS(header)


def listed(folder: Path, text: str, wcs: WCS) -> CandidateList:
    (folder / "report.txt").write_text(text)
    return read_candidates(folder / "report.txt", wcs)


def test_80_columns_give_positions_times_and_magnitudes(tmp_path: Path, wcs: WCS) -> None:
    candidates = listed(tmp_path, REPORT, wcs)
    assert candidates.keys.tolist() == ["K26E01A", "K26E02B", "00433", "K26E02C"]
    seconds = np.array([55.65, 53.317, 30.0, 53.32])
    np.testing.assert_allclose(candidates.ra, 15 * (12 + 34 / 60 + seconds / 3600))
    dec = [-12 / 60 - 55.7 / 3600, -13 / 60 - 5.75 / 3600, 13.5 / 60, -13 / 60 - 5.8 / 3600]
    np.testing.assert_allclose(candidates.dec, dec)
    np.testing.assert_array_equal(candidates.column("mag"), [18.0, np.nan, 18.1, np.nan])
    assert candidates.column("stn").tolist() == ["W84", "W84", "250", "250"]
    assert (candidates.roles.time, candidates.roles.filter) == ("mjd", "band")
    np.testing.assert_allclose(candidates.column("mjd")[0], 61113.13372)


def test_80_columns_without_a_position_are_left_out(tmp_path: Path, wcs: WCS) -> None:
    notes = listed(tmp_path, REPORT, wcs).notes
    assert "report.txt: 1 line of a spacecraft's or radar's place left out" in notes
    assert "report.txt: 1 line is no observation and left out: 9" in notes


def test_table_between_blanks_is_no_report(tmp_path: Path, wcs: WCS) -> None:
    (tmp_path / "report.txt").write_text("name x y\nCOD 500 7\nOBS 600 8\n")
    assert read_candidates(tmp_path / "report.txt", wcs).keys.tolist() == ["COD", "OBS"]


def test_blocks_of_ades_are_one_list(tmp_path: Path, wcs: WCS) -> None:
    candidates = listed(tmp_path, ADES.decode(), wcs)
    assert candidates.keys.tolist() == ["a", "b"]
    assert candidates.roles.key == "trkSub"
    assert candidates.ra.tolist() == [150.002, 150.0]
    assert candidates.dec.tolist() == [2.0, 1.9981]
    notes = candidates.notes
    assert "report.txt: 2 blocks of different columns are read as one list" in notes
    assert "report.txt: line 7 is left out: '! mpcCode I41'" in notes
