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
    assert {path.name for path in tmp_path.iterdir()} == {"cutouts", "decisions.csv"}


def test_a_failed_swap_leaves_no_folder_that_was_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def fails(old: Path, new: Path) -> None:
        if Path(new) == tmp_path / "out" / "decisions.csv":
            raise PermissionError("no")
        replace(old, new)

    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(InputError, match="out: not exported: no"):
        swap(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_folder_that_cannot_be_written_to_is_not_left_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = os.mkdir

    def fails(path: Path, mode: int = 0o777) -> None:
        if Path(path).name == ".vetter-export":
            raise OSError(30, "Read-only file system")
        mkdir(path, mode)

    monkeypatch.setattr(os, "mkdir", fails)
    with pytest.raises(InputError, match="b: cannot be written to: Read-only file system"):
        with ExportFolder.prepare(tmp_path / "a" / "b"):
            raise AssertionError("it is never prepared")
    assert list(tmp_path.iterdir()) == []


KIB64, MIB = 1 << 16, 1 << 20


@pytest.mark.parametrize(
    ("name", "before", "after", "is_ours"),
    [
        ("A.fits", 0, 0, True),
        ("A.fits", KIB64 - 11, 99, True),
        ("A.fits", KIB64 - 10, 0, False),
        ("decisions.csv", KIB64, 0, True),
        ("decisions.csv", MIB - 11, 0, True),
        ("decisions.csv", MIB - 10, 0, False),
        ("A.pdf", KIB64, 256 - 11, True),
        ("A.pdf", KIB64, 256 - 10, False),
        ("A.pdf", 0, KIB64, True),
        ("A.parquet", 2 * MIB, MIB - 11, True),
        ("A.parquet", 2 * MIB, MIB - 10, False),
        ("A.txt", KIB64, 0, False),
    ],
)
@pytest.mark.parametrize("mark", [b"VET_VERDICT", b"vet_verdict"])
def test_file_of_an_export_is_known_by_its_ends(
    tmp_path: Path, name: str, before: int, after: int, is_ours: bool, mark: bytes
) -> None:
    (tmp_path / name).write_bytes(b"." * before + mark + b"." * after)
    with ExportFolder.prepare(tmp_path) as target:
        if is_ours:
            target.check_free([name, "none.fits"])
        else:
            with pytest.raises(InputError, match=f"{name}: exists already, not written by"):
                target.check_free(["none.fits", name])


def test_what_is_no_file_is_the_users(tmp_path: Path) -> None:
    (tmp_path / "A.fits").mkdir()
    (tmp_path / "B.csv").write_text("id,decided_at")
    with ExportFolder.prepare(tmp_path) as target:
        target.check_free(["B.csv"])
        with pytest.raises(InputError, match="exists already"):
            target.check_free(["A.fits"])
        assert target.list_folder("A.fits") == target.list_folder("none") == []
        with pytest.raises(InputError, match="another export is writing there"):
            with ExportFolder.prepare(tmp_path):
                raise AssertionError("two exports at once")
