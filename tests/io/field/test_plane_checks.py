"""Planes are checked against each other and their headers, and pixels without data are NaN."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.field_files import SHAPE, pixels, tan_wcs, write_image, write_list
from vetter.core.cutout.plane import Provenance
from vetter.io.input_options import InputOptions

Open = Callable[..., Any]


@pytest.fixture
def field(tmp_path: Path, opened: Open) -> Open:
    """Opens a list on planes: name to pixels, or to pixels and cards."""
    table = write_list(tmp_path / "l.csv")

    def open_(wcs: bool = True, **planes: Any) -> Any:
        specs = {}
        for name, content in planes.items():
            data, cards = content if isinstance(content, tuple) else (content, {})
            path = tmp_path / f"{name}.fits"
            sky = tan_wcs() if wcs else None
            # astropy does not write BLANK into a file of floats; others do.
            other = {"BLANX" if key == "BLANK" else key: value for key, value in cards.items()}
            write_image(path, np.asarray(data, np.float32), other, sky)
            path.write_bytes(path.read_bytes().replace(b"BLANX   =", b"BLANK   ="))
            specs[name] = str(path)
        return opened(str(table), InputOptions(planes=specs))

    return open_


def with_fill(seed: int, fill: float) -> Any:
    """Pixels of which a quarter of the field, and one at the first candidate, are a fill."""
    data = pixels(seed)
    data[:30, :40] = fill
    data[30, 20] = fill
    return data


@pytest.mark.parametrize(
    ("fill", "cards"),
    [
        (1e-30, {"MASKVAL": 1e-30}),
        (0.0, {"MASKVAL": 0.0}),
        (-32768.0, {"BLANK": -32768}),
        (-999.0, {"NULLVAL": -999.0}),
        (1e-30, {}),
    ],
)
def test_fill_of_the_header_is_no_data(field: Open, fill: float, cards: dict[str, Any]) -> None:
    source = field(image=pixels(0), diff=(with_fill(1, fill), cards))
    cutout = source.cutout(0, 1)
    assert np.argwhere(np.isnan(cutout["diff"])).tolist() == [
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 1],
    ]
    assert cutout.notes["diff"] == "4 pixels without data"
    named = ", ".join(cards)
    note = f"diff: 1,201 pixels of {fill:g} ({named}) are no data"
    assert (note in source.notes) == bool(cards)


def test_true_zeros_of_a_difference_stay(field: Open) -> None:
    source = field(image=pixels(0), diff=with_fill(1, 0.0))
    cutout = source.cutout(0, 1)
    assert cutout["diff"][1, 1] == 0.0 and "diff" not in cutout.notes


@pytest.mark.parametrize("fill", [0.0, 1e-30, -1.0, np.nan, np.inf, 2e-6])
def test_error_that_is_none_is_no_data(field: Open, fill: float) -> None:
    errors = np.full(SHAPE, 3.0)
    errors[30, 20] = fill
    source = field(image=pixels(0), err=errors)
    assert np.argwhere(np.isnan(source.cutout(0, 1)["err"])).tolist() == [[1, 1]]


def test_number_of_pixels_without_an_error_is_said(field: Open) -> None:
    source = field(image=pixels(0), err=with_fill(1, 0.0))
    assert "err: 1,201 pixels without an error are no data" in source.notes


def test_small_errors_of_deep_pixels_stay(field: Open) -> None:
    errors = np.full(SHAPE, 3.0)
    errors[30, 20] = 1e-3
    assert field(image=pixels(0), err=errors).cutout(0, 1)["err"][1, 1] == np.float32(1e-3)


def test_variance_without_data_makes_no_error(tmp_path: Path, opened: Open) -> None:
    variance = np.full(SHAPE, 9.0, np.float32)
    variance[30, 20], variance[30, 21] = 1e-30, 0.0
    table = write_list(tmp_path / "l.csv")
    image = write_image(tmp_path / "i.fits", pixels(0), wcs=tan_wcs())
    given = write_image(tmp_path / "v.fits", variance, wcs=tan_wcs())
    options = InputOptions(planes={"image": str(image)}, variance=str(given))
    errors = opened(str(table), options).cutout(0, 1)["err"]
    assert np.isnan(errors[1]).tolist() == [False, True, True] and errors[0, 0] == 3.0


def test_convolved_image_is_no_matched_template(field: Open) -> None:
    source = field(
        image=pixels(0),
        template=pixels(1),
        convolved=(pixels(0), {"CONVOL00": "IMAGE"}),
        diff=(pixels(2), {"CONVOL00": "IMAGE"}),
    )
    assert "convolved" not in source.plane_names
    assert "convolved_image" in source.plane_names
    assert any("CONVOL00 = IMAGE" in caution for caution in source.extra_cautions)


@pytest.mark.parametrize("cards", [{"CONVOL00": "TEMPLATE"}, {"CONVOLVE": "IMAGE"}, {}])
def test_convolved_template_stays(field: Open, cards: dict[str, str]) -> None:
    image, convolved = pixels(0), pixels(1)
    source = field(image=image, convolved=(convolved, cards), diff=image - convolved)
    assert "convolved" in source.plane_names and source.extra_cautions == ()


def test_difference_of_other_planes_is_a_caution(field: Open) -> None:
    source = field(image=pixels(0), convolved=pixels(1), diff=pixels(2))
    (caution,) = source.extra_cautions
    assert caution.startswith("diff is not image - convolved (their pixels correlate by ")
    assert caution in source.notes


def test_difference_of_opposite_sign_is_a_caution(field: Open) -> None:
    image, convolved = pixels(0), pixels(1)
    source = field(image=image, convolved=convolved, diff=convolved - image)
    assert source.extra_cautions == (
        "diff has the sign of convolved - image: a new source is negative in it",
    )


def test_multiple_of_the_difference_is_a_note(field: Open) -> None:
    image, convolved = pixels(0), pixels(1)
    source = field(image=image, convolved=convolved, diff=2.5 * (image - convolved) + 7)
    assert "diff is 2.5 times image - convolved" in source.notes
    assert source.extra_cautions == ()


@pytest.mark.parametrize("case", ["decorrelated", "background", "constant"])
def test_difference_of_these_planes_is_no_caution(field: Open, case: str) -> None:
    from scipy.ndimage import gaussian_filter

    image, convolved = pixels(0), pixels(1)
    made = image - convolved
    diff = {
        "decorrelated": made - 0.5 * gaussian_filter(made, 1.0),
        "background": made - 40 + 0.05 * np.arange(SHAPE[1]),
        "constant": np.zeros(SHAPE),
    }[case]
    assert field(image=image, convolved=convolved, diff=diff).extra_cautions == ()


def test_template_of_the_difference_is_matched(field: Open) -> None:
    image, template = pixels(0), pixels(1)
    source = field(image=image, template=template, diff=image - template)
    np.testing.assert_array_equal(source.cutout(0, 3)["convolved"], source.cutout(0, 3)["template"])
    assert "convolved: the template, as diff is image - template" in source.notes
    assert source.plane_provenance.get("convolved", Provenance.GIVEN) is Provenance.GIVEN


def test_template_of_another_difference_is_not_matched(field: Open) -> None:
    image, template = pixels(0), pixels(1)
    source = field(image=image, template=template, diff=image - template + 0.5 * pixels(3))
    assert "convolved" not in source.plane_names


TOP, BOTTOM = {"ROWORDER": "TOP-DOWN"}, {"ROWORDER": "BOTTOM-UP"}


def test_rows_of_opposite_order_are_turned(field: Open) -> None:
    source = field(wcs=False, image=(pixels(0), BOTTOM), template=(pixels(1)[::-1], TOP))
    cutout = source.cutout(1, 3)
    np.testing.assert_array_equal(cutout["template"], pixels(1)[8:15, 37:44])
    assert source.extra_cautions == (
        "the rows of template are turned: ROWORDER is opposite to that of image",
    )


@pytest.mark.parametrize(
    ("image", "template", "cautions"), [(TOP, TOP, 0), (BOTTOM, {}, 0), (TOP, {}, 1)]
)
def test_rows_are_not_turned_without_both_cards(
    field: Open, image: dict[str, str], template: dict[str, str], cautions: int
) -> None:
    source = field(wcs=False, image=(pixels(0), image), template=(pixels(1), template))
    np.testing.assert_array_equal(source.cutout(1, 3)["template"], pixels(1)[8:15, 37:44])
    assert len(source.extra_cautions) == cautions
    note = "image: ROWORDER = TOP-DOWN: the file's first row is shown lowest"
    assert (note in source.notes) == (image is TOP)


def test_rows_are_not_turned_where_a_wcs_tells(field: Open) -> None:
    source = field(image=(pixels(0), BOTTOM), template=(pixels(1), TOP))
    np.testing.assert_array_equal(source.cutout(1, 3)["template"], pixels(1)[8:15, 37:44])
    assert "ROWORDER: template from the top row down" in source.extra_cautions[0]


def test_fills_of_a_large_plane_are_sampled(field: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vetter.io.field.plane_checks._COUNTED_PIXELS", 100)
    source = field(image=pixels(0), diff=(with_fill(1, -999.0), {"MASKVAL": -999.0}))
    (note,) = [note for note in source.notes if note.startswith("diff: ")]
    assert note == "diff: pixels of -999 (MASKVAL) are no data: about 27.8% of the plane"


@pytest.mark.parametrize("compressed", [False, True])
def test_blank_of_integers_is_counted(tmp_path: Path, opened: Open, compressed: bool) -> None:
    from astropy.io import fits

    data = pixels(1).astype(np.int16)
    data[:30, :40] = -1
    header = fits.Header({"BLANK": -1})
    kind = fits.CompImageHDU if compressed else fits.ImageHDU
    fits.HDUList([fits.PrimaryHDU(), kind(data, header)]).writeto(tmp_path / "d.fits")
    image = write_image(tmp_path / "i.fits", pixels(0))
    planes = {"image": str(image), "diff": str(tmp_path / "d.fits")}
    source = opened(str(write_list(tmp_path / "l.csv")), InputOptions(planes=planes))
    assert "diff: 1,200 pixels of -1 (BLANK) are no data" in source.notes
