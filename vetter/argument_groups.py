"""Options of the command line that several commands take."""

from __future__ import annotations

import argparse

from vetter.argument_values import Pairs, name_of_file, positive, radius

ROLES = "key, name, x, y, ra, dec, mag, mag_err, time, filter, fwhm"


def add_inputs(parser: argparse.ArgumentParser, least: str = "+") -> None:
    """What is opened: at least one input, or with "*" none at all."""
    parser.add_argument(
        "inputs",
        nargs=least,
        type=name_of_file,
        metavar="INPUT",
        help="a candidate table, a folder or glob of cutout FITS files, a folder of stamps "
        "(NAME_sci.fits, NAME_ref.fits...), alert packets (Avro, tar, Parquet or folders of them), "
        "a field file (.toml, see vetter fields), a session, or demo",
    )


def add_planes(parser: argparse.ArgumentParser) -> None:
    """Options that name the planes of the list."""
    group = parser.add_argument_group("planes", "F is a FITS file: file.fits, file.fits[SCI], [2]")
    for name in ("image", "template", "convolved", "diff", "err", "mask"):
        group.add_argument(f"--{name}", type=name_of_file, metavar="F")
    group.add_argument(
        "--plane", action=Pairs, metavar="NAME=F", help="any other plane; may be repeated"
    )
    group.add_argument("--variance", metavar="F", help="instead of --err: its square")
    group.add_argument("--weight", metavar="F", help="instead of --err: the inverse variance")
    group.add_argument(
        "--mask-bits", metavar="BITS", help="only these bits are bad: 0,3,5-7 or names"
    )
    group.add_argument("--mask-good", metavar="BITS", help="all bits are bad but these")
    group.add_argument(
        "--pattern",
        action=Pairs,
        metavar="PLANE=NAME",
        help="how a folder's stamps are called: 'image={name}_sci.fits'; may be repeated",
    )


def add_list_reading(parser: argparse.ArgumentParser) -> None:
    """Options that say how the list is read."""
    how = parser.add_argument_group("how to read the list")
    how.add_argument("--radius", type=radius, help="half the side of a cutout, pixels (20)")
    how.add_argument("--fwhm", type=positive, help="of the image's PSF, pixels")
    how.add_argument(
        "--schema", metavar="FILE.avsc", help="of alert packets from a stream, without their own"
    )
    how.add_argument(
        "--psf",
        type=name_of_file,
        metavar="PSF",
        help="what a new source looks like: stars (of the field), moffat, gaussian, or a file: an "
        "image or a model by PSFEx",
    )
    how.add_argument(
        "--column",
        action=Pairs,
        metavar="ROLE=NAME",
        help=f"x=XWIN_IMAGE, or x=none for no column; may be repeated; roles: {ROLES}",
    )
    base = how.add_mutually_exclusive_group()
    base.add_argument(
        "--one-based", dest="one_based", action="store_const", const=True, help="x, y count from 1"
    )
    base.add_argument(
        "--zero-based",
        dest="one_based",
        action="store_const",
        const=False,
        help="x, y count from 0",
    )


def add_window(parser: argparse.ArgumentParser) -> None:
    """Options of the commands that show a window."""
    parser.add_argument(
        "--session",
        metavar="FILE.vetter",
        help="where the decisions are kept (NAME.vetter, beside the list)",
    )
    parser.add_argument("--reviewer", metavar="NAME", help="the account's name by default")
    parser.add_argument("--keymap", metavar="FILE", help="keys of your own (keymap.toml)")
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The user's own settings."""
    parser.add_argument("--settings", metavar="FILE", help="settings of your own (settings.toml)")


def add_session(parser: argparse.ArgumentParser) -> None:
    """The session that a command is about."""
    parser.add_argument("session", type=name_of_file, metavar="FILE.vetter", help="a session")
