"""Large text is read by pyarrow, and by astropy where that would differ: the same table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.io.tables.arrow import read_with_arrow
from vetter.io.tables.text import MISSING

pytest.importorskip("pyarrow")


def column(*values: str) -> Any:
    text = "n,v\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values))
    table = read_with_arrow(text, ",", ("n", "v"), 1, MISSING)
    return None if table is None else table["v"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "2"), "i"),
        (("1.5", "nan"), "f"),
        (("1", "null"), "i"),
        (("2024-01-01", "2024-01-02"), "U"),
        (("True", "False"), "U"),
        (("99999999999999999999", "1"), "U"),
        (("1e300", "1"), "f"),
        (("10:00:00", "11:00:00"), "U"),
    ],
)
def test_kinds_of_values(values: tuple[str, ...], kind: str) -> None:
    found = column(*values)
    assert np.asarray(found).dtype.kind == kind
    if kind == "U":
        assert list(found) == list(values)


def test_long_ids_beyond_63_bits() -> None:
    assert list(column("18446744073709551615", "18446744073709551614"))[0] == "18446744073709551615"


def test_gaps_are_masked() -> None:
    assert column("1", "").mask.tolist() == [False, True]


@pytest.mark.parametrize("value", ["a", " a ", "2024-01-01", "10:00:00", "True", ""])
def test_gaps_in_text_are_masked(value: str) -> None:
    found = column(value, "")
    assert found.dtype.kind == "U" and found.tolist() == [value.strip() or None, None]


def test_blanks_around_text_go() -> None:
    assert list(column(" a ", '"b, c"')) == ["a", "b, c"]


def test_what_is_wrong_is_left_to_astropy_to_say() -> None:
    assert column("1,2", "3") is None


def test_comments() -> None:
    table = read_with_arrow("# c\nn,v\n# d\n1,2\n", ",", ("n", "v"), 1, MISSING)
    assert table is not None and table["v"].tolist() == [2]
