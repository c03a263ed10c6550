"""Field files: what they say, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.night.field_file import FieldFile, Matching, read_field_file


@pytest.fixture
def night(tmp_path: Path) -> Path:
    for name in ("r1.csv", "r1.fits", "r2.csv", "r2.fits", "ref.fits", "bad.fits", "var.fits"):
        (tmp_path / name).touch()
    return tmp_path / "night.toml"


GOOD = """
radius = 15
fwhm = 4
mask = "bad.fits"
mask_bits = 3
match_radius = 2.5
[[field]]
name = "first"
candidates = "r1.csv"
image = "r1.fits[SCI]"
plane = {reference = "ref.fits"}
columns = {x = "X_IMAGE"}
one_based = true
time = 2026-11-20T03:14:15Z
filter = "r"
fwhm = 3.5
[[field]]
candidates = "r2.csv"
image = "r2.fits"
variance = "var.fits"
"""


def read(path: Path, text: str) -> FieldFile:
    path.write_text(text)
    return read_field_file(path)


def test_what_it_says(night):
    file = read(night, GOOD)
    first, second = file.entries
    assert file.radius == 15 and file.matching == Matching("position", None, 2.5)
    assert (first.name, first.filter, first.moment.text) == ("first", "r", "2026-11-20T03:14:15")
    assert first.candidates == str(night.parent / "r1.csv")
    assert first.options.planes == {
        "image": str(night.parent / "r1.fits[SCI]"),
        "reference": str(night.parent / "ref.fits"),
        "mask": str(night.parent / "bad.fits"),
    }
    assert first.options.columns == {"x": "X_IMAGE"} and first.options.one_based
    assert (first.options.fwhm, second.options.fwhm) == (3.5, 4)
    assert first.options.mask_bits == "3"


def test_a_field_is_called_after_its_list(night):
    assert read(night, GOOD).entries[1].name == "r2"


def test_an_image_without_a_list_is_a_field(night):
    entry = read(night, '[[field]]\nimage = "r1.fits"\n').entries[0]
    assert (entry.name, entry.candidates) == ("r1", None)


def test_a_fields_own_errors_replace_those_for_all(night):
    entry = read(night, 'err = "bad.fits"\n[[field]]\nimage = "r1.fits"\nweight = "var.fits"\n')
    assert "err" not in entry.entries[0].options.planes
    assert entry.entries[0].options.weight == str(night.parent / "var.fits")


def test_bits_for_all_go_for_the_fields_that_have_a_mask(night):
    text = 'mask_bits = 3\n[[field]]\nimage = "r1.fits"\nmask = "bad.fits"\n'
    first, second = read(night, text + '[[field]]\nimage = "r2.fits"\n').entries
    assert (first.options.mask_bits, second.options.mask_bits) == ("3", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = ", "not a field file (TOML)"),
        ("", "expected a [[field]] for each image"),
        ("field = 3", "expected a [[field]] for each image"),
        ('[[field]]\nimge = "r1.fits"', "imge: no such key; did you mean image?"),
        ('radus = 3\n[[field]]\nimage = "r1.fits"', "radus: no such key; did you mean radius?"),
        (
            '[[field]]\nimage = "r1.fits"\nradius = 5',
            "radius: belongs for all fields, above the first",
        ),
        ('filter = "r"\n[[field]]\nimage = "r1.fits"', "filter: belongs in a [[field]]"),
        ('[[field]]\nimage = "r1.fits"\nmask_bits = 1', "the field has no mask"),
        ('[[field]]\nqqqq = "r1.fits"', "qqqq: no such key; there are candidates"),
        ('[[field]]\nimage = "r1.fit"', "image: r1.fit: no such file; did you mean r1.fits?"),
        ('[[field]]\nimage = "z/y.fits"', "paths are relative to the field file"),
        ("[[field]]\nimage = 3", "image: expected a text, found 3"),
        ('[[field]]\nimage = ""', "image: expected a text"),
        (
            '[[field]]\nname = "a"\nimage = "r1.fits"\n[[field]]\nname = "a"\nimage = "r2.fits"',
            "share the name 'a'",
        ),
        ('[[field]]\nname = "a"', "give candidates = FILE, or image = FILE"),
        ('[[field]]\nname = " "\nimage = "r1.fits"', "name: expected a name"),
        ('[[field]]\nimage = "r1.fits"\ntime = "noon"', "time: expected 2026"),
        ('[[field]]\nimage = "r1.fits"\ntime = 12:00:00', "time: expected 2026"),
        ('[[field]]\nimage = "r1.fits"\none_based = 1', "one_based: expected true or false"),
        ('[[field]]\nimage = "r1.fits"\nfwhm = -1', "fwhm: expected a number above 0"),
        ('[[field]]\nimage = "r1.fits"\ncolumns = "x"', "columns: expected {name"),
        ('[[field]]\nimage = "r1.fits"\ncolumn = {x="y"}', "did you mean columns?"),
        ('match = "name"\n[[field]]\nimage = "r1.fits"', "match: expected id or position"),
        ('match = "id"\nmatch_radius = 3\n[[field]]\nimage = "r1.fits"', "leave one out"),
        ('match = "position"\nobject = "a"\n[[field]]\nimage = "r1.fits"', "epochs are matched by"),
        ('match_radius = 9999\n[[field]]\nimage = "r1.fits"', "arcseconds up to 3600"),
        ('[[field]]\nimage = "r1.fits"\nplane = {meta = "r2.fits"}', "not names of planes"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_file_and_the_mend(night, text, words):
    with pytest.raises(InputError) as told:
        read(night, text)
    assert words in str(told.value)
    assert str(night) in str(told.value) and "\n" not in str(told.value)


def test_a_field_with_a_name_is_called_by_it(night):
    with pytest.raises(InputError, match="field 'deep': mask: bat.fits"):
        read(night, '[[field]]\nname = "deep"\nimage = "r1.fits"\nmask = "bat.fits"')


def test_what_is_no_text_or_far_too_long_is_refused(night):
    night.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a field file"):
        read_field_file(night)
    night.write_bytes(b"#" * (5 << 20))
    with pytest.raises(InputError, match="too large"):
        read_field_file(night)
    with pytest.raises(InputError, match="cannot be read"):
        read_field_file(night.with_name("gone.toml"))
