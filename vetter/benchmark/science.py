"""How far the fit can be trusted, on simulated cutouts of known truth: tables, not times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from vetter.benchmark.figures import Figure
from vetter.benchmark.trial_tables import explained_table, p_value_table


def measure(seeded_p: int = 2000, seeded_e: int = 500) -> Iterator[Figure]:
    """All rows of both tables, each with what is asserted of it, as they are done.

    Parameters
    ----------
    seeded_p, seeded_e : int
        Cutouts of each row: for p-values, and for what disappears. Seeds are fixed.
    """
    return chain(_p_values(seeded_p), _explained(seeded_e))


def _p_values(count: int) -> Iterator[Figure]:
    for row in p_value_table(count):
        values = {
            "Kolmogorov-Smirnov p": row.kolmogorov,
            "below 1e-5": row.below,
            "chi2/df": row.chi2_ratio,
            "warned": row.warned,
        }
        note = row.warning and f"the window warns: {row.warning}"
        if row.promised:
            kept = "kept" if row.kolmogorov > 0.01 else "NOT kept"
            note = f"promised uniform, p > 0.01: {kept}" + (f"; {note}" if note else "")
        yield Figure(f"p-values of {count:,}: {row.case}", values, "", note=note)


def _explained(count: int) -> Iterator[Figure]:
    for row in explained_table(count):
        values = {
            "disappeared": row.disappeared,
            "by STDPipe's criterion": row.reference,
            "not judged": row.not_judged / row.count,
        }
        note = ""
        if row.least is not None:
            note = f"at least {row.least:g}: {_kept(row.disappeared >= row.least)}"
        if row.most is not None:
            note = f"under {row.most:g}: {_kept(row.disappeared < row.most)}"
        yield Figure(f"{row.case}, {row.count}", values, "", note=note)


def _kept(kept: bool) -> str:
    return "kept" if kept else "NOT kept"
