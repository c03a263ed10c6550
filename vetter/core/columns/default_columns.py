"""Default columns of a candidate list."""

from __future__ import annotations

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.broker_columns import FLUXES, find_first_column, score_list_columns
from vetter.core.columns.detection_measures import find_measures
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.cutout_source import CutoutSource, has_epochs
from vetter.core.judgement.disappeared import why_not_judged


def first_columns(
    source: CutoutSource, candidates: CandidateList, columns: ReviewColumns
) -> list[str]:
    """Return the default columns: verdict, name, brightness, judgement or score, image, tags.

    Parameters
    ----------
    source : CutoutSource
    candidates : CandidateList
        Candidates of the source that have been read.
    columns : ReviewColumns
        The available columns.

    Returns
    -------
    list of str
        Brightness is the magnitude, else the flux of an alert, else S/N, flux and sign, else
        the pixel position. If fits
        can be judged, `answer` follows, else score, filter and number of detections. For
        several images, the filter follows if the candidates' names begin with the image, else
        the image. Columns that the list does not have are left out.
    """
    known = columns.names
    scores = [name for name in score_columns(source, candidates) if name in known]
    flux = find_first_column(candidates.columns, FLUXES) if scores else None
    names = ["verdict", "name"]
    if candidates.roles.mag is not None:
        names.append(columns.find("mag"))
    elif flux in known:
        names.append(str(flux))
    else:
        measures = list(find_measures(columns, candidates).values())
        names += measures or [name for name in ("x", "y") if name in known]
    names += scores
    if not why_not_judged(source) and "answer" in known:
        names.append("answer")
    return [*dict.fromkeys([*names, *_image_columns(source, candidates)]), "tags"]


def score_columns(source: CutoutSource, candidates: CandidateList) -> list[str]:
    """Return the score columns of a list whose fits cannot be judged; empty for other lists."""
    return score_list_columns(candidates) if why_not_judged(source) else []


def _image_columns(source: CutoutSource, candidates: CandidateList) -> list[str]:
    """Return the column that distinguishes the images of a night; empty for one image."""
    if not has_epochs(source) or not len(candidates):
        return []
    has_field_in_name = candidates.name(0).startswith(f"{candidates.table['field'][0]}:")
    return ["filter"] if has_field_in_name else ["field"]
