"""What files of planes and lists are called."""

from __future__ import annotations

import pytest

from vetter.io.files.plane_names import (
    IMAGE_ENDINGS,
    is_surely_a_list,
    list_stem,
    plane_of,
    without_ending,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("science", ("", "image")),
        ("convolved_template", ("", "convolved")),
        ("difference_decorr", ("", "decorr")),
        ("r1", ("r1", "image")),
        ("r1_sci", ("r1", "image")),
        ("r1-ref", ("r1", "template")),
        ("r1.diff", ("r1", "diff")),
        ("r1_DIFF", ("r1", "diff")),
        ("diff_r1", ("r1", "diff")),
        ("r1_sci_diff", ("r1", "diff")),
        ("r1_convolved_template", ("r1", "convolved")),
        ("visit_image", ("", "image")),
        ("visit_image_R22_S11", ("R22_S11", "image")),
        ("preliminary_visit_image_R22_S11", ("R22_S11", "image")),
        ("template_detector_R22_S11", ("R22_S11", "template")),
        ("difference_image_R22_S11", ("R22_S11", "diff")),
        ("r1.sfftdiff", ("r1", "diff")),
        ("ztf_2020_zr_scimrefdiffimg", ("ztf_2020_zr", "diff")),
        ("ztf_2020_zr_sciimg", ("ztf_2020_zr", "image")),
        ("field_D", ("field", "diff")),
        ("field_Scorr", ("field", "scorr")),
        ("field_d", ("field_d", "image")),
        ("D_field", ("D_field", "image")),
        ("r1_ediff", ("r1", "err")),
        ("r1_weight", ("r1", "weight")),
        ("diffuse", ("diffuse", "image")),
        ("match_kernel", ("match_kernel", "image")),
    ],
)
def test_planes(name, expected):
    assert plane_of(name) == expected


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("r1", "r1"),
        ("r1_cands", "r1"),
        ("r1_diff_cat", "r1"),
        ("r1_diff", "r1"),
        ("candidates", ""),
        ("r1.candidates", "r1"),
        ("r1_sci", "r1"),
        ("dia_source", ""),
        ("r1_dia_source", "r1"),
        ("dia_source_R22_S11", "R22_S11"),
    ],
)
def test_lists(name, stem):
    assert list_stem(name) == stem


def test_endings_are_taken_whole_and_in_any_case():
    assert without_ending("A.diff.FITS.fz", IMAGE_ENDINGS) == "A.diff"
    assert without_ending("A.txt", IMAGE_ENDINGS) is None


def test_a_note_is_no_list():
    assert is_surely_a_list("candidates_derived.csv") and is_surely_a_list("x.ecsv")
    assert not is_surely_a_list("notes.txt") and not is_surely_a_list("weather.csv")
