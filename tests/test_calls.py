"""Calls that are alike all over the program: of threads, of zip(); and imports for types alone."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "vetter"
UNEQUAL = Counter(
    """
    benchmark.operations core.candidates.column_roles core.cutout.plane_checks.plane_roles
    core.decisions.agreement.clocks core.fit.noise_model core.fit.noise_model
    gui.card.number_cells gui.card.number_cells gui.card.tag_line gui.panels.panel_scene
    io.field.plane_checks io.files.toml_edit io.session.recorded_inputs
    io.tables.dialects.json_layouts io.tables.dialects.row_lengths
    io.tables.dialects.row_lengths io.tables.text plots.cutout_plot
    """.split()
)
"""Modules that put sequences together of which one may be longer, once for each place."""

DEFAULTS = """
    copy=True exist_ok=False ignore_errors=False missing_ok=False parents=False reverse=False
    setSingleShot(False)
""".split()
"""Arguments that say what Python, numpy and Qt do without them."""


@cache
def sources() -> dict[str, str]:
    """The program's text by module."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {
        ".".join(file.relative_to(PACKAGE).with_suffix("").parts): file.read_text()
        for file in files
    }


def counts(pattern: str) -> Counter[str]:
    """How often a pattern is in each module that has it."""
    found = {name: len(re.findall(pattern, text)) for name, text in sources().items()}
    return Counter({name: count for name, count in found.items() if count})


def test_no_thread_keeps_the_program_from_its_end() -> None:
    threads = counts(r"\bThread\(\s*target=|\((?:threading\.)?Thread\):")
    assert threads.total() > 8 and counts(r"\bdaemon=True\b") == threads


def test_sequences_are_of_one_length_where_nothing_else_is_said() -> None:
    assert counts(r"\bstrict=False\b") == UNEQUAL
    assert counts(r"\bstrict=True\b").total() > 100


def test_imports_for_types_alone_are_not_made_by_the_program() -> None:
    conditions = {
        line for text in sources().values() for line in re.findall(r"\bif .*TYPE_CHECKING.*", text)
    }
    assert conditions == {"if TYPE_CHECKING:"}


def test_no_argument_says_what_is_done_without_it() -> None:
    assert counts(rf"\b(?:{'|'.join(map(re.escape, DEFAULTS))})") == Counter()
