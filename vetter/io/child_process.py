"""Another process of this program, and messages to and from it.

Messages are length-framed pickles over its standard streams. Both ends are this program, and
nothing of a user's file is unpickled.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import vetter

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Small matrices gain nothing from more, and the other cores belong to others."""


@dataclass(frozen=True, slots=True)
class Tied:
    """First message of a process that the system kills with the one that began it."""


def begin(module: str, own_session: bool = False, tied: bool = False) -> subprocess.Popen[bytes]:
    """Start ``main()`` of a module in a process with pipes to its standard input and output.

    ``own_session`` keeps it clear of the terminal's Ctrl+C, which this process then answers for
    both. It has to end by itself when its input ends, which a stopped process does not notice.
    ``tied`` has the system kill it when the calling thread ends, where the system can: its first
    message is then `Tied`, and before that message nobody may stop it.
    """
    first = f"from {__name__} import tie; tie({os.getpid()}); " if tied else ""
    # -P and our own path: nothing in the folder where the program was started is imported.
    paths = [str(Path(vetter.__file__).resolve().parent.parent)]
    paths += filter(None, [os.environ.get("PYTHONPATH")])
    return subprocess.Popen(
        # Imported, not run as __main__: its messages are then of the classes known here.
        [sys.executable, "-P", "-c", f"{first}from {module} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **ONE_THREAD},
        start_new_session=own_session,
    )


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=5)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Iterator[Any]:
    """The messages of a stream, until it ends; one that is cut short ends it too."""
    while len(head := stream.read(8)) == 8:
        (size,) = struct.unpack("<Q", head)
        data = stream.read(size)
        if len(data) < size:
            # The other end was killed while it wrote: large messages go in many pieces.
            return
        yield pickle.loads(data)


def tie(parent: int) -> None:
    """Have this process killed with the one that began it, and send `Tied` if the system can.

    Called before the imports, which take half a second. If the parent has ended already, the
    system sends no signal; but then no `Tied` is received either, and nobody stops this process.
    """
    if sys.platform != "linux":
        return
    # PR_SET_PDEATHSIG, prctl(2): libc has it, Python does not.
    done = ctypes.CDLL(None).prctl(1, signal.SIGKILL) == 0
    if done and os.getppid() == parent:
        send(sys.stdout.buffer, Tied())


def close_pipe(stream: IO[bytes] | None) -> None:
    """Close a pipe to a process that has ended, or that another thread still reads."""
    if stream is None:
        return
    try:
        stream.close()
    except (OSError, ValueError):
        # What was still to be sent has nobody to read it.
        return


def answering_stream() -> IO[bytes]:
    """Where a process that was begun here answers.

    Whatever a library prints goes to standard error, not between the messages.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers
