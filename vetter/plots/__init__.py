"""Plots of cutouts for scripts: ``from vetter import plots``, where STDPipe's import was.

Drawn with matplotlib, which is the extra ``plots`` and is imported when something is drawn.
"""

from __future__ import annotations

from vetter.plots.cutout_plot import PlotsUnavailable, plot_cutout

__all__ = ["PlotsUnavailable", "plot_cutout"]
