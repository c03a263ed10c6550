from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from tests.helpers.decisions import REVIEWER, event
from tests.helpers.memory_source import COUNT, MemorySource
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import load_cutout
from vetter.io.export import export as export_module
from vetter.io.export.export import ExportReport, export
from vetter.io.export.exported_rows import RowChoice
from vetter.io.export.tables.table_writing import FORMATS
from vetter.io.files.lock import SessionLock

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17) + b"rest"


def decided(listed: MemorySource, **verdicts: Verdict) -> Ledger:
    """A ledger with verdicts by key; C0 is accepted, with tags and a comment."""
    ledger = Ledger(listed.candidates, REVIEWER)
    for key, verdict in {"C0": Verdict.ACCEPT, "C1": Verdict.REJECT, **verdicts}.items():
        row = listed.candidates.row_of(key)
        said: dict[str, Any] = {"tags": ("dipole", "ghost"), "comment": "zwölf"} if row == 0 else {}
        ledger.apply(event(listed.candidates, row, verdict, **said))
    return ledger


def exported(out: Path, listed: MemorySource | None = None, **options: Any) -> Any:
    listed = listed or MemorySource()
    verdicts = options.pop("decided", {})
    if "verdicts" in options:
        options["choice"] = RowChoice(tuple(options.pop("verdicts")))
    return export(listed, decided(listed, **verdicts), out, **options)


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_layout(tmp_path: Path) -> None:
    exported(tmp_path / "out")
    assert tree(tmp_path) == ["out/cutouts/C0.fits", "out/decisions.ecsv"]


@pytest.mark.parametrize("kind", ["ecsv", "csv", "votable", "fits"])
def test_formats(kind: str, tmp_path: Path) -> None:
    exported(tmp_path, formats=[kind])
    reader = {"ecsv": "ascii.ecsv", "csv": "ascii.csv"}.get(kind, kind)
    table = Table.read(tmp_path / f"decisions.{kind}", format=reader)
    assert [str(word) for word in table["verdict"]][:3] == ["accept", "reject", "none"]
    assert len(table) == COUNT


def test_cutouts_carry_the_verdict(tmp_path: Path) -> None:
    exported(tmp_path)
    meta = load_cutout(tmp_path / "cutouts" / "C0.fits").meta
    assert {key: value for key, value in meta.items() if key.startswith("vet_")} == {
        "vet_verdict": "accept",
        "vet_tags": "dipole;ghost",
        "vet_comment": "zwölf",
        "vet_reviewer": REVIEWER,
        "vet_decided_at": "2026-01-31T03:14:15.926Z",
        "vet_until": "",
        "vet_program": "",
    }


def test_what_was_not_said_is_written_as_empty_text(tmp_path: Path) -> None:
    exported(tmp_path, verdicts=[Verdict.NONE])
    meta = load_cutout(tmp_path / "cutouts" / "C2.fits").meta
    assert {key: value for key, value in meta.items() if key.startswith("vet_")} == {
        "vet_verdict": "none",
        "vet_tags": "",
        "vet_comment": "",
        "vet_reviewer": "",
        "vet_decided_at": "",
        "vet_until": "",
        "vet_program": "",
    }


def test_cutouts_carry_the_fit(tmp_path: Path) -> None:
    fits = {"C0": {"adjust_dx": 0.25, "adjust_chi2": float("inf"), "other": 1}}
    exported(tmp_path, adjustments=fits)
    meta = load_cutout(tmp_path / "cutouts" / "C0.fits").meta
    assert (meta["adjust_dx"], meta["adjust_chi2"], "other" in meta) == (0.25, np.inf, False)


def test_planes_are_those_of_the_source(tmp_path: Path) -> None:
    listed = MemorySource()
    exported(tmp_path, listed, radius=7)
    back = load_cutout(tmp_path / "cutouts" / "C0.fits")
    np.testing.assert_array_equal(back["image"], listed.cutout(0, 7)["image"])


def test_cutouts_without_a_radius_reach_twenty_pixels(tmp_path: Path) -> None:
    listed = MemorySource()
    exported(tmp_path, listed)
    back = load_cutout(tmp_path / "cutouts" / "C0.fits")
    np.testing.assert_array_equal(back["image"], listed.cutout(0, 20)["image"])
    assert back["image"].shape == (41, 41)


@pytest.mark.parametrize(
    ("verdicts", "files"),
    [
        ([Verdict.REJECT], ["C1.fits"]),
        ([Verdict.ACCEPT, Verdict.REJECT], ["C0.fits", "C1.fits"]),
        (list(Verdict), [f"C{row}.fits" for row in range(COUNT)]),
        ([Verdict.MAYBE], []),
    ],
    ids=["one", "two", "all", "none of them"],
)
def test_chosen_verdicts(verdicts: list[Verdict], files: list[str], tmp_path: Path) -> None:
    report = exported(tmp_path, verdicts=verdicts)
    found = tree(tmp_path / "cutouts") if (tmp_path / "cutouts").exists() else []
    assert found == files and report.cutouts == len(files)


