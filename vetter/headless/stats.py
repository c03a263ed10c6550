"""Command ``vetter stats``: the measures of a reviewer, by the test rows of a session."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from vetter.core.fakes.report.page import report_page
from vetter.core.fakes.report.text import format_report
from vetter.errors import InputError, escape_to_line
from vetter.headless.progress import print_lines
from vetter.io.files.atomic import write_atomic
from vetter.io.inputs.planting.session_report import session_report


def run_stats(arguments: argparse.Namespace) -> int:
    """Print the report, or write it as a page."""
    path = Path(arguments.session).expanduser()
    report = session_report(path, arguments.reviewer)
    if arguments.html is not None:
        out = Path(arguments.html).expanduser()
        if out.suffix.lower() not in (".html", ".htm"):
            raise InputError(f"{out}: expected the name of a page, as report.html")
        write_atomic(out, report_page(report, path.name).encode())
        print_lines(f"{out}: the report of {report.reviewer}")
    elif arguments.json:
        print(json.dumps(report.as_plain()))
    else:
        text = format_report(report)
        print("\n".join(escape_to_line(line) for line in text.split("\n")))
    return 0
