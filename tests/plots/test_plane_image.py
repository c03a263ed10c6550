"""Planes as images: limits, stretch, masks, smoothing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.plotted import a_cutout, panels
from vetter.errors import InputError
from vetter.plots import plot_cutout

pyplot = pytest.importorskip("matplotlib.pyplot")


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


@pytest.mark.parametrize("value", [7.0, -1e30, 1e300])
def test_constant_plane_is_drawn_in_its_middle_tone(value: float) -> None:
    plot_cutout({"image": np.full((5, 5), value), "meta": {}}, ["image"], stretch="linear")
    drawn = panels()[0].images[0]
    assert drawn.norm(value) == pytest.approx(0.5, abs=1e-6)


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
