"""Editor of TOML documents: comments, unknown keys, order and line ends stay."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.io.files.toml_edit import set_toml_values

THEME = ("display", "theme")

OWN = """\
# my settings
[display]   # how it looks
theme = "light"  # for the day
radius = 25

# tried 3, too slow
[fit]
max_shift = 2.0
"""


@pytest.mark.parametrize(
    ("text", "changes", "edited"),
    [
        (OWN, {THEME: "dark"}, OWN.replace('"light"', '"dark"')),
        (OWN, {("display", "reticle"): False}, OWN.replace("25\n", "25\nreticle = false\n")),
        (OWN, {("fit", "ahead"): True}, OWN + "ahead = true\n"),
        (OWN, {("review", "cache_megabytes"): 64}, OWN + "\n[review]\ncache_megabytes = 64\n"),
        ("", {THEME: "dark"}, '[display]\ntheme = "dark"\n'),
        ("[display]", {THEME: "dark"}, '[display]\ntheme = "dark"\n'),
        ("# none yet\n", {("review.accept",): ["A"]}, '# none yet\n"review.accept" = ["A"]\n'),
        ('"a.b" = "X"\r\n', {("a.b",): ["Y"]}, '"a.b" = ["Y"]\r\n'),
        ('display.theme = "dark" # x', {THEME: "light"}, 'display.theme = "light" # x'),
        (
            "display.radius = 9\n[fit]\n",
            {THEME: "dark"},
            'display.radius = 9\ndisplay.theme = "dark"\n[fit]\n',
        ),
        (
            "display = { radius = 9.0 } # one line\n",
            {THEME: "dark"},
            'display = { radius = 9.0, theme = "dark" } # one line\n',
        ),
        (
            'a = """\n[display]\ntheme = "no"\n"""\n[display]\n',
            {THEME: "dark"},
            'a = """\n[display]\ntheme = "no"\n"""\n[display]\ntheme = "dark"\n',
        ),
        ("[[night]]\nx = 1\n", {("x",): 2}, "x = 2\n[[night]]\nx = 1\n"),
        ("[ 'display' ]\r\n", {THEME: "dark"}, "[ 'display' ]\r\ntheme = \"dark\"\r\n"),
    ],
)
def test_edit_changes_only_named_keys(text, changes, edited):
    assert set_toml_values(text, changes) == edited


LIST = '[review]\ntags = [\n  "dipole",  # most\n  "ghost",   # few\n]\n'


@pytest.mark.parametrize(
    ("tags", "edited"),
    [
        (["dipole", "trail"], LIST.replace('"ghost"', '"trail"')),
        (["dipole", "ghost", "new"], LIST.replace('"ghost"', '"ghost", "new"')),
        (["dipole"], LIST.replace('"ghost",', "")),
        ([], "[review]\ntags = []\n"),
    ],
)
def test_edit_of_list_keeps_its_comments(tags, edited):
    after = set_toml_values(LIST, {("review", "tags"): tags})
    assert after == edited
    assert tomllib.loads(after)["review"]["tags"] == tags


def test_edit_through_array_of_tables_is_refused():
    with pytest.raises(ValueError, match="display"):
        set_toml_values("[[display]]\nradius = 1\n", {THEME: "dark"})


@given(st.text(), st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_edited_text_reads_back(name, tags):
    name = name.encode("utf-8", "replace").decode()
    text = set_toml_values(OWN, {("review", "tags"): tags, (name,): "x"})
    values = tomllib.loads(text)
    assert values["review"]["tags"] == tags
    assert values[name] == "x"
    assert text.count("#") >= OWN.count("#")
