"""``vetter fields``: a field file drafted from a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.headless.progress import say
from vetter.io.files.atomic import write_atomic
from vetter.io.night.draft import draft_fields, field_file_text


def run_fields(arguments: argparse.Namespace) -> int:
    """Write the draft to a file, or print it where none is named; never over a file."""
    folder = Path(arguments.folder).expanduser()
    output = None if arguments.output is None else Path(arguments.output).expanduser()
    if output is not None:
        if output.suffix.lower() != ".toml":
            raise InputError(f"{output}: a field file is called .toml")
        if output.exists():
            raise InputError(f"{output}: is there already; remove it, or write to another file")
        if not output.absolute().parent.is_dir():
            raise InputError(f"{output}: no such folder to write to")
    draft = draft_fields(folder)
    text = field_file_text(draft, folder if output is None else output.absolute().parent)
    if output is None:
        print(text, end="")
        return 0
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{folder}: a file's name is no valid text, which a field file cannot hold; rename it"
        ) from error
    write_atomic(output, content)
    lists = sum(one.candidates is not None for one in draft.fields)
    say(
        f"{output}: {counted(len(draft.fields), 'field')}, {lists} with a list; "
        f"{counted(len(draft.unplaced), 'file')} not placed"
    )
    return 0
