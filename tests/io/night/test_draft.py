"""Fields of a folder, drafted: what goes together, and what is left over."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import write_field, write_image, write_list
from tests.helpers.night_files import write_night
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import load_cutout, write_cutout
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.night import draft as field_draft
from vetter.io.night.draft import draft_fields, field_file_text
from vetter.io.night.field_file import read_field_file

PIXELS = np.zeros((6, 8), np.float32)


def image(path: Path, **header) -> Path:
    path.parent.mkdir(exist_ok=True)
    return write_image(path, PIXELS, header)


def left(folder: Path) -> dict[str, str]:
    return {path.name: why for path, why in draft_fields(folder).unplaced}


def test_files_that_share_a_name_are_a_field(tmp_path):
    for name in ("b_sci", "b_diff", "a", "a.diff"):
        image(tmp_path / f"{name}.fits", **{"MJD-OBS": 61000.0 + ord(name[0]), "FILTER": name[0]})
    write_list(tmp_path / "b_cands.csv")
    first, second = draft_fields(tmp_path).fields
    assert (first.name, set(first.planes), first.candidates) == ("a", {"image", "diff"}, None)
    assert second.candidates == tmp_path / "b_cands.csv"
    assert (second.filter, second.mjd) == ("b", 61098.0)


def test_fields_come_in_the_order_of_time_unknown_ones_last(tmp_path):
    for name, header in (("x", {}), ("y", {"MJD-OBS": 61002.0}), ("z", {"MJD-OBS": 61001.0})):
        image(tmp_path / f"{name}.fits", **header)
        write_list(tmp_path / f"{name}.csv")
    assert [one.name for one in draft_fields(tmp_path).fields] == ["z", "y", "x"]


def write_extension(path: Path, primary: dict, extension: dict) -> Path:
    """A file whose image is an extension named SCI."""
    hdus = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(PIXELS, name="SCI")])
    for hdu, cards in zip(hdus, (primary, extension), strict=True):
        hdu.header.update(cards)
    hdus.writeto(path)
    return path


HST = {
    "DATE-OBS": "2026-03-14",
    "TIME-OBS": "03:12:33",
    "EXPTIME": 500.0,
    "FILTER1": "CLEAR1L",
    "FILTER2": "F814W",
}


def test_draft_reads_primary_header(tmp_path):
    write_extension(tmp_path / "a_sci.fits", HST, {})
    write_list(tmp_path / "a.csv")
    one = tomllib.loads(field_file_text(draft_fields(tmp_path), tmp_path))["field"][0]
    assert one["time"].isoformat() == "2026-03-14T03:16:43+00:00" and one["filter"] == "F814W"


@pytest.mark.parametrize("cards", [HST, {"TIMESYS": "TAI", "DATE-AVG": "2026-03-14T03:12:33.25"}])
def test_cutouts_carry_time_of_draft(tmp_path, cards):
    path = write_extension(tmp_path / "a_sci.fits", cards, {})
    table = write_list(tmp_path / "a.csv", id=["a"], x=[3.0], y=[2.0])
    night = tmp_path / "night.toml"
    night.write_text(field_file_text(draft_fields(tmp_path), tmp_path))
    moment = draft_fields(tmp_path).fields[0].moment
    for opened in (
        open_input(str(night)),
        open_input(str(table), InputOptions(planes={"image": str(path)})),
    ):
        write_cutout(opened.cutout(0, 2), tmp_path / "cut.fits")
        opened.close()
        meta = load_cutout(tmp_path / "cut.fits").meta
        assert meta["time"] == moment.text and meta.get("filter") == cards.get("FILTER2")


def test_draft_time_scale_survives_field_file(tmp_path):
    image(tmp_path / "a.fits", **{"TIMESYS": "TAI", "MJD-AVG": 61113.25})
    write_list(tmp_path / "a.csv")
    path = tmp_path / "night.toml"
    path.write_text(field_file_text(draft_fields(tmp_path), tmp_path))
    assert 'time = "2026-03-14T06:00:00 TAI"' in path.read_text()
    assert read_field_file(path).entries[0].moment.text == "2026-03-14T06:00:00 TAI"


@pytest.mark.parametrize(
    ("name", "time", "band"),
    [
        ("hst", "2026-03-14T03:16:43Z", "F814W"),
        ("goodman", "2026-03-14T03:13:03.1Z", "R"),
        ("panstarrs", "2026-03-14T03:12:54.18Z", "r"),
    ],
)
def test_draft_of_real_headers_is_right(cases, name, time, band):
    folder = cases / "I07_times_and_filters"
    lines = field_file_text(draft_fields(folder), folder).split(f'name = "{name}"')[1]
    assert f"time = {time}\n" in lines and f'filter = "{band}"\n' in lines.split("[[field]]")[0]


def test_a_folder_of_plain_names_is_a_field_called_after_it(tmp_path):
    folder = tmp_path / "n1"
    folder.mkdir()
    write_field(folder, ("science", "template"))
    write_list(folder / "candidates_derived.csv")
    one = draft_fields(tmp_path).fields[0]
    assert one.name == "n1" and one.candidates.name == "candidates_derived.csv"


@pytest.mark.parametrize("typed", [".", "../n1", "sub/.."])
def test_the_folder_one_is_in_has_its_name(tmp_path, monkeypatch, typed):
    folder = tmp_path / "n1"
    (folder / "sub").mkdir(parents=True)
    write_field(folder, ("science", "template"))
    monkeypatch.chdir(folder)
    draft = draft_fields(Path(typed))
    assert [one.name for one in draft.fields] == ["n1"]


def test_a_list_that_has_the_images_name_comes_before_any_other(tmp_path):
    write_field(tmp_path, ("science", "template"))
    for name in ("adjusted.csv", "candidates.csv", "zoo.csv"):
        write_list(tmp_path / name)
    assert draft_fields(tmp_path).fields[0].candidates.name == "candidates.csv"


def test_one_template_serves_all_fields_of_its_folder(tmp_path):
    for name in ("template", "r1", "r2", "r2_ref"):
        image(tmp_path / f"{name}.fits")
    for name in ("r1", "r2"):
        write_list(tmp_path / f"{name}.csv")
    draft = draft_fields(tmp_path)
    assert [one.planes["template"].name for one in draft.fields] == ["template.fits", "r2_ref.fits"]
    assert draft.unplaced == []


def test_a_fits_table_is_a_list(tmp_path):
    image(tmp_path / "r1.fits")
    write_list(tmp_path / "r1_cat.fits")
    assert draft_fields(tmp_path).fields[0].candidates.name == "r1_cat.fits"


def test_what_is_left_over_has_a_reason(tmp_path):
    image(tmp_path / "r1.fits")
    image(tmp_path / "alone.fits")
    image(tmp_path / "lost_diff.fits")
    write_list(tmp_path / "r1.ecsv")
    write_list(tmp_path / "r1.csv")
    (tmp_path / "notes.txt").write_text("clouds")
    (tmp_path / "bad.fits").write_text("no FITS")
    assert left(tmp_path) == {
        "alone.fits": "neither a list nor a plane goes with it",
        "lost_diff.fits": "no image goes with it",
        "r1.csv": "r1 has another one already",
        "notes.txt": "no image has this name",
        "bad.fits": 'expected a FITS image, found a file that begins "no FITS": '
        "give a FITS file, plain or packed",
    }


def test_equal_names_in_two_folders_are_told_apart(tmp_path):
    for night in ("n1", "n2"):
        image(tmp_path / night / "r.fits")
        write_list(tmp_path / night / "r.csv")
    assert [one.name for one in draft_fields(tmp_path).fields] == ["n1/r", "n2/r"]


def test_the_draft_opens_as_it_is(tmp_path):
    write_night(tmp_path, planes=("sci", "ref", "diff")).unlink()
    text = field_file_text(draft_fields(tmp_path), tmp_path)
    path = tmp_path / "draft.toml"
    path.write_text(text)
    entries = read_field_file(path).entries
    assert [entry.name for entry in entries] == ["n0", "n1", "n2"]
    assert entries[0].filter == "r" and entries[0].moment is not None
    source = open_input([str(path)])
    assert source.epochs.rows(0) == [0, 2, 4]
    source.close()


def test_the_text_stands_any_name_and_says_what_is_left(tmp_path):
    name = 'a "b" \\ é'
    image(tmp_path / f"{name}.fits")
    image(tmp_path / f"{name}_Scorr.fits")
    image(tmp_path / f"{name}_err.fits")
    image(tmp_path / f"{name}_weight.fits")
    write_list(tmp_path / f"{name}.csv")
    (tmp_path / "odd\nname.txt").touch()
    text = field_file_text(draft_fields(tmp_path), tmp_path)
    one = tomllib.loads(text)["field"][0]
    assert one["candidates"] == f"{name}.csv" and one["plane"] == {"scorr": f"{name}_Scorr.fits"}
    assert "weight" not in one and "# weight = " in text
    assert "# time = ...   # not in the header" in text
    assert "#   odd?name.txt: no image has this name" in text


def test_paths_are_relative_to_where_the_file_will_lie(tmp_path):
    image(tmp_path / "in" / "r1.fits")
    write_list(tmp_path / "in" / "r1.csv")
    text = field_file_text(draft_fields(tmp_path / "in"), tmp_path / "out")
    assert tomllib.loads(text)["field"][0]["image"] == "../in/r1.fits"


def test_nothing_found_is_said_with_what_is_wanted(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no field found in 0 files; give images"):
        draft_fields(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        draft_fields(tmp_path / "gone")
    (tmp_path / "a.txt").touch()
    monkeypatch.setattr(field_draft, "MAX_FILES", 0)
    with pytest.raises(InputError, match="over 0 files"):
        draft_fields(tmp_path)


def test_the_real_field_is_found(real_data):
    draft = draft_fields(real_data / "decam_field")
    one = draft.fields[0]
    assert len(draft.fields) == 1 and one.candidates.name == "candidates_derived.ecsv"
    assert {name: path.name for name, path in one.planes.items()} == {
        "convolved": "convolved_template.fits",
        "diff": "difference.fits",
        "decorr": "difference_decorr.fits",
        "image": "science.fits",
        "template": "template.fits",
    }


def test_an_image_cut_short_is_left_over_without_a_warning(tmp_path):
    write_night(tmp_path)
    path = write_image(tmp_path / "short.fits", np.zeros((100, 100)))
    path.write_bytes(path.read_bytes()[:9000])
    unplaced = draft_fields(tmp_path).unplaced
    assert any("cut short" in str(reason) for reason in unplaced)


def test_what_this_program_wrote_on_a_list_comes_behind_it(tmp_path):
    for name in ("science", "difference"):
        image(tmp_path / f"{name}.fits")
    write_list(tmp_path / "new.ecsv")
    (tmp_path / "adjusted.ecsv").write_text("x y adjust_chi2 disappeared_reason\n1 2 3 none\n")
    (field,) = draft_fields(tmp_path).fields
    assert field.candidates == tmp_path / "new.ecsv"
