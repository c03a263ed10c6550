"""The columns that were chosen for a list in its session, taken again when it is opened."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from vetter.errors import VetterError
from vetter.io.input_options import InputOptions, absolute


def with_remembered_columns(
    inputs: Sequence[str], options: InputOptions, session: Path
) -> InputOptions:
    """Options with the columns and the pixel convention that the session has for these inputs.

    Parameters
    ----------
    inputs : sequence of str
        As on the command line.
    options : InputOptions
        What they say goes before what was chosen earlier.
    session : Path
        The session file; nothing happens where there is none, or where it cannot be read:
        whoever opens it next says so.
    """
    if not session.is_file():
        return options
    from vetter.io.session.session_file import SessionFile

    try:
        with SessionFile.open(session, "", read_only=True) as file:
            recorded = file.inputs()
    except VetterError:
        return options
    given = [absolute(os.path.expanduser(text)) if text != "demo" else text for text in inputs]
    if not recorded or recorded[-1].record.get("inputs") != given:
        return options
    earlier = recorded[-1].record.get("options", {})
    one_based = earlier.get("one_based") if options.one_based is None else options.one_based
    columns = {**earlier.get("columns", {}), **options.columns}
    return dataclasses.replace(options, columns=columns, one_based=one_based)
