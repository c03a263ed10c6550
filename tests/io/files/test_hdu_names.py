from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name


@pytest.mark.parametrize(
    ("spec", "path", "extension", "slices"),
    [
        ("f.fits", "f.fits", None, ()),
        ("f.fits[2]", "f.fits", 2, ()),
        ("f.fits[SCI]", "f.fits", "SCI", ()),
        ("f.fits[SCI,1]", "f.fits", ("SCI", 1), ()),
        ("f.fits[ sci , 2 ]", "f.fits", ("sci", 2), ()),
        ("f.fits[0][3]", "f.fits", 0, (3,)),
        ("a[b]/f.fits[SCI]", "a[b]/f.fits", "SCI", ()),
    ],
)
def test_names(spec: str, path: str, extension: object, slices: tuple[int, ...]) -> None:
    name = parse_fits_name(spec)
    assert (str(name.path), name.extension, name.slices) == (path, extension, slices)


@pytest.mark.parametrize("spec", ["f.fits", "f.fits[2]", "f.fits[SCI,1]", "f.fits[0][3]"])
def test_a_name_is_written_as_it_came(spec: str) -> None:
    assert str(parse_fits_name(spec)) == spec


@pytest.mark.parametrize("spec", ["f.fits[]", "f.fits[0][k]", "f.fits[1:5,2:3]"])
def test_what_is_no_hdu(spec: str) -> None:
    with pytest.raises(InputError, match="expected"):
        parse_fits_name(spec)


def test_a_file_called_with_brackets_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "f[1]"
    path.touch()
    assert parse_fits_name(path).path == path
