from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from vetter.errors import InputError, SettingsError
from vetter.io.files.toml_text import MAX_KEY_PARTS, toml_values
from vetter.io.night.field_file import read_field_file
from vetter.io.settings_file import load_settings


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 20_000 + " = 1\n",
        "[" + "a." * 20_000 + "b]\nx = 1\n",
        "[[" + "a . " * 20_000 + "b]]\n",
        "a = {" + "b." * 20_000 + "c = 1}\n",
        '"a"' + '."a"' * 20_000 + " = 1\n",
        "'a'" + ".'a'" * 20_000 + " = 1\n",
        "x = '''\n it\n'''\n" + "a." * 20_000 + "a = 1\n",
        "# it's\n" + "a." * 20_000 + "a = 1\n",
    ],
    ids=["key", "table", "array", "inline", "quoted", "literal", "after text", "after comment"],
)
def test_key_of_many_parts_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    # Not the most that the process has ever held, which tests before this one may have raised.
    tracemalloc.start()
    with pytest.raises(InputError, match=f"a key of over {MAX_KEY_PARTS} parts"):
        read_field_file(path)
    with pytest.raises(SettingsError, match=f"a key of over {MAX_KEY_PARTS} parts"):
        load_settings(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200e6


def test_long_key_is_named_by_line() -> None:
    with pytest.raises(ValueError, match="at line 4"):
        toml_values('a = """\n\n"""\n' + "a." * 100 + "a = 1\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x = '" + "a." * 1000 + "'", "a." * 1000),
        ('x = "' + "a." * 1000 + '"', "a." * 1000),
        ('x = """' + "a.\n" * 1000 + '"""', "a.\n" * 1000),
        ("x = 1 # " + "a." * 1000, 1),
        (r'x = "\"" # ' + "a." * 1000, '"'),
        ("x = [" + "1.5, " * 1000 + "]", [1.5] * 1000),
        ("x = 1\r\ny = 2\r\n", 1),
        ("x" + ".x" * (MAX_KEY_PARTS - 2) + " = 1", None),
    ],
    ids=["literal", "basic", "lines", "comment", "escape", "numbers", "line ends", "parts"],
)
def test_dots_outside_long_keys_are_read(text: str, value: object) -> None:
    found = toml_values(text)["x"]
    assert value is None or found == value


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        'a = """' + '\\"""' * 100_000,
        "a = {a = " * 50_000,
        "'" * 1_000_001,
        "a" * 3_000_000,
        "a " * 1_000_000,
    ],
)
def test_toml_without_end_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(InputError, match="not a field file") as caught:
        read_field_file(path)
    assert "\n" not in str(caught.value)
