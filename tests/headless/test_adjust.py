from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from astropy.table import Table

from tests.helpers.fake_field import field
from tests.helpers.field_files import (
    pixels,
    tan_wcs,
    write_damaged,
    write_field,
    write_image,
    write_list,
)
from vetter import cli


def words(real_data: Path) -> list[str]:
    folder = real_data / "decam_field"
    planes = {
        "image": folder / "science.fits",
        "convolved": folder / "convolved_template.fits",
        "err": real_data / "stdpipe" / "decam_err.fits",
    }
    named = [word for name, path in planes.items() for word in (f"--{name}", str(path))]
    return ["adjust", str(folder / "candidates_derived.csv"), *named]


def test_the_dipole_disappears_and_the_new_source_does_not(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "adjusted.ecsv"
    assert cli.main([*words(real_data), "-o", str(output)]) == 0
    table: Any = Table.read(output)
    answers = table["adjust_answer"].tolist()
    assert answers[:3] == ["explained", "explained", "kept"]
    assert set(answers[3:]) <= {"explained", "ordinary"}
    wanted = {"explained": True, "kept": False, "ordinary": None}
    assert table["disappeared"].tolist() == [wanted[answer] for answer in answers]
    assert table["adjust_snr"][2] > 40
    assert table["flux"][2] == pytest.approx(5137.14)
    assert abs(table["adjust_dx"][0]) < 1 and table["adjust_chi2"][0] < table["adjust_chi2_0"][0]
    said = capsys.readouterr().err
    assert "from 5 stars of the field; FWHM 4.7" in said and "8 candidates, " in said


@pytest.mark.parametrize("ending", ["csv", "fits", "vot"])
def test_other_formats(real_data: Path, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"adjusted.{ending}"
    assert cli.main([*words(real_data), "-o", str(output)]) == 0
    form = {"csv": "ascii.csv", "fits": "fits", "vot": "votable"}[ending]
    table: Any = Table.read(output, format=form)
    assert len(table) == 8 and "adjust_pval" in table.colnames


def test_noise_is_measured_where_no_err_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = write_field(tmp_path, ("image", "convolved"))
    ids, xs, ys = ["a", "off"], [40.0, 900.0], [30.0, 1.0]
    path = write_list(tmp_path / "l.csv", id=ids, x=xs, y=ys, disappeared=[1, 1])
    planes = [word for name, file in specs.items() for word in (f"--{name}", file)]
    output = tmp_path / "out.ecsv"
    assert cli.main(["adjust", str(path), *planes, "--fwhm", "4", "-o", str(output)]) == 0
    table: Any = Table.read(output)
    assert table["disappeared"].mask.tolist() == [True, True]
    assert table["adjust_answer"].tolist() == ["nothing", "not judged"]
    assert "off the image" in table["disappeared_reason"][1]
    assert "measured on the difference: sky 4.2" in capsys.readouterr().err


def test_an_input_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = write_field(tmp_path, ("image", "convolved"))
    path = write_list(tmp_path / "l.csv")
    before = path.read_bytes()
    planes = [word for name, file in specs.items() for word in (f"--{name}", file)]
    assert cli.main(["adjust", str(path), *planes, "-o", str(path)]) == 2
    assert path.read_bytes() == before and "is an input" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["here/../l.csv", "link.csv"])
def test_an_input_by_another_name_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    specs = write_field(tmp_path, ("image", "convolved"))
    path = write_list(tmp_path / "l.csv")
    (tmp_path / "here").mkdir()
    (tmp_path / "link.csv").symlink_to(path)
    before = path.read_bytes()
    planes = [word for plane, file in specs.items() for word in (f"--{plane}", file)]
    assert cli.main(["adjust", str(path), *planes, "-o", str(tmp_path / name)]) == 2
    assert path.read_bytes() == before and "is an input" in capsys.readouterr().err


def test_a_folder_that_may_not_be_written_to_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = write_field(tmp_path, ("image", "convolved"))
    planes = [word for name, path in specs.items() for word in (f"--{name}", path)]
    # For the administrator every folder that is not on a read-only disk may be written to.
    monkeypatch.setattr("os.access", lambda path, mode: False)
    words = ["adjust", str(write_list(tmp_path / "l.csv")), *planes]
    assert cli.main([*words, "-o", str(tmp_path / "out.csv")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "out.csv: cannot be written" in said


def test_what_cannot_be_read_is_why_there_is_no_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = write_field(tmp_path, ("image", "convolved"))
    mask = write_damaged(
        tmp_path / "m.fits", (pixels(2) > 900).astype("u1"), last=20, wcs=tan_wcs()
    )
    path = write_list(tmp_path / "l.csv", id=["low", "high"], x=[40.0, 40.0], y=[10.0, 50.0])
    planes = [word for name, file in specs.items() for word in (f"--{name}", file)]
    words = ["adjust", str(path), *planes, "--mask", str(mask), "--fwhm", "2"]
    output = tmp_path / "out.ecsv"
    assert cli.main([*words, "-o", str(output)]) == 0
    table: Any = Table.read(output)
    assert table["adjust_converged"].tolist() == [False, True]
    assert "1 candidate not fitted: no mask: " in capsys.readouterr().err


def test_a_damaged_part_of_the_image_does_not_end_the_fits(tmp_path: Path) -> None:
    specs = write_field(tmp_path, ("convolved",))
    image = write_damaged(tmp_path / "i.fits", pixels(3), last=20, wcs=tan_wcs())
    path = write_list(tmp_path / "l.csv", id=["low", "high"], x=[40.0, 40.0], y=[10.0, 50.0])
    words = ["adjust", str(path), "--image", str(image), "--convolved", specs["convolved"]]
    output = tmp_path / "out.ecsv"
    assert cli.main([*words, "-o", str(output)]) == 0
    table: Any = Table.read(output)
    assert table["adjust_converged"].tolist() == [False, True]


@pytest.mark.parametrize("factor", [5.0, 1.0])
def test_template_in_other_flux_units_is_rescaled_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], factor: float
) -> None:
    planes = field()
    planes["convolved"] = factor * (planes["convolved"] - 500) + 500
    named = [
        word
        for name in ("image", "convolved", "err")
        for word in (f"--{name}", str(write_image(tmp_path / f"{name}.fits", planes[name])))
    ]
    x, y = planes["places"].T
    path = write_list(tmp_path / "l.csv", id=[f"c{k}" for k in range(len(x))], x=x, y=y)
    output = tmp_path / "out.ecsv"
    words = ["adjust", str(path), *named, "--zero-based", "--fwhm", "4.24", "-o", str(output)]
    assert cli.main(words) == 0
    said = re.findall("convolved times ([0-9.]+), the flux scale", capsys.readouterr().err)
    assert [float(scale) for scale in said] == pytest.approx([0.2] if factor > 1 else [], rel=0.01)
    table: Any = Table.read(output)
    assert set(table["adjust_answer"]) == {"kept"}
