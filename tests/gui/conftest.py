"""The demo as plain FITS files: hundreds of windows open it, and each would unpack it again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vetter.io.files import resources


@pytest.fixture(scope="session")
def plain_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the demo, with the same pixels and headers, not compressed."""
    from astropy.io import fits

    folder = tmp_path_factory.mktemp("demo")
    for file in resources.resource_path("demo").iterdir():
        if file.suffix != ".fits":
            shutil.copy(file, folder)
            continue
        with fits.open(file) as packed:
            images = [fits.ImageHDU(hdu.data, hdu.header, hdu.name) for hdu in packed[1:]]
            fits.HDUList([fits.PrimaryHDU(header=packed[0].header), *images]).writeto(
                folder / file.name
            )
    return folder


@pytest.fixture(autouse=True)
def demo_is_plain(plain_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``demo`` mean these files in the windows of tests."""
    packed = resources.resource_path
    monkeypatch.setattr(
        resources, "resource_path", lambda name: plain_demo if name == "demo" else packed(name)
    )
