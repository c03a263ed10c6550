"""plot_cutout, drawn with matplotlib."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from vetter.core.cutout_title import cutout_title
from vetter.core.smoothing import smooth
from vetter.cutouts import get_cutout
from vetter.errors import InputError
from vetter.plots import PlotsUnavailable, plot_cutout

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def a_cutout() -> Any:
    rng = np.random.default_rng(4)
    image = rng.normal(100, 5, (60, 60))
    mask = np.zeros((60, 60), bool)
    mask[25, 26] = True
    cards = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 20.0}
    cards |= {"CRPIX1": 31.0, "CRPIX2": 26.0, "CD1_1": -1e-4, "CD2_2": 1e-4}
    header = fits.Header(list(cards.items()))
    candidate = {"x": 30.0, "y": 25.0, "ra": 10.0, "dec": 20.0, "mag_calib": 19.0}
    planes = {"template": image - 1, "diff": image - 99, "mask": mask}
    return get_cutout(image, candidate, 5, header=header, time="2020-01-01", **planes)


def panels() -> list[Any]:
    return list(pyplot.gcf().axes)


def circles(axes: Any) -> list[Any]:
    from matplotlib.patches import Circle

    return [patch for patch in axes.get_children() if isinstance(patch, Circle)]


def test_default_panels() -> None:
    plot_cutout(a_cutout())
    assert [axes.get_title() for axes in panels()] == ["IMAGE", "TEMPLATE", "DIFF", "MASK"]
    assert not any(axes.axison for axes in panels())
    title = pyplot.gcf().get_suptitle()
    assert title == "J004000.00+200000.0 at 2020-01-01 00:00:00.000 : mag = 19.00"


def test_a_plain_dict_and_planes_in_order() -> None:
    plain = {"image": np.ones((5, 5)), "odd": np.eye(5), "err": None, "meta": {}}
    plot_cutout(plain, ["odd", "err", "image", "missing"])
    assert [axes.get_title() for axes in panels()] == ["ODD", "IMAGE"]


def test_pixels_are_where_they_are() -> None:
    plot_cutout(a_cutout(), ["image"])
    drawn = panels()[0].images[0]
    assert drawn.origin == "lower"
    assert tuple(drawn.get_extent()) == (-0.5, 10.5, -0.5, 10.5)


def test_no_plane_is_an_error() -> None:
    with pytest.raises(InputError, match="found image, template, diff, mask"):
        plot_cutout(a_cutout(), ["adjusted"])


def test_marks_by_pixel_with_three_radii() -> None:
    plot_cutout(a_cutout(), ["image"], mark_x=3, mark_y=4, mark_r=2, mark_r2=3, mark_r3=5)
    drawn = circles(panels()[0])
    assert [c.get_radius() for c in drawn] == [2, 3, 5]
    assert {tuple(c.center) for c in drawn} == {(3, 4)}
    assert [c.get_linestyle() for c in drawn] == ["-", "--", "--"]
    assert [c.get_linewidth() for c in drawn] == [2, 1, 1]


def test_marks_by_sky_come_first() -> None:
    plot_cutout(a_cutout(), mark_ra=10.0, mark_dec=20.0, mark_x=0, mark_y=0)
    for axes in panels():
        assert circles(axes)[0].center == pytest.approx((5, 5))


def test_marks_by_sky_want_a_wcs() -> None:
    plain = {"image": np.ones((5, 5)), "meta": {}}
    with pytest.raises(InputError, match="want a cutout with a WCS"):
        plot_cutout(plain, mark_ra=10.0, mark_dec=20.0)


def test_no_mark_unless_asked_for() -> None:
    plot_cutout(a_cutout())
    assert not circles(panels()[0])


def test_axes_as_many_as_planes() -> None:
    fig, axs = pyplot.subplots(1, 3)
    plot_cutout(a_cutout(), ["image", "adjusted", "diff"], axs=axs)
    assert [axes.get_title() for axes in axs] == ["IMAGE", "", "DIFF"]
    assert not axs[1].axison
    assert fig.get_suptitle()
    assert pyplot.get_fignums() == [fig.number]


@pytest.mark.parametrize(("count", "titles"), [(1, ["IMAGE"]), (4, ["IMAGE", "DIFF", "", ""])])
def test_axes_of_another_number(count: int, titles: list[str]) -> None:
    _, axs = pyplot.subplots(1, count)
    plot_cutout(a_cutout(), ["image", "adjusted", "diff"], axs=axs)
    assert [axes.get_title() for axes in np.ravel(axs)] == titles


def test_into_a_figure() -> None:
    fig = pyplot.figure()
    plot_cutout(a_cutout(), ["image", "diff"], fig=fig, show_title=False)
    assert len(fig.axes) == 2
    assert not fig.get_suptitle()


def test_masks_are_drawn_as_masks() -> None:
    plot_cutout(a_cutout(), ["mask"], qq=[10, 20], stretch="histeq")
    drawn = panels()[0].images[0]
    assert drawn.get_clim() == (0, 1)
    assert np.asarray(drawn.get_array())[5, 1] == 1
    assert np.asarray(drawn.get_array()).sum() == 1


def test_integer_masks_too() -> None:
    plot_cutout({"mask": np.array([[0, 4], [0, 0]]), "meta": {}}, ["mask"])
    assert np.asarray(panels()[0].images[0].get_array()).tolist() == [[0, 1], [0, 0]]


def test_percentiles_are_the_limits() -> None:
    cutout = a_cutout()
    cutout["image"][0, 0] = np.nan
    plot_cutout(cutout, ["image"], qq=[5, 90], stretch="linear")
    wanted = np.nanpercentile(cutout["image"], [5, 90])
    assert panels()[0].images[0].get_clim() == pytest.approx(tuple(wanted))


def test_given_limits() -> None:
    plot_cutout(a_cutout(), ["image"], vmin=50, vmax=150)
    assert panels()[0].images[0].get_clim() == (50, 150)


def test_masked_pixels_do_not_count_for_the_limits() -> None:
    cutout = a_cutout()
    cutout["image"][3, 3] = 1e9
    ignored = cutout["image"] > 1e8
    plot_cutout(cutout, ["image"], mask=ignored, qq=[0, 100])
    assert panels()[0].images[0].get_clim()[1] < 1000


@pytest.mark.parametrize("stretch", ["linear", "asinh", "log", "sqrt", "square", "histeq"])
@pytest.mark.parametrize("fill", [None, np.nan, 7.0, np.inf])
def test_every_stretch_draws_anything(stretch: str, fill: float | None) -> None:
    cutout = a_cutout()
    if fill is not None:
        cutout["image"][:] = fill
    plot_cutout(cutout, ["image"], stretch=stretch, show_colorbar=True, show_axis=True)
    assert panels()[0].axison
    pyplot.gcf().canvas.draw()


@pytest.mark.parametrize(
    ("stretch", "kind"),
    [(None, "LinearStretch"), ("linear", "LinearStretch"), ("sinh", "SinhStretch")],
)
def test_a_stretch_of_none_is_linear_and_sinh_is_known(stretch: str | None, kind: str) -> None:
    plot_cutout(a_cutout(), ["image"], stretch=stretch)
    pyplot.gcf().canvas.draw()
    assert type(panels()[0].images[0].norm.stretch).__name__ == kind


def test_masked_pixels_are_not_drawn() -> None:
    image = np.ma.array(np.arange(25.0).reshape(5, 5), mask=np.eye(5, dtype=bool))
    plot_cutout({"image": image, "meta": {}}, ["image"])
    drawn = panels()[0].images[0].get_array()
    assert np.ma.getmaskarray(drawn).tolist() == np.eye(5, dtype=bool).tolist()


def test_an_unknown_stretch_is_named() -> None:
    with pytest.raises(InputError, match="found 'cubic'"):
        plot_cutout(a_cutout(), ["image"], stretch="cubic")


def test_regions_and_options_of_imshow() -> None:
    plot_cutout(a_cutout(), ["image"], xlim=(2, 5), ylim=(3, 7), cmap="gray", alpha=0.5, fast=True)
    axes = panels()[0]
    assert axes.get_xlim() == (1.5, 5.5)
    assert axes.get_ylim() == (2.5, 7.5)
    assert axes.images[0].get_alpha() == 0.5


def test_only_the_region_counts_for_the_limits() -> None:
    cutout = a_cutout()
    cutout["image"][:] = 1000.0
    cutout["image"][3:8, 2:6] = np.arange(20.0).reshape(5, 4)
    plot_cutout(cutout, ["image"], xlim=(2.3, 4.9), ylim=(3, 7), qq=(0, 100))
    (drawn,) = panels()[0].images
    assert drawn.norm.vmin == 0 and drawn.norm.vmax == 19
    assert drawn.get_extent() == [1.5, 5.5, 2.5, 7.5]
    assert drawn.get_array().shape == (5, 4)


def test_a_region_off_the_image_is_an_error() -> None:
    with pytest.raises(InputError, match="no pixels between xlim"):
        plot_cutout(a_cutout(), ["image"], xlim=(100, 110))


def test_smoothing_is_of_skies_not_of_masks() -> None:
    cutout = a_cutout()
    cutout["image"][0, 0] = np.nan
    plot_cutout(cutout, r0=1.5)
    image, _, _, mask = (np.asarray(axes.images[0].get_array().data) for axes in panels())
    assert np.nanstd(image) < 0.5 * np.nanstd(cutout["image"])
    assert np.isnan(image).sum() == 1
    assert mask.sum() == 1


def test_smoothing_keeps_the_level_beside_nan() -> None:
    plane = np.full((9, 9), 3.0)
    plane[4:, 4:] = np.nan
    smoothed = smooth(plane, 2)
    np.testing.assert_allclose(smoothed[~np.isnan(plane)], 3.0)
    np.testing.assert_array_equal(np.isnan(smoothed), np.isnan(plane))


TIME = Time("2020-01-01")
TITLES = [
    ({}, "unnamed"),
    ({"name": None}, "unnamed"),
    ({"name": np.ma.masked}, "unnamed"),
    ({"name": "a", "time": TIME}, "a at 2020-01-01 00:00:00.000"),
    ({"name": "a", "time": "noon"}, "a at noon"),
    ({"time": datetime.datetime(2020, 1, 2)}, "unnamed at 2020-01-02 00:00:00"),
    ({"mag_filter_name": "r"}, "unnamed : r"),
    (
        {"mag_filter_name": "r", "mag_color_name": "g - r", "mag_color_term": 0.123},
        "unnamed : r - 0.12 (g - r)",
    ),
    (
        {"mag_filter_name": "r", "mag_color_name": "g - r", "mag_color_term": [-0.1, 0.02]},
        "unnamed : r + 0.10 (g - r) - 0.02 (g - r)^2",
    ),
    (
        {"mag_filter_name": "r", "mag_color_name": "g - r", "mag_color_term": None},
        "unnamed : r",
    ),
    ({"mag_limit": 20.456}, "unnamed : limit 20.46"),
    ({"mag_limit": None, "mag_calib": np.nan}, "unnamed"),
    ({"mag_calib": 19, "mag_calib_err": 0.1}, "unnamed : mag = 19.00 $\\pm$ 0.10"),
    ({"mag_calib": 19, "magerr": 0.2}, "unnamed : mag = 19.00 $\\pm$ 0.20"),
    ({"mag_calib": np.ma.masked}, "unnamed"),
]


@pytest.mark.parametrize(("meta", "title"), TITLES)
def test_titles(meta: dict[str, Any], title: str) -> None:
    assert cutout_title(meta) == title


def test_titles_of_ones_own() -> None:
    plot_cutout(a_cutout(), ["image"], title="mine")
    assert pyplot.gcf().get_suptitle() == "mine"
    plot_cutout(a_cutout(), ["image"], additional_title="and more")
    assert pyplot.gcf().get_suptitle().endswith(" : and more")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PlotsUnavailable, match="pip install matplotlib"):
        plot_cutout({"image": np.ones((3, 3)), "meta": {}})
