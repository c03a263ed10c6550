"""Reading of the report on a reviewer, on a worker thread, and writing of its page."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.core.fakes.report.page import report_page
from vetter.core.fakes.report.reviewer_report import ReviewerReport
from vetter.errors import describe_error
from vetter.io.files.atomic import write_atomic
from vetter.io.inputs.planting.session_report import session_report


class ReportReader(QObject):
    """Reader of one report at a time.

    Parameters
    ----------
    path : Path
        The session file.
    reviewer : str
    """

    done = pyqtSignal(object)  # ReviewerReport
    failed = pyqtSignal(str)  # in words

    def __init__(self, path: Path, reviewer: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path, self._reviewer = path, reviewer
        self._thread: _ReportThread | None = None

    @property
    def title(self) -> str:
        """Name of the session."""
        return self._path.name

    def start(self) -> None:
        """Start to read the report."""
        self.close()
        self._thread = _ReportThread(self, self._path, self._reviewer)
        self._thread.start()

    def save_page(self, report: ReviewerReport, path: Path) -> None:
        """Write a report as a page.

        Raises
        ------
        OSError, InputError
            The file cannot be written.
        """
        write_atomic(path, report_page(report, self.title).encode())

    def close(self) -> None:
        """Wait for the reading under way."""
        if self._thread is not None:
            self._thread.wait()
            self._thread = None


class _ReportThread(QThread):
    """Thread of one reading; the reader owns it and waits for its end."""

    def __init__(self, reader: ReportReader, path: Path, reviewer: str) -> None:
        super().__init__(reader)
        self.setObjectName("report on a reviewer")
        self._reader, self._path, self._reviewer = reader, path, reviewer

    def run(self) -> None:
        try:
            report = session_report(self._path, self._reviewer)
        except Exception as error:  # An exception that leaves a thread ends the program.
            self._reader.failed.emit(describe_error(error))
        else:
            self._reader.done.emit(report)