def test_names_stay_inside_and_apart(tmp_path: Path) -> None:
    names = ["../../x", "a/b", "CON", "a_b", "", "/etc/passwd"]
    exported(tmp_path / "deep" / "out", MemorySource(names), verdicts=list(Verdict))
    assert tree(tmp_path) == [
        "deep/out/cutouts/C4.fits",
        "deep/out/cutouts/CON_.fits",
        "deep/out/cutouts/a_b.fits",
        "deep/out/cutouts/a_b_2.fits",
        "deep/out/cutouts/etc_passwd.fits",
        "deep/out/cutouts/x.fits",
        "deep/out/decisions.ecsv",
    ]


def test_pictures(tmp_path: Path) -> None:
    exported(tmp_path, png=True, picture=lambda row, cutout: PNG)
    content = (tmp_path / "cutouts" / "C0.png").read_bytes()
    assert content.startswith(PNG[:33]) and content.endswith(PNG[33:])
    assert b"tEXtvet_verdict\0accept" in content


def test_pictures_without_a_window(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pictures"):
        exported(tmp_path, png=True)


def test_progress_counts_candidates(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    exported(
        tmp_path,
        verdicts=list(Verdict),
        formats=["csv", "fits"],
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(done, COUNT) for done in range(1, COUNT + 1)]


def test_a_cutout_that_cannot_be_read_is_skipped_and_said(tmp_path: Path) -> None:
    report = exported(tmp_path, MemorySource(fails=(0,)), decided={"C2": Verdict.ACCEPT})
    assert tree(tmp_path / "cutouts") == ["C2.fits"]
    assert report.skipped == (("C0", "C0.fits: wants an image, found none"),)
    assert "no cutout of C0" in report.lines()[-1]


def test_a_candidate_without_a_cutout_is_named_once() -> None:
    skipped = (("C0", "C0: the list gives no position"), ("C1", "c1.fits: no such file"))
    report = ExportReport(Path("out"), skipped=skipped)
    assert report.lines()[1:] == [
        "no cutout of C0: the list gives no position",
        "no cutout of C1: c1.fits: no such file",
    ]


def test_a_renamed_column_is_said(tmp_path: Path) -> None:
    listed = MemorySource()
    listed.candidates.table["verdict"] = ["old"] * COUNT
    report = exported(tmp_path, listed)
    assert report.notes == ("the list's own column 'verdict' is written as 'verdict_original'",)


def cancel_after(count: int) -> Callable[[], bool]:
    asked = iter(range(10**6))
    return lambda: next(asked) >= count


@pytest.mark.parametrize("after", [0, 3, COUNT, COUNT + 1])
def test_cancel_leaves_nothing(after: int, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    report = exported(out, verdicts=list(Verdict), cancelled=cancel_after(after))
    assert report.cancelled and report.lines() == ["cancelled: nothing was written"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def earlier(tmp_path: Path) -> dict[str, bytes]:
    """An earlier export of C0 and C1, with a file of the user's own beside."""
    exported(tmp_path, verdicts=[Verdict.ACCEPT, Verdict.REJECT], formats=["ecsv", "csv"])
    (tmp_path / "cutouts" / "mine.fits").write_bytes(b"mine")
    return contents(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in tree(folder)}


def test_cancel_leaves_the_earlier_export(tmp_path: Path, earlier: dict[str, bytes]) -> None:
    exported(tmp_path, verdicts=list(Verdict), cancelled=cancel_after(3))
    assert contents(tmp_path) == earlier


def test_a_full_disk_leaves_the_earlier_export(
    tmp_path: Path, earlier: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(export_module, "write_cutout", full)
    with pytest.raises(InputError, match="not exported: No space left on device"):
        exported(tmp_path)
    assert contents(tmp_path) == earlier


def test_a_failed_move_puts_everything_back(
    tmp_path: Path, earlier: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def fails_at_the_table(old: Path, new: Path) -> None:
        if Path(new) == tmp_path / "decisions.fits":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        replace(old, new)

    monkeypatch.setattr(os, "replace", fails_at_the_table)
    with pytest.raises(InputError, match="Permission denied"):
        exported(tmp_path, decided={"C0": Verdict.REJECT}, formats=["ecsv", "fits"])
    assert contents(tmp_path) == earlier


def test_a_picture_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(row: int, cutout: Any) -> bytes:
        raise RuntimeError("no screen")

    with pytest.raises(RuntimeError):
        exported(tmp_path / "out", png=True, picture=fails)
    assert list(tmp_path.iterdir()) == []


def test_cutouts_no_longer_chosen_go(tmp_path: Path, earlier: dict[str, bytes]) -> None:
    exported(tmp_path)
    assert tree(tmp_path) == [
        "cutouts/C0.fits",
        "cutouts/mine.fits",
        "decisions.csv",
        "decisions.ecsv",
    ]


def test_the_second_export_replaces_the_first(tmp_path: Path, earlier: dict[str, bytes]) -> None:
    exported(tmp_path, decided={"C0": Verdict.MAYBE}, verdicts=[Verdict.MAYBE])
    assert load_cutout(tmp_path / "cutouts" / "C0.fits").meta["vet_verdict"] == "maybe"


@pytest.mark.parametrize("name", ["cutouts/C0.fits", "decisions.ecsv"])
def test_a_file_of_the_users_is_not_replaced(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(InputError, match="not written by an export"):
        exported(tmp_path)
    assert contents(tmp_path) == {name: b"mine"}


def test_a_file_of_the_users_is_not_removed_as_stale(tmp_path: Path) -> None:
    (tmp_path / "cutouts").mkdir()
    (tmp_path / "cutouts" / "C5.fits").write_bytes(b"mine")
    exported(tmp_path)
    assert (tmp_path / "cutouts" / "C5.fits").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["cutouts", "decisions.ecsv", "cutouts/C0.fits"])
def test_inputs_are_not_written_over(name: str, tmp_path: Path) -> None:
    listed = MemorySource()
    listed.fingerprints = (Fingerprint("cutouts", str(tmp_path / name), 1, 1, "d"),)
    with pytest.raises(InputError, match="an input of this session"):
        exported(tmp_path, listed)


def test_an_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="xlsx: no such format; there are ecsv, csv"):
        exported(tmp_path, formats=["xlsx"])


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="expected a folder, found a file"):
        exported(tmp_path / "out")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written to: Not a directory"):
        exported(tmp_path / "file" / "out")


def test_two_exports_at_once(tmp_path: Path) -> None:
    (tmp_path / ".vetter-export").mkdir()
    (tmp_path / ".vetter-export" / "lock").touch()
    lock = SessionLock.acquire(tmp_path / ".vetter-export" / "lock")
    assert lock is not None
    with pytest.raises(InputError, match="another export"):
        exported(tmp_path)
    lock.release()


def test_what_a_killed_export_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".vetter-export" / "new" / "cutouts").mkdir(parents=True)
    (tmp_path / ".vetter-export" / "new" / "cutouts" / "C0.fits").touch()
    exported(tmp_path)
    assert tree(tmp_path) == ["cutouts/C0.fits", "decisions.ecsv"]


def test_an_empty_list(tmp_path: Path) -> None:
    listed = MemorySource()
    old = listed.candidates
    listed.candidates = CandidateList(
        old.table[:0], old.roles, *(old.keys[:0], old.x[:0], old.y[:0], old.ra[:0], old.dec[:0])
    )
    report = export(listed, Ledger(listed.candidates, REVIEWER), tmp_path)
    assert report.cutouts == 0 and tree(tmp_path) == ["decisions.ecsv"]


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 cutouts"), (1, "1 cutout"), (1500, "1,500 cutouts")]
)
def test_the_report_counts_as_one_speaks(count: int, said: str) -> None:
    assert ExportReport(Path("out"), cutouts=count).lines() == [f"out: {said}"]


def test_a_plane_that_is_left_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = MemorySource()
    whole = listed.cutout

    def without_diff(row: int, radius: float) -> Any:
        cutout = whole(row, radius).copy()
        del cutout["diff"]
        cutout.unread = {"diff": "d.fits: gone"}
        return cutout

    monkeypatch.setattr(listed, "cutout", without_diff)
    report = exported(tmp_path, listed, verdicts=[Verdict.REJECT])
    assert "cutout of C1: no diff: d.fits: gone" in report.lines()
    assert load_cutout(tmp_path / "cutouts" / "C1.fits").unread == {"diff": "d.fits: gone"}


def test_cutouts_carry_when_they_are_due_and_the_program(tmp_path: Path) -> None:
    listed = MemorySource()
    ledger = Ledger(listed.candidates, REVIEWER)
    facts = {"until": "2026-12-01T00:00:00.000Z", "program": "0.9"}
    ledger.apply(event(listed.candidates, 0, Verdict.LATER, **facts))
    export(listed, ledger, tmp_path, RowChoice((Verdict.LATER,)))
    meta = load_cutout(tmp_path / "cutouts" / "C0.fits").meta
    assert (meta["vet_until"], meta["vet_program"]) == tuple(facts.values())
    table = Table.read(tmp_path / "decisions.ecsv")
    assert table["until"][0] == facts["until"] and table["verdict"][0] == "later"


@pytest.mark.parametrize("kind", FORMATS)
def test_second_export_replaces_its_own_table(kind: str, tmp_path: Path) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet is an optional extra")
    for _ in range(2):
        exported(tmp_path, formats=[kind])
    assert f"decisions.{kind}" in tree(tmp_path)


@pytest.mark.parametrize("kind", FORMATS)
def test_table_of_the_user_is_not_replaced(kind: str, tmp_path: Path) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet is an optional extra")
    (tmp_path / f"decisions.{kind}").write_text("the user's own")
    with pytest.raises(InputError, match="not written by an export"):
        exported(tmp_path, formats=[kind])
