"""Tests of the user's choice of an encoding for lists in text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from vetter.cli import main
from vetter.errors import InputError
from vetter.io.cutouts.cutout_file import load_cutout
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input

NAMES = {
    "big5": "臺灣超新星",
    "shift_jis": "超新星の候補",
    "euc_kr": "초신성후보",
    "cp1251": "сверхновая",
    "koi8_r": "сверхновая",
    "gb18030": "超新星",
    "utf-8": "Überriese",
}


@pytest.fixture
def image(tmp_path: Path) -> str:
    fits.PrimaryHDU(np.ones((40, 40), np.float32)).writeto(tmp_path / "science.fits")
    return str(tmp_path / "science.fits")


def write_list(folder: Path, encoding: str) -> Path:
    path = folder / "list.csv"
    path.write_bytes(f"id,name,x,y\n1,{NAMES[encoding]},5,6\n2,b,7,8\n".encode(encoding))
    return path


@pytest.mark.parametrize("encoding", NAMES)
def test_chosen_encoding_gives_the_letters(tmp_path: Path, image: str, encoding: str) -> None:
    options = InputOptions(planes={"image": image}, encoding=encoding)
    source = open_input([str(write_list(tmp_path, encoding))], options)
    assert source.candidates.name(0) == NAMES[encoding]
    assert f"list.csv: read as {encoding}, as you say" in source.candidates.notes
    assert not [text for text in source.candidates.cautions if "encoding" in text]
    assert source.record["options"]["encoding"] == encoding
    source.close()


def test_guessed_encoding_caution_names_the_remedy(tmp_path: Path, image: str) -> None:
    source = open_input(
        [str(write_list(tmp_path, "koi8_r"))], InputOptions(planes={"image": image})
    )
    assert [text for text in source.candidates.cautions if "--encoding NAME" in text]
    source.close()


@pytest.mark.parametrize("name", ["latin-99", "rot13", "hex", "\0"])
def test_encoding_that_python_lacks_is_refused(tmp_path: Path, image: str, name: str) -> None:
    options = InputOptions(planes={"image": image}, encoding=name)
    with pytest.raises(InputError, match="encoding .*: not known; expected a name as utf-8"):
        open_input([str(write_list(tmp_path, "utf-8"))], options)


def test_encoding_option_reaches_cutouts(tmp_path: Path, image: str) -> None:
    path, out = write_list(tmp_path, "big5"), tmp_path / "out"
    line = ["cutouts", str(path), "--image", image, "--radius", "3", "--encoding", "big5"]
    assert main([*line, "-o", str(out)]) == 0
    names = [load_cutout(file)["meta"]["name"] for file in out.rglob("*.fits")]
    assert NAMES["big5"] in names


def test_chosen_encoding_ends_with_the_opening(tmp_path: Path, image: str) -> None:
    path = str(write_list(tmp_path, "utf-8"))
    wrong = InputOptions(planes={"image": image}, encoding="cp1252")
    open_input([path], wrong).close()
    source = open_input([path], InputOptions(planes={"image": image}))
    assert source.candidates.name(0) == NAMES["utf-8"]
    source.close()
