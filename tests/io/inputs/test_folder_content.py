"""What is said of the kinds of input in a folder that are not opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.io.inputs.folder_search import FolderContent, FoundKind, describe_unopened
from vetter.io.inputs.input_kind import InputKind


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FoundKind(InputKind.STAMPS, 1, ["a_sci.fits", "a_ref.fits"]), "1 candidate in stamps"),
        (FoundKind(InputKind.STAMPS, 3, ["a.fits"]), "3 candidates in stamps"),
        (FoundKind(InputKind.LISTS, 40, ["a.csv"]), "1 list"),
        (
            FoundKind(InputKind.LISTS_ALONE, 0, ["a.csv", "b.csv"]),
            "2 lists without an image beside them",
        ),
    ],
)
def test_stamps_are_counted_by_candidate_and_the_others_by_file(kind, words):
    assert str(kind) == words


def test_nothing_is_said_where_there_is_nothing_else(tmp_path: Path):
    lists = FoundKind(InputKind.LISTS, 2, [str(tmp_path / "a.csv")])
    assert describe_unopened(FolderContent([lists]), lists, lists.files[0], tmp_path) == ""


def test_another_kind_is_named_by_its_folder_and_a_session_by_its_name(tmp_path: Path):
    stamps = FoundKind(InputKind.STAMPS, 5, [str(tmp_path / "s" / f"{n}.fits") for n in range(5)])
    cutouts = FoundKind(
        InputKind.CUTOUT_FILES, 2, [str(tmp_path / "c" / f"{n}.fits") for n in range(2)]
    )
    content = FolderContent([stamps, cutouts], sessions=[str(tmp_path / "a.vetter")])
    assert describe_unopened(content, stamps, stamps.files[0], tmp_path) == (
        f"also in this folder: 2 cutout files ({tmp_path / 'c'}); session a.vetter; "
        "name one of them to open it instead"
    )


def test_more_lists_than_the_one_that_is_opened_make_one_session_together(tmp_path: Path):
    files = [str(tmp_path / f"{name}.csv") for name in "abc"]
    lists = FoundKind(InputKind.LISTS, 9, files)
    said = describe_unopened(FolderContent([lists]), lists, files[0], tmp_path)
    assert said.startswith(
        "a.csv is opened; also in this folder: 2 lists more "
        "(vetter fields makes one session of them); "
    )


def test_a_kind_is_left_out_once_none_of_its_files_can_be_opened():
    content = FolderContent(
        [
            FoundKind(InputKind.FIELD_FILES, 3, ["a.toml"]),
            FoundKind(InputKind.LISTS, 3, ["a.csv", "b.csv"]),
        ]
    )
    left = content.without({"a.toml", "b.csv"})
    assert [(one.kind, one.files) for one in left.kinds] == [(InputKind.LISTS, ["a.csv"])]
    assert len(content.kinds) == 2
