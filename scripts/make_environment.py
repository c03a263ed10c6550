"""Make .venv, or bring it up to date, with the versions that requirements/pins.txt names.

Called by scripts/environment.sh with the interpreter to use, when there is something to do:
``make_environment.py run`` or ``make_environment.py dev``. Runs on the standard library alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PINS = ROOT / "requirements" / "pins.txt"
LOG = ROOT / ".venv-install.log"
# Says that an installation was begun and not ended: pip takes a package that was being
# unpacked when it was killed for an installed one.
UNFINISHED = VENV / "unfinished"


class CannotInstall(Exception):
    """One line for the user."""


def requirement_files(kind: str) -> list[Path]:
    """The files of requirements that an environment of this kind holds."""
    names = ["run.txt"] if kind == "run" else ["run.txt", "dev.txt"]
    return [ROOT / "requirements" / name for name in names]


def stamp(kind: str) -> bytes:
    """What .venv/made-for-KIND holds; environment.sh compares it."""
    parts = [Path(__file__), PINS, *requirement_files(kind)]
    interpreter = os.fsencode(os.path.realpath(PYTHON)) + b"\n"
    return b"".join(part.read_bytes() for part in parts) + interpreter


def is_current(kind: str) -> bool:
    """Whether nothing is to be done."""
    made = VENV / f"made-for-{kind}"
    return PYTHON.exists() and made.exists() and made.read_bytes() == stamp(kind)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the project's lock; two starts at once install once.

    The lock is the system's, on a file that is there anyway: a killed installation leaves nothing
    locked. Where the file system has no locks, go on without.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with PINS.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is installing; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass
        yield


def say(text: str) -> None:
    print(f"vetter: {text}", file=sys.stderr, flush=True)


def make_venv() -> None:
    """An empty environment, made anew."""
    if VENV.exists():
        shutil.rmtree(VENV)
    run = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if run.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    output = run.stdout + run.stderr
    if "ensurepip" in output or "No module named venv" in output:
        raise CannotInstall(
            "this Python cannot make environments: install its venv module "
            "(Debian, Ubuntu: apt install python3-venv), then start again"
        )
    raise CannotInstall(f"could not make {VENV}: {last_line(output)}")


def usable() -> bool:
    """Whether .venv was left whole and its pip runs on the interpreter that it was made for."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    run = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    return run.returncode == 0


def install(kind: str) -> None:
    """Run pip, its output in a file; raise with the one line that matters where it fails."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--only-binary", ":all:"]
    for file in requirement_files(kind):
        command += ["-r", str(file)]
    with LOG.open("w") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        assert process.stdout is not None
        errors = []
        for line in process.stdout:
            log.write(line)
            show(line)
            if line.startswith("ERROR:"):
                errors.append(line.removeprefix("ERROR:").strip())
        status = process.wait()
    show("")
    if status:
        raise CannotInstall(failure(errors, LOG.read_text(errors="replace")))
    LOG.unlink()


def show(line: str) -> None:
    """On a terminal, one line that tells how far it is; an empty one wipes it."""
    if not sys.stderr.isatty():
        return
    what = " ".join(line.split()[:2])[:60]
    if not line or what.startswith(("Collecting", "Downloading", "Installing")):
        sys.stderr.write("\r\033[K" + (f"  {what}" if what else ""))
        sys.stderr.flush()


def failure(errors: list[str], output: str) -> str:
    """The line to show for a pip that failed."""
    unreached = ("NewConnectionError", "Temporary failure", "ConnectTimeout", "ProxyError")
    if any(word in output for word in unreached):
        reason = "the package index could not be reached; is there a network?"
    else:
        reason = f"pip says: {errors[0] if errors else last_line(output)}"
    return f"could not install what the program needs; {reason} (pip's output: {LOG})"


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def put_checkout_on_path() -> None:
    """Let the environment's python find the checkout, from any folder; relative, so it may move."""
    (packages,) = (VENV / "lib").glob("python*/site-packages")
    line = os.path.relpath(ROOT, packages.resolve()) + "\n"
    (packages / "vetter-checkout.pth").write_text(line)


def prepare(kind: str) -> None:
    """Bring .venv to what the requirements say."""
    if is_current(kind):
        return
    say("installing what the program needs into .venv; this is done once and takes a minute or two")
    if not usable():
        make_venv()
    for made in VENV.glob("made-for-*"):
        made.unlink()
    UNFINISHED.touch()
    try:
        install(kind)
    except CannotInstall:
        # pip has put back what it touched.
        UNFINISHED.unlink()
        raise
    put_checkout_on_path()
    UNFINISHED.unlink()
    for name in {"run", kind}:
        (VENV / f"made-for-{name}").write_bytes(stamp(name))


def main() -> int:
    kind = sys.argv[1]
    try:
        with alone():
            prepare(kind)
    except (CannotInstall, OSError) as error:
        say(" ".join(str(error).split()))
        return 1
    except KeyboardInterrupt:
        show("")
        say("interrupted; the next start takes it up again")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
