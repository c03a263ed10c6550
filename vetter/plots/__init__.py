"""Plots of cutouts for scripts: ``from vetter import plots`` replaces STDPipe's import.

Plots need matplotlib, the extra ``plots``, which is imported at the first plot.
"""

from __future__ import annotations

from vetter.plots.cutout_plot import PlotsUnavailable, plot_cutout

__all__ = ["PlotsUnavailable", "plot_cutout"]
