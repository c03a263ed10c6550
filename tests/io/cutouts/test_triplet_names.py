from __future__ import annotations

import pytest

from vetter.errors import InputError
from vetter.io.cutouts.triplet_names import (
    PlaneSet,
    PlaneSets,
    _plane_of,
    sets_by_patterns,
    sets_by_words,
)
from vetter.io.files.plane_names import plane_of


@pytest.mark.parametrize(
    ("paths", "name", "planes"),
    [
        (["/d/A_sci.fits", "/d/A_ref.fits"], "A", {"image", "template"}),
        (["/d/A_new.fits.fz", "/d/A_sub.fits.gz"], "A", {"image", "diff"}),
        (["/d/sci_A.fits", "/d/diff_A.fits"], "A", {"image", "diff"}),
        (["/d/A/sci.fits", "/d/A/ref.fits"], "A", {"image", "template"}),
        (["/d/A.fits", "/d/A_tmpl.fits", "/d/A_mask.fits"], "A", {"image", "template", "mask"}),
        (["/d/A.1_image.fits", "/d/A.1_scorr.fits"], "A.1", {"image", "scorr"}),
        (["/d/A.fits", "/d/A_tmpl.fits"], "A", {"image", "template"}),
        (["/d/A_sci.fits"], "A", {"image"}),
    ],
)
def test_files_of_one_candidate(paths: list[str], name: str, planes: set[str]) -> None:
    (one,) = sets_by_words(paths).sets
    assert (one.name, set(one.planes)) == (name, planes)


def test_a_file_without_a_word_and_without_others_is_no_candidate() -> None:
    found = sets_by_words(["/d/J0421+3312.fits", "/d/notes.txt"])
    assert (found.sets, found.others) == ([], 2)


def test_planes_without_an_image_are_left_alone_and_counted() -> None:
    found = sets_by_words(["/d/A_ref.fits", "/d/A_diff.fits", "/d/B_sci.fits"])
    assert [one.name for one in found.sets] == ["B"]
    assert (found.without_image, found.others) == (1, 2)


def test_a_second_file_of_a_plane_is_counted() -> None:
    found = sets_by_words(["/d/A_new.fits", "/d/A_sci.fits"])
    assert found.sets[0].planes == {"image": "/d/A_new.fits"}
    assert found.doubled == 1


def test_one_name_in_two_folders_is_two_candidates() -> None:
    paths = [f"/d/{night}/A_{word}.fits" for night in ("n1", "n2") for word in ("sci", "ref")]
    assert [one.name for one in sets_by_words(paths).sets] == ["n1/A", "n2/A"]


@pytest.mark.parametrize(
    "stem",
    [
        "A_sci",
        "A_ref_diff",
        "sci_A",
        "A-sub",
        "A.new",
        "J1",
        "x_D",
        "A_convolved_ref",
        "r1_sci_diff",
        "_sci",
        "sci",
        "A_d",
        "A_sci_r",
    ],
)
def test_the_short_way_agrees_with_the_patterns(stem: str) -> None:
    assert _plane_of(stem) == plane_of(stem)


def test_patterns_of_the_users_own() -> None:
    patterns = {"image": "{name}.new.fits", "template": "{name}.old*.fits"}
    found = sets_by_patterns(["/d/x/A.new.fits", "/d/x/A.old2.fits", "/d/B.fits"], "/d", patterns)
    assert found.sets[0].name == "A"
    assert found.sets[0].planes == {"image": "/d/x/A.new.fits", "template": "/d/x/A.old2.fits"}
    assert found.others == 1


def test_a_pattern_with_folders_begins_at_the_input() -> None:
    patterns = {"image": "new/{name}.fits", "template": "old/{name}.fits"}
    found = sets_by_patterns(["/d/new/A.fits", "/d/old/A.fits"], "/d", patterns)
    assert found.sets[0].planes == {"image": "/d/new/A.fits", "template": "/d/old/A.fits"}


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ({"image": "sci.fits"}, "{name} is missing"),
        ({"diff": "{name}_d.fits"}, "no pattern for the image"),
    ],
)
def test_patterns_that_make_no_sense(patterns: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sets_by_patterns([], "/d", patterns)


def counts(found: PlaneSets) -> tuple[int, int, int]:
    return found.others, found.without_image, found.doubled


def test_nothing_is_counted_before_there_is_something() -> None:
    assert counts(PlaneSets([])) == counts(sets_by_words([])) == (0, 0, 0)
    one = PlaneSet("A", "/d")
    assert (one.planes, one.has_image_word) == ({}, False)


def test_other_files_are_counted_by_their_kind() -> None:
    paths = ["A_sci.fits", "A_ref.fits", "A_new.fits", "A_sub.fits", "A_diff.fits"]
    paths += ["B_ref.fits", "B_diff.fits", "C_mask.fits", "lone.fits", "a.txt", "b.csv"]
    found = sets_by_words(f"/d/{path}" for path in paths)
    assert [(one.name, one.folder, one.has_image_word) for one in found.sets] == [("A", "/d", True)]
    assert counts(found) == (2 + 1 + 1 + 2, 2, 2)


def test_patterns_count_what_they_leave_out() -> None:
    patterns = {"image": "{name}_i.fits", "template": "{name}_t*.fits"}
    paths = ["A_i.fits", "A_t1.fits", "A_t2.fits", "A_t3.fits", "B_t.fits", "x.fits", "y.txt"]
    found = sets_by_patterns([f"/d/{path}" for path in paths], "/d", patterns)
    assert [one.planes for one in found.sets] == [
        {"image": "/d/A_i.fits", "template": "/d/A_t1.fits"}
    ]
    assert counts(found) == (2, 1, 2) and found.sets[0].has_image_word


@pytest.mark.parametrize(
    ("pattern", "file", "name"),
    [
        ("{name}/{name}_i.fits", "A/A_i.fits", "A"),
        ("{name}/{name}_i.fits", "A/B_i.fits", None),
        ("{name}/{name}_{name}.fits", "A/A_A.fits", "A"),
        ("{name}/{name}_{name}.fits", "A/A_B.fits", None),
        ("{name}/i?.fits", "A/i1.fits", "A"),
        ("{name}/i?.fits", "A/i12.fits", None),
        ("{name}*.fits", "A/B.fits", "B"),
        ("{name}.i+.fits", "A.i+.fits", "A"),
        ("{name}.i+.fits", "A.ii.fits", None),
    ],
)
def test_pattern_names_a_candidate(pattern: str, file: str, name: str | None) -> None:
    found = sets_by_patterns([f"/d/{file}"], "/d", {"image": pattern})
    assert [one.name for one in found.sets] == ([] if name is None else [name])
    assert found.others == (name is None)


def test_names_of_patterns_are_made_unique() -> None:
    paths = [f"/d/{folder}/{name}_i.fits" for folder in ("n1", "n2") for name in ("A", "B")]
    paths += ["/d/C_i.fits", "/d/n3/n1/A_i.fits", "/d/B_i.fits", "/d/n2/E_i.fits"]
    found = sets_by_patterns(paths, "/d", {"image": "{name}_i.fits"})
    names = ["n1/A", "n1/B", "n2/A", "n2/B", "C", "n1/A#2", "B", "E"]
    assert [one.name for one in found.sets] == names
