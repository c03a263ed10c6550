"""Sessions of which a part is damaged: the rest is read, and nothing is written to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from tests.helpers.table_pages import pages_of
from vetter.core.cutout_source import Fingerprint
from vetter.errors import InputError
from vetter.io.session.session_file import SessionFile

COUNT = 189
LIST = listing(COUNT)
PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session of 189 decisions, with inputs, fits, settings and a position."""
    path = tmp_path / "night.vetter"
    with SessionFile.create(path, REVIEWER) as session:
        session.record_input({"inputs": []}, [Fingerprint("candidates", "/l", 1, 2, "d")], COUNT)
        session.append([event(LIST, row) for row in range(COUNT)], position="c7")
        session.set_settings({"radius": 20.0, "panels": {"image": True}})
        for row in range(40):
            session.put_adjustment(f"c{row:02d}", "s", {"adjust_reason": "x" * 500})
    return path


def replace(path: Path, old: bytes, new: bytes, number: int = 0) -> None:
    """Change one occurrence of some bytes, counted from the start of the file."""
    content, place = path.read_bytes(), -1
    for _ in range(number + 1):
        place = content.index(old, place + 1)
    path.write_bytes(content[:place] + new + content[place + len(old) :])


def spoil(path: Path, name: str, *places: int) -> None:
    """Overwrite leaf pages of a table or an index."""
    pages = pages_of(path, name)
    content = bytearray(path.read_bytes())
    for page in (pages[place] for place in places):
        content[(page - 1) * PAGE : page * PAGE] = b"\xa5" * PAGE
    path.write_bytes(content)


def numbers_on(path: Path, place: int) -> list[int]:
    """The sequence numbers on one leaf page of the decisions: the first varint but one of a cell.

    See "B-tree pages" in https://www.sqlite.org/fileformat.html.
    """
    start = (pages_of(path, "decisions")[place] - 1) * PAGE
    content = path.read_bytes()[start : start + PAGE]
    cells = [
        int.from_bytes(content[8 + 2 * n : 10 + 2 * n]) for n in range(int.from_bytes(content[3:5]))
    ]
    return [_varint(content, _varint(content, cell)[1])[0] for cell in cells]


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = 0
    while content[place] & 0x80:
        value = (value << 7) | (content[place] & 0x7F)
        place += 1
    return (value << 7) | content[place], place + 1


def bad_verdict(path: Path) -> None:
    replace(path, b"accept[]", b"acc\xe5pt[]", 5)


def other_word(path: Path) -> None:
    replace(path, b"accept[]", b"acceps[]", 100)


def bad_tags(path: Path) -> None:
    replace(path, b"accept[]", b"accept[[", 5)


def bad_key(path: Path) -> None:
    replace(path, b"c17accept", b"c\xff7accept")


