"""One line that says what a cutout shows, from its metadata."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np


def cutout_title(meta: Mapping[str, Any]) -> str:
    """Name, time, filter with its colour term, limit, and magnitude, as far as they are known.

    Parameters
    ----------
    meta : mapping
        ``name``, ``time``, ``mag_filter_name``, ``mag_color_name``, ``mag_color_term``,
        ``mag_limit``, ``mag_calib``, ``mag_calib_err`` (or ``magerr``), STDPipe's names. What
        is None, masked or NaN is left out.
    """
    name = meta.get("name")
    parts = ["unnamed" if name is None or name is np.ma.masked else str(name)]
    time = meta.get("time")
    if time is not None:
        parts[0] += f" at {_time_text(time)}"
    band = meta.get("mag_filter_name")
    if band is not None:
        term = _colour_term(meta.get("mag_color_term"), meta.get("mag_color_name"))
        parts.append(f"{band} {term}".strip())
    limit = _number(meta.get("mag_limit"))
    if limit is not None:
        parts.append(f"limit {limit:.2f}")
    magnitude = _number(meta.get("mag_calib"))
    if magnitude is not None:
        error = _number(meta.get("mag_calib_err", meta.get("magerr")))
        spread = "" if error is None else f" $\\pm$ {error:.2f}"
        parts.append(f"mag = {magnitude:.2f}{spread}")
    return " : ".join(parts)


def _time_text(time: Any) -> str:
    if hasattr(time, "to_value"):
        return str(time.to_value("iso"))
    return time.isoformat(" ") if isinstance(time, datetime.datetime) else str(time)


def _number(value: Any) -> float | None:
    if value is None or np.ma.is_masked(value):
        return None
    try:
        number = float(getattr(value, "value", value))
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _colour_term(terms: Any, colour: Any) -> str:
    """``- 0.12 (B - V) + 0.01 (B - V)^2``: what is taken from the catalogue's magnitude.

    The term is the coefficient of the colour in instrument minus catalogue, so its sign turns.
    """
    if terms is None or colour is None:
        return ""
    parts = []
    for power, term in enumerate(np.atleast_1d(np.asarray(terms, float)), start=1):
        sign = "-" if term > 0 else "+"
        parts.append(f"{sign} {abs(term):.2f} ({colour})" + (f"^{power}" if power > 1 else ""))
    return " ".join(parts)
