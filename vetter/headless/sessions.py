"""Commands ``vetter status`` and ``export``: a session file without a window."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.decided_list import DecidedList
from vetter.core.decisions.agreement.policy import CombinedOpinions, Policy
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.reviewer_record import ReviewerRecord, rate_reviewers
from vetter.core.decisions.decision import Decision, Verdict, last_reviewers, storable
from vetter.core.decisions.ledger import Counts, Ledger
from vetter.core.decisions.moment import Moment
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import known_truth
from vetter.core.fakes.without_planted import added_keys, without_planted
from vetter.core.judgement.answer import Answer
from vetter.core.number_text import format_count
from vetter.errors import InputError, escape_to_line
from vetter.headless.progress import Progress, print_lines
from vetter.io.export.exported_rows import ACCEPTED, RowChoice
from vetter.io.files.fingerprint import list_fingerprint
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.inputs.open_input import open_without_test_rows
from vetter.io.session.recorded_inputs import RecordedInput, list_content, own_count
from vetter.io.session.session_file import SessionFile

if TYPE_CHECKING:
    from vetter.headless.pictures import Pictures
    from vetter.io.export.decision_table import Opinions
    from vetter.io.export.export import ExportReport, Picture, SheetMaker

AnyPath = str | os.PathLike[str]


class Decided(NamedTuple):
    """Input of a session, opinions of one reviewer on it, and metadata of stored fits by key."""

    source: CutoutSource
    ledger: Opinions
    fits: Mapping[str, Mapping[str, Any]]


def run_status(arguments: argparse.Namespace) -> int:
    """Print the counts of a session."""
    path = Path(arguments.session).expanduser()
    print(status(path, arguments.json, arguments.reviewer, arguments.at))
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write cutouts and verdicts of a session."""
    if not arguments.output:
        raise InputError("export: no folder; name it with -o DIR")
    path = Path(arguments.session).expanduser()
    with ExitStack() as stack:
        drawn = arguments.png or arguments.html or arguments.contact_sheet
        pictures = _pictures(path, arguments.settings, stack) if drawn else None
        report = export_session(
            path,
            Path(arguments.output).expanduser(),
            choice_of(arguments),
            arguments.format or (),
            arguments.png,
            arguments.reviewer,
            None if pictures is None else pictures.draw,
            Progress("export"),
            html=arguments.html,
            sheet=pictures.begin_sheet if pictures and arguments.contact_sheet else None,
            policy=arguments.policy,
        )
    print_lines(*report.lines())
    return 0


def _pictures(path: Path, settings: str | None, stack: ExitStack) -> Pictures:
    # Imported here: the window's drawing code needs Qt, which only options with pictures load.
    from vetter.headless.pictures import make_pictures

    source = open_without_test_rows([str(path)]).read_whole_list()
    stack.callback(source.close)
    return make_pictures(path, source, settings)


def status(
    path: AnyPath, as_json: bool = False, reviewer: str | None = None, at: Moment | None = None
) -> str:
    """Return the counts of a session for one reviewer, by default the one who decided last.

    With `at` the events up to that moment are replayed; position and answers then are not known.

    With `as_json` the text is a JSON object with ``candidates``, ``accepted``, ``rejected``,
    ``maybe``, ``later``, ``undecided``, ``decisions`` (events ever made by the reviewer),
    ``position`` (a key, or null), ``reviewers`` (the one who decided last at the end) and
    ``format`` (version of the file's format); if the session holds fits, also ``answers``: the
    number of fits with each answer; if the window has found storms, also ``storms``: a list of
    ``kind`` ('image', 'exposure', 'detector' or 'night'), ``label``, ``candidates`` and ``usual``,
    the median of the others.

    Raises
    ------
    InputError
        The file is not a session, or has no such reviewer.
    """
    with _open_session(path, reviewer) as session:
        decisions = without_planted(session.decisions(), session.planted())
        reviewers, position, answers = session.reviewers(), session.position, {}
        storms: list[dict[str, Any]] = []
        if at is None:
            answers, storms = _count_answers(session), _stored_storms(session)
        else:
            decisions = [decision for decision in decisions if at.is_after(decision)]
            reviewers, position = last_reviewers(decisions), None
            if reviewer is None:
                session.reviewer = reviewers[-1] if reviewers else ""
        if position in added_keys(session.planted()):
            position = None
        counts, note = _counts(session, decisions)
        report_damage(session)
    if as_json:
        facts: dict[str, Any] = {"position": position, "reviewers": reviewers}
        if answers:
            facts["answers"] = answers
        if storms:
            facts["storms"] = storms
        return json.dumps({**counts._asdict(), **facts, "format": session.format})
    others = [name for name in reviewers if name != session.reviewer]
    lines = [
        f"{session.path.name}: {format_count(counts.candidates, 'candidate')}",
        f"reviewer    {session.reviewer or 'none yet'}"
        + (f" (others: {', '.join(others)})" if others else ""),
        f"accepted    {counts.accepted}",
        f"rejected    {counts.rejected}",
        f"maybe       {counts.maybe}",
        *([f"later       {counts.later}"] if counts.later else []),
        f"undecided   {counts.undecided}",
        f"decisions   {counts.decisions}",
        f"position    {position if position is not None else '-'}",
        *([f"answers     {_list_answers(answers)}"] if answers else []),
        *[f"storm       {_describe_storm(storm)}" for storm in storms],
        *([note] if note else []),
    ]
    return "\n".join(escape_to_line(line) for line in lines)


