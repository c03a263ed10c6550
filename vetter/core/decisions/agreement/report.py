"""Report on the agreement of the reviewers of one session, as numbers and as lines of text."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import (
    CATEGORIES,
    Kappa,
    WilsonShare,
    cohen_kappa,
    confusion,
    fleiss_kappa,
    wilson_share,
)
from vetter.core.decisions.agreement.ratings import Ratings, find_disputes
from vetter.core.decisions.agreement.retirement import (
    RULES,
    RetirementRules,
    State,
    assign_next,
    find_states,
)
from vetter.core.decisions.agreement.reviewer_record import rate_reviewers
from vetter.core.number_text import format_count

_WORDS = ("accept", "reject", "maybe")


class PairAgreement(NamedTuple):
    """Agreement of two reviewers; ``table`` is their confusion, rows of the first."""

    first: str
    second: str
    kappa: Kappa
    table: list[list[int]]


class ReviewerAgreement(NamedTuple):
    """One reviewer among the others.

    Attributes
    ----------
    reviewer : str
    rated : int
        Candidates with a rating of theirs.
    accepted, rejected, maybe : int
    against_others : Kappa
        Cohen's kappa against the pooled ratings of the others: each pair of ratings is an entry.
    skill : float
        Mean of the rates of right verdicts, see `rate_reviewers`; 0.5 for a guess.
    complete, false_accepts : WilsonShare
        Known real candidates accepted or marked maybe, and known bogus ones accepted; without a
        trial if no truth is known.
    next : int
        Candidates that this reviewer should look at next.
    """

    reviewer: str
    rated: int
    accepted: int
    rejected: int
    maybe: int
    against_others: Kappa
    skill: float
    complete: WilsonShare
    false_accepts: WilsonShare
    next: int


class AgreementReport(NamedTuple):
    """Agreement of all reviewers.

    Attributes
    ----------
    candidates, shared : int
        All candidates, and those rated at least twice.
    fleiss : Kappa
    pairs : tuple of PairAgreement
    reviewers : tuple of ReviewerAgreement
    disagreements, arbitrated : int
        Candidates whose ratings differ and no arbiter has decided; those that one has.
    agreed, disputed, open : int
        Candidates by the rules of retirement.
    overlap : Kappa or None
        Fleiss' kappa of the candidates that shares have in common; None if not split.
    """

    candidates: int
    shared: int
    fleiss: Kappa
    pairs: tuple[PairAgreement, ...]
    reviewers: tuple[ReviewerAgreement, ...]
    disagreements: int
    arbitrated: int
    agreed: int
    disputed: int
    open: int
    overlap: Kappa | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain types for JSON; NaN becomes None."""
        facts: dict[str, Any] = {
            "candidates": self.candidates,
            "shared": self.shared,
            "fleiss": _kappa_dict(self.fleiss),
            "pairs": [
                {
                    "reviewers": [pair.first, pair.second],
                    "kappa": _kappa_dict(pair.kappa),
                    "confusion": pair.table,
                }
                for pair in self.pairs
            ],
            "reviewers": [_reviewer_dict(one) for one in self.reviewers],
            "disagreements": self.disagreements,
            "arbitrated": self.arbitrated,
            "agreed": self.agreed,
            "disputed": self.disputed,
            "open": self.open,
        }
        if self.overlap is not None:
            facts["overlap"] = _kappa_dict(self.overlap)
        return facts

    def lines(self) -> list[str]:
        """Return the report as lines of plain text."""
        lines = [
            f"{format_count(self.candidates, 'candidate')}, "
            f"{self.shared:,} with two verdicts or more",
            f"agreement       {_spell_kappa(self.fleiss)} (Fleiss)",
        ]
        if self.overlap is not None:
            lines.append(f"in the overlap  {_spell_kappa(self.overlap)}")
        lines += [
            f"disagreements   {self.disagreements:,} open, {self.arbitrated:,} arbitrated",
            f"retirement      {self.agreed:,} agreed, {self.disputed:,} disputed, "
            f"{self.open:,} open",
        ]
        if self.reviewers:
            lines += ["", *_reviewer_lines(self.reviewers)]
        for pair in self.pairs:
            lines += ["", *_pair_lines(pair)]
        return lines


def report_agreement(
    ratings: Ratings,
    truth: npt.NDArray[np.float64] | None = None,
    overlap: npt.NDArray[np.bool_] | None = None,
    rules: RetirementRules = RULES,
    planted: npt.NDArray[np.bool_] | None = None,
) -> AgreementReport:
    """Return the agreement of all reviewers.

    Parameters
    ----------
    ratings : Ratings
    truth : ndarray of float, shape (candidates,), optional
        1 for candidates known to be real, 0 for bogus, NaN for unknown.
    overlap : ndarray of bool, shape (candidates,), optional
        Candidates that the shares of a split list have in common.
    rules : RetirementRules
    planted : ndarray of bool, shape (candidates,), optional
        Rows that the program put into the list: they count in the records of the reviewers and
        in what is known of each, and in no agreement.
    """
    known, record = ratings.codes, rate_reviewers(ratings.codes, truth)
    if planted is not None:
        kept = ~planted
        ratings = ratings._replace(
            codes=ratings.codes[:, kept], arbitrated=ratings.arbitrated[kept]
        )
        record = record._replace(probability=record.probability[kept])
        overlap = None if overlap is None else overlap[kept]
    codes, counts, names = ratings.codes, ratings.counts, ratings.reviewers
    states = find_states(codes, record.probability, rules)
    states[ratings.arbitrated > 0] = State.AGREED
    # The arbiter's candidates need nobody: as if each reviewer had rated them.
    following = assign_next(codes, record.probability, record.skill, rules)
    following[ratings.arbitrated > 0] = -1
    pairs = []
    for one, other in combinations(range(len(names)), 2):
        table = confusion(codes[one], codes[other])
        if table.sum():
            pairs.append(
                PairAgreement(names[one], names[other], cohen_kappa(table), table.tolist())
            )
    differing = find_disputes(counts)
    return AgreementReport(
        candidates=codes.shape[1],
        shared=int((counts.sum(axis=-1) >= 2).sum()),
        fleiss=fleiss_kappa(counts),
        pairs=tuple(pairs),
        reviewers=tuple(
            _describe(ratings, index, known[index], truth, float(record.skill[index]), following)
            for index in range(len(names))
        ),
        disagreements=int((differing & (ratings.arbitrated == 0)).sum()),
        arbitrated=int((ratings.arbitrated > 0).sum()),
        agreed=int((states == State.AGREED).sum()),
        disputed=int((states == State.DISPUTED).sum()),
        open=int((states == State.OPEN).sum()),
        overlap=None if overlap is None else fleiss_kappa(counts[overlap]),
    )


