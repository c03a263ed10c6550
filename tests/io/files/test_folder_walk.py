from __future__ import annotations

import os
from pathlib import Path

import pytest

from vetter.io.files.regular_files import iter_folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b10", "b9", ".hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    return tmp_path


def test_folders_come_in_order_with_what_stands_before_their_files(folder: Path) -> None:
    assert list(iter_folders(folder)) == [
        (f"{folder}{os.sep}", []),
        (f"{folder / 'b10'}{os.sep}", ["file"]),
        (f"{folder / 'b9'}{os.sep}", ["file"]),
    ]


def test_the_order_may_be_another(folder: Path) -> None:
    found = [prefix for prefix, _ in iter_folders(folder, key=len)]
    assert found[1:] == [f"{folder / 'b9'}{os.sep}", f"{folder / 'b10'}{os.sep}"]


def test_a_link_to_a_folder_is_not_followed(folder: Path) -> None:
    (folder / "b9" / "round").symlink_to(folder, target_is_directory=True)
    assert len(list(iter_folders(folder))) == 3
