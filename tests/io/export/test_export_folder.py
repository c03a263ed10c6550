"""The moment in which new files take the place of old ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.export.export_folder import ExportFolder

NAMES = ("cutouts/A.fits", "cutouts/B.fits", "decisions.csv")


def write(folder: Path, text: str) -> None:
    (folder / "cutouts").mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / name).write_text(f"VET_VERDICT {text}")


def swap(folder: Path, stale: tuple[str, ...] = ()) -> None:
    with ExportFolder.prepare(folder) as target:
        write(target.stage, "new")
        target.swap_in([name for name in NAMES if name not in stale], stale)


def test_no_file_is_ever_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "old")
    replace, missing = os.replace, []

    def watched(old: Path, new: Path) -> None:
        missing.extend(name for name in NAMES if not (tmp_path / name).exists())
        replace(old, new)
        missing.extend(name for name in NAMES if not (tmp_path / name).exists())

    monkeypatch.setattr(os, "replace", watched)
    swap(tmp_path)
    assert not missing
    assert {(tmp_path / name).read_text() for name in NAMES} == {"VET_VERDICT new"}


def test_what_is_to_go_goes_after_the_table_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "old")
    replace, tables = os.replace, []

    def watched(old: Path, new: Path) -> None:
        if Path(old) == tmp_path / "cutouts/B.fits":
            tables.append((tmp_path / "decisions.csv").read_text())
        replace(old, new)

    monkeypatch.setattr(os, "replace", watched)
    swap(tmp_path, stale=("cutouts/B.fits",))
    assert tables == ["VET_VERDICT new"] and not (tmp_path / "cutouts/B.fits").exists()


def no_links(*_paths: Path) -> None:
    raise PermissionError("no links here")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no_links"])
def test_a_failed_swap_puts_the_old_files_back(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "old")
    replace = os.replace

    def fails(old: Path, new: Path) -> None:
        if Path(new) == tmp_path / "decisions.csv" and "replaced" not in str(old):
            raise PermissionError("no")
        replace(old, new)

    monkeypatch.setattr(os, "replace", fails)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(InputError, match="not exported"):
        swap(tmp_path)
    assert {(tmp_path / name).read_text() for name in NAMES} == {"VET_VERDICT old"}
