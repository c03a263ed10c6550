from __future__ import annotations

import os
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.fingerprint import of_files, of_list, of_plane


def test_a_list_is_known_by_all_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("a,b\n" * 5000)
    before = of_list("candidates", path).digest
    path.write_text("a,b\n" * 4999 + "a,c\n")
    assert of_list("candidates", path).digest != before


def test_time_and_place_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    os.utime(tmp_path / "b", (1, 1))
    assert of_list("x", tmp_path / "a").digest == of_list("x", tmp_path / "b").digest


@pytest.mark.parametrize("place", [10, 500_000, 999_000])
def test_a_plane_is_known_by_samples(tmp_path: Path, place: int) -> None:
    path = tmp_path / "p.fits"
    data = bytearray(1_000_000)
    path.write_bytes(data)
    before = of_plane("image", path).digest
    assert of_plane("image", path).digest == before
    data[place : place + 70_000] = b"x" * len(data[place : place + 70_000])
    path.write_bytes(data)
    # Between the samples nothing is seen: the last of them ends before the file does.
    assert (of_plane("image", path).digest == before) is (place == 999_000)


def test_the_hdu_counts(tmp_path: Path) -> None:
    path = tmp_path / "p.fits"
    path.write_bytes(b"content")
    assert of_plane("err", path, "[1]").digest != of_plane("err", path, "[2]").digest


def test_files_together(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.write_text("x")
    before = of_files("cutouts", paths)
    assert before.size == 2
    assert of_files("cutouts", paths[:1]).digest != before.digest


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        of_list("candidates", tmp_path / "nothing")
