from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.helpers.stamp_files import stamp_header, write_stamp, write_stamps
from vetter.core.cutout.plane import Provenance
from vetter.errors import InputError
from vetter.io.cutouts import triplet_folder
from vetter.io.cutouts.triplet_folder import TripletFolder, files_of, open_triplets
from vetter.io.cutouts.triplet_list import stamp_middle
from vetter.io.cutouts.triplet_names import sets_by_words
from vetter.io.input_options import InputOptions, InputOrigin
from vetter.io.inputs.open_input import open_input


def opened(folder: Path, **options: object) -> TripletFolder:
    source = open_input(str(folder), InputOptions.from_keywords(**options))
    assert isinstance(source, TripletFolder)
    return source


def test_one_candidate_for_each_name(tmp_path: Path) -> None:
    source = opened(write_stamps(tmp_path))
    assert source.candidates.keys.tolist() == ["T000", "T001", "T002"]
    assert source.plane_names == ("image", "template", "diff", "err")


@pytest.mark.parametrize("ending", [".fits", ".fits.gz", ".fits.fz"])
def test_stamps_are_shown_whole(tmp_path: Path, ending: str) -> None:
    if ending == ".fits.fz":
        for word in ("sci", "ref"):
            values = np.arange(121, dtype=np.float32).reshape(11, 11)
            hdu = fits.CompImageHDU(values, stamp_header())
            hdu.writeto(tmp_path / f"T000_{word}{ending}")
    else:
        write_stamps(tmp_path, 1, ending)
    source = opened(tmp_path)
    cutout = source.cutout(0, source.default_radius)
    assert cutout.shape == (11, 11) and cutout.position == pytest.approx((5, 5))
    assert np.isfinite(source.candidates.ra[0])


def test_columns_are_the_headers_without_the_pixel_grid(tmp_path: Path) -> None:
    source = opened(write_stamps(tmp_path))
    assert set(source.candidates.columns) == {"id", "filter", "date-obs", "ra", "dec"}
    assert source.candidates.value("filter", 1) == "r"


def test_a_position_in_the_header_that_lies_on_the_stamp_is_the_candidates(tmp_path: Path) -> None:
    write_stamp(tmp_path / "A_sci.fits", RA="10:00:00.072", DEC="+02:00:00")
    write_stamp(tmp_path / "A_ref.fits")
    source = opened(tmp_path)
    assert source.candidates.ra[0] == pytest.approx(150.0003)
    assert source.cutout(0).position == pytest.approx((3.5, 5.0), abs=0.01)


def test_the_telescopes_pointing_is_not(tmp_path: Path) -> None:
    write_stamp(tmp_path / "A_sci.fits", RA="11:00:00", DEC="+02:00:00")
    write_stamp(tmp_path / "A_ref.fits")
    source = opened(tmp_path)
    assert source.candidates.ra[0] == pytest.approx(150.0)
    assert source.candidates.candidate(0)["header_ra"] == "11:00:00"


def test_the_middle_by_hand_is_astropys() -> None:
    header = stamp_header()
    del header["DATE-OBS"]
    header["CRPIX1"], header["CRVAL2"], header["CD1_2"] = 900.0, 71.0, 5e-5
    values = {name.lower(): header[name] for name in header}
    sky = WCS(header).pixel_to_world_values(5, 5)
    assert stamp_middle(values, (11, 11))[:2] == pytest.approx([float(v) for v in sky], abs=1e-9)


def test_without_wcs_and_position_the_middle_is_shown(tmp_path: Path) -> None:
    source = opened(write_stamps(tmp_path, wcs=False))
    assert np.isnan(source.candidates.ra).all()
    assert source.cutout(0).position == (5, 5)


def test_a_missing_plane_is_shown_as_missing(tmp_path: Path) -> None:
    write_stamps(tmp_path)
    (tmp_path / "T001_ref.fits").unlink()
    source = opened(tmp_path)
    cutout = source.cutout(1)
    assert "template" not in cutout and cutout.notes["template"] == "no file of this plane"
    assert source.candidates.column("missing").tolist() == ["", "template", ""]
    assert any("1 of them lacks a plane" in note for note in source.notes)


