from __future__ import annotations

import pytest

from vetter.errors import InputError, describe_error


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
    ],
)
def test_a_failure_is_one_line(error: Exception, words: str) -> None:
    assert describe_error(error) == words
