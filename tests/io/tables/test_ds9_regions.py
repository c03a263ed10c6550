from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import tan_wcs
from vetter.core.candidates.candidate_list import CandidateList
from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.reading import read_table
from vetter.io.tables.table_file import TableFile

HEAD = (
    "# Region file format: DS9 version 4.1\n"
    'global color=green dashlist=8 3 font="helvetica 10 normal roman" select=1 text={no}\n'
)


def read(folder: Path, text: str) -> TableFile:
    (folder / "l.reg").write_text(text)
    return read_table(parse_fits_name(folder / "l.reg"))


def listed(folder: Path, text: str, wcs: object = None) -> CandidateList:
    (folder / "l.reg").write_text(text)
    return read_candidates(folder / "l.reg", wcs)


@pytest.mark.parametrize(
    "shape",
    [
        "image\npoint(20,30)",
        "image\ncircle(20,30,5)",
        "physical\ncircle(20,30,5)",
        "circle 20 30 5",
        "image;circle(20,30,5) # color=red",
        "image; +circle( 20 , 30 , 5i )",
        "IMAGE\nCIRCLE(20,30,5)",
        "image\nx point 20 30",
        "image circle(20,30,5)",
    ],
)
def test_pixels_count_from_1(tmp_path: Path, shape: str) -> None:
    candidates = listed(tmp_path, shape + "\n")
    assert (candidates.x.tolist(), candidates.y.tolist()) == ([19.0], [29.0])


@pytest.mark.parametrize(
    "shape",
    [
        'fk5\ncircle(10:00:00.48,+02:00:00,5")',
        'icrs;circle(150.002,2.0,5")',
        "fk5;point(10h00m00.48s,+2d00m00s) # point=x 10",
        "J2000; point(150.002d,2.0d)",
        "icrs;point(2.618028785r,0.034906585r)",
        "galactic; circle(236.9561453,41.9067362,5')",
        "fk4;point(09:57:25.487,+02:14:25.107)",
    ],
)
def test_places_on_the_sky(tmp_path: Path, shape: str) -> None:
    candidates = listed(tmp_path, shape + "\n", tan_wcs())
    assert (candidates.x[0], candidates.y[0]) == (
        pytest.approx(19, abs=0.3),
        pytest.approx(29, abs=0.3),
    )


def test_several_on_a_line_and_texts_as_names(tmp_path: Path) -> None:
    text = (
        HEAD + 'image;circle(1,2,3) # text={SN; one}\nphysical;point(4,5);point(6,7) # text="b"\n'
    )
    candidates = listed(tmp_path, text)
    assert candidates.keys.tolist() == ["SN; one", "row-2", "b"]


def test_frames_may_be_mixed(tmp_path: Path) -> None:
    candidates = listed(tmp_path, "image;point(20,30)\nfk5;point(150,2)\n", tan_wcs())
    assert np.isfinite(candidates.x).all() and np.isfinite(candidates.ra).all()


def test_radii_and_colours_are_columns(tmp_path: Path) -> None:
    table = read(tmp_path, "fk5;circle(1,2,0.5') # color=red\nimage;circle(1,2,3)\n").table
    assert table["radius_arcsec"][0] == 30 and table["radius_px"][1] == 3
    assert table["color"][0] == "red" and table["color"].mask[1]


def test_other_shapes_are_counted_and_said(tmp_path: Path) -> None:
    text = "image\npoint(1,2)\nbox(1,2,3,4,0)\n-circle(5,6,7)\n# vector(1,1,5,0)\npoint(a,b)\n"
    notes = read(tmp_path, text + "linear;point(1,2)\n").notes
    assert notes[0].startswith("l.reg: left out, neither points nor circles: 1 box, 1 excluded")
    assert "1 point in linear coordinates" in notes[0]
    assert notes[1] == "l.reg: 1 region could not be read: line 6"


def test_physical_coordinates_follow_the_header(tmp_path: Path) -> None:
    header = fits.Header({"LTV1": -100.0, "LTV2": -40.0, "LTM1_1": 0.5, "LTM2_2": 0.5})
    text = "physical;circle(220,100,6)\nimage;circle(20,30,6);circle(220p,100p,6p)\n"
    (tmp_path / "l.reg").write_text(text)
    found = read_candidates(tmp_path / "l.reg", header=header)
    assert found.x.tolist() == [9.0, 19.0, 9.0] and found.y.tolist() == [9.0, 29.0, 9.0]
    assert found.column("radius_px").tolist() == [3.0, 6.0, 3.0]
    assert any("turned into pixels by LTM1_1" in note for note in found.notes)


def test_physical_coordinates_that_nothing_places_are_refused(tmp_path: Path) -> None:
    (tmp_path / "l.reg").write_text("physical;circle(220,100,6)\n")
    with pytest.raises(InputError, match="save the regions in image or sky coordinates"):
        read_candidates(tmp_path / "l.reg", header=fits.Header({"LTV1": "?"}))


def test_text_of_a_thousand_signs_holds_semicolons(tmp_path: Path) -> None:
    text = "a;" * 500
    path = tmp_path / "l.reg"
    path.write_text(f"image\ncircle(1,2,3) # text={{{text}}}; circle(4,5,6)\n")
    assert len(read_candidates(path).keys) == 1


@pytest.mark.parametrize("sign", ["{a", "text={a ", '"a', "'"])
def test_megabyte_of_open_texts_is_read(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "l.reg"
    path.write_text("image\ncircle(1,2,3) # " + sign * 200_001 + ";\n")
    assert len(read_candidates(path).keys) == 1


@pytest.mark.parametrize("unit", ['"', "'", "d", "r", ""])
def test_units_of_radii_hold_no_text(tmp_path: Path, unit: str) -> None:
    line = "; ".join(f"circle(150.00{n},2.0,0.001{unit})" for n in range(1, 4))
    candidates = listed(tmp_path, f"fk5; {line}\n", tan_wcs())
    assert candidates.ra == pytest.approx([150.001, 150.002, 150.003])
    factor = {'"': 1, "'": 60, "r": 206264.806}.get(unit, 3600)
    assert candidates.table["radius_arcsec"][0] == pytest.approx(0.001 * factor)


def test_quotes_and_braces_behind_hash_hold_semicolons(tmp_path: Path) -> None:
    text = """image; circle(1,2,3'); circle(4,5,3') # text={a;b} tag="c;d" color='e'\n"""
    candidates = listed(tmp_path, text)
    assert candidates.x.tolist() == [0, 3] and candidates.table["name"][1] == "a;b"
    assert not any("left out" in note for note in candidates.notes)


def test_regions_behind_hash_are_left_out_and_said(tmp_path: Path) -> None:
    candidates = listed(tmp_path, "image\ncircle(1,2,3) # color=red; circle(4,5,6)\n")
    assert candidates.x.tolist() == [0]
    assert "l.reg: regions behind # on the same line are left out: line 2" in candidates.notes


@pytest.mark.parametrize(
    "text",
    [
        "#CRTFv0\ncircle[[12:34:55.65, -00.12.55.75], 3arcsec]\n",
        "#CRTF\nglobal coord=J2000\n",
        "circle[[150pix, 20pix], 3pix], label='a'\n",
        "+symbol [[150deg, 2deg], D]\n",
    ],
)
def test_crtf_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"l.reg: a region file in CASA's format \(CRTF\)"):
        listed(tmp_path, text)