def test_a_plane_of_another_shape_is_put_on_the_grid_by_wcs(tmp_path: Path) -> None:
    write_stamp(tmp_path / "A_sci.fits")
    write_stamp(tmp_path / "A_ref.fits", side=13)
    cutout = opened(tmp_path).cutout(0)
    assert cutout["template"].shape == (11, 11)
    assert "reprojected" in cutout.notes["template"]


def test_a_plane_of_another_shape_without_wcs_is_left_out_in_words(tmp_path: Path) -> None:
    write_stamp(tmp_path / "A_sci.fits", wcs=False)
    write_stamp(tmp_path / "A_ref.fits", wcs=False, side=12)
    write_stamp(tmp_path / "A_diff.fits", wcs=False)
    cutout = opened(tmp_path).cutout(0)
    assert "diff" in cutout and "template" not in cutout
    assert cutout.notes["template"].startswith("not shown: template is 12 x 12 pixels")


def test_an_image_that_cannot_be_read_is_listed_and_refused(tmp_path: Path) -> None:
    write_stamps(tmp_path)
    (tmp_path / "T001_sci.fits").write_bytes(b"nothing")
    source = opened(tmp_path)
    assert len(source.candidates) == 3
    assert any("1 of the images cannot be read" in note for note in source.notes)
    with pytest.raises(InputError, match="T001_sci.fits"):
        source.cutout(1)


def test_a_smaller_radius_crops(tmp_path: Path) -> None:
    assert opened(write_stamps(tmp_path)).cutout(0, 2).shape == (5, 5)


def test_many_are_listed_while_the_first_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triplet_folder, "FIRST_LOT", 2)
    source = opened(write_stamps(tmp_path, 5))
    first = source.candidates
    assert not source.is_complete and (len(first), source.expected_count) == (2, 5)
    while (later := source.grow()) is not None:
        assert later.keys[:2].tolist() == first.keys.tolist()
    assert source.is_complete and len(source.candidates) == 5


def test_a_source_that_is_closed_grows_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triplet_folder, "FIRST_LOT", 2)
    source = opened(write_stamps(tmp_path, 5))
    source.close()
    assert source.grow() is None


def test_images_of_the_sky_want_a_list(tmp_path: Path) -> None:
    for word in ("sci", "ref"):
        write_stamp(tmp_path / f"A_{word}.fits", side=1300)
    with pytest.raises(InputError, match="none in 2 files"):
        open_input(str(tmp_path))
    with pytest.raises(InputError, match="no candidate list"):
        open_input([str(tmp_path / "A_sci.fits"), str(tmp_path / "A_ref.fits")])


def test_patterns_are_recorded(tmp_path: Path) -> None:
    write_stamp(tmp_path / "A.n.fits")
    write_stamp(tmp_path / "A.o.fits")
    patterns = {"image": "{name}.n.fits", "template": "{name}.o.fits"}
    source = opened(tmp_path, pattern=patterns)
    assert source.record["options"]["patterns"] == patterns
    again = InputOptions.from_keywords(**source.record["options"])
    assert open_input(source.record["inputs"], again).candidates.keys.tolist() == ["A"]


def test_a_pattern_that_no_file_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of 9"):
        opened(write_stamps(tmp_path), pattern={"image": "{name}_new.fits"})


def test_fingerprints_follow_the_files(tmp_path: Path) -> None:
    before = opened(write_stamps(tmp_path)).fingerprints
    (tmp_path / "T002_diff.fits").unlink()
    assert opened(tmp_path).fingerprints[0].digest != before[0].digest


@pytest.mark.parametrize(
    ("words", "names", "is_measured"),
    [
        (("sci", "ref"), ("image", "template", "err"), True),
        (("sci", "convolved"), ("image", "convolved", "diff", "err"), True),
        (("sci", "convolved", "diff"), ("image", "convolved", "diff", "err"), True),
        (("sci", "ref", "err"), ("image", "template", "err"), False),
        (("sci", "ref", "variance"), ("image", "template", "err"), False),
        (("sci", "ref", "weight"), ("image", "template", "err"), False),
        (("mask", "sci", "ref"), ("image", "template", "err", "mask"), True),
    ],
)
def test_planes_are_those_of_files_and_those_computed_from_them(
    tmp_path: Path, words: tuple[str, ...], names: tuple[str, ...], is_measured: bool
) -> None:
    for word in words:
        write_stamp(tmp_path / f"A_{word}.fits")
    source = opened(tmp_path)
    assert source.plane_names == names
    measured = {"err": Provenance.ESTIMATED} if is_measured else {}
    assert source.plane_provenance == measured
    assert files_of(source.found.sets[0]) == [
        str(tmp_path / f"A_{word}.fits") for word in sorted(words, key=PLANES.__getitem__)
    ]