@pytest.mark.parametrize("harm", [bad_verdict, other_word, bad_tags, bad_key])
@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
def test_one_bad_byte_leaves_the_other_decisions(
    path: Path, harm: Callable[[Path], None], read_only: bool
) -> None:
    harm(path)
    before = path.read_bytes()
    with SessionFile.open(path, REVIEWER, read_only) as session:
        assert len(session.decisions()) == COUNT - 1
        assert session.damage == ("1 of 189 decisions is not readable",)
        assert session.read_only and "1 of 189" in session.notes[-1]
        assert session.position == "c7" and session.reviewers() == [REVIEWER]
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_bad_byte_in_comment_leaves_its_verdict(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        session.append([event(LIST, 0, comment="a comment")])
    replace(path, b"a comment", b"a c\xffmment")
    with SessionFile.open(path, REVIEWER) as session:
        assert session.decisions()[-1].comment == "a c\ufffdmment"
        assert session.damage == ("1 comment is not readable",)


@pytest.mark.parametrize("place", [0, 3, -1], ids=["first", "middle", "last"])
def test_spoilt_page_of_decisions_is_read_around(path: Path, place: int) -> None:
    held = numbers_on(path, place)
    spoil(path, "decisions", place)
    before = path.read_bytes()
    with SessionFile.open(path, REVIEWER) as session:
        numbers = [decision.seq for decision in session.decisions()]
        missing = sorted(set(range(1, COUNT + 1)) - set(numbers))
        assert session.damage == (f"{len(missing)} of 189 decisions are not readable",)
    # All that the page held, and nothing beside it.
    assert missing == held == list(range(missing[0], missing[-1] + 1))
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", [0, 3, 5], ids=["first", "middle", "last"])
def test_decision_with_a_spoilt_comment_is_the_only_one_missing(path: Path, place: int) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        comments = ["long " * 4000 if row == place else "" for row in range(6)]
        session.append([event(LIST, row, comment=text) for row, text in enumerate(comments)])
    content = bytearray(path.read_bytes())
    # A page of a long text begins with the number of its next page.
    begin = next(
        start
        for start in range(0, len(content), PAGE)
        if content[start + 4 : start + PAGE].count(b"long") > 800
        and any(content[start : start + 4])
    )
    content[begin : begin + 4] = b"\x7f" * 4
    path.write_bytes(content)
    with SessionFile.open(path, REVIEWER) as session:
        numbers = {decision.seq for decision in session.decisions()}
        assert set(range(1, COUNT + 7)) - numbers == {COUNT + 1 + place}
        assert session.damage == ("1 of 195 decisions is not readable",)


def test_two_spoilt_pages_of_decisions_are_read_around(path: Path) -> None:
    spoil(path, "decisions", 1, 3)
    with SessionFile.open(path, REVIEWER) as session:
        numbers = {decision.seq for decision in session.decisions()}
    missing = sorted(set(range(1, COUNT + 1)) - numbers)
    # Two stretches, and what is between them is there.
    assert sum(b - a > 1 for a, b in zip(missing, missing[1:], strict=False)) == 1


def test_spoilt_index_leaves_all_decisions_read_only(path: Path) -> None:
    spoil(path, "sqlite_autoindex_decisions_1", 1)
    before = path.read_bytes()
    with SessionFile.open(path, REVIEWER) as session:
        assert len(session.decisions()) == COUNT and session.read_only
        assert session.damage == ("the index of its decisions is damaged",)
    assert path.read_bytes() == before


def test_wrong_entry_of_index_opens_read_only(path: Path) -> None:
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        ids = [decision.id.encode() for decision in session.decisions()]
    content = bytearray(path.read_bytes())
    start = (pages_of(path, "sqlite_autoindex_decisions_1")[0] - 1) * PAGE
    held = [word for word in ids if word in content[start : start + PAGE]]
    place = content.index(held[3], start)
    content[place : place + 4] = b"zzzz"
    path.write_bytes(content)
    with SessionFile.open(path, REVIEWER) as session:
        assert len(session.decisions()) == COUNT
        assert session.read_only
        assert session.damage == ("the index of its decisions is damaged",)
    assert path.read_bytes() == bytes(content)


def test_file_cut_short_is_read_as_far_as_it_goes(path: Path) -> None:
    content = path.read_bytes()
    last = max(pages_of(path, "decisions")[:4])
    path.write_bytes(content[: last * PAGE])
    with SessionFile.open(path, REVIEWER) as session:
        assert session.read_only and len(session.decisions()) > 10
        assert any(words.startswith("cut short") for words in session.damage)


def test_session_without_readable_decision_is_refused(path: Path) -> None:
    for _ in range(COUNT):
        replace(path, b"accept[]", b"refuse[]")
    before = path.read_bytes()
    with pytest.raises(InputError, match="decision 1 is not readable"):
        SessionFile.open(path, REVIEWER)
    assert path.read_bytes() == before


def test_session_of_spoilt_pages_alone_is_refused(path: Path) -> None:
    spoil(path, "decisions", *range(len(pages_of(path, "decisions"))))
    before = path.read_bytes()
    with pytest.raises(InputError, match="a damaged session: no decision is readable .*; restore"):
        SessionFile.open(path, REVIEWER)
    assert path.read_bytes() == before


def test_bad_record_of_inputs_is_said(path: Path) -> None:
    replace(path, b'{"inputs": []}', b'{"inputs": {)}')
    with SessionFile.open(path, REVIEWER) as session:
        assert session.inputs() == [] and len(session.decisions()) == COUNT
        assert session.damage == ("1 record of its inputs is not readable",)


def test_bad_setting_leaves_the_others_and_writing(path: Path) -> None:
    replace(path, b'{"image": true}', b'{"image": trua}')
    with SessionFile.open(path, REVIEWER) as session:
        assert session.settings == {"radius": 20.0}
        assert session.damage == ("some of its settings are not readable",)
        assert not session.read_only
        session.set_settings({"panels": {}})
        assert session.settings == {"radius": 20.0, "panels": {}}


def test_bad_fit_is_made_again(path: Path) -> None:
    replace(path, b'{"adjust_reason":"xxx', b'("adjust_reason":"xxx')
    with SessionFile.open(path, REVIEWER) as session:
        fits = session.adjustments_of("s", "", 25)
        fits += session.adjustments_of("s", fits[-1][0], 25)
        assert len(fits) == len(session.adjustments()) == 39
        assert not session.read_only and session.damage == ()


def test_spoilt_page_of_fits_leaves_the_decisions(path: Path) -> None:
    spoil(path, "adjustments", -1)
    with SessionFile.open(path, REVIEWER) as session:
        assert 0 < len(session.adjustments()) < 40
        assert len(session.append([event(LIST, 0)])) == 1


@pytest.mark.parametrize("table", ["positions", "settings"])
def test_spoilt_small_table_opens_read_only(path: Path, table: str) -> None:
    spoil(path, table, 0)
    before = path.read_bytes()
    with SessionFile.open(path, REVIEWER) as session:
        assert session.read_only and session.damage == (f"its {table} are not readable",)
        assert len(session.decisions()) == COUNT
        assert session.settings.get("radius") == (20.0 if table == "positions" else None)
        assert session.position == ("c7" if table == "settings" else None)
    assert path.read_bytes() == before


def test_spoilt_inputs_open_read_only(path: Path) -> None:
    spoil(path, "inputs", 0)
    with SessionFile.open(path, REVIEWER) as session:
        assert session.read_only and session.inputs() == []
        assert session.damage == ("1 record of its inputs is not readable",)


def test_sound_session_has_no_damage(path: Path) -> None:
    with SessionFile.open(path, REVIEWER) as session:
        assert not session.read_only and session.damage == () and session.notes == ()
        assert len(session.decisions()) == len(session.decisions()) == COUNT


def test_saved_as_new_session_all_that_is_readable_is_there(path: Path) -> None:
    bad_verdict(path)
    new = path.with_name("new.vetter")
    with SessionFile.open(path, REVIEWER) as session:
        kept = session.decisions()
        assert session.save_as(new) == COUNT - 1
        inputs, fits = session.inputs(), session.adjustments()
    with SessionFile.open(new, REVIEWER) as session:
        assert not session.read_only and session.damage == ()
        assert [d._replace(seq=0) for d in session.decisions()] == [d._replace(seq=0) for d in kept]
        assert session.inputs() == inputs and session.adjustments() == fits
        assert session.settings == {"radius": 20.0, "panels": {"image": True}}
        assert session.position == "c7"


def test_saved_over_a_file_is_refused(path: Path) -> None:
    new = path.with_name("new.vetter")
    new.write_text("something")
    with SessionFile.open(path, REVIEWER, read_only=True) as session:
        with pytest.raises(InputError, match="there already"):
            session.save_as(new)
    assert new.read_text() == "something"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CHECK (verdict IN ('none', 'accept'", b"CHECK (verdict IN ('none', 'acc\xe5pt'"),
        (b"CHECK (verdict IN ('none'", b"CHECK (verdict IN ('nome'"),
        (b"never rewritten", b"never r\xffwritten"),
    ],
    ids=["not_utf8", "another_word", "trigger"],
)
def test_bad_byte_in_definition_leaves_all_decisions(path: Path, old: bytes, new: bytes) -> None:
    replace(path, old, new)
    before = path.read_bytes()
    with SessionFile.open(path, REVIEWER) as session:
        assert len(session.decisions()) == COUNT and session.read_only
        assert session.damage == ("the definitions of its tables are damaged",)
        session.save_as(path.with_name("new.vetter"))
    assert path.read_bytes() == before
    with SessionFile.open(path.with_name("new.vetter"), REVIEWER) as session:
        assert len(session.decisions()) == COUNT and not session.read_only


def test_definition_that_shifts_columns_is_refused(path: Path) -> None:
    replace(path, b"seq INTEGER PRIMARY KEY", b"seq INTEGDR PRIMARY KEY")
    with pytest.raises(InputError, match="or a damaged one"):
        SessionFile.open(path, REVIEWER)
