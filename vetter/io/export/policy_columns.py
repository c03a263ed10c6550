"""Policy by which an export combines several reviewers, in its table and its cutouts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from astropy.table import Column, Table

from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.decisions.agreement.policy import DESCRIPTIONS, CombinedOpinions
from vetter.io.export.decision_table import Opinions


def policy_meta(opinions: Opinions, row: int) -> dict[str, Any]:
    """Return ``vet_policy`` and ``vet_basis`` of a cutout; empty for one reviewer's opinions."""
    if not isinstance(opinions, CombinedOpinions):
        return {}
    return {"vet_policy": opinions.policy.value, "vet_basis": opinions.combined(row).basis}


def add_policy(table: Table, opinions: Opinions, rows: Iterable[int]) -> None:
    """Add the columns ``policy`` and ``basis`` of the combined verdicts to a table.

    Nothing is added for one reviewer's opinions. A list's own column of such a name stays, and
    the added one is ``basis_2``.

    Parameters
    ----------
    table : `~astropy.table.Table`
    opinions : Opinions
    rows : iterable of int
        Row of the list for each row of the table.
    """
    if not isinstance(opinions, CombinedOpinions):
        return
    policy = opinions.policy
    texts = [opinions.combined(int(row)).basis for row in rows]
    for name, values, description in (
        ("policy", [policy.value] * len(texts), DESCRIPTIONS[policy]),
        ("basis", texts, "reviewers behind the verdict"),
    ):
        taken = {str(column).casefold() for column in table.colnames}
        dtype = None if any(values) else "U1"
        column = Column(values, dtype=dtype, description=description)
        table[numbered_name(name, taken, fold=str.casefold)] = column
