"""Child processes of this program, and messages to and from them.

Messages are length-framed pickles over the child's standard streams. Both ends are this program,
and no content of a user's file is unpickled.
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import vetter

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Environment for one thread per process: small matrices gain nothing from more threads."""


@dataclass(frozen=True, slots=True)
class Tied:
    """First message of a child that the system kills together with its parent."""


def start_child(
    module: str, own_session: bool = False, tied: bool = False, files: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start ``main()`` of a module in a process with pipes to its standard input and output.

    With ``own_session`` the terminal's Ctrl+C does not reach the child: the parent handles it for
    both. The child has to end by itself when its input ends, which a stopped child does not notice.
    With ``tied`` the system, if it can, kills the child when the calling thread ends. The first
    message is then `Tied`; before that message the child must not be stopped. The child has the
    open ``files``, by the same numbers.
    """
    first = f"from {__name__} import tie_to_parent; tie_to_parent({os.getpid()}); " if tied else ""
    # -P and the package's path: nothing in the current folder is imported.
    paths = [str(Path(vetter.__file__).resolve().parent.parent)]
    paths += filter(None, [os.environ.get("PYTHONPATH")])
    return subprocess.Popen(
        # Imported, not run as __main__: messages are then of the same classes at both ends.
        [sys.executable, "-P", "-c", f"{first}from {module} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **ONE_THREAD},
        start_new_session=own_session,
        pass_fds=tuple(files),
    )


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=5)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Iterator[Any]:
    """Yield the messages of a stream until it ends, or until a message is cut short."""
    while len(head := stream.read(8)) == 8:
        (size,) = struct.unpack("<Q", head)
        data = stream.read(size)
        if len(data) < size:
            # The other end was killed while it wrote a large message.
            return
        yield pickle.loads(data)


def tie_to_parent(parent: int) -> None:
    """Have the system kill this process with its parent, and send `Tied` if the system can.

    Called before the imports, which take half a second. If the parent has already ended, the
    system sends no signal, but then no parent receives `Tied` and stops this process.
    """
    if sys.platform != "linux":
        return
    # PR_SET_PDEATHSIG, prctl(2): libc has it, Python does not.
    done = ctypes.CDLL(None).prctl(1, signal.SIGKILL) == 0
    if done and os.getppid() == parent:
        send(sys.stdout.buffer, Tied())


class ChildProcess:
    """Parent's end of a child process: sends and receives messages, stops and ends the child.

    Only `close` waits for the child. Messages are sent on a thread: a pipe holds 64 KB, and the
    child reads nothing before it has opened its input.

    Parameters
    ----------
    module : str
        Module whose ``main()`` the child runs, as for `start_child`.
    on_message : callable
        Called with each message, on the thread that reads them.
    on_end : callable
        Called on that thread with the exit status, if the child ends before `close`.
    own_session, tied : bool
        As for `start_child`.

    Attributes
    ----------
    is_held : bool
        Whether the child is stopped, and reads nothing.
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
        self._is_closing = self._is_tied = self.is_held = False
        self.process = start_child(module, own_session, tied)
        name = module.rpartition(".")[2]
        self._reader = threading.Thread(target=self._read, name=f"{name} answers", daemon=True)
        self._sender = threading.Thread(target=self._send, name=f"{name} requests", daemon=True)
        self._reader.start()
        self._sender.start()

    def send(self, message: object) -> None:
        """Queue a message for the child, and return at once."""
        self._unsent.put(message)

    def hold(self) -> None:
        """Stop the child at once, if it is tied; `go_on` must follow soon.

        A child that is not tied is never stopped: it would stay stopped for ever if the parent
        were killed.

        Only a stop frees the core at once: the system applies priorities at the next tick of its
        clock, 4 ms later on a server's kernel.
        """
        if self._is_tied and not self.is_held:
            self.process.send_signal(signal.SIGSTOP)
            self.is_held = True

    def go_on(self) -> None:
        """Let the child run again."""
        if self.is_held:
            self.process.send_signal(signal.SIGCONT)
            self.is_held = False

    def close(self) -> None:
        """Kill the child: requests without an answer can be sent again."""
        self._is_closing = True
        self.process.kill()
        self.process.wait()
        # kill() breaks off a message that is being sent; only then can the sender be joined.
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
                # The child has ended; the reader thread reports it.
                return

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        try:
            for message in receive(stream):
                if isinstance(message, Tied):
                    self._is_tied = True
                else:
                    self._on_message(message)
        except (OSError, ValueError):
            # The pipe was closed under the reader: close() has been called.
            return
        status = self.process.wait()
        if not self._is_closing:
            self._on_end(status)


def close_pipe(stream: IO[bytes] | None) -> None:
    """Close a pipe whose process has ended, or that another thread still reads."""
    if stream is None:
        return
    try:
        stream.close()
    except (OSError, ValueError):
        # Data still to be sent has no reader any more.
        return


def open_answer_stream() -> IO[bytes]:
    """Return the stream on which a child process answers, and redirect standard output.

    Prints of libraries then go to standard error, not between the messages.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers
