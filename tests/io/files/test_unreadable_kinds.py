from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from vetter.errors import InputError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def arrays() -> bytes:
    out = io.BytesIO()
    np.savez(out, x=np.zeros(3), y=np.zeros(3))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "mend"),
    [
        ("a.png", PNG, "a PNG picture, .*: give the FITS file that it was made from"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(100), "a JPEG picture, .*: give the FITS file"),
        ("a.npz", arrays(), "arrays of numpy .*: write the list as Parquet or FITS"),
        (
            "a.h5",
            b"\x89HDF\r\n\x1a\n" + bytes(100),
            "an HDF5 file: write its .* as Parquet or FITS",
        ),
        ("a.pkl", b"\x80\x04\x95" + bytes(100), "a Python pickle, .*: write it as FITS"),
        ("a.csv", b"<!DOCTYPE html>\n<html>Log in</html>", "a web page, .*: download the file"),
        ("a.fits", b"\n<html><body>404</body></html>", "a web page, .*: download the file"),
        ("a.bin", b"\x01\0\x02", "(give a FITS file|write the list as ECSV, CSV, FITS or Parquet)"),
    ],
)
@pytest.mark.parametrize("as_plane", [False, True], ids=["as a list", "as a plane"])
def test_what_cannot_be_read_is_told_with_its_mend(
    tmp_path: Path, name: str, content: bytes, mend: str, as_plane: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (tmp_path / "l.csv").write_text("id,x,y\n1,2,3\n")
    with pytest.raises(InputError, match=mend) as error:
        if as_plane:
            open_input([str(tmp_path / "l.csv")], InputOptions(planes={"image": str(path)}))
        else:
            open_input([str(path)], InputOptions())
    assert "\n" not in str(error.value)


def test_a_numpy_array(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((3, 3)))
    with pytest.raises(InputError, match=r"a numpy array.*astropy\.io\.fits\.writeto"):
        open_input([str(tmp_path / "a.npy")], InputOptions())
