"""Agreement of the reviewers in a dialog: of the list's own candidates, and of the overlap."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace as Some
from typing import Any

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QPushButton

from tests.helpers.decisions import event, listing
from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.report import report_agreement
from vetter.core.decisions.agreement.share import SHARE, Share
from vetter.core.decisions.decision import Verdict
from vetter.gui.dialogs.reports.agreement import AgreementDialog

VERDICTS = {"a": Verdict.ACCEPT, "r": Verdict.REJECT}
LIST = listing(8)
RATINGS = collect_ratings(
    LIST,
    [
        event(LIST, row, VERDICTS[letter], reviewer=name)
        for name, letters in {"ann": "aarrarra", "bob": "aarrrrra"}.items()
        for row, letter in enumerate(letters)
    ],
)


def shown(qtbot: Any, record: dict[str, Any]) -> AgreementDialog:
    session = FakeSession(candidate_list(8))
    session.source.record = record
    session.source.planted = ()
    session.others = Some(all_ratings=lambda _own: RATINGS)
    dialog = AgreementDialog(session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert dialog.lines.toPlainText() == "comparing the verdicts..."
    qtbot.waitUntil(lambda: "comparing" not in dialog.lines.toPlainText(), timeout=30000)
    return dialog


def lines_of(common: Sequence[bool] | None = None) -> list[str]:
    chosen = None if common is None else np.array(common)
    return report_agreement(RATINGS, None, chosen).lines()


def test_agreement_of_all_candidates_is_shown(qtbot: Any) -> None:
    dialog = shown(qtbot, {})
    assert dialog.lines.toPlainText().split("\n") == lines_of()
    assert "8 candidates" in dialog.lines.toPlainText()
    dialog.close()


def test_overlap_of_a_share_has_a_line_of_its_own(qtbot: Any) -> None:
    keys = candidate_list(8).keys.tolist()
    share = Share((1,), 2, None, frozenset(keys[:4]))
    dialog = shown(qtbot, {SHARE: share.as_plain()})
    text = dialog.lines.toPlainText()
    assert text.split("\n") == lines_of([True] * 4 + [False] * 4)
    # The first four are agreed on.
    assert "in the overlap  kappa 1.000" in text and "100.0% agree, 4 candidates" in text
    dialog.close()


def test_list_without_a_share_in_common_has_no_such_line(qtbot: Any) -> None:
    share = Share((1,), 2, None, frozenset())
    dialog = shown(qtbot, {SHARE: share.as_plain()})
    assert dialog.lines.toPlainText().split("\n") == lines_of()
    dialog.close()


def test_report_is_copied_and_closed(qtbot: Any) -> None:
    dialog = shown(qtbot, {})
    dialog.show()
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Copy all"].click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None and clipboard.text() == "\n".join(lines_of())
    close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
    close.click()
    assert not dialog.isVisible()
