"""Options written as the command line that means them."""

from __future__ import annotations

import shlex

from vetter.cli import parse_arguments, reading_options
from vetter.io.input_options import InputOptions, command_line

OPTIONS = InputOptions(
    planes={"image": "a b.fits[SCI]", "diff": "d.fits", "scorr": "s.fits"},
    variance="v.fits",
    mask_bits="1,2",
    columns={"x": "#3", "y": "列"},
    one_based=True,
    radius=12.5,
    fwhm=3.0,
)


def test_command_line_means_the_same_options() -> None:
    words = shlex.split(command_line(("my list.csv",), OPTIONS))
    arguments = parse_arguments(words[1:])
    assert arguments.inputs == ["my list.csv"]
    assert InputOptions.from_keywords(**reading_options(arguments)) == OPTIONS


def test_command_line_without_options_names_the_input_alone() -> None:
    assert command_line(("list.csv",), InputOptions()) == "vetter list.csv"
