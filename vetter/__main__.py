"""Entry of ``python -m vetter``."""

from __future__ import annotations

import sys

from vetter.cli import main

sys.exit(main())
