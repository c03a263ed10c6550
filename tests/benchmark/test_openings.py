"""``scripts/bench --io``: what is made to measure on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from astropy.io import fits

from tests.benchmark import openings
from tests.helpers.alert_packets import write_folder, write_tar
from vetter.errors import VetterError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input


def test_packets_are_read_as_alerts(tmp_path: Path) -> None:
    sources = [
        open_input([str(path)], InputOptions())
        for path in (write_folder(tmp_path / "night", 3), write_tar(tmp_path / "night.tar", 3))
    ]
    for source in sources:
        cutout = source.read_whole_list().cutout(1, source.default_radius)
        assert len(source.candidates) == 3 and cutout.shape == (63, 63)
        assert {"image", "template", "diff"} <= set(cutout.plane_names)
        source.close()


def test_packed_planes_are_compressed_in_rows(tmp_path: Path) -> None:
    planes = openings.pack_planes(tmp_path, 200)
    with fits.open(planes["mask"]) as hdus:
        assert hdus[1].shape == (200, 200) and hdus[1].tile_shape == (1, 200)


def test_a_full_disk_is_said_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(VetterError, match="found 1 MB free"):
        list(openings.measure(tmp_path, "small"))
    assert not list(tmp_path.iterdir())