def _describe(
    ratings: Ratings,
    index: int,
    known: npt.NDArray[np.uint8],
    truth: npt.NDArray[np.float64] | None,
    skill: float,
    following: npt.NDArray[np.int64],
) -> ReviewerAgreement:
    own = ratings.codes[index]
    accepted, rejected, maybe = (int((own == code).sum()) for code in CATEGORIES)
    pooled = sum(
        (
            confusion(own, ratings.codes[other])
            for other in range(len(ratings.reviewers))
            if other != index
        ),
        np.zeros((3, 3), np.int64),
    )
    complete = false_accepts = wilson_share(0, 0)
    if truth is not None:
        rated = np.isin(known, CATEGORIES)
        real, bogus = rated & (truth == 1), rated & (truth == 0)
        complete = wilson_share(int((known[real] != 2).sum()), int(real.sum()))
        false_accepts = wilson_share(int((known[bogus] == 1).sum()), int(bogus.sum()))
    return ReviewerAgreement(
        ratings.reviewers[index],
        accepted + rejected + maybe,
        accepted,
        rejected,
        maybe,
        against_others=cohen_kappa(pooled),
        skill=skill,
        complete=complete,
        false_accepts=false_accepts,
        next=int((following == index).sum()),
    )


def _kappa_dict(kappa: Kappa) -> dict[str, Any]:
    values = {"kappa": kappa.value, "low": kappa.low, "high": kappa.high}
    values |= {"observed": kappa.observed, "expected": kappa.expected}
    return {name: _plain(value) for name, value in values.items()} | {
        "candidates": kappa.candidates
    }


def _share_dict(share: WilsonShare) -> dict[str, Any]:
    return {name: _plain(value) for name, value in share._asdict().items()}


def _reviewer_dict(one: ReviewerAgreement) -> dict[str, Any]:
    return {
        "reviewer": one.reviewer,
        "rated": one.rated,
        "accept": one.accepted,
        "reject": one.rejected,
        "maybe": one.maybe,
        "kappa_with_others": _kappa_dict(one.against_others),
        "skill": _plain(one.skill),
        "completeness": _share_dict(one.complete),
        "false_accepts": _share_dict(one.false_accepts),
        "next": one.next,
    }


def _plain(value: float) -> float | None:
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _spell_kappa(kappa: Kappa) -> str:
    if math.isnan(kappa.value):
        why = "no candidate in common" if not kappa.candidates else "all in one category"
        return f"kappa not defined: {why}"
    return (
        f"kappa {kappa.value:.3f} ({kappa.low:.3f} to {kappa.high:.3f}), "
        f"{kappa.observed:.1%} agree, {format_count(kappa.candidates, 'candidate')}"
    )


def _reviewer_lines(reviewers: tuple[ReviewerAgreement, ...]) -> list[str]:
    width = max(8, *(len(one.reviewer) for one in reviewers))
    has_truth = any(one.complete.trials or one.false_accepts.trials for one in reviewers)
    heading = f"{'reviewer':<{width}}   rated  accept  reject   maybe  kappa  record   next"
    lines = [heading + ("  of known: real found, bogus accepted" if has_truth else "")]
    for one in reviewers:
        kappa = (
            "    -" if math.isnan(one.against_others.value) else f"{one.against_others.value:5.2f}"
        )
        line = (
            f"{one.reviewer:<{width}} {one.rated:7,} {one.accepted:7,} {one.rejected:7,}"
            f" {one.maybe:7,}  {kappa}    {one.skill:4.2f} {one.next:6,}"
        )
        if has_truth:
            line += f"  {_spell_share(one.complete)}, {_spell_share(one.false_accepts)}"
        lines.append(line)
    return lines


def _spell_share(share: WilsonShare) -> str:
    return f"{share.hits}/{share.trials}" if share.trials else "-"


def _pair_lines(pair: PairAgreement) -> list[str]:
    lines = [f"{pair.first} and {pair.second}: {_spell_kappa(pair.kappa)}"]
    width = max(len(pair.first) + 8, 16)
    lines.append(f"  {'':<{width}}" + "".join(f"{word:>9}" for word in _WORDS) + f"  {pair.second}")
    for word, row in zip(_WORDS, pair.table, strict=True):
        lines.append(f"  {pair.first + ' ' + word:<{width}}" + "".join(f"{n:>9,}" for n in row))
    return lines
