"""Visibility of sources in the default display."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vetter.benchmark.visibility import LEAST_TONE, measure, source_tones
from vetter.core.display.interval import Interval
from vetter.core.display.style import DisplayStyle
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.settings import DisplaySettings

DEFAULT = DisplayStyle.from_settings(DisplaySettings())


def tones(inputs: list[str], count: int, looks: DisplayStyle = DEFAULT) -> np.ndarray:
    source = open_input(inputs, InputOptions()).read_whole_list()
    try:
        return source_tones(source, looks, count)
    finally:
        source.close()


def test_sources_of_the_demo_stand_out_of_their_sky() -> None:
    found = tones(["demo"], 250)
    assert len(found) > 200 and found.min() >= LEAST_TONE


def test_percentiles_hide_sources_of_the_demo() -> None:
    looks = DEFAULT.with_("sky", interval=Interval("percentile"))
    assert np.mean(tones(["demo"], 100, looks) < LEAST_TONE) > 0.05


@pytest.mark.parametrize("folder", ["alerts/ztf", "alerts/lsst", "alerts/other", "stdpipe"])
def test_sources_of_real_stamps_stand_out_of_their_sky(real_data: Path, folder: str) -> None:
    found = tones([str(real_data / folder)], 60)
    assert len(found) > 12 and found.min() >= LEAST_TONE


def test_sources_of_a_real_field_stand_out_of_their_sky(real_data: Path) -> None:
    found = tones([str(real_data / "decam_field" / "candidates_derived.csv")], 60)
    assert len(found) > 12 and found.min() >= LEAST_TONE


def test_figure_has_the_share_of_hidden_sources() -> None:
    (figure,) = measure(["demo"], count=30)
    assert figure.within and figure.values["below"] == 0
    assert figure.values["least"] >= LEAST_TONE
