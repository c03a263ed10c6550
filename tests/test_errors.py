from __future__ import annotations

import pytest

from vetter.errors import InputError, describe_error, escape_to_line


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("a.fits: cut short"), "a.fits: cut short"),
        (OSError(5, "Input/output error", "a.fits"), "a.fits: Input/output error"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError(), "it cannot be read or written"),
        (MemoryError(), "there is not enough memory for it"),
        (KeyError("gone"), "a fault of this program (KeyError: 'gone')"),
        (ValueError("two\nlines"), "a fault of this program (ValueError: two lines)"),
        (RuntimeError(), "a fault of this program (RuntimeError)"),
        (RuntimeError("x" * 300), f"a fault of this program (RuntimeError: {'x' * 200})"),
        (InputError(""), "a fault of this program (InputError)"),
        (InputError("a\nb.fits: gone"), "a\\nb.fits: gone"),
        (OSError("odd"), "odd"),
        (OSError(2, "gone", "a\nb.fits"), "a\\nb.fits: gone"),
    ],
)
def test_a_failure_is_one_line(error: Exception, words: str) -> None:
    assert describe_error(error) == words


def test_text_of_a_line_is_escaped_only_where_it_would_be_unprintable() -> None:
    assert escape_to_line("ü ☉ 1.5") == "ü ☉ 1.5"
    assert escape_to_line("a\tü\x1b[1m\u2028") == "a\\tü\\x1b[1m\\u2028"
    assert str(InputError("a\rb")) == "a\\rb"
