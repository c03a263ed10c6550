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
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import vetter

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Small matrices gain nothing from more, and the other cores belong to others."""


@dataclass(frozen=True, slots=True)
class Tied:
    """First message of a process that the system kills with the one that began it."""


def start_child(
    module: str, own_session: bool = False, tied: bool = False
) -> subprocess.Popen[bytes]:
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


class ChildProcess:
    """A process begun here, seen from this side: told, heard, held and ended.

    Nothing waits for it but `close`. What it is told goes through a thread of its own: a pipe
    holds 64 KB, and a process reads none before it has opened its input.

    Parameters
    ----------
    module : str
        Its ``main()`` serves; see `start_child`, which takes the last two as well.
    on_message : callable
        Called with each message, on the thread that reads them.
    on_end : callable
        Called on that thread with the exit status, where it ends before `close`.
    own_session, tied : bool
    """

    def __init__(
        self,
        module: str,
        on_message: Callable[[Any], None],
        on_end: Callable[[int], None],
        own_session: bool = False,
        tied: bool = False,
    ) -> None:
        self._on_message, self._on_end = on_message, on_end
        self._unsent: SimpleQueue[object] = SimpleQueue()
        self._closing = self._tied = self._held = False
        self.process = start_child(module, own_session, tied)
        name = module.rpartition(".")[2]
        self._reader = threading.Thread(target=self._read, name=f"{name} answers", daemon=True)
        self._sender = threading.Thread(target=self._send, name=f"{name} requests", daemon=True)
        self._reader.start()
        self._sender.start()

    def tell(self, message: object) -> None:
        """Send a message behind those before it, and return at once."""
        self._unsent.put(message)

    def hold(self) -> None:
        """Stop it this instant, where the system can; `go_on` must follow soon.

        A process that the system would not kill with this one is never stopped: it would stand
        still for ever if this one were killed.

        Nothing else frees the core at once: priorities are weighed at the next tick of the
        system's clock, 4 ms later on a server's kernel.
        """
        if self._tied and not self._held:
            self.process.send_signal(signal.SIGSTOP)
            self._held = True

    def go_on(self) -> None:
        """Let it run again."""
        if self._held:
            self.process.send_signal(signal.SIGCONT)
            self._held = False

    def close(self) -> None:
        """End it at once: what it has not answered can be made again."""
        self._closing = True
        self.process.kill()
        self.process.wait()
        # A message under way breaks off with the pipe; only then may the pipe be closed.
        self._unsent.put(None)
        self._sender.join()
        close_pipe(self.process.stdin)
        close_pipe(self.process.stdout)
        self._reader.join()

    def _send(self) -> None:
        stream = self.process.stdin
        assert stream is not None
        for message in iter(self._unsent.get, None):
            try:
                send(stream, message)
            except OSError:
                # It has ended; the reader says so.
                return

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        try:
            for message in receive(stream):
                if isinstance(message, Tied):
                    self._tied = True
                else:
                    self._on_message(message)
        except (OSError, ValueError):
            # The pipe was closed under the reader: close() has been called.
            return
        status = self.process.wait()
        if not self._closing:
            self._on_end(status)


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
