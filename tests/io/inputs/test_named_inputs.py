"""Kinds of what is named as inputs, and what each takes of the options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.alert_files import write_packets
from tests.helpers.field_files import write_field, write_list
from tests.helpers.night_files import write_night
from tests.helpers.stamp_files import write_stamps
from vetter.io.cutouts.cutout_file import write_cutout
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import NamedKind, open_input, open_recorded, recognise

USUAL = InputOptions(usual_radius=4.0)


def a_list(folder: Path) -> str:
    write_field(folder)
    return str(write_list(folder / "l.csv"))


def a_list_of_paths(folder: Path) -> str:
    (folder / "files.txt").write_text(a_list(folder) + "\n")
    return str(folder / "files.txt")


def a_folder(folder: Path) -> str:
    return str(write_stamps(folder / "stamps"))


def a_folder_with_a_list(folder: Path) -> str:
    a_list(folder)
    return str(folder)


def a_session(folder: Path) -> str:
    from vetter.io.session.session_file import SessionFile

    source = open_input(a_list(folder), InputOptions(radius=7))
    with SessionFile.start(folder / "s.vetter", "ann") as session:
        session.record_input(source.record, source.fingerprints, len(source.candidates))
    source.close()
    return str(folder / "s.vetter")


def packets(folder: Path) -> str:
    (folder / "night").mkdir()
    return str(write_packets(folder / "night", 2)[0])


def a_night(folder: Path) -> str:
    return str(write_night(folder))


def a_night_with_radius(folder: Path) -> str:
    return str(write_night(folder, "radius = 12\n"))


def the_demo(folder: Path) -> str:
    return "demo"


Made = Callable[[Path], str]


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (the_demo, NamedKind.DEMO),
        (a_night, NamedKind.FIELD_FILE),
        (a_session, NamedKind.SESSION),
        (a_folder, NamedKind.FOLDER),
        (packets, NamedKind.ALERTS),
        (a_list, NamedKind.FILES),
        (a_list_of_paths, NamedKind.FILES),
    ],
)
def test_inputs_are_recognised(made: Made, kind: NamedKind, tmp_path: Path) -> None:
    assert recognise([made(tmp_path)], InputOptions()).kind is kind


def test_inputs_with_patterns_are_recognised(tmp_path: Path) -> None:
    options = InputOptions(patterns={"image": "{name}_sci.fits"})
    assert recognise([a_folder(tmp_path)], options).kind is NamedKind.PATTERNS


@pytest.mark.parametrize(
    ("made", "radius", "recorded"),
    [
        (the_demo, 4.0, 4.0),
        (a_list, 4.0, 4.0),
        (a_list_of_paths, 4.0, 4.0),
        (a_night, 4.0, 4.0),
        (a_night_with_radius, 12.0, None),
        (a_session, 7.0, 7.0),
        (a_folder, 5.0, None),
        (a_folder_with_a_list, 4.0, 4.0),
        (packets, 31.0, None),
    ],
)
def test_usual_radius_is_for_inputs_without_one(
    made: Made, radius: float, recorded: float | None, tmp_path: Path
) -> None:
    source = open_input(made(tmp_path), USUAL)
    assert source.default_radius == radius
    assert source.record["options"].get("radius") == recorded
    source.close()


def test_radius_given_as_zero_is_not_the_usual_one() -> None:
    assert InputOptions(radius=0.0, usual_radius=4.0).with_usual_radius().radius == 0.0


@pytest.mark.parametrize("made", [the_demo, a_list, a_list_of_paths, a_night, a_folder, packets])
def test_record_opens_the_same_again(made: Made, tmp_path: Path) -> None:
    source = open_input(made(tmp_path), USUAL)
    again = open_recorded(source.record)
    assert again.candidates.keys.tolist() == source.candidates.keys.tolist()
    assert (again.record, again.default_radius) == (source.record, source.default_radius)
    source.close()
    again.close()


def test_options_go_before_recorded_ones(tmp_path: Path) -> None:
    source = open_recorded({"inputs": ["demo"], "options": {"radius": 9}}, InputOptions(radius=3))
    assert source.default_radius == 3
    source.close()


def test_notes_of_a_folder_stand_around_those_of_its_list(tmp_path: Path) -> None:
    a_list(tmp_path)
    (tmp_path / "night.toml").write_text("[[field")
    write_stamps(tmp_path / "stamps", 1)
    source = open_input(str(tmp_path))
    assert source.title == "l.csv"
    broken, planes, others = source.notes[:3]
    assert broken.startswith("not opened: ") and "image = image.fits" in planes
    assert others.startswith("also in this folder: 1 candidate in stamps")
    source.close()


def one_stamp(folder: Path) -> None:
    write_stamps(folder / "stamps", 1)


def one_packet(folder: Path) -> None:
    (folder / "night").mkdir()
    write_packets(folder / "night", 1)


def one_cutout(folder: Path) -> None:
    demo = open_input("demo")
    write_cutout(demo.cutout(0, 5.0), folder / "c.fits")
    demo.close()


@pytest.mark.parametrize("made", [one_stamp, one_packet, one_cutout])
def test_file_passed_over_is_a_caution_of_any_kind(
    made: Callable[[Path], None], tmp_path: Path
) -> None:
    made(tmp_path)
    # With a list the field file would have the most candidates.
    write_list(tmp_path / "l.csv")
    (tmp_path / "night.toml").write_text("[[field")
    source = open_input(str(tmp_path))
    assert len(source.candidates) == 1
    assert source.extra_cautions == source.notes[:1]
    assert source.notes[0].startswith(f"not opened: {tmp_path / 'night.toml'}: not a field file")
    source.close()
