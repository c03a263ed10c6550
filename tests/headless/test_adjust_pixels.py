"""Fits of planes as other programs leave them: fills, asinh pixels, Rubin's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from vetter import cli


def adjusted(table: Path, output: Path, **planes: Path | str) -> Any:
    words = [word for name, path in planes.items() for word in (f"--{name}", str(path))]
    assert cli.main(["adjust", str(table), *words, "-o", str(output)]) == 0
    return Table.read(output)


@pytest.mark.parametrize(
    ("template", "mask"),
    [("template", True), ("template", False), ("convolved", False)],
    ids=["template, mask named", "template, mask beside", "convolved, mask beside"],
)
def test_stars_of_rubin_visit_are_explained_and_new_source_is_not(
    cases: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    template: str,
    mask: bool,
) -> None:
    folder = cases / "R01_rubin_dp2"
    planes = {"image": "visit.fits", template: "template.fits", "diff": "diff.fits"}
    planes |= {"mask": "visit.fits"} if mask else {}
    paths = {name: folder / file for name, file in planes.items()}
    table = adjusted(folder / "dia_source.parquet", tmp_path / "a.ecsv", **paths)
    answers = table["adjust_answer"].tolist()
    assert answers[25] == "kept"
    assert set(answers[:25]) == {"explained"}
    assert answers.count("explained") > 15
    np.testing.assert_allclose(np.abs(table["adjust_dx"][:25]), 0.15, atol=0.01)
    said = capsys.readouterr().err
    assert "err is visit.fits[VARIANCE], beside the image" in said
    assert "bits DETECTED, NOT_DEBLENDED, DETECTED_NEGATIVE are not bad" in said


def test_hotpants_fills_are_fitted_as_nan(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = cases / "I09_hotpants"
    planes = {"image": "science", "convolved": "conv", "diff": "diff", "err": "noise"}
    filled = {name: folder / f"fill_{file}.fits" for name, file in planes.items()}
    found = adjusted(folder / "both.csv", tmp_path / "filled.ecsv", **filled)
    assert "diff: 9,200 pixels of 1e-30 (MASKVAL) are no data" in capsys.readouterr().err
    with_nan: dict[str, Path] = {}
    for name, path in filled.items():
        with fits.open(path) as hdus:
            data = hdus[0].data
            data[data == np.float32(1e-30)] = np.nan
            with_nan[name] = tmp_path / path.name
            hdus.writeto(with_nan[name])
    expected = adjusted(folder / "both.csv", tmp_path / "nan.ecsv", **with_nan)
    for column in ("adjust_chi2", "adjust_snr", "adjust_dx", "adjust_df", "disappeared"):
        assert found[column].tolist() == pytest.approx(expected[column].tolist(), nan_ok=True)
    assert np.nanmax(found["adjust_chi2"]) < 1e10


def test_asinh_template_has_the_flux_of_the_image(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = cases / "I08_ps1_asinh_template"
    planes = {"image": folder / "science.fits", "template": folder / "ps1_stack.fits"}
    table = adjusted(folder / "both.csv", tmp_path / "a.ecsv", **planes)
    scales = dict(zip(table["name"], table["adjust_scale"], strict=True))
    assert [scales[f"2026aa{letter}"] for letter in "abde"] == pytest.approx([1.0] * 4, abs=0.05)
    said = capsys.readouterr().err
    assert "template: asinh pixels made linear by BOFFSET and BSOFTEN" in said
    assert "multiply" not in said


@pytest.mark.parametrize(
    "name", ["I01_cd_and_stale_pc/cd_true_pc_stale", "I03_odd_wcs_headers/crval_as_text"]
)
def test_candidates_of_odd_wcs_are_at_their_stars(cases: Path, tmp_path: Path, name: str) -> None:
    image = cases / f"{name}.fits"
    output = tmp_path / "out"
    words = [str(image.parent / "sky.csv"), "--image", str(image), "-o", str(output)]
    assert cli.main(["cutouts", *words, "--radius", "10"]) == 0
    centres = []
    for letter in "abcde":
        (path,) = output.rglob(f"*2026aa{letter}*.fits")
        with fits.open(path) as hdus:
            centres.append(float(hdus["IMAGE"].data[10, 10]) - 1000)
    assert centres == pytest.approx([3000, 4000, 5000, 6000, 7000], abs=60)
