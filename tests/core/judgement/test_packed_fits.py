"""Results of fits come out of their arrays as they went in, and are no objects in between."""

from __future__ import annotations

import gc
from dataclasses import fields, replace

import numpy as np
import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement import fit_table
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable, PackedFits

ODD = Adjustment(
    False,
    "cutout 7.fits: gone",
    dx=-1.0 / 3.0,
    pval=5e-324,
    chi2=np.inf,
    df=2**40,
    pixels=225,
    at_bound=("dx", "scale"),
    psf="β = 2.5",
    template="convolved",
    caveats=("err is only estimated",),
    notes=("FWHM 3.68 px; guessed", "", "x"),
    fit_bg=False,
    spline=5,
    unread=True,
)


@pytest.mark.parametrize("fit", [ODD, make_failure("no good pixels"), Adjustment(True)])
def test_a_result_comes_out_as_it_went_in(fit):
    packed = PackedFits(2)
    packed.set(1, fit)
    packed.set(0, Adjustment(True, "other"))
    # As text: a NaN is not equal to itself.
    assert repr(packed.get(1)) == repr(fit) and packed.get(1).unread == fit.unread
    types = [type(getattr(packed.get(1), field.name)) for field in fields(fit)]
    assert types == [type(getattr(fit, field.name)) for field in fields(fit)]


def test_all_of_a_result_but_its_residual_is_kept():
    kept = {*fit_table._NUMBERS, *fit_table._TEXTS}
    assert kept == {field.name for field in fields(Adjustment)} - {"residual"}


def test_numbers_of_numpy_are_pythons_when_they_come_out():
    packed = PackedFits(1)
    packed.set(0, Adjustment(np.True_, dx=np.float64(0.5), df=np.int64(3)))
    fit = packed.get(0)
    assert [type(value) for value in (fit.converged, fit.dx, fit.df)] == [bool, float, int]


def test_a_list_that_grows_keeps_its_results():
    packed = PackedFits(1)
    packed.set(0, ODD)
    packed.extend(3)
    packed.set(2, make_failure("x"))
    assert repr(packed.get(0)) == repr(ODD) and packed.get(2).reason == "x"


def test_a_copy_does_not_follow_later_results():
    packed = PackedFits(1)
    packed.set(0, ODD)
    copied = packed.copy()
    packed.set(0, make_failure("x"))
    assert repr(copied.get(0)) == repr(ODD)


def test_words_that_many_say_are_kept_once():
    packed = PackedFits(2)
    for row in range(2):
        packed.set(row, replace(ODD, dx=float(row), notes=(f"FWHM {len(packed._texts)} px",)))
    assert packed._texts[0] is packed._texts[1]


def test_the_garbage_collector_has_nothing_to_do_with_results():
    def tracked() -> int:
        gc.collect()
        return len(gc.get_objects())

    table = FitTable(300)
    table.set(0, ODD, Judgement(Answer.NOT_JUDGED, "why"))
    before = tracked()
    for row in range(300):
        fit = replace(ODD, dx=float(row), notes=(f"FWHM {row} px",))
        table.set(row, fit, Judgement(Answer.KEPT, f"a source of S/N {row} survives"))
    assert tracked() - before < 100
    assert len(table) == 300
