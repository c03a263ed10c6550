"""Worker process of ``vetter adjust``: opens the input itself and fits the batches it receives."""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from vetter.core.cutout_source import CutoutSource
from vetter.core.judgement.field_fit import FieldFit, fit_rows
from vetter.errors import InputError, VetterError
from vetter.io.child_process import open_answer_stream, receive, send

ROWS_PER_BATCH = 64
"""Number of rows fitted together: many are faster, and memory does not grow with the list."""


@dataclass(frozen=True, slots=True)
class Start:
    """First message to a worker: input, options for each image, and expected `run_identity`.

    ``listed`` is the list of a source that takes long to read it; see `CutoutSource.take_list`.
    """

    record: dict[str, Any]
    fittings: tuple[FieldFit, ...]
    identity: str
    listed: Any = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one image to fit together; the answer has the same number."""

    number: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """One ``Adjustment.as_meta()`` for each row of a batch."""

    number: int
    metas: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """Answer of a worker that cannot continue; ``trace`` is set for a bug in the program."""

    reason: str
    trace: str = ""

    def error(self) -> Exception:
        """Return the exception for the command to raise."""
        if not self.trace:
            return VetterError(self.reason)
        error = RuntimeError(self.reason)
        error.add_note(f"In a worker process:\n{self.trace}")
        return error


def run_identity(source: CutoutSource, fittings: Sequence[FieldFit]) -> str:
    """Return a digest of the list, the pixels, and the options of reading and fitting them.

    A session's results belong to positions; those of a run belong to rows of the list. A file
    that was only touched counts as changed, since a journal is cheap to make again.
    """
    candidates = source.candidates
    digest = hashlib.sha256()
    for field, fitting in zip(source.fields, fittings, strict=True):
        digest.update(fitting.signature(field.fingerprints).encode())
    for file in source.fingerprints:
        digest.update(f"{file.role} {file.digest} {file.mtime_ns}\n".encode())
    options = json.dumps(source.record.get("options", {}), sort_keys=True, default=str)
    digest.update(f"{options} {ROWS_PER_BATCH}".encode())
    digest.update(candidates.x.tobytes() + candidates.y.tobytes())
    return digest.hexdigest()


def fit_batch(source: CutoutSource, fittings: Sequence[FieldFit], batch: Batch) -> Fitted:
    """Fit a batch and return its results."""
    results = fit_rows(source, fittings[source.field_of(batch.rows[0])], batch.rows)
    return Fitted(batch.number, tuple(result.as_meta() for result in results))


def main() -> None:
    """Serve until the other end closes the pipe."""
    answers = open_answer_stream()
    messages = receive(sys.stdin.buffer)
    try:
        _serve(messages, answers)
    except BrokenPipeError:
        # The command has ended, so the answers are no longer needed.
        return
    except (VetterError, OSError) as error:
        send(answers, Broken(" ".join(str(error).split())))
    # A bug in the program: the command prints it, with the trace that only this process has.
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        send(answers, Broken(reason, traceback.format_exc()))


def _serve(messages: Iterator[Any], answers: IO[bytes]) -> None:
    from vetter.io.inputs.open_input import open_recorded

    start: Start | None = next(messages, None)
    if start is None:
        return
    source = open_recorded(start.record).take_list(start.listed)
    if start.identity != run_identity(source, start.fittings):
        raise InputError(f"{source.title}: the input changed while it was being fitted; run again")
    for batch in messages:
        send(answers, fit_batch(source, start.fittings, batch))
