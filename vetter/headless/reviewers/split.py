"""Command ``vetter split``: sessions with a share of a list each, for several reviewers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.share import SHARE, Share, share_of_record
from vetter.core.decisions.agreement.shares import Shares, deal_shares, expected_half_width
from vetter.core.fakes.without_planted import without_planted
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.headless.progress import print_lines
from vetter.io.files.atomic import atomic_path
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input, session_among
from vetter.io.session.format.rows import plain_meta
from vetter.io.session.session_file import SessionFile
from vetter.io.settings_file import load_settings


def run_split(arguments: argparse.Namespace, options: dict[str, Any]) -> int:
    """Write the shares, and print their sizes and what the overlap can measure."""
    settings = load_settings(arguments.settings)
    input_options = InputOptions.from_keywords(**options)
    source = open_input(
        arguments.inputs, replace(input_options, usual_radius=settings.display.radius)
    )
    try:
        lines = split_input(
            source.read_whole_list(),
            Path(arguments.output).expanduser(),
            arguments.into,
            arguments.overlap,
            arguments.seed,
            arguments.pairs,
            session_among(arguments.inputs),
        )
    finally:
        source.close()
    print("\n".join(lines))
    return 0


def split_input(
    source: CutoutSource,
    folder: Path,
    number: int,
    overlap: float = 0.1,
    seed: int = 0,
    pairs: bool = False,
    session: Path | None = None,
) -> list[str]:
    """Write a session for each share of an open input; return lines for the user.

    Parameters
    ----------
    source : CutoutSource
        The whole list, read to its end.
    folder : Path
        Folder of the new sessions; made if missing.
    number : int
        Number of shares.
    overlap : float
        Part of the candidates, 0 to 1, that more than one share holds.
    seed : int
    pairs : bool
        Whether pairs of shares hold the overlap, not all of them; see `deal_shares`.
    session : Path, optional
        Session of the input, whose decisions, fits and settings go to the shares.

    Raises
    ------
    InputError
        The input is a share already, is too short, or a session of that name exists.
    """
    if share_of_record(source.record) is not None:
        raise InputError(f"{source.title}: a share already; split the whole list")
    count = len(source.candidates)
    if number < 2:
        raise InputError(f"--into {number}: expected 2 shares or more")
    if count < number:
        raise InputError(f"{source.title}: {format_count(count, 'candidate')} for {number} shares")
    epochs = source.object_epochs
    # Epochs may cover more rows than the list.
    labels = np.arange(count) if epochs is None else epochs.labels[:count]
    shares = deal_shares(labels, number, overlap, seed, pairs)
    stem = _stem(source, session)
    paths = [folder / f"{stem}_share{one}of{number}.vetter" for one in range(1, number + 1)]
    for path in paths:
        if path.exists():
            raise InputError(f"{path}: there already; choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror}") from None
    keys = np.asarray(source.candidates.keys)
    common = frozenset(keys[shares.overlap].tolist())
    earlier = _Earlier(session)
    for index, (path, rows) in enumerate(zip(paths, shares.rows, strict=True), 1):
        held = frozenset(keys[rows].tolist())
        _write_share(source, path, Share((index,), number, held, common & held), earlier)
    lines = _describe(shares, paths, count, pairs)
    if earlier.has_test_rows:
        lines.append(
            "the session's test rows are in no share: give each reviewer's window the same "
            "--fakes N and --seed S, which puts the same ones into every share"
        )
    return lines


class _Earlier:
    """The content of the session that is split; empty for a list."""

    def __init__(self, path: Path | None) -> None:
        self.settings: dict[str, Any] = {}
        self.decisions: list[Any] = []
        self.fits: dict[str, tuple[str, dict[str, Any]]] = {}
        self.has_test_rows = False
        if path is None:
            return
        with SessionFile.open(path, "", read_only=True) as session:
            self.settings = session.settings
            planted = session.planted()
            self.has_test_rows = bool(planted)
            self.decisions = without_planted(session.decisions(), planted)
            self.fits = session.adjustments()
            if session.damage:
                print_lines(f"{path}: a damaged session: {', '.join(session.damage)}")


def _write_share(source: CutoutSource, path: Path, share: Share, earlier: _Earlier) -> None:
    keys = share.keys or frozenset()
    with atomic_path(path) as temporary, SessionFile.create(temporary, "") as new:
        record = {**source.record, SHARE: share.as_plain()}
        new.record_input(record, source.fingerprints, len(keys))
        if earlier.settings:
            new.set_settings(earlier.settings)
        new.add_planted([row for row in source.planted if row.key in keys])
        new.append([decision for decision in earlier.decisions if decision.key in keys])
        new.put_adjustments(
            [
                (key, signature, plain_meta(meta))
                for key, (signature, meta) in earlier.fits.items()
                if key in keys
            ]
        )


def _stem(source: CutoutSource, session: Path | None) -> str:
    """Return the name of the session or of the first input, without its endings."""
    if session is not None:
        return session.stem
    first = str((source.record.get("inputs") or ["list"])[0])
    return Path(first.split("[")[0].rstrip("/*?")).name.split(".")[0] or "list"


def _describe(shares: Shares, paths: Sequence[Path], count: int, pairs: bool) -> list[str]:
    common = len(shares.overlap)
    lines = [
        f"{path}: {format_count(len(rows), 'candidate')}"
        for path, rows in zip(paths, shares.rows, strict=True)
    ]
    if not common:
        return [*lines, f"{format_count(count, 'candidate')}, none in common: no agreement"]
    holders = "each held by two shares" if pairs else "held by all shares"
    measured = common // len(shares.rows) if pairs else common
    whom = "of each pair " if pairs else ""
    lines.append(f"{format_count(count, 'candidate')}, {common:,} in common, {holders}")
    if measured:
        half = expected_half_width(measured)
        lines.append(
            f"the overlap gives the agreement {whom}to about +-{half:.2f} in kappa (at 0.8)"
        )
    return lines
