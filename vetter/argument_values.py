"""What the options of the command line take: the text checked, or one line that says why not."""

from __future__ import annotations

import argparse
import math
from typing import Any

from vetter.settings import MOST_RADIUS


def positive(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"wants a number above 0, found {text!r}")
    return number


def radius(text: str) -> float:
    """Half the side of a cutout, pixels."""
    number = positive(text)
    if number > MOST_RADIUS:
        raise argparse.ArgumentTypeError(f"wants {MOST_RADIUS:.0f} pixels at most, found {text!r}")
    return number


def name_of_file(text: str) -> str:
    """A name that is not empty: an empty one would stand for the folder one is in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("wants a name, found an empty text")
    return text


def count(text: str) -> int:
    """A whole number above 0."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"wants a whole number above 0, found {text!r}")
    return int(text)


class Pairs(argparse.Action):
    """``NAME=VALUE``, repeated, as a dict."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option: str | None = None,
    ) -> None:
        """Take one pair in."""
        name, equals, value = str(values).partition("=")
        if not (equals and name.strip() and value):
            parser.error(f"argument {option}: wants {self.metavar}, found {values!r}")
        pairs = dict(getattr(namespace, self.dest) or {})
        if name.strip() in pairs:
            parser.error(f"argument {option}: {name.strip()} is given twice")
        pairs[name.strip()] = value
        setattr(namespace, self.dest, pairs)
