from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.field_files import pixels, write_field, write_image, write_list
from vetter.errors import InputError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input, session_among
from vetter.io.session.session_file import SessionFile


def test_planes_beside_the_list_are_found_and_said(tmp_path: Path) -> None:
    write_field(tmp_path, ("science", "convolved_template", "difference_decorr"))
    source = open_input(str(write_list(tmp_path / "l.csv")))
    assert source.plane_names == ("image", "convolved", "diff", "err")
    assert "image = science.fits" in source.notes[0]
    assert source.record["options"]["planes"]["image"] == str(tmp_path / "science.fits")
    source.close()


def test_an_error_plane_that_is_named_goes_with_the_planes_beside_the_list(tmp_path: Path) -> None:
    write_field(tmp_path, ("science", "template", "err"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    noise = write_image(elsewhere / "noise.fits", pixels() + 3)
    options = InputOptions(planes={"err": str(noise)})
    source = open_input(str(write_list(tmp_path / "l.csv")), options)
    assert source.plane_names == ("image", "template", "err")
    assert "err" not in source.notes[0]
    assert source.record["options"]["planes"]["err"] == str(noise)
    source.close()


@pytest.mark.parametrize("plane", ["image", "diff"])
def test_an_image_that_is_named_stands_for_itself(tmp_path: Path, plane: str) -> None:
    write_field(tmp_path, ("science", "template"))
    options = InputOptions(planes={plane: str(tmp_path / "science.fits")})
    source = open_input(str(write_list(tmp_path / "l.csv")), options)
    assert "template" not in source.plane_names
    source.close()


def test_two_files_that_may_be_the_image_are_refused(tmp_path: Path) -> None:
    write_field(tmp_path, ("image", "science"))
    with pytest.raises(InputError, match="image.fits and science.fits, each of which"):
        open_input(str(write_list(tmp_path / "l.csv")))


def test_no_image_anywhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--image FILE"):
        open_input(str(write_list(tmp_path / "l.csv")))


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ([], "no input"),
        (["nothing.csv"], "nothing.csv: no such file"),
        (["no*.fits"], "no file matches"),
    ],
)
def test_nothing_to_open(tmp_path: Path, inputs: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        open_input([str(tmp_path / name) for name in inputs])


def test_an_image_is_no_list(tmp_path: Path) -> None:
    path = write_image(tmp_path / "image.fits", pixels())
    with pytest.raises(InputError, match="expected a table of candidates, found .* 80x60"):
        open_input(str(path))


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected cutout files"):
        open_input(str(tmp_path))


def test_the_demo() -> None:
    source = open_input("demo")
    assert len(source.candidates) == 150
    assert source.record == {"inputs": ["demo"], "options": {}}
    assert "simulated" in source.title.lower() and "simulated" in source.notes[0]
    assert source.plane_names == ("image", "template", "convolved", "diff", "err", "mask")
    source.close()


def a_session(folder: Path) -> Path:
    specs = write_field(folder)
    source = open_input(str(write_list(folder / "l.csv")), InputOptions(planes=specs, radius=7))
    with SessionFile.create(folder / "s.vetter", "me") as session:
        session.record_input(source.record, source.fingerprints, len(source.candidates))
    source.close()
    return folder / "s.vetter"


def test_a_session_opens_what_it_recorded(tmp_path: Path) -> None:
    source = open_input(str(a_session(tmp_path)))
    assert source.title == "l.csv" and source.default_radius == 7
    assert source.plane_names == ("image", "template", "err")
    source.close()


def test_options_go_before_those_of_a_session(tmp_path: Path) -> None:
    source = open_input(str(a_session(tmp_path)), InputOptions(radius=9))
    assert source.default_radius == 9
    source.close()


def test_a_session_whose_files_are_gone_says_so(tmp_path: Path) -> None:
    path = a_session(tmp_path)
    os.remove(tmp_path / "template.fits")
    with pytest.raises(InputError, match=r"s.vetter: its inputs .*template.fits: no such file"):
        open_input(str(path))


def test_a_session_among_others_is_refused(tmp_path: Path) -> None:
    path = a_session(tmp_path)
    with pytest.raises(InputError, match="opened alone"):
        open_input([str(path), str(tmp_path / "l.csv")])


def test_session_path(tmp_path: Path) -> None:
    path = a_session(tmp_path)
    assert session_among([path]) == path
    assert session_among([tmp_path / "l.csv"]) is None


def test_options_from_the_command_lines_names() -> None:
    options = InputOptions.from_keywords(
        image="i.fits", plane={"old": "o.fits"}, column={"x": "u"}, one_based=True
    )
    assert options.planes == {"old": "o.fits", "image": "i.fits"}
    assert options.columns == {"x": "u"} and options.one_based is True


def test_an_option_that_does_not_exist() -> None:
    with pytest.raises(InputError, match="imgae: no such option"):
        InputOptions.from_keywords(imgae="i.fits")


def test_options_survive_a_record() -> None:
    options = InputOptions(
        planes={"image": "/a/i.fits[SCI]"}, weight="/a/w.fits", one_based=False, columns={"x": "u"}
    )
    assert InputOptions.from_keywords(**options.as_plain()) == options


@pytest.mark.parametrize("option", ["mask_bits", "mask_good"])
def test_bits_without_a_mask_are_refused(option: str, tmp_path: Path) -> None:
    options = InputOptions.from_keywords(**write_field(tmp_path, ("image",)), **{option: "0"})
    with pytest.raises(InputError, match=f"--{option.replace('_', '-')}: there is no mask"):
        open_input(str(write_list(tmp_path / "l.csv")), options)


def test_a_plane_named_twice_is_refused() -> None:
    with pytest.raises(InputError, match="image is given twice: a.fits and b.fits"):
        InputOptions.from_keywords(image="b.fits", plane={"image": "a.fits"})


def test_names_of_other_parts_of_a_cutout_are_no_planes() -> None:
    with pytest.raises(InputError, match="--plane meta"):
        InputOptions.from_keywords(plane={"meta": "a.fits"})


def test_an_empty_text_is_not_the_folder_one_is_in() -> None:
    with pytest.raises(InputError, match="empty input name"):
        open_input([""])


@pytest.mark.parametrize("name", ["a\0b", "/" + "x/" * 5000], ids=["null", "long"])
def test_name_that_no_file_can_have_is_one_line(name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        open_input([name])
