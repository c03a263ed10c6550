"""Columns and test rows of a list, read from its session when the list is opened again."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from vetter.core.fakes.plan import PlantPlan
from vetter.errors import VetterError
from vetter.io.input_options import InputOptions, absolute_name


def with_remembered_columns(
    inputs: Sequence[str], options: InputOptions, session: Path
) -> InputOptions:
    """Return options with the columns, convention, encoding and test rows that the session holds.

    Parameters
    ----------
    inputs : sequence of str
        As on the command line.
    options : InputOptions
        They take precedence over those of the session.
    session : Path
        The session file. If it is missing, unreadable or of other inputs, ``options`` are
        returned unchanged; opening the session reports the error.
    """
    if not session.is_file():
        return options
    from vetter.io.session.session_file import SessionFile

    try:
        with SessionFile.open(session, "", read_only=True) as file:
            recorded = file.inputs()
    except VetterError:
        return options
    given = [absolute_name(os.path.expanduser(text)) if text != "demo" else text for text in inputs]
    if not recorded or recorded[-1].record.get("inputs") != given:
        return options
    earlier = recorded[-1].record.get("options", {})
    one_based = earlier.get("one_based") if options.one_based is None else options.one_based
    columns = {**earlier.get("columns", {}), **options.columns}
    encoding = earlier.get("encoding") if options.encoding is None else options.encoding
    plan = options.plant or PlantPlan.from_record(recorded[-1].record)
    return dataclasses.replace(
        options, columns=columns, one_based=one_based, encoding=encoding, plant=plan
    )
