from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.column_values import decode_bytes, plain_array


def test_plain_makes_big_endian_native() -> None:
    values = plain_array(Table({"a": np.array([1.5], ">f4")})["a"])
    assert values.dtype.isnative and values[0] == 1.5


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"abc", "abc"), (b"a\x00\x00", "a"), ("é".encode(), "é"), (b"\xff", "�"), (b"", "")],
)
def test_decoded_bytes(value: bytes, text: str) -> None:
    assert decode_bytes(np.array([value, b"plain"], "S5")).tolist() == [text, "plain"]
