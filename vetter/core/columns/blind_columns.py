"""Columns that a blind review hides: scores, answers of fits, and verdicts of others."""

from __future__ import annotations

import dataclasses
import re

from vetter.core.candidates.candidate_list import ROLE_NAMES, CandidateList
from vetter.core.candidates.column_roles import normalise_name
from vetter.core.columns.broker_columns import SCORES

HIDDEN_TEXT = "hidden: blind review"
"""Text in the place of the fit's answer."""

_WORDS = """
    score prob probability reliability realbogus rb drb braai btsbot acai vra
    class classification classifier label verdict disappeared answer snn rfscore
    comment reviewer reviewers tags decided classtar votes agreement disagree others opinion
    real bogus realness confidence prediction predictions pred likelihood truth cnn injected
""".split()
_HIDDEN = re.compile(
    rf"^(?:{'|'.join(SCORES)})$"
    r"|^(?:adjust|vet)_"
    r"|(?:^|_)(?:" + "|".join(_WORDS) + r")\d*(?:_|$)"
    r"|(?:score|prob|probability|class|label)\d*$"
    r"|^(?:rb|drb|braai|acai)",
    re.IGNORECASE,
)
"""Names of scores and classifiers of surveys, of results of fits, and of decisions in an export."""


def is_hidden_column(name: str) -> bool:
    """Return whether a blind review hides a column of this name.

    Hidden are real-bogus scores and other probabilities, classes and labels, the ``adjust_*``
    columns of fits, and the columns of decisions in an exported table.

    Examples
    --------
    >>> [name for name in ("mag", "rb", "classtar_score", "adjust_dx", "verdict", "ra")
    ...  if is_hidden_column(name)]
    ['rb', 'classtar_score', 'adjust_dx', 'verdict']
    """
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    flat = normalise_name(name)
    return bool(_HIDDEN.search(re.sub(r"[^A-Za-z0-9]+", "_", parts)) or flat in SCORES)


def hidden_columns(candidates: CandidateList) -> list[str]:
    """Return the columns of a list that a blind review hides; columns with a role stay."""
    roles = {getattr(candidates.roles, role) for role in ROLE_NAMES}
    return [name for name in candidates.columns if name not in roles and is_hidden_column(name)]


def hide_columns(candidates: CandidateList) -> CandidateList:
    """Return a list without the columns that a blind review hides.

    The columns are left out of the list itself, so that no view, filter, order or export of the
    window can hold them.
    """
    hidden = set(hidden_columns(candidates))
    if not hidden:
        return candidates
    table = candidates.table[[name for name in candidates.columns if name not in hidden]]
    return dataclasses.replace(candidates, table=table)
