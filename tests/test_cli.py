from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.small_list import write_small_list
from vetter import __version__, cli
from vetter.arguments import FORMATS, ROLES
from vetter.cli import COMMANDS, parse_arguments
from vetter.core.candidates.candidate_list import ROLE_NAMES
from vetter.errors import InputError
from vetter.io.export.tables import table_writing
from vetter.review.opening.preferences import PreferenceFiles


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vetter", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.startswith("vetter") and "Traceback" not in text


def test_the_command_line_is_light() -> None:
    heavy = "('numpy', 'astropy', 'PyQt6')"
    code = f"import sys, vetter.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0 and capsys.readouterr().out == f"vetter {__version__}\n"


def test_help_shows_an_example_of_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert all(spec.example in text for spec in COMMANDS.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_understood(command: str) -> None:
    words = shlex.split(COMMANDS[command].example)[1:]
    assert parse_arguments(words).command == command


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    assert end.value.code == 0 and COMMANDS[command].example in capsys.readouterr().out


def test_help_names_the_roles_and_formats_that_there_are() -> None:
    assert ROLES.split(", ") == list(ROLE_NAMES)
    assert FORMATS == table_writing.FORMATS


@pytest.mark.parametrize("steps", ["0", "-3"])
def test_a_benchmark_wants_keys_to_press(steps: str) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments(["bench", "--steps", steps])
    assert end.value.code == 2


def test_open_is_the_default() -> None:
    arguments = parse_arguments(["--radius", "30", "list.csv"])
    assert (arguments.command, arguments.inputs, arguments.radius) == ("open", ["list.csv"], 30.0)


def test_planes_and_columns() -> None:
    arguments = parse_arguments(
        "l.csv --image a.fits[SCI] --plane old=b.fits --plane new=c=d.fits --column x=u "
        "--mask-bits 1,2 --zero-based".split()
    )
    assert cli.reading_options(arguments) == {
        "image": "a.fits[SCI]",
        "plane": {"old": "b.fits", "new": "c=d.fits"},
        "column": {"x": "u"},
        "mask_bits": "1,2",
        "one_based": False,
    }


@pytest.mark.parametrize(
    "words",
    [
        "cutouts",
        "cutouts l.csv",
        "l.csv --nonsense",
        "l.csv --radius -3",
        "l.csv --radius wide",
        "l.csv --plane old",
        "l.csv --plane a=b --plane a=c",
        "l.csv --one-based --zero-based",
        "export s.vetter -o d --verdict perhaps",
        "status",
        "demo --image x",
    ],
)
def test_bad_arguments_give_status_2_and_one_line(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words.split())
    assert end.value.code == 2 and one_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("cutouts nothing.csv -o out", "nothing.csv: no such file"),
        ("status nothing.vetter", "nothing.vetter"),
        ("log nothing.vetter", "nothing.vetter"),
        ("export nothing.vetter -o out", "nothing.vetter"),
        ("adjust demo -o table.doc", "table.doc: expected a table named"),
        ("adjust demo -o no/where/t.ecsv", "its folder does not exist"),
        ("cutouts demo -o out --settings no.toml", "no.toml: no such file"),
        ("cutouts demo -o out --image no.fits", "no.fits: no such file"),
    ],
)
def test_bad_input_gives_status_2_and_one_line(
    words: str,
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(words.split()) == 2
    text = capsys.readouterr().err
    assert one_line(text) and says in text


def test_as_a_process(tmp_path: Path) -> None:
    done = run("cutouts", str(tmp_path / "nothing.csv"), "-o", str(tmp_path / "out"))
    assert done.returncode == 2 and one_line(done.stderr) and done.stdout == ""


def test_no_arguments_at_all_open_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from vetter import app

    said: list[list[str]] = []
    monkeypatch.setattr(app, "run", lambda inputs, **options: said.append(inputs) or 0)
    assert cli.main([]) == 0 == cli.main(["open"])
    assert said == [[], []]


def test_options_of_an_input_want_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--image", "i.fits"]) == 2
    said = capsys.readouterr().err
    assert one_line(said) and "--image: no input" in said


def test_patterns_are_pairs() -> None:
    words = ["stamps", "--pattern", "image={name}_n.fits", "--pattern", "diff={name}_d.fits"]
    options = cli.reading_options(parse_arguments(words))
    assert options["pattern"] == {"image": "{name}_n.fits", "diff": "{name}_d.fits"}


def test_open_hands_everything_to_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    from vetter import app

    said: dict[str, Any] = {}

    def fake_run(inputs: list[str], **options: Any) -> int:
        said.update(options, inputs=inputs)
        return 0

    monkeypatch.setattr(app, "run", fake_run)
    words = "l.csv --image i.fits --session s.vetter --reviewer me --radius 12 --shuffle 3 --blind"
    more = "--earlier a.vetter --earlier b.vetter --known-list k.csv"
    assert cli.main([*words.split(), *more.split()]) == 0
    assert said["inputs"] == ["l.csv"] and said["image"] == "i.fits" and said["radius"] == 12
    assert said["session"] == "s.vetter" and said["reviewer"] == "me"
    assert (said["shuffle"], said["blind"], said["practice"]) == (3, True, False)
    assert (said["earlier"], said["known_list"]) == (("a.vetter", "b.vetter"), ("k.csv",))
    assert said["preference_files"] == PreferenceFiles(None, None, True)
    assert cli.main(["practice", "l.csv"]) == 0
    assert (said["shuffle"], said["blind"], said["practice"]) == (None, False, True)
    assert said["earlier"] == said["known_list"] == () and said["inputs"] == ["l.csv"]
    assert cli.main(["demo"]) == 0
    assert said["inputs"] == ["demo"] and said["practice"] is False


def test_a_fault_of_the_program_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: Any) -> int:
        raise ZeroDivisionError("a fault")

    monkeypatch.setitem(COMMANDS, "status", COMMANDS["status"]._replace(run=fail))
    assert cli.main(["status", "s.vetter"]) == 1
    text = capsys.readouterr().err
    assert one_line(text)
    report = Path(text.split("the report is in ")[1].strip())
    assert "ZeroDivisionError: a fault" in report.read_text()
    report.unlink()


