from __future__ import annotations

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.placement.split_sexagesimal import (
    find_split_columns,
    read_split_columns,
)

RA, DEC = 188.731875, -0.2154861


@pytest.mark.parametrize(
    "names",
    [
        "RAh RAm RAs DE- DEd DEm DEs",
        "ra_h ra_m ra_s dec_sign dec_d dec_m dec_s",
        "RA_hour RA_min RA_sec sign Dec_deg Dec_arcmin Dec_arcsec",
        "rahr ramin rasec sgn_dec decdeg decmin decsec",
        "RA(h) RA(m) RA(s) Dec± Dec(d) Dec(m) Dec(s)",
        "RAJ2000_h RAJ2000_m RAJ2000_s DEJ2000- DEJ2000_d DEJ2000_m DEJ2000_s",
    ],
)
def test_split_columns_with_sign_apart_are_read(names: str) -> None:
    cells = [["12"], ["34"], ["55.65"], ["−"], ["00"], ["12"], ["55.75"]]
    table = Table(dict(zip(names.split(), cells, strict=True)))
    columns = find_split_columns(table.colnames)
    assert columns is not None
    ra, dec = read_split_columns(table, columns)
    assert (ra[0], dec[0]) == pytest.approx((RA, DEC), abs=1e-6)


def test_negative_zero_text_is_negative() -> None:
    table = Table({"RAh": [12, 12], "RAm": [34, 34], "RAs": [55.65, 55.65]})
    table["DEd"], table["DEm"], table["DEs"] = ["-00", "+00"], [12, 12], [55.75, 55.75]
    columns = find_split_columns(table.colnames)
    assert columns is not None
    assert read_split_columns(table, columns)[1] == pytest.approx([DEC, -DEC], abs=1e-6)


def test_decimal_minutes_and_negative_zero_float_are_read() -> None:
    table = Table({"ra_h": [12], "ra_m": [34.9275], "dec_d": [-0.0], "dec_m": [12.929166]})
    columns = find_split_columns(table.colnames)
    assert columns is not None
    ra, dec = read_split_columns(table, columns)
    assert (ra[0], dec[0]) == pytest.approx((RA, DEC), abs=1e-6)


def test_masked_or_impossible_parts_give_nan() -> None:
    table = Table({"RAh": MaskedColumn([12, 25, 12, 12], mask=[True, False, False, False])})
    table["RAm"], table["DEd"], table["DEm"] = [34, 34, 75, 34], [10, 10, 10, 91], [0, 0, 0, 0]
    columns = find_split_columns(table.colnames)
    assert columns is not None
    assert np.isnan(read_split_columns(table, columns)).all()


@pytest.mark.parametrize("names", ["id ra dec mag", "rad decd", "x y RAh", "RAh RAm RAs DEd"])
def test_whole_columns_are_not_split(names: str) -> None:
    assert find_split_columns(names.split()) is None
