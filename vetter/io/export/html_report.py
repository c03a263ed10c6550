"""Report of exported candidates as HTML: pictures, numbers, verdicts and comments.

Each page is one file that needs no other and no network. Texts come from lists and users, so all
are escaped; a content security policy forbids scripts, and everything but the pictures inside.
"""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.broker_columns import all_known_facts
from vetter.core.columns.facts import MISSING_TEXT, Fact
from vetter.core.columns.review_columns import VERDICTS, ReviewColumns
from vetter.core.number_text import format_count
from vetter.io.export.decision_table import Opinions
from vetter.io.export.tables.escapes import escape_control

PAGE_LENGTH = 500
"""Largest number of candidates on one page."""

_REVERSING = re.compile("[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Ends of lines and paragraphs, and marks that reverse the text behind them."""

_STYLE = """
body { margin: 1.5em; font: 14px/1.4 sans-serif; background: #1b1c1e; color: #d9dadb; }
h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin: 0; } a { color: #7ab0e0; }
article { border-top: 1px solid #35373a; padding: 1em 0; }
img { max-width: 100%; image-rendering: pixelated; }
dl { display: flex; flex-wrap: wrap; gap: 0.2em 1.5em; margin: 0.4em 0; }
dl div { display: flex; gap: 0.4em; } dt, .dim { color: #8b8e92; } dd { margin: 0; }
p { margin: 0.3em 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.accept { color: #1fa97c; } .reject { color: #e0662f; } .maybe { color: #5b9fd8; }
.later { color: #7a6ee8; }
@media print { body { background: #fff; color: #000; } article { break-inside: avoid; } }
"""


def page_names(count: int) -> list[str]:
    """Return the file names of the pages of a report on so many candidates.

    Examples
    --------
    >>> page_names(501)
    ['report.html', 'report-2.html']
    """
    pages = max(1, -(-count // PAGE_LENGTH))
    return ["report.html", *(f"report-{page}.html" for page in range(2, pages + 1))]


class HtmlReport:
    """Writer of a report, one candidate after another; each goes to the disk at once.

    Parameters
    ----------
    folder : Path
        Folder to write the pages to.
    title : str
        Title of the input.
    candidates : CandidateList
    opinions : Opinions
        Verdicts, tags and comments.
    rows : sequence of int
        Candidates of the report.
    listed : ndarray of int, optional
        Candidates that the numbers of the list count; all by default.
    """

    def __init__(
        self,
        folder: Path,
        title: str,
        candidates: CandidateList,
        opinions: Opinions,
        rows: Sequence[int],
        listed: npt.NDArray[np.intp] | None = None,
    ) -> None:
        self.names = page_names(len(rows))
        self._listed = np.arange(len(candidates)) if listed is None else listed
        self._folder, self._title = folder, title
        self._candidates, self._opinions = candidates, opinions
        self._facts: list[Fact] = all_known_facts(ReviewColumns(candidates, opinions), candidates)
        self._total = len(rows)
        self._written = 0
        self._page: TextIO | None = None

    def add(self, row: int, picture: bytes | None, fit: Mapping[str, Any], problem: str) -> None:
        """Write a candidate.

        Parameters
        ----------
        row : int
        picture : bytes or None
            PNG file.
        fit : mapping
            The ``adjust_*`` metadata of its fit; empty without a fit.
        problem : str
            Reason why it has no picture.
        """
        if self._written % PAGE_LENGTH == 0:
            self._open_page(self._written // PAGE_LENGTH)
        self._written += 1
        opinion = self._opinions.opinion(row)
        verdict = VERDICTS[opinion.verdict.code] if opinion.verdict.code else "undecided"
        parts = [
            f"<article>\n<h2><bdi>{escape(self._candidates.name(row))}</bdi> "
            f'<span class="{verdict}">{verdict}</span></h2>'
        ]
        facts = [(fact.caption, fact.text(row)) for fact in self._facts]
        known = [(caption, text) for caption, text in facts if text != MISSING_TEXT]
        cells = "".join(
            f"<div><dt>{escape(caption)}</dt><dd><bdi>{escape(text)}</bdi></dd></div>"
            for caption, text in [*known, *_fit_facts(fit)]
        )
        parts.append(f"<dl>{cells}</dl>")
        if picture is not None:
            data = base64.b64encode(picture).decode("ascii")
            name = escape(self._candidates.name(row))
            parts.append(f'<img alt="planes of {name}" src="data:image/png;base64,{data}">')
        elif problem:
            parts.append(f'<p class="dim">no picture: <bdi>{escape(problem)}</bdi></p>')
        if opinion.tags:
            tags = " ".join(f"<bdi>#{escape(tag)}</bdi>" for tag in opinion.tags)
            parts.append(f"<p>{tags}</p>")
        if opinion.comment:
            parts.append(f"<p><bdi>{escape(opinion.comment)}</bdi></p>")
        if opinion.reviewer:
            by = f"{opinion.reviewer}, {opinion.decided_at}".strip(", ")
            parts.append(f'<p class="dim"><bdi>{escape(by)}</bdi></p>')
        self._write("\n".join([*parts, "</article>\n"]))

    def finish(self) -> list[str]:
        """Close the last page; return the names of all pages."""
        if self._page is None and not self._written:
            self._open_page(0)
        self.close()
        return self.names

    def close(self) -> None:
        """Close the page that is being written."""
        if self._page is not None:
            self._write("</main>\n</body>\n</html>\n")
            self._page.close()
            self._page = None

    def _write(self, text: str) -> None:
        assert self._page is not None
        self._page.write(text)

    def _open_page(self, number: int) -> None:
        self.close()
        path = self._folder / self.names[number]
        self._page = path.open("w", encoding="utf-8", newline="\n")
        self._write(_HEAD.format(title=escape(self._title), style=_STYLE, policy=_policy()))
        self._write(f"<h1><bdi>{escape(self._title)}</bdi></h1>\n<p>{self._counts()}</p>\n")
        if len(self.names) > 1:
            links = (
                f"<b>{page}</b>" if page == number + 1 else f'<a href="{name}">{page}</a>'
                for page, name in enumerate(self.names, 1)
            )
            self._write(f"<nav>Page {' '.join(links)}</nav>\n")
        self._write("<main>\n")

    def _counts(self) -> str:
        """Return the numbers of the whole list, and of this report."""
        codes = self._opinions.codes[self._listed].tolist()
        words = ("undecided", "accepted", "rejected", "maybe", "later")
        # Most sessions put nothing off.
        order = (1, 2, 3, 4, 0) if 4 in codes else (1, 2, 3, 0)
        counts = ", ".join(f"{codes.count(code):,} {words[code]}" for code in order)
        listed = format_count(len(codes), "candidate")
        return f"{listed}: {counts}. This report: {self._total:,}."


def escape(text: str) -> str:
    """Return a text as HTML that shows it literally; controls and surrogates as escapes.

    Marks that reverse the text behind them are escaped too: a name must not rearrange the page.
    """
    shown = _REVERSING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    lines = (escape_control(line) for line in shown.split("\n"))
    return html.escape("\n".join(lines), quote=True)


def _fit_facts(fit: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return captions and texts of a fit's answer and numbers."""
    facts = []
    for caption, key, form in (
        ("answer", "adjust_answer", "{}"),
        ("shift x", "adjust_dx", "{:.3f} px"),
        ("shift y", "adjust_dy", "{:.3f} px"),
        ("scale", "adjust_scale", "{:.3f}"),
        ("flux limit", "adjust_flux_limit", "{:.4g}"),
    ):
        value = fit.get(key)
        is_number = isinstance(value, (int, float)) and math.isfinite(value)
        if is_number if form != "{}" else value:
            facts.append((caption, form.format(value)))
    return facts


def _policy() -> str:
    """Return the content security policy: the style of this page and pictures inside it only."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
    parts = ("default-src 'none'", "img-src data:", f"style-src 'sha256-{digest}'")
    return "; ".join((*parts, "base-uri 'none'", "form-action 'none'"))


_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="vetter vet_verdict">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
"""
"""Start of a page; by the word vet_verdict a later export recognises its own pages."""
