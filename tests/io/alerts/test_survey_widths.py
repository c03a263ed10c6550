"""The FWHM of packets of several surveys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.alert_files import noise, packed, record, stamp
from tests.helpers.alert_packets import field, packet_schema
from vetter.core.judgement.field_fit import NO_FWHM, fit_rows
from vetter.io.field.stars.psf import choose_field_fit
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.settings import FitSettings

SCHEMA = packet_schema(
    [
        field("candid", "long"),
        *(field(name, "double") for name in ("ra", "dec")),
        *(field(name, "float", optional=True) for name in ("xpos", "ypos", "drb", "fwhm")),
        field("nbad", "int", optional=True),
    ]
)
WIDTHS = (("ZTF", 2.0), ("ZTF", 3.0), ("WINTER", 6.0), ("TURBO", None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four packets of three surveys, the last of which tells no FWHM."""
    for number, (publisher, width) in enumerate(WIDTHS):
        picture = {"fileName": "x", "stampData": stamp(noise(seed=2))}
        packet = record(100 + number, publisher=publisher, fwhm=width, cutoutDifference=picture)
        (tmp_path / f"{number}.avro").write_bytes(packed([packet], schema=SCHEMA))
    return tmp_path


@pytest.fixture
def source(folder: Path) -> Iterator[Any]:
    source = open_input(str(folder))
    yield source
    source.close()


def test_each_survey_has_its_own(source: Any) -> None:
    widths = [source.own_fwhm(row, source.cutout(row)) for row in range(4)]
    assert [width and width.value for width in widths] == [2.5, 2.5, 6.0, None]
    assert widths[2].origin == "FWHM 6.00 px, the median of column fwhm of WINTER"
    assert source.fwhm().origin.startswith("FWHM 2.50 px of ZTF, 6.00 px of WINTER, ")


@pytest.mark.parametrize("psf", ["gaussian", "stars"])
def test_packets_are_fitted_with_their_surveys(source: Any, psf: str) -> None:
    fit = choose_field_fit(source, source.record, FitSettings(psf=psf), 20.0)
    results = fit_rows(source, fit, [2, 0, 3, 1])
    widths = [result.fwhm for result in results]
    np.testing.assert_array_equal(widths, [6.0, 2.5, np.nan, 2.5])
    assert [result.box for result in results] == [25.0, 11.0, 25.0, 11.0]
    reasons = [fit.judge(result).reason for result in results]
    assert [reason == NO_FWHM for reason in reasons] == [False, False, True, False]


def test_the_users_word_counts_for_all(folder: Path) -> None:
    source = open_input(str(folder), InputOptions(fwhm=4.5))
    fit = choose_field_fit(source, source.record, FitSettings(), 20.0)
    assert {result.fwhm for result in fit_rows(source, fit, [0, 1, 2, 3])} == {4.5}
    source.close()


def test_what_was_fitted_with_one_for_all_is_fitted_again(source: Any) -> None:
    fit = choose_field_fit(source, source.record, FitSettings(), 20.0)
    assert fit.signature(()) != fit._replace(has_own_psfs=False).signature(())


def test_a_packets_own_psf_goes_before(real_data: Path) -> None:
    source: Any = open_input(str(real_data / "alerts/lsst/rubin_sample_data_10_0.parquet"))
    fit = choose_field_fit(source, source.record, FitSettings(), 20.0)
    results = fit_rows(source, fit, [0, 1])
    # Those of the cross-convolution; the image's are 5.18 and 4.44.
    assert [round(result.fwhm, 1) for result in results] == [5.3, 4.6]
    assert results[1].psf == "PSF of the cross-convolution"
    source.close()
