"""``vetter bench``: its inputs and its figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from vetter import benchmark
from vetter.benchmark.figures import Figure, row, spread
from vetter.benchmark.generated_inputs import (
    make_night,
    make_wide_night,
)
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input


def test_spread_is_in_milliseconds() -> None:
    told = spread([k / 1000 for k in range(1, 101)])
    assert told["median"] == pytest.approx(51)
    assert told["p99"] == pytest.approx(99)
    assert told["worst"] == pytest.approx(100)


def test_a_figure_over_any_of_its_budgets_is_over() -> None:
    figure = Figure("x", {"median": 5, "p99": 20}, budgets={"median": 8, "p99": 16.7})
    assert figure.within is False
    assert "OVER" in row(figure)


def test_a_figure_without_a_budget_is_neither() -> None:
    assert Figure("x", {"median": 5}).within is None


def test_night_has_as_many_candidates_as_asked_on_six_planes(tmp_path: Path) -> None:
    table, planes = make_night(tmp_path, 50)
    source = open_input([str(table)], InputOptions(planes=planes))
    assert len(source.candidates) == 50
    cutout = source.cutout(0, 20)
    assert set(cutout.plane_names) == {"image", "template", "convolved", "diff", "err", "mask"}
    assert np.isfinite(cutout["image"]).all()
    source.close()


def test_wide_planes_take_no_room(tmp_path: Path) -> None:
    table, planes = make_wide_night(tmp_path, 10)
    assert len(Table.read(table)) == 10
    for file in planes.values():
        with fits.open(file) as hdus:
            assert hdus[0].shape == (10_000, 10_000)
        assert Path(file).stat().st_blocks * 512 < 1_000_000


def test_json_holds_each_figure_with_its_budget(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = Figure("key", {"median": 5.0}, budgets={"median": 8.0})
    monkeypatch.setattr(benchmark, "_figures", lambda *_: iter([figure]))
    arguments = argparse.Namespace(inputs=[], steps=1, json=True)
    benchmark.main(arguments)
    told = json.loads(capsys.readouterr().out)
    assert told["figures"][0]["budgets"] == {"median": 8.0}
    assert told["figures"][0]["within"] is True
