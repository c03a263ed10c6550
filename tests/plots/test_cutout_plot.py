"""plot_cutout, drawn with matplotlib."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from tests.helpers.plotted import a_cutout, panels
from vetter.errors import InputError
from vetter.plots import PlotsUnavailable, plot_cutout

pyplot = pytest.importorskip("matplotlib.pyplot")


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
    with pytest.raises(InputError, match="need a WCS"):
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


def test_titles_of_ones_own() -> None:
    plot_cutout(a_cutout(), ["image"], title="mine")
    assert pyplot.gcf().get_suptitle() == "mine"
    plot_cutout(a_cutout(), ["image"], additional_title="and more")
    assert pyplot.gcf().get_suptitle().endswith(" : and more")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PlotsUnavailable, match="pip install matplotlib"):
        plot_cutout({"image": np.ones((3, 3)), "meta": {}})


@pytest.mark.parametrize(("nplots", "titles"), [(1, ["IMAGE"]), (3, ["IMAGE", "DIFF"])])
def test_nplots_sets_the_places_of_the_row(nplots: int, titles: list[str]) -> None:
    figure = pyplot.Figure()
    cutout = {"image": np.ones((5, 5)), "diff": np.zeros((5, 5)), "meta": {}}
    plot_cutout(cutout, ["image", "diff"], fig=figure, nplots=nplots)
    assert [axes.get_title() for axes in figure.axes] == titles
    geometry = [axes.get_subplotspec().get_geometry()[1] for axes in figure.axes]
    assert set(geometry) == {nplots}


def test_nplots_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="nplots: expected a number from 1, found 0"):
        plot_cutout({"image": np.ones((5, 5)), "meta": {}}, fig=pyplot.Figure(), nplots=0)
