"""A file is a session of a known format, or is refused in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.decisions import REVIEWER
from vetter.errors import InputError
from vetter.io.session.format.checks import (
    JOURNAL_MAGIC,
    check_header,
    check_journal,
    journal_of,
    structural_damage,
)
from vetter.io.session.format.tables import VERSION
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "s.vetter"
    SessionFile.create(path, REVIEWER).close()
    return path


def patch(path: Path, place: int, value: bytes) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:place] + value + content[place + len(value) :])


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (68, (7).to_bytes(4), "found an SQLite database of another program, or a damaged one"),
        (60, (VERSION + 1).to_bytes(4), f"found format {VERSION + 1} of a newer vetter"),
        (0, b"SQLite format 4", r"\(an SQLite database\), found something else"),
    ],
)
def test_header_of_another_is_refused(path: Path, place: int, value: bytes, words: str) -> None:
    check_header(path)
    patch(path, place, value)
    with pytest.raises(InputError, match=f"{path}: expected a .*{words}"):
        check_header(path)


def test_file_that_is_empty_or_missing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with pytest.raises(InputError, match="s.vetter: cannot be read: No such file"):
        check_header(path)
    path.touch()
    with pytest.raises(InputError, match="expected a vetter session, found an empty file"):
        check_header(path)


@pytest.mark.parametrize("kind", ["journal", "wal"])
def test_journal_that_is_no_file_is_refused(path: Path, kind: str) -> None:
    assert journal_of(path, kind) == Path(f"{path}-{kind}")
    journal_of(path, kind).mkdir()
    with pytest.raises(
        InputError, match=f"s.vetter-{kind}: expected a session's journal, found no"
    ):
        check_header(path)


def test_journal_of_a_link_is_beside_its_target(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.vetter"
    link.symlink_to(path)
    assert journal_of(link) == Path(f"{path}-journal")


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", False),
        (JOURNAL_MAGIC[1:], False),
        (JOURNAL_MAGIC, True),
        (b"x" * 600 + JOURNAL_MAGIC, True),
        (JOURNAL_MAGIC + b"x", False),
    ],
)
def test_journal_that_names_other_files_is_refused(
    path: Path, content: bytes, refused: bool
) -> None:
    check_journal(path)
    journal_of(path).write_bytes(content)
    if refused:
        with pytest.raises(InputError, match="found one that names other files; remove it"):
            check_journal(path)
    else:
        check_journal(path)


def test_file_cut_short_says_by_how_much(path: Path) -> None:
    content = path.read_bytes()
    assert structural_damage(path) == "damaged"
    path.write_bytes(content[:-1])
    assert structural_damage(path) == f"cut short: {len(content) - 1} bytes of {len(content)}"
    # A page of 1 stands for 65,536 bytes.
    path.write_bytes(content)
    patch(path, 16, (1).to_bytes(2))
    pages = int.from_bytes(content[28:32])
    assert structural_damage(path) == f"cut short: {len(content)} bytes of {65536 * pages}"
