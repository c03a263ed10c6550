"""Content that contradicts a file's name is named in one line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.tables.named_content import describe_bytes

WORDS = b"not a moc file\n"
ERROR = b"ERROR 404: not found\nplease log in first\n"


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_input([str(path)], InputOptions())
    text = str(caught.value)
    assert text.startswith(f"{path}: ") and "\n" not in text
    return text.removeprefix(f"{path}: ")


@pytest.mark.parametrize("content", [WORDS, ERROR, gzip.compress(ERROR)], ids=["a", "b", "packed"])
@pytest.mark.parametrize(
    ("name", "promised"),
    [
        ("m51.fits", "FITS"),
        ("M51.FIT", "FITS"),
        ("m51.fits.fz", "FITS"),
        ("m51.fits.gz", "FITS"),
        ("list.parquet", "Parquet"),
        ("list.vot", "VOTable"),
        ("list.xml", "VOTable"),
        ("list.json", "JSON"),
    ],
)
def test_text_named_otherwise_is_called_a_text(
    tmp_path: Path, name: str, promised: str, content: bytes
) -> None:
    begin = "a packed file" if content[0] == 31 else "a text that begins"
    text = refusal(tmp_path / name, content)
    assert text.startswith(f"not {promised}: it is {begin}")
    assert text.endswith(f"; give the {promised} file itself")


def test_json_named_fits_is_called_json(tmp_path: Path) -> None:
    text = refusal(tmp_path / "a.fits", b'{"error": "no such image"}')
    assert text == "not FITS: it is JSON; give the FITS file itself"


@pytest.mark.parametrize("name", ["a.avro", "a.tar.gz", "a.tgz"])
def test_text_named_packets_is_called_a_text(tmp_path: Path, name: str) -> None:
    assert "found a text that begins 'not a moc file'" in refusal(tmp_path / name, WORDS)


def test_fits_named_packets_is_called_fits(tmp_path: Path) -> None:
    assert "found FITS" in refusal(tmp_path / "a.avro", b"SIMPLE  =" + b" " * 2871)


def test_text_under_its_own_name_keeps_its_reason(tmp_path: Path) -> None:
    assert "expected columns of positions" in refusal(tmp_path / "a.csv", b"a,b\n1,2\n")


def test_table_named_fits_is_read(tmp_path: Path) -> None:
    from vetter.io.tables.candidates import read_candidates

    (tmp_path / "a.fits").write_text("id,x,y\n1,2,3\n")
    assert list(read_candidates(tmp_path / "a.fits").keys) == ["1"]


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\xef\xbb\xbf\n  hello \nyou", "a text that begins 'hello'"),
        (b"x" * 100, f"a text that begins '{'x' * 40}'"),
        (b"\x01\x02", "binary, and begins b'\\x01\\x02'"),
        (b"PAR1", "Parquet"),
        (b"\x89PNG", "a PNG picture, whose"),
    ],
)
def test_first_bytes_are_described(start: bytes, words: str) -> None:
    assert describe_bytes(start).startswith(words)


def test_real_text_named_fits_is_called_a_text(real_data: Path) -> None:
    path = real_data / "odd_fits" / "text_named_fits.fits"
    with pytest.raises(InputError, match="not FITS: it is a text that begins 'not a moc file'"):
        open_input([str(path)], InputOptions())
