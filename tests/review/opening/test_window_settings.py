"""Arrangements of windows: stored as text, read back, and never run."""

from __future__ import annotations

import base64
import json

import pytest

from vetter.review.opening import window_settings as stored
from vetter.review.opening.window_settings import Arrangement

WIDE = Arrangement(
    "AAEC", "/+9=", 412, "light", "system", {"mag": 61}, True, ("mag", "@x"), {"err": True}
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The user's folder of settings, empty."""
    monkeypatch.setattr(stored, "settings_folder", lambda: tmp_path)
    return tmp_path


def test_arrangement_is_read_back():
    stored.save_arrangement(WIDE)
    assert stored.load_arrangement() == WIDE


def test_missing_file_gives_the_default(folder):
    assert stored.load_arrangement() == Arrangement()
    assert not list(folder.iterdir())


def test_file_that_could_run_code_is_not_opened(folder):
    code = "@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\xePyQt_PyObject\\0)"
    (folder / "window.ini").write_text(f"[General]\nwindow={code}\n")
    assert stored.load_arrangement() == Arrangement()
    stored.save_arrangement(WIDE)
    assert stored.load_arrangement() == WIDE


@pytest.mark.parametrize("text", ["[General]\nwindow=!!\n", "[General\n", "\0\0", "window=W10="])
def test_damaged_file_gives_the_default(folder, text):
    (folder / "window.ini").write_text(text)
    assert stored.load_arrangement() == Arrangement()


def test_fields_of_another_type_keep_their_defaults():
    record = {"list_width": "wide", "theme": 3, "widths": {"a": 1.5, "b": 20}, "columns": "mag"}
    assert Arrangement.of_record(record) == Arrangement(widths={"b": 20})


def test_layouts_are_stored_by_name_and_deleted():
    stored.save_layout("projector", WIDE)
    stored.save_layout("Ätna/2 = @home", Arrangement(list_width=3))
    stored.save_layout("projector", Arrangement(list_width=9))
    assert {name: item.list_width for name, item in stored.load_layouts().items()} == {
        "projector": 9,
        "Ätna/2 = @home": 3,
    }
    stored.delete_layout("projector")
    assert list(stored.load_layouts()) == ["Ätna/2 = @home"]


def test_filters_are_stored_by_name_and_deleted():
    stored.save_filter("bright", "mag<17")
    stored.save_filter("Ätna/2 = @home", 'name~"@x" mag<19')
    stored.save_filter("bright", "mag<16")
    assert stored.load_filters() == {"bright": "mag<16", "Ätna/2 = @home": 'name~"@x" mag<19'}
    stored.delete_filter("bright")
    assert list(stored.load_filters()) == ["Ätna/2 = @home"]


@pytest.mark.parametrize(
    "record",
    [
        None,
        [1],
        {"name": 1, "expression": "mag<1", "names": ["mag", 1]},
        {"name": "", "expression": "mag<1", "names": "mag"},
        {"names": None},
    ],
)
def test_damaged_entries_are_left_out(folder, record):
    text = base64.urlsafe_b64encode(json.dumps(record).encode()).decode()
    groups = ("filters", "layouts", "columns")
    (folder / "window.ini").write_text("".join(f"[{group}]\na={text}\n" for group in groups))
    assert stored.load_filters() == stored.load_layouts() == stored.load_columns() == {}


def test_filter_without_an_expression_is_left_out(folder):
    for number, record in enumerate([{"name": "a"}, {"name": "a", "expression": ""}]):
        text = base64.urlsafe_b64encode(json.dumps(record).encode()).decode()
        (folder / "window.ini").write_text(f"[filters]\n{number}={text}\n")
        assert stored.load_filters() == {}


def test_file_with_all_filters_is_still_opened(folder):
    expression = "\N{GRINNING FACE}" * stored.MAX_FILTER_CHARACTERS
    stored.save_filter("0", expression)
    text = (folder / "window.ini").read_text()
    lines = []
    for number in range(stored.MAX_FILTERS):
        record = json.dumps({"name": f"{number}", "expression": expression})
        lines.append(f"{number}={base64.urlsafe_b64encode(record.encode()).decode()}")
    # As it is stored one by one, which takes seconds.
    assert lines[0].partition("=")[2] in text
    (folder / "window.ini").write_text("\n".join(["[filters]", *lines]))
    assert len(stored.load_filters()) == stored.MAX_FILTERS


def test_columns_are_stored_by_kind_of_list():
    kind = stored.list_kind(["x", "y", "mag"])
    assert kind == stored.list_kind(["mag", "y", "x"]) != stored.list_kind(["mag", "x"])
    stored.save_columns(kind, ["mag", "x"])
    assert stored.load_columns() == {kind: ["mag", "x"]}


def test_number_of_column_sets_stays_bounded(monkeypatch):
    monkeypatch.setattr(stored, "MAX_COLUMN_SETS", 3)
    for number in range(5):
        stored.save_columns(f"{number}", ["x"])
    assert len(stored.load_columns()) == 3


def test_names_in_the_file_are_those_of_earlier_versions(folder):
    """What these have stored is found, replaced and deleted under them."""
    stored.save_columns(stored.list_kind(["ra", "mag"]), ["mag"])
    stored.save_filter("bright", "mag<17")
    stored.save_layout("night", WIDE)
    text = (folder / "window.ini").read_text()
    for section, name in (
        ("columns", "d217640792c30e0135ebf95c90f79aba"),
        ("filters", "a87b3e348ccb598ecb71bb83300a2bf8"),
        ("layouts", "176473d7313395b6e209bc6b1d57aa16"),
    ):
        assert f"[{section}]\n{name}=" in text


def test_lost_keys_are_stored_as_one_set(folder):
    assert stored.load_lost_keys() == set()
    stored.save_lost_keys({"a", "b"})
    stored.save_lost_keys({"b"})
    assert stored.load_lost_keys() == {"b"}