def export_session(
    path: AnyPath,
    out: AnyPath,
    choice: RowChoice = ACCEPTED,
    formats: Sequence[str] = (),
    png: bool = False,
    reviewer: str | None = None,
    picture: Picture | None = None,
    progress: Callable[[int, int], None] | None = None,
    html: bool = False,
    sheet: SheetMaker | None = None,
    policy: str | None = None,
) -> ExportReport:
    """Export a session with :func:`vetter.io.export.export.export`.

    Parameters
    ----------
    path : path
        The session file.
    out : path
        The folder to write to.
    choice : RowChoice
        Candidates that get cutouts.
    formats : sequence of str
        Formats of the table; 'ecsv' if empty.
    png : bool
        Whether pictures are written too, made by `picture`.
    reviewer : str, optional
        Reviewer whose decisions are exported, by default the one who decided last.
    picture : callable, optional
    progress : callable, optional
        Called with (done, total).
    html : bool
        Whether the report is written too, with pictures made by `picture`.
    sheet : callable, optional
        Begins the contact sheet.
    policy : str, optional
        Rule that combines all reviewers, see `Policy`; by default one reviewer is exported.

    Raises
    ------
    InputError
        The session or its inputs cannot be opened, or the export cannot be written.
    """
    # Imported here: the counts and the events of a session need no tables.
    from vetter.io.export.export import export

    with open_decided(path, reviewer, policy) as (source, ledger, fits):
        return export(
            source,
            ledger,
            out,
            choice,
            tuple(formats) or ("ecsv",),
            png,
            picture,
            fits,
            progress or (lambda done, total: None),
            radius=source.default_radius,
            html=html,
            sheet=sheet,
        )


@contextmanager
def open_decided(
    path: AnyPath, reviewer: str | None, policy: str | None = None
) -> Iterator[Decided]:
    """Open a session's input with the opinions of a reviewer and the stored fits by key.

    With a policy the opinions are those that it makes of all reviewers'.

    Raises
    ------
    InputError
        The session or its inputs cannot be opened.
    """
    if policy is not None and reviewer is not None:
        raise InputError("--policy combines all reviewers, --reviewer names one: give one of both")
    with _open_session(path, reviewer) as session:
        every, planted = session.decisions(), session.planted()
        decisions = without_planted(every, planted)
        fits = {key: meta for key, (_, meta) in session.adjustments().items()}
        report_damage(session)
    source = open_without_test_rows([os.fspath(path)]).read_whole_list()
    try:
        ledger = Ledger(source.candidates, session.reviewer)
        ledger.replay(decisions)
        opinions: Opinions = ledger
        if policy is not None:
            ratings = collect_ratings(source.candidates, decisions)
            record = record_by_test_rows(every, planted, ratings.reviewers)
            opinions = CombinedOpinions(ratings, Policy(policy), record)
        yield Decided(source, opinions, fits)
    finally:
        source.close()


def record_by_test_rows(
    decisions: Sequence[Decision], planted: Sequence[PlantedRow], reviewers: tuple[str, ...]
) -> ReviewerRecord | None:
    """Return the records of reviewers, sorted by name, on a session's test rows; None without any.

    Without test rows of a known truth the records come from the reviewers' agreement.
    """
    keys = {row.key for row in planted}
    tested = [one for one in decisions if one.key in keys and one.reviewer in reviewers]
    listed = DecidedList(tested)
    truth = known_truth(listed.keys, planted)
    if truth is None:
        return None
    return rate_reviewers(collect_ratings(listed, tested, reviewers).codes, truth)


def choice_of(arguments: argparse.Namespace) -> RowChoice:
    """Return the candidates that the options of ``vetter export`` choose."""
    return RowChoice(
        tuple(chosen_verdicts(arguments.verdict or ("accept",))),
        tuple(arguments.tag or ()),
        arguments.since or "",
        arguments.until or "",
        arguments.where or "",
        arguments.only_chosen,
    )


def chosen_verdicts(words: Sequence[str]) -> frozenset[Verdict]:
    """Return the verdicts of these words; raise InputError for an unknown word."""
    if "all" in (word.lower() for word in words):
        return frozenset(Verdict)
    try:
        return frozenset(Verdict.from_word(word) for word in words)
    except KeyError as unknown:
        known = ", ".join(verdict.value for verdict in Verdict)
        raise InputError(f"{unknown.args[0]}: no such verdict; there are {known}, all") from None


