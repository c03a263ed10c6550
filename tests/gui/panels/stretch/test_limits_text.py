"""Limits as text: short, and told apart on a high background."""

from __future__ import annotations

import pytest

from vetter.gui.panels.stretch.limits_text import format_limit, format_limits

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-14.94, 6274.0, f"{MINUS}14.9 to 6.27e3"),
        (-165.2, 165.2, f"{MINUS}165 to 165"),
        (480.0, 609.5, "480 to 610"),
        (0.0, 1.0, "0 to 1"),
        # 280 of 48,000: five digits; 28 of 48,000: six.
        (48030.0, 48310.0, "48030 to 48310"),
        (48031.4, 48059.4, "48031.4 to 48059.4"),
        (-48310.0, -48030.0, f"{MINUS}48310 to {MINUS}48030"),
        # A tenth exactly, and a little less.
        (900.0, 1000.0, "900 to 1e3"),
        (901.0, 1000.0, "901 to 1000"),
        # Seven digits at most, and equal limits as they are.
        (48031.4, 48031.400001, "48031.4 to 48031.4"),
        (5.0, 5.0, "5 to 5"),
        (-1.5e-7, 2.5e-7, f"{MINUS}1.5e{MINUS}7 to 2.5e{MINUS}7"),
        (float("nan"), 1.0, "nan to 1"),
    ],
)
def test_limits_have_the_digits_that_tell_them_apart(low: float, high: float, text: str) -> None:
    assert format_limits(low, high) == text


def test_exponents_are_short() -> None:
    assert [format_limit(value) for value in (1.234e4, 1.2e15, -2e-3, 3e-12)] == [
        "1.23e4",
        "1.2e15",
        f"{MINUS}0.002",
        f"3e{MINUS}12",
    ]
