"""Command ``vetter fields``: drafts a field file from a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.headless.progress import print_lines
from vetter.io.files.atomic import write_atomic
from vetter.io.night.draft import draft_fields, field_file_text


def run_fields(arguments: argparse.Namespace) -> int:
    """Write the draft to a new file, or print it if no file is named."""
    folder = Path(arguments.folder).expanduser()
    output = None if arguments.output is None else Path(arguments.output).expanduser()
    if output is not None:
        if output.suffix.lower() != ".toml":
            raise InputError(f"{output}: a field file is called .toml")
        if output.exists():
            raise InputError(f"{output}: exists already; remove it, or write to another file")
        if not output.absolute().parent.is_dir():
            raise InputError(f"{output}: its folder does not exist")
    draft = draft_fields(folder)
    text = field_file_text(draft, folder if output is None else output.absolute().parent)
    if output is None:
        print(text, end="")
        return 0
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{folder}: a field file cannot hold a file's name that is not valid text; rename it"
        ) from error
    write_atomic(output, content)
    lists = sum(field.candidates is not None for field in draft.fields)
    print_lines(
        f"{output}: {format_count(len(draft.fields), 'field')}, {lists} with a list; "
        f"{format_count(len(draft.unplaced), 'file')} not placed"
    )
    return 0
