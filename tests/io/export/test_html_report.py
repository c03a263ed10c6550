"""The HTML report: every text escaped, nothing run, nothing fetched, pages of 500."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.fake_session import candidate_list
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.io.export.decision_table import FrozenOpinions
from vetter.io.export.html_report import HtmlReport, escape, page_names

PICTURE = b"\x89PNG not looked at"

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><svg onload=alert(1)>",
    "&lt;script&gt;",
    "lone \udcff surrogate",
    "null \x00 and escape \x1b[31m",
    "reversed \u202egnp.exe",
    "javascript:alert(1)",
    "--> ]]> {} %s",
)


class _Page(HTMLParser):
    """Tags with their attributes, and the texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def _write(folder: Path, names: list[str], comment: str = "", tags: tuple[str, ...] = ()) -> _Page:
    listed = candidate_list(len(names), id=np.array(names, object))
    opinion = Opinion(Verdict.ACCEPT, tags, comment, reviewer=comment, decided_at="2026-01-02")
    codes = np.ones(len(names), np.uint8)
    opinions = FrozenOpinions(codes, dict.fromkeys(range(len(names)), opinion))
    report = HtmlReport(folder, names[0], listed, opinions, range(len(names)))
    for row in range(len(names)):
        report.add(row, PICTURE, {}, "")
    report.finish()
    return _Page((folder / "report.html").read_text("utf-8"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_name_and_comment_are_only_text(tmp_path, text) -> None:
    plain = _write(tmp_path, ["J1"], "seen", ("tag",))
    page = _write(tmp_path, [text], text, (text,))
    assert page.tags == plain.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = [value for name, value in page.attributes if name in ("src", "href", "action")]
    assert all(str(link).startswith("data:image/png;base64,") for link in links)
    assert page.text.count(escape_free(text)) >= 4


def escape_free(text: str) -> str:
    """What a reader sees of a text: without controls, surrogates and reversing marks."""
    return re.sub("[\x00-\x1f\udcff\u202e].*", "", text)


def test_escape_writes_reversing_marks_as_escapes() -> None:
    assert escape("a\u202eb") == "a\\u202eb"
    assert escape("<'\">&\n") == "&lt;&#x27;&quot;&gt;&amp;\n"
    assert escape("\udcff").isascii()


def test_policy_allows_own_style_and_no_script(tmp_path) -> None:
    page = _write(tmp_path, ["J1"])
    text = (tmp_path / "report.html").read_text("utf-8")
    policy = _policy_of(page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'" and "script-src" not in rules
    style = re.search("<style>(.*)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert rules["style-src"] == f"'sha256-{digest}'"
    assert rules["img-src"] == "data:"


def _policy_of(page: _Page) -> str:
    at = page.attributes.index(("http-equiv", "Content-Security-Policy"))
    return str(page.attributes[at + 1][1])


def test_report_holds_verdict_numbers_and_picture(tmp_path) -> None:
    page = _write(tmp_path, ["J1"], "a comment", ("dipole",))
    for words in ("J1", "accept", "18 ± 0.05", "a comment", "#dipole", "1 accepted"):
        assert words in page.text
    data = next(value for name, value in page.attributes if name == "src")
    assert base64.b64decode(str(data).split(",")[1]) == PICTURE


def test_report_counts_later_candidates(tmp_path) -> None:
    opinion = Opinion(Verdict.LATER, decided_at="2026-01-02")
    opinions = FrozenOpinions(np.array([4, 1, 0], np.uint8), {0: opinion})
    report = HtmlReport(tmp_path, "night", candidate_list(3), opinions, [0])
    report.add(0, None, {}, "")
    report.finish()
    page = _Page((tmp_path / "report.html").read_text("utf-8"))
    assert "1 accepted, 0 rejected, 0 maybe, 1 later, 1 undecided" in page.text
    assert ("class", "later") in page.attributes


def test_report_names_the_reason_without_picture(tmp_path) -> None:
    listed = candidate_list(1)
    opinions = FrozenOpinions(np.zeros(1, np.uint8), {})
    report = HtmlReport(tmp_path, "night", listed, opinions, [0])
    report.add(0, None, {"adjust_answer": "kept", "adjust_dx": float("nan")}, "disk <gone>")
    report.finish()
    page = _Page((tmp_path / "report.html").read_text("utf-8"))
    assert "no picture: disk <gone>" in page.text and "img" not in page.tags
    assert "answerkept" in page.text and "shift x" not in page.text


def test_names_of_pages_above_500() -> None:
    assert page_names(0) == page_names(500) == ["report.html"]
    assert page_names(1001) == ["report.html", "report-2.html", "report-3.html"]


def test_501_candidates_are_on_two_linked_pages(tmp_path) -> None:
    first = _write(tmp_path, [f"J{number}" for number in range(501)])
    second = _Page((tmp_path / "report-2.html").read_text("utf-8"))
    assert first.tags.count("article") == 500 and second.tags.count("article") == 1
    assert ("href", "report-2.html") in first.attributes
    assert ("href", "report.html") in second.attributes


def test_report_without_candidates_is_a_page(tmp_path) -> None:
    report = HtmlReport(
        tmp_path, "night", candidate_list(2), FrozenOpinions(np.zeros(2, np.uint8), {}), []
    )
    assert report.finish() == ["report.html"]
    assert "2 candidates: 0 accepted" in (tmp_path / "report.html").read_text("utf-8")


def _article(folder: Path, opinion: Opinion | None, code: int) -> list[str]:
    """The lines of the first candidate's article but its facts."""
    codes = np.array([code, 2, 2], np.uint8)
    opinions = FrozenOpinions(codes, {} if opinion is None else {0: opinion})
    report = HtmlReport(folder, "night", candidate_list(3), opinions, [0])
    report.add(0, None, {}, "")
    report.finish()
    text = (folder / "report.html").read_text("utf-8")
    lines = text[text.index("<article>") : text.index("</main>")].splitlines()
    return [line for line in lines if not line.startswith("<dl>")]


def test_candidate_is_written_part_by_part(tmp_path: Path) -> None:
    whole = Opinion(Verdict.REJECT, ("a", "b"), "faint", reviewer="ann", decided_at="2026-01-02")
    head = '<h2><bdi>J000</bdi> <span class="{0}">{0}</span></h2>'
    assert _article(tmp_path, whole, 2) == [
        "<article>",
        head.format("reject"),
        "<p><bdi>#a</bdi> <bdi>#b</bdi></p>",
        "<p><bdi>faint</bdi></p>",
        '<p class="dim"><bdi>ann, 2026-01-02</bdi></p>',
        "</article>",
    ]
    assert _article(tmp_path, None, 0) == ["<article>", head.format("undecided"), "</article>"]
    only = Opinion(Verdict.NONE, (), "", reviewer="ann")
    assert _article(tmp_path, only, 0)[2:] == ['<p class="dim"><bdi>ann</bdi></p>', "</article>"]


@pytest.mark.parametrize(
    ("fit", "shown"),
    [
        ({"adjust_answer": "kept"}, "answerkept"),
        ({"adjust_dx": 0.12345, "adjust_dy": -1}, "shift x0.123 pxshift y-1.000 px"),
        ({"adjust_scale": 1.5, "adjust_flux_limit": 12345.6}, "scale1.500flux limit1.235e+04"),
        ({"adjust_dx": np.nan, "adjust_dy": "far", "adjust_scale": None}, ""),
        ({"adjust_answer": "", "adjust_chi2": 2.0}, ""),
    ],
)
def test_numbers_of_the_fit_are_shown(tmp_path: Path, fit: dict[str, object], shown: str) -> None:
    opinions = FrozenOpinions(np.zeros(1, np.uint8), {})
    pages = []
    for facts in ({}, fit):
        report = HtmlReport(tmp_path, "night", candidate_list(1), opinions, [0])
        report.add(0, PICTURE, facts, "no disk")
        report.finish()
        pages.append(_Page((tmp_path / "report.html").read_text("utf-8")).text)
    plain, fitted = pages
    assert fitted.replace(shown, "") == plain and len(fitted) == len(plain) + len(shown)
    assert "no disk" not in fitted


def test_numbers_are_of_the_listed_candidates_and_of_the_report(tmp_path: Path) -> None:
    opinions = FrozenOpinions(np.array([0, 1, 2, 3, 1], np.uint8), {})
    rows = np.array([1, 2, 4])
    for listed, words in (
        (None, "5 candidates: 2 accepted, 1 rejected, 1 maybe, 1 undecided. This report: 2."),
        (rows, "3 candidates: 2 accepted, 1 rejected, 0 maybe, 0 undecided. This report: 2."),
    ):
        report = HtmlReport(tmp_path, "night", candidate_list(5), opinions, [1, 4], listed)
        for row in (1, 4):
            report.add(row, None, {}, "")
        assert report.finish() == ["report.html"]
        text = (tmp_path / "report.html").read_text("utf-8")
        assert words in text and text.endswith("</main>\n</body>\n</html>\n")
        assert text.count("<article>") == 2 and "<nav>" not in text


def test_page_names_itself_among_the_others(tmp_path: Path) -> None:
    _write(tmp_path, [f"J{number}" for number in range(501)])
    first, second = ((tmp_path / name).read_text("utf-8") for name in page_names(501))
    assert '<nav>Page <b>1</b> <a href="report-2.html">2</a></nav>' in first
    assert '<nav>Page <a href="report.html">1</a> <b>2</b></nav>' in second
    assert "This report: 501." in first and "This report: 501." in second
