from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import SHAPE, tan_wcs, write_list
from vetter.core.coordinates.wcs import header_wcs
from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates


def test_what_was_recognised_is_said(tmp_path: Path) -> None:
    candidates = read_candidates(write_list(tmp_path / "l.csv"))
    said = "l.csv: 2 candidates, keys from id; pixels x, y counted from 0"
    assert candidates.notes[0] == said


def test_the_real_list_counts_pixels_from_1(real_data: Path) -> None:
    folder = real_data / "decam_field"
    wcs = header_wcs(fits.getheader(folder / "science.fits"))
    candidates = read_candidates(folder / "candidates_derived.csv", wcs, (256, 256))
    assert candidates.roles.one_based
    assert (candidates.x[2], candidates.y[2]) == pytest.approx((128.643, 127.593))
    assert any("count pixels from 1" in note for note in candidates.notes)


@pytest.mark.parametrize("suffix", ["csv", "ecsv"])
def test_the_users_columns(tmp_path: Path, suffix: str) -> None:
    path = write_list(tmp_path / f"l.{suffix}", x=[1.0], y=[2.0], u=[3.0], v=[4.0])
    candidates = read_candidates(path, columns={"x": "u", "y": "v"})
    assert (candidates.x[0], candidates.y[0]) == (3.0, 4.0)


def test_the_users_word_on_the_convention(tmp_path: Path) -> None:
    candidates = read_candidates(write_list(tmp_path / "l.csv"), one_based=True)
    assert candidates.x[0] == 19.25


def test_ids_written_as_floats_are_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(
        "id,x,y\n1155522101501501507.0,1,2\n1155522101501501508.0,3,4\n"
    )
    candidates = read_candidates(tmp_path / "l.csv")
    assert candidates.keys.tolist() == ["1155522101501501507.0", "1155522101501501508.0"]


def test_ids_that_are_floats_in_a_binary_table_are_pointed_out(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.fits", id=np.array([1e18, 2e18]), x=[1.0, 2], y=[1.0, 2])
    assert any("floating-point" in note for note in read_candidates(path).notes)


def test_masked_rows_and_far_away_ones_are_kept_and_counted(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("id,x,y\n1,,2\n2,nan,4\n3,5000,2\n4,1,1\n")
    candidates = read_candidates(tmp_path / "l.csv", shape=SHAPE)
    assert len(candidates) == 4 and np.isnan(candidates.x[:2]).all()
    assert "2 candidates have no position" in candidates.notes
    assert "1 candidate lies off the image" in candidates.notes


@pytest.mark.parametrize(
    ("text", "columns", "says"),
    [
        ("a,b\n1,2\n", {}, "expected columns of positions .* found a, b"),
        ("id,x,y\n", {}, "no rows"),
        ("id,ra,dec\n1,150,2\n", {}, "no WCS to place them"),
        ("id,u,v\n1,2,3\n", {"x": "u"}, "x is column u, but no column is y"),
        ("id,x,y\n1,2,3\n", {"x": "q"}, "no column 'q'"),
    ],
)
def test_lists_that_cannot_be_used(
    tmp_path: Path, text: str, columns: dict[str, str], says: str
) -> None:
    (tmp_path / "l.csv").write_text(text)
    with pytest.raises(InputError, match=f"l.csv.*{says}"):
        read_candidates(tmp_path / "l.csv", columns=columns)


def test_sky_alone_with_a_wcs(tmp_path: Path) -> None:
    ra, dec = tan_wcs().all_pix2world([12.5], [30.0], 0)
    path = write_list(tmp_path / "l.ecsv", id=["a"], ra=ra, dec=dec)
    candidates = read_candidates(path, tan_wcs())
    assert (candidates.x[0], candidates.y[0]) == pytest.approx((12.5, 30.0), abs=1e-6)


@pytest.mark.parametrize("suffix", ["csv", "fits"])
def test_galactic_coordinates_alone_are_turned_into_ra_and_dec(tmp_path: Path, suffix: str) -> None:
    wcs = tan_wcs()
    sky = wcs.pixel_to_world(np.array([20.0, 40.5]), np.array([30.0, 10.0])).galactic
    path = write_list(tmp_path / f"l.{suffix}", name=["a", "b2"], glon=sky.l.deg, glat=sky.b.deg)
    candidates = read_candidates(path, wcs, SHAPE)
    np.testing.assert_allclose(candidates.x, [20.0, 40.5], atol=0.1)
    np.testing.assert_allclose(candidates.y, [30.0, 10.0], atol=0.1)
    np.testing.assert_allclose(candidates.table["ra"], candidates.ra)
    said = "ra and dec are made of glon and glat, taken as galactic coordinates"
    assert said in candidates.notes


def test_galactic_coordinates_called_ra_and_dec_by_the_user_are_turned_too(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.csv", id=["a"], x=[1.0], y=[2.0], l=[10.0], b=[20.0])
    assert "l" not in str(read_candidates(path).roles.ra)
    candidates = read_candidates(path, columns={"ra": "l", "dec": "b"})
    assert candidates.ra[0] == pytest.approx(254.28494, abs=1e-4) and candidates.x[0] == 1.0


def test_galactic_coordinates_beside_others_are_only_columns(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.csv", id=["a"], x=[1.0], y=[2.0], l=[10.0], b=[20.0])
    assert read_candidates(path).table.colnames == ["id", "x", "y", "l", "b"]
