"""Question for the seed of a random order of the list."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QInputDialog, QWidget

from vetter.review.session import Session
from vetter.settings import MAX_SEED

PROPOSED = 9999
"""Largest seed that is proposed: short enough to be written down."""


def ask_seed(session: Session, parent: QWidget, say: Callable[[str], None]) -> None:
    """Open the question; the answer shuffles the list.

    Parameters
    ----------
    session : Session
        Session whose list is shuffled.
    parent : QWidget
    say : callable
        Shows a line in the status bar.
    """
    dialog = QInputDialog(parent)
    dialog.setObjectName("shuffle")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Shuffle the list")
    dialog.setLabelText(
        "Candidates of one place or brightness are then no longer side by side.\n"
        "The same seed gives the same order, also at the next start and to another vetter."
    )
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setIntRange(0, MAX_SEED)
    seed = session.queue.seed
    dialog.setIntValue(random.randint(1, PROPOSED) if seed is None else seed)
    dialog.setOkButtonText("Shuffle")
    dialog.intValueSelected.connect(partial(_shuffle, session, say))
    dialog.open()


def _shuffle(session: Session, say: Callable[[str], None], seed: int) -> None:
    session.queue.arrange((), seed)
    say(f"shuffled with seed {seed}")
