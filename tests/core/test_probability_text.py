from __future__ import annotations

import pytest

from vetter.core.number_text import format_p_value


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.4123, "0.41"), (1.0, "1"), (2.6e-7, "3e-07"), (0.0, "under 1e-300")],
)
def test_probability(value: float, text: str) -> None:
    assert format_p_value(value) == text
