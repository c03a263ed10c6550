"""A program that is killed in the middle of a commit to the session named by its argument."""

from __future__ import annotations

KILLED = """
import os, signal, sys
from tests.helpers.decisions import event, places
from vetter.io.session.session_file import SessionFile
session = SessionFile.start(sys.argv[1], "ada")
session.append([event(places(), 0)])
connection = session._database._connection
connection.execute("PRAGMA cache_spill = 1")
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.executemany(
    "INSERT INTO settings VALUES (?, ?)", [(str(i), "x" * 4000) for i in range(200)]
)
os.kill(os.getpid(), signal.SIGKILL)
"""
