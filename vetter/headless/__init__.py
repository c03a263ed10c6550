"""The commands without a window, on core and io alone."""

from __future__ import annotations

from vetter.headless.adjust import run_adjust
from vetter.headless.cutouts import run_cutouts
from vetter.headless.fields import run_fields
from vetter.headless.sessions import run_export, run_log, run_status

__all__ = ["run_adjust", "run_cutouts", "run_export", "run_fields", "run_log", "run_status"]