def _open_session(path: AnyPath, reviewer: str | None) -> SessionFile:
    """Open a session read-only, as one of its reviewers."""
    reviewer = None if reviewer is None else storable(reviewer)
    session = SessionFile.open(path, reviewer or "", read_only=True)
    try:
        known = session.all_reviewers()
        if reviewer is None:
            session.reviewer = known[-1] if known else ""
        elif reviewer not in known:
            remedy = f"there are {', '.join(known)}" if known else "no reviewer has"
            raise InputError(f"{path}: {reviewer!r} has not decided anything here; {remedy}")
    except BaseException:
        session.close()
        raise
    return session


def report_damage(session: SessionFile) -> None:
    """Print the unreadable parts of a session on standard error, with the remedy."""
    if session.damage:
        print_lines(
            f"{session.path}: a damaged session: {', '.join(session.damage)}; open it and choose "
            "File > Save as a new session to keep the rest"
        )


def _counts(session: SessionFile, decisions: Sequence[Decision]) -> tuple[Counts, str]:
    """Return the counts of decisions and a note on them ('' for none).

    If the list has never changed, verdicts count by key, and the inputs are not opened. If it
    has changed, verdicts count by key and position, as in the window.
    """
    inputs, planted = session.inputs(), session.planted()
    note = ""
    changed = len({list_content(earlier.fingerprints) for earlier in inputs}) > 1
    if changed or (inputs and _is_other_list(inputs[-1])):
        try:
            source = open_without_test_rows([os.fspath(session.path)]).read_whole_list()
        except InputError as error:
            note = f"the list has changed and cannot be read: counted by keys alone ({error})"
        else:
            ledger = Ledger(source.candidates, session.reviewer)
            source.close()
            ledger.replay(decisions)
            return ledger.counts(), note
    ledger = Ledger(_Decided(decisions), session.reviewer)
    ledger.replay(decisions)
    counts = ledger.counts()
    total = own_count(inputs[-1], planted) if inputs else counts.candidates
    undecided = total - (counts.candidates - counts.undecided)
    return counts._replace(candidates=total, undecided=undecided), note


def _count_answers(session: SessionFile) -> dict[str, int]:
    """Return the number of stored fits with each answer; empty without any.

    Fits of an earlier version's session have no answers.
    """
    added = added_keys(session.planted())
    metas = [meta for key, (_, meta) in session.adjustments().items() if key not in added]
    counts = Counter(str(meta.get("adjust_answer", "")) for meta in metas)
    answers = {answer.value: counts[answer.value] for answer in Answer}
    return answers if any(answers.values()) else {}


def _stored_storms(session: SessionFile) -> list[dict[str, Any]]:
    """Return the storms that the window has found; entries of another form are left out."""
    record = session.settings.get("storms")
    found = record.get("found") if isinstance(record, dict) else None
    kinds = {"kind": str, "label": str, "candidates": int, "usual": float}
    return [
        {name: storm[name] for name in kinds}
        for storm in (found if isinstance(found, list) else [])
        if isinstance(storm, dict)
        and all(type(storm.get(name)) is kind for name, kind in kinds.items())
    ]


def _describe_storm(storm: Mapping[str, Any]) -> str:
    count = format_count(storm["candidates"], "candidate")
    return f"{storm['kind']} {storm['label']}: {count}, {storm['usual']:g} in the others' median"


def _list_answers(answers: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in answers.items())


def _is_other_list(recorded: RecordedInput) -> bool:
    """Return whether the list on the disk differs from the one that the session recorded."""
    known = [f for f in recorded.fingerprints if f.is_list]
    names = recorded.record.get("inputs") or []
    if not known or len(names) != 1:
        return False
    paths = [parse_fits_name(str(names[0])).path]
    if known[0].role != "candidates":
        # The lists of a field file have kept their paths, or the night has moved as a whole.
        paths = [Path(f.path) for f in known]
    try:
        return any(
            list_fingerprint("candidates", path).digest != f.digest
            for path, f in zip(paths, known, strict=True)
        )
    except InputError:
        # Removed or moved: the counts rest on the session alone.
        return False


class _Decided:
    """Candidates with a decision, at the positions of their last decisions."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        last = {decision.key: decision for decision in decisions}
        self._rows = {key: row for row, key in enumerate(last)}
        self.keys = list(last)
        places = np.array([(d.x, d.y, d.ra, d.dec) for d in last.values()]).reshape(-1, 4)
        self.x, self.y, self.ra, self.dec = places.T

    def __len__(self) -> int:
        return len(self.keys)

    def row_of(self, key: str) -> int:
        return self._rows[key]

    def name(self, row: int) -> str:
        return str(self.keys[row])
