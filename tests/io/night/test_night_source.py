"""A night's images as one source: lists, planes, keys, epochs, files held open."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.field_files import write_image
from tests.helpers.night_files import PLACES, SHAPES, turned_wcs, write_night, write_places
from vetter.core.cutout_source import SkyPosition
from vetter.errors import InputError
from vetter.io.fits.images import PlainImage
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.night import night_source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_night(tmp_path)


@pytest.fixture
def night(path: Path):
    source = open_input([str(path)])
    yield source
    source.close()


def open_images() -> int:
    found = 0
    for link in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{link}").endswith(".fits")
        except OSError:
            continue
    return found


def test_all_lists_are_one(night):
    assert night.candidates.keys.tolist() == ["n0:1", "n0:2", "n1:1", "n1:2", "n2:1"]
    assert list(night.candidates.table["field"]) == ["n0", "n0", "n1", "n1", "n2"]
    assert list(night.candidates.table["filter"]) == ["r", "r", "g", "g", "r"]
    assert night.candidates.value("time", 2) == "2025-11-22T00:00:30"
    assert [night.field_of(row) for row in range(5)] == [0, 0, 1, 1, 2]


def test_each_image_has_its_wcs_and_shape(night):
    assert [one.shape for one in night.fields] == list(SHAPES)
    angles = [np.degrees(np.arctan2(*one.wcs.pixel_scale_matrix[1])) for one in night.fields]
    np.testing.assert_allclose(angles, [0, 90, 180], atol=1e-6)


def test_opening_reads_no_pixel_and_holds_no_image_open(path, monkeypatch):
    def refuse(self, region):
        raise AssertionError("pixels were read")

    monkeypatch.setattr(PlainImage, "read", refuse)
    before = open_images()
    source = open_input([str(path)])
    assert open_images() == before
    source.close()


def test_only_what_was_looked_at_is_open(night):
    before = open_images()
    night.cutout(2, 5)
    assert open_images() == before + 2
    night.close()
    assert open_images() == before


def test_room_is_made_for_the_image_looked_at(night, monkeypatch):
    monkeypatch.setattr(night_source, "MAX_OPEN_FILES", 4)
    for row in (0, 2, 4, 0, 2):
        night.cutout(row, 5)
    assert len(night.open_fields) == 2


def test_a_cutout_is_of_its_own_image(night):
    cutout = night.cutout(3, 5)
    ra, dec = cutout.wcs.all_pix2world([cutout.position], 0)[0]
    np.testing.assert_allclose((ra, dec), PLACES[1], atol=1e-7)
    assert cutout.meta["field"] == "n1" and cutout.meta["name"] == "n1:2"
    assert cutout.meta["filter"] == "g" and cutout.meta["time"].startswith("2025-11-22")


def test_a_place_without_a_candidate_has_a_cutout(night):
    cutout = night.cutout_at(SkyPosition(2, *PLACES[1]), 5)
    ra, dec = cutout.wcs.all_pix2world([cutout.position], 0)[0]
    np.testing.assert_allclose((ra, dec), PLACES[1], atol=1e-7)
    assert cutout.meta["field"] == "n2"


def test_a_place_off_an_image_is_said(night):
    with pytest.raises(InputError, match="'n2': off the image"):
        night.cutout_at(SkyPosition(2, 150.1, 2.0), 5)
    with pytest.raises(InputError, match="off the image"):
        night.cutout_at(SkyPosition(2, 330.0, -2.0), 5)


def test_images_that_hold_a_place_come_in_the_order_of_time(night):
    assert night.fields_at(*PLACES[0]) == [0, 1, 2]
    assert night.fields_at(150.1, 2.0) == []


def test_epochs_by_position(night):
    assert night.epochs.rows(0) == [0, 2, 4] and night.epochs.rows(3) == [1, 3]
    assert any("2 objects were found more than once" in note for note in night.notes)


def test_epochs_by_id_may_lie_anywhere(tmp_path):
    path = write_night(tmp_path, 'match = "id"\n')
    for number, shape in enumerate(SHAPES):
        table, wcs = tmp_path / f"n{number}.csv", turned_wcs(shape, 90.0 * number)
        table.unlink()
        places = np.array([PLACES[0]]) + 0.0005 * number
        write_places(table, wcs, places, objectId=["2026 AB1"])
    source = open_input([str(path)])
    assert source.epochs.rows(1) == [0, 1, 2]
    source.close()


def test_an_id_that_a_list_lacks_is_said(tmp_path):
    path = write_night(tmp_path, 'object = "objectId"\n')
    with pytest.raises(InputError, match="field 'n0' has no column objectId .*match_radius"):
        open_input([str(path)])


def test_a_list_without_rows_is_a_night_without_a_find(tmp_path):
    path = write_night(tmp_path)
    (tmp_path / "n1.csv").write_text("id,x,y,ra,dec\n")
    source = open_input([str(path)])
    assert source.candidates.keys.tolist() == ["n0:1", "n0:2", "n2:1"]
    assert source.epochs.rows(0) == [0, 2] and source.fields_at(*PLACES[0]) == [0, 1, 2]
    source.close()


def test_an_image_without_a_list_still_shows_the_place(tmp_path):
    path = write_night(tmp_path)
    path.write_text(path.read_text().replace('candidates = "n1.csv"\n', ""))
    source = open_input([str(path)])
    assert len(source.candidates) == 3
    assert source.cutout_at(SkyPosition(1, *PLACES[0]), 5).meta["field"] == "n1"
    source.close()


def test_no_candidate_at_all_is_refused(tmp_path):
    path = write_night(tmp_path)
    for number in range(3):
        (tmp_path / f"n{number}.csv").write_text("id,x,y\n")
    with pytest.raises(InputError, match="no candidate in 3 lists"):
        open_input([str(path)])


def test_what_is_wrong_names_file_and_field(tmp_path):
    path = write_night(tmp_path)
    (tmp_path / "n1.csv").write_text("id,colour\n1,red\n")
    with pytest.raises(
        InputError, match=r"night\.toml: field 'n1': .*n1\.csv.*columns of positions"
    ):
        open_input([str(path)])


def test_planes_are_united(tmp_path):
    path = write_night(tmp_path, planes=("image", "convolved"))
    write_image(tmp_path / "t.fits", np.zeros(SHAPES[2], np.float32))
    path.write_text(path.read_text() + 'template = "t.fits"\n')
    source = open_input([str(path)])
    assert source.plane_names == ("image", "template", "convolved", "diff", "err")
    assert source.cutout(0, 5).plane_names == ("image", "convolved", "diff", "err")
    source.close()


def test_a_plane_of_another_shape_is_told_when_it_is_looked_at(tmp_path):
    path = write_night(tmp_path)
    write_image(tmp_path / "odd.fits", np.zeros((9, 9), np.float32))
    path.write_text(path.read_text() + 'mask = "odd.fits"\n')
    source = open_input([str(path)])
    assert source.cutout(0, 5).shape == (11, 11)
    with pytest.raises(InputError, match=r"field 'n2': .*odd\.fits"):
        source.cutout(4, 5)
    source.close()


def test_the_fwhm_is_that_of_each_image(tmp_path):
    path = write_night(tmp_path, "fwhm = 3\n")
    path.write_text(path.read_text() + "fwhm = 5\n")
    source = open_input([str(path)])
    assert [one.fwhm().value for one in source.fields] == [3, 3, 5]
    source.close()


def test_the_command_line_goes_before_the_file(tmp_path):
    path = write_night(tmp_path, "radius = 12\nfwhm = 3\n")
    source = open_input([str(path)], InputOptions(fwhm=6.0))
    assert source.default_radius == 12 and source.fields[0].fwhm().value == 6
    source.close()
    usual = open_input([str(path)], InputOptions(usual_radius=5))
    assert usual.default_radius == 12 and "radius" not in usual.record["options"]
    assert open_input([str(path)], InputOptions(radius=7)).default_radius == 7


def test_planes_of_the_command_line_are_refused(path):
    with pytest.raises(InputError, match="names its own planes, found --image too"):
        open_input([str(path)], InputOptions(planes={"image": "x.fits"}))


def test_a_field_file_is_opened_alone(path):
    with pytest.raises(InputError, match="opened alone"):
        open_input([str(path), str(path)])


def test_a_change_in_one_image_is_told_by_its_name(path, night):
    roles = [f.role for f in night.fingerprints]
    assert roles[:4] == ["fields", "n0: candidates", "n0: image", "n0: template"]
    assert [f.is_list for f in night.fingerprints[:3]] == [False, True, False]
    assert [f.role for f in night.fields[1].fingerprints] == ["candidates", "image", "template"]


def test_it_opens_again_from_its_record(night):
    again = open_input(
        night.record["inputs"], InputOptions.from_keywords(**night.record["options"])
    )
    assert again.candidates.keys.tolist() == night.candidates.keys.tolist()
    again.close()


def test_verdicts_stay_when_an_image_is_added(tmp_path):
    path = write_night(tmp_path)
    whole = path.read_text()
    path.write_text(whole.replace(whole[whole.rindex("\n[[field]]") :], ""))
    before = open_input([str(path)])
    keys = before.candidates.keys.tolist()
    before.close()
    path.write_text(whole)
    after = open_input([str(path)])
    assert after.candidates.keys.tolist()[: len(keys)] == keys
    one, other = (source.fields[0].fingerprints for source in (before, after))
    assert one == other
    after.close()


def test_a_plane_taken_away_before_its_image_is_opened_leaves_the_others(path, night):
    (path.parent / "n1_template.fits").unlink()
    cutout = night.cutout(2, 5)
    assert "image" in cutout.planes and list(cutout.unread) == ["template"]
    assert "no such file" in cutout.unread["template"]


def test_an_image_taken_away_before_it_is_opened_is_an_error(path, night):
    (path.parent / "n1_image.fits").unlink()
    with pytest.raises(InputError, match="field 'n1': .*no such file"):
        night.cutout(2, 5)


def test_bits_that_the_command_names_go_for_the_fields_with_a_mask(tmp_path):
    path = write_night(tmp_path)
    with pytest.raises(InputError, match="no field has a mask to choose bits of"):
        open_input(str(path), InputOptions(mask_bits="1"))
    bits = np.zeros(SHAPES[0], np.int16)
    bits[:, ::2], bits[:, 1::2] = 1, 2
    write_image(tmp_path / "mask.fits", bits)
    path.write_text(path.read_text().replace('"n0.csv"', '"n0.csv"\nmask = "mask.fits"'))
    source = open_input(str(path), InputOptions(mask_bits="1"))
    assert source.cutout(0, 5)["mask"].mean() == pytest.approx(0.5, abs=0.05)
    assert "mask" not in source.cutout(2, 5)
    source.close()


def test_two_candidates_of_one_image_are_two_objects(tmp_path: Path) -> None:
    # The two are 5 arcsec apart; a radius of 10 arcsec connects all five detections.
    path = write_night(tmp_path, "match_radius = 10\n")
    source = open_input([str(path)])
    assert [source.epochs.rows(row) for row in range(5)] == [[0, 2, 4], [1, 3]] * 2 + [[0, 2, 4]]
    source.close()
