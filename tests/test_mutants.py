"""Tests of scripts/mutants: what it changes, and what it says of tests that see a change or not."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOY = "def clamp(value):\n    if value > 3 and value != 7:\n        value += 1\n    return value\n"
TEST = "from toy import clamp\n\ndef test_clamp():\n    assert clamp({}) == {}\n"


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("mutants", str(ROOT / "scripts" / "mutants"))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", loader))
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


def all_of(mutants: ModuleType) -> list[tuple[int, str, str]]:
    found = (mutants.mutant_at(TOY, *place) for place in mutants.places(TOY))
    return [mutant for mutant in found if mutant]


def test_each_kind_of_place_is_changed_once(mutants: ModuleType) -> None:
    words = [words for _, words, _ in all_of(mutants)]
    wanted = ["Gt to GtE", "NotEq to Eq", "And to Or", "Add to Sub", "condition turned"]
    wanted += ["3 to 4", "7 to 8", "1 to 2", "dropped: value += 1 (line 3)"]
    assert sorted(words) == sorted(wanted)


def test_a_sample_is_one_of_them(mutants: ModuleType) -> None:
    sampled = {mutants.any_mutant(TOY, random.Random(seed)) for seed in range(40)}

    assert len(sampled) > 1
    assert sampled <= set(all_of(mutants))


def test_a_module_without_code_has_none(mutants: ModuleType) -> None:
    assert mutants.any_mutant('"""Only words."""', random.Random(1)) is None


def test_every_mutant_is_another_program(mutants: ModuleType) -> None:
    sources = [source for _, _, source in all_of(mutants)]
    assert len(set(sources)) == len(sources) and TOY not in sources


@pytest.mark.parametrize(("value", "result", "fate"), [("9", "11", "seen"), ("2", "2", "SURVIVES")])
def test_mutant_survives_where_no_test_sees_it(
    mutants: ModuleType, tmp_path: Path, value: str, result: str, fate: str
) -> None:
    (tmp_path / "toy.py").write_text(TOY.replace("value > 3", "value > 5"))
    test = tmp_path / "test_toy.py"
    test.write_text(TEST.format(value, result))
    assert mutants.fate_of([[test]], tmp_path, 60) == fate


def test_run_that_takes_too_long_is_late(mutants: ModuleType, tmp_path: Path) -> None:
    test = tmp_path / "test_toy.py"
    test.write_text("import time\n\ndef test_slow():\n    time.sleep(60)\n")
    assert mutants.fate_of([[test]], tmp_path, 0.5) == "late"
