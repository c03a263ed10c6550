"""Lists of several chips, opened on files of one and of several images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import tan_wcs, write_list
from vetter.errors import InputError
from vetter.io.input_options import InputOptions

SHAPE = (40, 50)
CHIPS = {"N6": 100.0, "S29": 200.0, "N30": 300.0}
CCDNUM = {"N6": 37, "S29": 1, "N30": 61}


def write_chips(path: Path, levels: dict[str, float], scale: float = 1.0) -> str:
    """Write a flat extension of its own level for each name; return the file."""
    hdus = fits.HDUList([fits.PrimaryHDU()])
    hdus[0].header["FILTER"] = "r"
    for name, level in levels.items():
        data = np.full(SHAPE, level * scale, np.float32)
        hdu = fits.ImageHDU(data, tan_wcs(SHAPE).to_header(), name=name)
        hdu.header["CCDNUM"] = CCDNUM[name]
        hdus.append(hdu)
    hdus.writeto(path)
    return str(path)


def write_chip_list(folder: Path, **columns: Any) -> str:
    """Write four candidates, by default with ``ccdnum``; return the file."""
    columns = columns or {"ccdnum": [37, 1, 61, 61]}
    x, y = [10.0, 20.0, 30.0, 31.0], [11.0, 12.0, 13.0, 14.0]
    return str(write_list(folder / "l.csv", id=["a", "b", "c", "d"], x=x, y=y, **columns))


def levels(source: Any, plane: str = "image") -> dict[str, float]:
    """Return the level under each candidate."""
    keys = [source.candidates.key(row) for row in range(len(source.candidates))]
    return {key: float(source.cutout(row, 2)[plane][2, 2]) for row, key in enumerate(keys)}


@pytest.fixture
def chips(tmp_path: Path) -> str:
    return write_chips(tmp_path / "mef.fits", CHIPS)


def test_candidates_are_shown_on_their_own_chip(tmp_path: Path, chips: str, opened: Callable):
    source = opened(write_chip_list(tmp_path), InputOptions(planes={"image": chips}))
    assert levels(source) == {"a": 100, "b": 200, "c": 300, "d": 300}
    assert [field.name for field in source.fields] == ["N6", "S29", "N30"]
    said = "candidates are shown on the extensions of mef.fits that ccdnum names: "
    assert source.notes[0] == f"{said}N6 (1), S29 (1), N30 (2)"
    assert source.cutout(1, 2).meta["filter"] == "r"


def test_other_planes_follow_chip(tmp_path: Path, chips: str, opened: Callable):
    turned = {name: CHIPS[name] for name in ("N30", "N6", "S29")}
    template = write_chips(tmp_path / "t.fits", turned, 0.5)
    planes = {"image": chips, "template": template}
    source = opened(write_chip_list(tmp_path), InputOptions(planes=planes))
    assert levels(source, "template") == {"a": 50, "b": 100, "c": 150, "d": 150}


def test_chips_open_again_from_their_record(tmp_path: Path, chips: str, opened: Callable):
    source = opened(write_chip_list(tmp_path), InputOptions(planes={"image": chips}))
    options = InputOptions.from_keywords(**source.record["options"])
    assert levels(opened(source.record["inputs"], options)) == levels(source)
    assert [mark.role for mark in source.fingerprints if mark.is_list] == ["candidates"]


def test_list_of_one_chip_is_shown_on_that(tmp_path: Path, chips: str, opened: Callable):
    table = write_chip_list(tmp_path, EXT_NUMBER=[2, 2, 2, 2])
    source = opened(table, InputOptions(planes={"image": chips}))
    assert set(levels(source).values()) == {200.0} and source.chooses_columns


def test_rows_of_chips_not_in_file_are_left_out(tmp_path, chips, opened):
    table = write_chip_list(tmp_path, ccdnum=[37, 1, 61, 99])
    source = opened(table, InputOptions(planes={"image": chips}))
    assert list(levels(source)) == ["a", "b", "c"]
    assert source.extra_cautions == ("1 row is left out: mef.fits has no extension for ccdnum 99",)


def test_chosen_extension_leaves_others_out(tmp_path, chips, opened):
    table = write_chip_list(tmp_path)
    source = opened(table, InputOptions(planes={"image": f"{chips}[N30]"}))
    assert levels(source) == {"c": 300, "d": 300}
    said = "2 rows are left out: ccdnum 1, 37 is another chip or extension than mef.fits[N30]"
    assert said in source.notes


def test_chosen_extension_without_candidates_is_refused(tmp_path, chips, opened):
    table = write_chip_list(tmp_path, ccdnum=[37, 1, 1, 1])
    with pytest.raises(InputError, match=r"no candidate is on mef.fits\[N30\]: ccdnum is 1, 37"):
        opened(table, InputOptions(planes={"image": f"{chips}[N30]"}))


def test_single_image_with_card_leaves_others_out(tmp_path, opened):
    data = np.full(SHAPE, 7.0, np.float32)
    fits.PrimaryHDU(data, fits.Header({"CCDNUM": 61})).writeto(tmp_path / "one.fits")
    planes = {"image": str(tmp_path / "one.fits")}
    source = opened(write_chip_list(tmp_path), InputOptions(planes=planes))
    assert list(levels(source)) == ["c", "d"]


def test_single_image_without_card_has_caution(tmp_path, opened):
    fits.PrimaryHDU(np.zeros(SHAPE, np.float32)).writeto(tmp_path / "one.fits")
    planes = {"image": str(tmp_path / "one.fits")}
    source = opened(write_chip_list(tmp_path), InputOptions(planes=planes))
    assert len(source.candidates) == 4
    assert source.candidates.cautions[0].startswith("ccdnum names 3 chips, and the header of one")


def test_one_chip_in_column_has_no_caution(tmp_path, opened):
    fits.PrimaryHDU(np.zeros(SHAPE, np.float32)).writeto(tmp_path / "one.fits")
    planes = {"image": str(tmp_path / "one.fits")}
    source = opened(write_chip_list(tmp_path, ccd=[3, 3, 3, 3]), InputOptions(planes=planes))
    assert not any("ccd" in text for text in source.candidates.cautions)


def test_several_chips_without_column_have_caution(tmp_path, chips, opened):
    table = write_chip_list(tmp_path, flags=[0, 0, 0, 0])
    source = opened(table, InputOptions(planes={"image": chips}))
    assert source.candidates.cautions[0].startswith("mef.fits has 3 images, and no column names")


def test_planes_in_one_file_are_not_chips(tmp_path, opened):
    hdus = fits.HDUList([fits.PrimaryHDU()])
    for name in ("IMAGE", "MASK", "VARIANCE"):
        hdus.append(fits.ImageHDU(np.ones(SHAPE, np.int16), name=name))
    hdus.writeto(tmp_path / "visit.fits")
    planes = {"image": str(tmp_path / "visit.fits")}
    source = opened(write_chip_list(tmp_path, flags=[0, 0, 0, 0]), InputOptions(planes=planes))
    assert not any("images" in text for text in source.candidates.cautions)


def test_field_of_night_becomes_its_chips(tmp_path, chips, opened):
    write_chip_list(tmp_path, ccdnum=[37, 1, 61, 99])
    text = '[[field]]\nname = "r1"\ncandidates = "l.csv"\nimage = "mef.fits"\n'
    (tmp_path / "night.toml").write_text(text + 'time = "2026-03-14T06:00:00 TAI"\n')
    source = opened(str(tmp_path / "night.toml"))
    assert levels(source) == {"a": 100, "b": 200, "c": 300}
    assert [field.name for field in source.fields] == ["r1 N6", "r1 S29", "r1 N30"]
    assert {field.time for field in source.fields} == {"2026-03-14T06:00:00 TAI"}
    assert any("1 row is left out: mef.fits has no extension" in note for note in source.notes)


def test_field_of_night_leaves_other_chips_out(tmp_path, chips, opened):
    write_chip_list(tmp_path)
    text = '[[field]]\nname = "{0}"\ncandidates = "l.csv"\nimage = "mef.fits[{0}]"\n'
    (tmp_path / "night.toml").write_text("".join(text.format(name) for name in CHIPS))
    source = opened(str(tmp_path / "night.toml"))
    assert levels(source) == {"a": 100, "b": 200, "c": 300, "d": 300}


def test_field_of_night_without_rows_has_none(tmp_path, chips, opened):
    write_chip_list(tmp_path, ccdnum=[37, 1, 1, 1])
    text = '[[field]]\nname = "{0}"\ncandidates = "l.csv"\nimage = "mef.fits[{0}]"\n'
    (tmp_path / "night.toml").write_text("".join(text.format(name) for name in CHIPS))
    assert list(levels(opened(str(tmp_path / "night.toml")))) == ["a", "b", "c", "d"]


def test_real_list_of_two_chips_is_right(cases, opened):
    folder = cases / "I13_mef_ext_number"
    planes = {"image": str(folder / "mef.fits")}
    found = levels(opened(str(folder / "list.cat"), InputOptions(planes=planes)))
    expected = [4000, 5000, 6000, 5000, 6000, 7000, 8000, 9000]
    np.testing.assert_allclose(list(found.values()), expected, atol=35)
