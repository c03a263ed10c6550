from __future__ import annotations

import tracemalloc

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.headless.adjusted_table import FitColumns

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
    assert taken < 10_000 * 8 * 28
