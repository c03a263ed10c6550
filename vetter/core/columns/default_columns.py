"""The columns that a list of candidates shows before anybody chooses."""

from __future__ import annotations

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.broker_columns import FLUXES, first_of, score_list_columns
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.cutout_source import CutoutSource, has_epochs
from vetter.core.judgement.disappeared import why_not_judged


def first_columns(
    source: CutoutSource, candidates: CandidateList, columns: ReviewColumns
) -> list[str]:
    """Verdict, name, magnitude, what tells most of a candidate, and tags.

    Parameters
    ----------
    source : CutoutSource
    candidates : CandidateList
        Those of the source, as far as they are known.
    columns : ReviewColumns
        The columns there are.

    Returns
    -------
    list of str
        Without a magnitude the flux of an alert, else the pixel position. Where fits can be
        judged `disappeared`, else score, filter and number of detections, as far as they are
        known. Of several images the filter, where names tell the image, else the image.
    """
    known = columns.names
    telling = [name for name in score_columns(source, candidates) if name in known]
    flux = first_of(candidates.columns, FLUXES) if telling else None
    names = ["verdict", "name"]
    if candidates.roles.mag is not None:
        names.append(columns.find("mag"))
    elif flux in known:
        names.append(str(flux))
    else:
        names += [name for name in ("x", "y") if name in known]
    names += telling
    if not why_not_judged(source) and "disappeared" in known:
        names.append("disappeared")
    return [*dict.fromkeys([*names, *_image_columns(source, candidates)]), "tags"]


def score_columns(source: CutoutSource, candidates: CandidateList) -> list[str]:
    """What the pipeline says of a candidate, where no fit is judged; empty where fits are."""
    return score_list_columns(candidates) if why_not_judged(source) else []


def _image_columns(source: CutoutSource, candidates: CandidateList) -> list[str]:
    """What tells the images of a night apart, where the candidates' names do not."""
    if not has_epochs(source) or not len(candidates):
        return []
    named = candidates.name(0).startswith(f"{candidates.table['field'][0]}:")
    return ["filter"] if named else ["field"]
