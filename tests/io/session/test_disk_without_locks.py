"""Sessions on a disk that refuses file locks: a library that refuses them is preloaded."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.decisions import event, listing
from tests.helpers.killed_commit import KILLED
from vetter.io.session.session_file import SessionFile

ROOT = Path(__file__).parent.parents[2]
SOURCE = ROOT / "tests" / "helpers" / "no_locks.c"
REFUSALS = ["ENOLCK", "EINVAL", "EOPNOTSUPP", "ENOSYS"]

OPENED = """
import json, sys
from tests.helpers.decisions import event, places
from vetter.io.session.session_file import SessionFile
for _ in range(2):
    with SessionFile.start(sys.argv[1], "ada") as session:
        written = [decision.seq for decision in session.append([event(places(), 0)])]
        print(json.dumps([session.read_only, session.notes, written, len(session.decisions())]))
"""

SECOND = """
import json, sys
from tests.helpers.decisions import event, places
from vetter.io.session.session_file import SessionFile
session = SessionFile.start(sys.argv[1], "ada")
session.append([event(places(), 0)])
print("open", flush=True)
sys.stdin.readline()
session.append([event(places(), 1)])
print("written", flush=True)
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler, for a library that refuses locks")
    built = tmp_path_factory.mktemp("no_locks") / "no_locks.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", built, SOURCE, "-ldl"], check=True)
    return built


@pytest.fixture
def environment(library: Path) -> dict[str, str]:
    return {**os.environ, "LD_PRELOAD": str(library), "NO_LOCKS": str(errno.ENOLCK)}


@pytest.fixture
def killed(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A session with one decision, and the half of a commit after it."""
    path = tmp_path / "s.vetter"
    assert run(environment, "-c", KILLED, str(path)).returncode == -9
    assert os.path.getsize(f"{path}-journal") > 512
    return path


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("refusal", REFUSALS)
def test_session_is_written_and_read(
    environment: dict[str, str], tmp_path: Path, refusal: str
) -> None:
    environment["NO_LOCKS"] = str(getattr(errno, refusal))
    path = tmp_path / "s.vetter"
    done = run(environment, "-c", OPENED, str(path))
    assert done.returncode == 0, done.stderr
    note = "no file locks on this disk: open the session in one window only"
    written = [json.loads(line) for line in done.stdout.splitlines()]
    assert written == [[False, [note], [1], 1], [False, [note], [2], 2]]


def test_log_prints_every_decision(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ada") as session:
        session.append([event(listing(), row) for row in range(3)])
    done = run(environment, "-m", "vetter", "log", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 4


def test_status_and_export_read_a_session(environment: dict[str, str], tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("id,x,y\nc0,0,0\nc1,100,50\n")
    fits.writeto(tmp_path / "image.fits", np.zeros((200, 200), "f4"))
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ada") as session:
        session.record_input({"inputs": [str(table)], "options": {}}, [], 2)
        session.append([event(listing(), 0)])
    done = run(environment, "-m", "vetter", "status", "--json", str(path))
    assert json.loads(done.stdout)["accepted"] == 1
    out = tmp_path / "out"
    done = run(environment, "-m", "vetter", "export", str(path), "-o", str(out))
    assert done.returncode == 0 and (out / "decisions.ecsv").exists(), done.stderr


def test_killed_commit_is_taken_back_for_writing(killed: Path, environment: dict[str, str]) -> None:
    done = run(environment, "-c", OPENED, str(killed))
    assert json.loads(done.stdout.splitlines()[0])[2:] == [[2], 2], done.stderr


def test_killed_commit_stays_on_disk_while_read(killed: Path, environment: dict[str, str]) -> None:
    # Another window might be in mid-commit, and no lock would tell.
    before = killed.read_bytes(), Path(f"{killed}-journal").read_bytes()
    done = run(environment, "-m", "vetter", "log", str(killed))
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2, done.stderr
    assert (killed.read_bytes(), Path(f"{killed}-journal").read_bytes()) == before


def test_second_window_of_this_machine_reads(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with subprocess.Popen(
        [sys.executable, "-c", SECOND, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
    ) as first:
        assert first.stdin is not None and first.stdout is not None
        assert first.stdout.readline() == b"open\n"
        code = "import sys; from vetter.io.session.session_file import SessionFile as S; "
        code += "s = S.start(sys.argv[1], 'eve'); print(s.notes[0], len(s.decisions())); s.close()"
        second = run(environment, "-c", code, str(path))
        assert second.stdout.startswith("read only: open for writing by process"), second.stderr
        assert second.stdout.endswith(" 1\n")
        first.stdin.write(b"\n")
        first.stdin.flush()
        assert first.stdout.readline() == b"written\n"
    with SessionFile.open(path, "ada") as session:
        assert len(session.decisions()) == 2