def test_debug_shows_where_an_error_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: Any) -> int:
        raise InputError("f.csv: is wrong")

    monkeypatch.setitem(COMMANDS, "status", COMMANDS["status"]._replace(run=fail))
    assert cli.main(["status", "s.vetter", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_error_of_the_system_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: Any) -> int:
        raise OSError(28, "No space left on device", "out.fits")

    monkeypatch.setitem(COMMANDS, "status", COMMANDS["status"]._replace(run=fail))
    assert cli.main(["status", "s.vetter"]) == 2
    assert capsys.readouterr().err == "vetter: out.fits: No space left on device\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError("odd"), "odd"),
        (OSError(), "OSError"),
        (InputError("two   blanks"), "two blanks"),
        (InputError(""), "InputError"),
    ],
)
def test_error_without_a_file_is_one_line_too(
    capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    def fail() -> int:
        raise error

    assert cli.exit_status(fail, debug=False) == 2
    assert capsys.readouterr().err == f"vetter: {said}\n"


def test_fault_is_told_where_no_report_can_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail() -> int:
        raise ZeroDivisionError("a  fault " + "x" * 300)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    assert cli.exit_status(fail, debug=True) == 1
    told = capsys.readouterr().err
    assert "Traceback" in told and told.endswith("x; --debug shows the traceback\n")
    line = told.splitlines()[-1]
    assert "fault of this program: ZeroDivisionError: a fault xxx" in line
    assert line.count("x") == 200 - len("a fault ") + "vetter: an unexpected error".count("x")


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(COMMANDS, "status", COMMANDS["status"]._replace(run=fail))
    assert cli.main(["status", "s.vetter"]) == 130


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m vetter --help | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_the_settings_radius_is_where_the_window_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from vetter import app

    said: dict[str, Any] = {}
    monkeypatch.setattr(app, "run", lambda inputs, **options: said.update(options) or 0)
    (tmp_path / "s.toml").write_text("[display]\nradius = 33\n")
    assert cli.main(["demo", "--settings", str(tmp_path / "s.toml")]) == 0
    assert said["settings"].display.radius == 33 and "radius" not in said


@pytest.mark.parametrize(
    "words",
    [
        ["cutouts", "l.csv", "-o", ""],
        ["cutouts", "", "-o", "out"],
        ["cutouts", "l.csv", "-o", "out", "--radius", "1e9"],
        ["cutouts", "l.csv", "-o", "out", "--image", ""],
        ["export", "s.vetter", "-o", " "],
        ["status", ""],
    ],
    ids=" ".join,
)
def test_empty_names_and_huge_radii(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2 and one_line(capsys.readouterr().err)


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-"])
def test_a_command_runs_without_its_streams(tmp_path: Path, closed: str) -> None:
    inputs, planes = write_small_list(tmp_path, count=3)
    out = tmp_path / "out"
    words = ["cutouts", str(inputs), "--image", planes["image"], "--radius", "3", "-o", str(out)]
    command = f"{shlex.join([sys.executable, '-m', 'vetter', *words])} {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert len(list(out.iterdir())) == 3