PLANES = {"sci": "image", "ref": "template", "convolved": "convolved", "diff": "diff"}
PLANES |= {name: name for name in ("err", "variance", "weight", "mask")}


@pytest.mark.parametrize(("given", "radius"), [(None, 6.0), (3.0, 3.0), (40.0, 40.0)])
def test_radius_is_half_the_largest_stamp_unless_one_is_given(
    tmp_path: Path, given: float | None, radius: float
) -> None:
    write_stamps(tmp_path, 2)
    for word in ("sci", "ref"):
        write_stamp(tmp_path / f"A_{word}.fits", side=13)
    assert opened(tmp_path, radius=given).default_radius == radius


@pytest.mark.parametrize("wcs", [True, False])
def test_crop_is_about_the_middle_where_nothing_tells_the_place(tmp_path: Path, wcs: bool) -> None:
    write_stamps(tmp_path, 1, wcs=wcs)
    source = opened(tmp_path)
    whole, part = source.cutout(0), source.cutout(0, 2)
    np.testing.assert_array_equal(part["image"], whole["image"][3:8, 3:8])
    assert part.position == pytest.approx((2, 2)) and "template" in part


def test_crop_is_about_the_place_in_the_header(tmp_path: Path) -> None:
    # Two columns and no rows from the middle.
    place = {"RA": 150.0 - 2 * 0.0002 / np.cos(np.radians(2)), "DEC": 2.0}
    for word in ("sci", "ref"):
        write_stamp(tmp_path / f"A_{word}.fits", **place)
    source = opened(tmp_path)
    whole, part = source.cutout(0), source.cutout(0, 2)
    np.testing.assert_array_equal(part["image"], whole["image"][3:8, 5:10])


def test_larger_radius_shows_the_whole_stamp(tmp_path: Path) -> None:
    source = opened(write_stamps(tmp_path, 1))
    assert source.cutout(0, 5).shape == source.cutout(0, 6).shape == (11, 11)


def test_files_that_are_no_images_are_said(tmp_path: Path) -> None:
    for word in ("sci", "ref"):
        (tmp_path / f"A_{word}.fits").write_bytes(b"nothing")
    found = sets_by_words([str(tmp_path / f"A_{word}.fits") for word in ("sci", "ref")])
    with pytest.raises(InputError, match="A_sci.fits: expected a FITS image by its name"):
        open_triplets("stamps", found, None, None, InputOrigin())


@pytest.mark.parametrize(
    ("side", "radius", "is_read"), [(1200, None, True), (1201, None, False), (1201, 5.0, True)]
)
def test_image_of_the_sky_is_no_stamp_unless_its_middle_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int, radius: float | None, is_read: bool
) -> None:
    monkeypatch.setattr(triplet_folder, "largest_of", lambda _headers: (7, side))
    write_stamps(tmp_path, 1)
    found = sets_by_words(map(str, tmp_path.iterdir()))
    if is_read:
        open_triplets("stamps", found, radius, None, InputOrigin()).close()
        return
    with pytest.raises(InputError, match="an image of 7 x 1201 pixels"):
        open_triplets("stamps", found, radius, None, InputOrigin())


def test_notes_tell_what_the_names_gave(tmp_path: Path) -> None:
    write_stamps(tmp_path, 2)
    write_stamp(tmp_path / "T000_new.fits")
    write_stamp(tmp_path / "B_ref.fits")
    source = opened(tmp_path)
    roles = source.candidates.roles.format_choices()
    assert source.notes[0] == f"2 candidates by the names of their files; columns {roles}"
    assert "1 name has planes but no image: left alone" in source.notes
    assert "1 file left out: another file is taken as the plane" in source.notes
