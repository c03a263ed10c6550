"""A thread that waits gets its turn at the interpreter soon."""

from __future__ import annotations

import subprocess
import sys

from vetter.review.threads.turns import shorten_turns

# The window's start, up to the first thing that it does after the turns are shortened.
SCRIPT = """
import sys
from vetter import app
def stop():
    print(sys.getswitchinterval() < 0.001)
    sys.exit()
app.make_application = stop
before = sys.getswitchinterval()
assert before > 0.001
app.run([])
"""


def test_the_program_shortens_the_turns_of_its_threads() -> None:
    run = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert run.stdout.split() == ["True"], run.stderr


def test_turns_are_a_tenth_of_the_usual() -> None:
    usual = sys.getswitchinterval()
    try:
        shorten_turns()
        assert sys.getswitchinterval() < 0.2 * usual
    finally:
        sys.setswitchinterval(usual)
