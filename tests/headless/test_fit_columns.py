from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import ANSWERS, META_KEYS, Judgement
from vetter.headless.adjusted_table import AdjustedTable, FitColumns

FOUND = Adjustment(
    converged=True, dx=0.1, dy=-0.2, df=165, pixels=169, at_bound=("dx",), notes=("a", "b")
)


def test_results_come_back_as_they_were() -> None:
    columns = FitColumns(3)
    columns.set([2, 0], [FOUND.as_meta(), make_failure("off the image").as_meta()])
    back = [result.as_meta() for result in columns.results(0, 3)]
    assert str(back[2]) == str(FOUND.as_meta())
    assert back[0]["adjust_reason"] == "off the image"
    assert back[1]["adjust_converged"] is False


def test_columns_have_their_types_also_when_there_is_no_row() -> None:
    columns = FitColumns(0)
    kinds = {name: columns.column(name, 0, 0).dtype.kind for name in columns.names}
    assert kinds["adjust_converged"] == "b" and kinds["adjust_df"] == "i"
    assert kinds["adjust_dx"] == "f" and kinds["adjust_notes"] == "U"


def test_a_row_takes_as_much_memory_as_its_numbers() -> None:
    meta = FOUND.as_meta()
    tracemalloc.start()
    try:
        columns = FitColumns(10_000)
        for row in range(10_000):
            columns.set([row], [meta])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 10_000 * 8 * (len(columns.names) + 2)


@pytest.mark.parametrize("kind", ["ecsv", "csv", "fits", "votable"])
def test_table_has_each_answer_with_its_limits(kind) -> None:
    columns = FitColumns(len(ANSWERS))
    columns.set(range(len(ANSWERS)), [FOUND.as_meta()] * len(ANSWERS))
    listed = Table({"id": np.arange(len(ANSWERS)), "adjust_answer": ["old"] * len(ANSWERS)})
    table = AdjustedTable(listed, columns, kind)
    judgements = [Judgement(answer, answer.letter, 310.0, 9.0, 41) for answer in ANSWERS]
    piece = table.piece(0, judgements)
    assert piece["adjust_answer"].tolist() == [answer.value for answer in ANSWERS]
    assert set(piece["adjust_flux_limit"]) == {310.0} and set(piece["adjust_power"]) == {9.0}
    assert set(piece["adjust_stars"]) == {41}
    assert piece["disappeared"].tolist() == [True, False, None, None, False, None]
    assert piece["disappeared_reason"].tolist() == list("EVONK?")
    assert piece.colnames[-6:-2] == [*META_KEYS] and "adjust_answer" in table.notes[0]


def test_table_without_rows_has_columns_of_answers() -> None:
    piece = AdjustedTable(Table({"id": np.empty(0, int)}), FitColumns(0), "ecsv").piece(0, [])
    assert piece["adjust_answer"].dtype.kind == "U" and piece["adjust_power"].dtype.kind == "f"
    assert piece["adjust_stars"].dtype.kind == "i" and len(piece) == 0
