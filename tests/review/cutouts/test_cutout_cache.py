"""The cache: what is wanted is built, in order, on one thread; nothing is mixed up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QThread
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from vetter.core.cutout.cutout import Cutout
from vetter.core.display.style import DisplayStyle
from vetter.errors import InputError
from vetter.review.cutouts.cutout_cache import CutoutCache

ROOT = Path(__file__).resolve().parent.parents[2]
Make = Callable[..., tuple[CutoutCache, FieldInMemory]]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    made: list[tuple[CutoutCache, FieldInMemory]] = []

    def make_cache(radius: float = 10, max_bytes: int = 1 << 28, **options: object) -> object:
        source = FieldInMemory(**options)
        made.append((CutoutCache(source, DisplayStyle(), radius, max_bytes), source))
        return made[-1]

    yield make_cache
    for cache, source in made:
        source.gate.set()
        cache.close()


def ready_rows(cache: CutoutCache, qtbot: QtBot, rows: list[int]) -> list[int]:
    """Want rows, and wait until the last of them is ready; the rows as they came."""
    got: list[int] = []
    cache.ready.connect(got.append)
    cache.want(rows)
    qtbot.waitUntil(lambda: rows[-1] in got, timeout=30000)
    cache.ready.disconnect(got.append)
    return got


def until_idle(cache: CutoutCache, qtbot: QtBot) -> None:
    """Wait until no requested frame is left to build: surroundings come after all of them."""
    with qtbot.waitSignal(cache.surround_ready, timeout=30000):
        cache.want_surrounds([0])


def test_nothing_is_there_before_it_is_wanted(make: Make) -> None:
    cache, source = make()
    assert cache.get(0) is None and source.asked == []


def test_frame_is_finished_before_it_can_be_had(make: Make, qtbot: QtBot) -> None:
    cache, _ = make()
    had: list[object] = []
    cache.finish = lambda row, frame: had.append(cache.peek(row))
    ready_rows(cache, qtbot, [4])
    assert had == [None]


def test_rows_are_built_in_the_order_wanted(make: Make, qtbot: QtBot) -> None:
    cache, _ = make()
    assert ready_rows(cache, qtbot, [4, 2, 7]) == [4, 2, 7]
    frames = [cache.get(row) for row in (4, 2, 7)]
    assert [(frame.row, frame.name) for frame in frames if frame] == [
        (4, "C4"),
        (2, "C2"),
        (7, "C7"),
    ]


def test_ready_arrives_in_the_thread_that_connected(make: Make, qtbot: QtBot) -> None:
    cache, _ = make()
    threads = []

    class Receiver(QThread):  # any QObject of this thread
        def on_ready(self, _row: int) -> None:
            threads.append(QThread.currentThread())

    receiver = Receiver()
    cache.ready.connect(receiver.on_ready)
    cache.want([1])
    qtbot.waitUntil(lambda: bool(threads), timeout=30000)
    assert threads == [receiver.thread()]


def test_a_new_wish_replaces_the_old_ones(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    source.gate.clear()
    cache.want([0, 1, 2])
    qtbot.waitUntil(lambda: source.asked == [(0, 10)], timeout=30000)
    cache.want([5])
    source.gate.set()
    ready_rows(cache, qtbot, [5, 6])
    assert [row for row, _ in source.asked] == [0, 5, 6]


def test_what_is_there_is_not_built_again(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    ready_rows(cache, qtbot, [3])
    assert ready_rows(cache, qtbot, [3, 4]) == [4]
    assert [row for row, _ in source.asked] == [3, 4]


def test_build_gives_a_frame_at_once(make: Make) -> None:
    cache, source = make()
    frame = cache.build(6)
    assert frame.row == 6 and cache.get(6) is frame
    assert cache.build(6) is frame and len(source.asked) == 1


def test_a_row_that_fails_is_told_and_the_next_is_built(make: Make, qtbot: QtBot) -> None:
    cache, _ = make(fails=(1,))
    assert ready_rows(cache, qtbot, [1, 2]) == [1, 2]
    frame = cache.get(1)
    assert frame is not None and frame.error == "C1.fits: wants an image, found none"


def test_what_failed_is_not_read_again_at_once(make: Make, qtbot: QtBot) -> None:
    cache, source = make(fails=(1,))
    ready_rows(cache, qtbot, [1])
    ready_rows(cache, qtbot, [1, 2])
    assert [row for row, _ in source.asked] == [1, 2]


def test_what_failed_is_read_again_when_wanted_some_time_later(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, source = make(fails=(1,))
    ready_rows(cache, qtbot, [1])
    source.fails = ()
    monkeypatch.setattr("vetter.review.cutouts.cutout_cache.RETRY_SECONDS", 0.0)
    frame = cache.get(1)
    assert frame is not None and frame.error is not None
    # What has never been read comes before what may fail again.
    assert ready_rows(cache, qtbot, [2, 1]) == [2, 1]
    frame = cache.get(1)
    assert frame is not None and frame.error is None


def test_a_plane_that_failed_is_read_again_too(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    whole = source.cutout

    def without_diff(row: int, radius: float) -> Cutout:
        cutout = whole(row, radius)
        del cutout["diff"]
        cutout.unread = {"diff": "diff.fits: the disk is gone"}
        return cutout

    source.cutout = without_diff
    ready_rows(cache, qtbot, [1, 2])
    source.cutout = whole
    assert not cache.read_again(5)
    frame = cache.get(1)
    assert frame is None or "diff" in frame.pictures
    qtbot.waitUntil(lambda: cache.get(1) is not None, timeout=30000)
    frame = cache.get(1)
    assert frame is not None and "diff" in frame.pictures


def test_reading_again_tells_whether_the_row_had_failed(make: Make, qtbot: QtBot) -> None:
    cache, source = make(fails=(1,))
    ready_rows(cache, qtbot, [2, 1])
    source.fails = ()
    assert not cache.read_again(2)

    def is_whole() -> bool:
        frame = cache.get(1)
        return frame is not None and frame.error is None

    qtbot.waitUntil(is_whole, timeout=30000)


def test_reading_again_forgets_what_failed(make: Make) -> None:
    cache, source = make(fails=(1,))
    assert cache.build(1).error is not None
    source.fails = ()
    assert cache.read_again(1)
    assert cache.get(1) is None and cache.build(1).error is None


def test_new_looks_draw_the_same_cutouts_anew_without_reading(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    ready_rows(cache, qtbot, [0, 1])
    before = cache.get(0)
    with qtbot.waitSignal(cache.ready, timeout=30000):
        cache.set_looks(DisplayStyle().with_("sky", invert=True))
    after = cache.get(0)
    assert before is not None and after is not None and len(source.asked) == 2
    assert after.cutout is before.cutout
    assert (after.pictures["image"] != before.pictures["image"]).any()


def test_new_looks_draw_the_first_row_and_the_others_when_wanted_again(
    make: Make, qtbot: QtBot
) -> None:
    cache, _ = make()
    ready_rows(cache, qtbot, [4, 5, 6])
    got: list[int] = []
    cache.ready.connect(got.append)
    cache.set_looks(DisplayStyle(shared=False))
    until_idle(cache, qtbot)
    assert got == [4]
    cache.want([4, 5, 6])
    qtbot.waitUntil(lambda: len(got) == 3, timeout=30000)
    assert got == [4, 5, 6]


def test_a_row_that_is_not_wanted_has_the_new_looks_when_it_is_got(make: Make) -> None:
    cache, source = make()
    before = cache.build(0)
    cache.set_looks(DisplayStyle().with_("sky", cmap="magma"))
    after = cache.get(0)
    assert after is not None and len(source.asked) == 1
    assert (after.pictures["image"] != before.pictures["image"]).any()


def test_a_new_radius_cuts_out_anew(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    ready_rows(cache, qtbot, [0])
    cache.set_radius(14)
    assert cache.get(0) is None or cache.get(0).shape == (29, 29)
    qtbot.waitUntil(lambda: cache.get(0) is not None, timeout=30000)
    assert source.asked == [(0, 10), (0, 14)] and cache.radius == 14


def test_a_cutout_of_the_old_radius_that_comes_late_is_dropped(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    got: list[int] = []
    cache.ready.connect(got.append)
    source.gate.clear()
    cache.want([0])
    qtbot.waitUntil(lambda: len(source.asked) == 1, timeout=30000)
    cache.set_radius(14)
    source.gate.set()
    qtbot.waitUntil(lambda: cache.get(0) is not None, timeout=30000)
    until_idle(cache, qtbot)
    assert got == [0]
    frame = cache.get(0)
    assert frame is not None and frame.radius == 14 and frame.shape == (29, 29)


def test_the_residual_of_a_fit_is_shown_with_its_row_only(make: Make) -> None:
    cache, _ = make()
    cache.build(0), cache.build(1)
    cache.set_fit_panel(0, np.ones((21, 21)))
    fitted, other = cache.get(0), cache.get(1)
    assert fitted is not None and other is not None
    assert fitted.planes["adjusted"].all() and "adjusted" not in other.plane_names


def test_a_second_fit_takes_the_place_of_the_first(make: Make, qtbot: QtBot) -> None:
    cache, _ = make()
    cache.want([0])
    for level in (1.0, 2.0):
        # The builder too compares what it was made with: arrays, which are not equal or unequal.
        cache.set_fit_panel(0, np.full((21, 21), level))
        qtbot.waitUntil(lambda: cache.peek(0) is not None, timeout=30000)
        frame = cache.peek(0)
        assert frame is not None and (frame.planes["adjusted"] == level).all()


def test_a_fit_that_failed_says_why_and_can_be_taken_back(make: Make) -> None:
    cache, _ = make()
    cache.set_fit_panel(0, None, "the fit: no good pixels")
    assert cache.build(0).states["adjusted"] == "the fit: no good pixels"
    cache.set_fit_panel(0, None)
    assert "adjusted" not in cache.build(0).plane_names


def test_residuals_of_old_fits_make_room_for_new_ones(make: Make) -> None:
    cache, _ = make(max_bytes=4 * 10_000)
    for row in range(3):
        cache.set_fit_panel(row, np.ones((21, 21)))
    shown = ["adjusted" in cache.build(row).planes for row in range(3)]
    assert shown == [False, True, True]


def test_the_longest_unused_go_when_memory_is_full(make: Make) -> None:
    cache, _ = make()
    size = cache.build(0).nbytes
    small, source = make(max_bytes=int(3.5 * size))
    for row in (0, 1, 2):
        small.build(row)
    small.get(0)
    small.build(3)
    assert [row for row in range(4) if small.get(row) is not None] == [0, 2, 3]


def test_more_wishes_than_memory_end_with_the_first_ones_there(make: Make, qtbot: QtBot) -> None:
    cache, _ = make()
    size = cache.build(0).nbytes
    small, source = make(max_bytes=int(3.5 * size))
    small.want(list(range(8)))
    until_idle(small, qtbot)
    assert [row for row, radius in source.asked if radius == small.radius] == [0, 1, 2, 3]
    assert [row for row in range(8) if small.get(row) is not None] == [0, 1, 2]


def test_less_memory_holds_with_the_next_frame(make: Make) -> None:
    cache, _ = make()
    sizes = [cache.build(row).nbytes + 2048 for row in range(4)]
    cache.set_max_bytes(int(2.5 * max(sizes)))
    assert all(cache.peek(row) is not None for row in range(4))
    cache.build(4)
    assert [row for row in range(5) if cache.peek(row) is not None] == [3, 4]


def test_quarter_of_the_memory_is_for_residuals(make: Make) -> None:
    cache, _ = make()
    residual = np.ones((21, 21))
    cache.set_max_bytes(4 * 2 * residual.nbytes)
    for row in range(3):
        cache.set_fit_panel(row, residual)
    assert [cache.has_fit_panel(row) for row in range(3)] == [False, True, True]


def test_same_radius_keeps_what_is_built(make: Make) -> None:
    cache, source = make()
    frame = cache.build(0)
    cache.set_radius(10)
    assert cache.get(0) is frame and len(source.asked) == 1


def test_row_may_have_looks_of_its_own_until_all_have_others(make: Make) -> None:
    cache, _ = make()
    plain, magma = cache.looks, DisplayStyle().with_("sky", cmap="magma")
    before = cache.build(3)
    cache.set_looks(magma, only=3)
    assert (cache.looks_of(3), cache.looks_of(2), cache.looks) == (magma, plain, plain)
    assert cache.peek(3) is None
    own = cache.build(3)
    assert (own.pictures["image"] != before.pictures["image"]).any()
    cache.set_looks(plain.with_("sky", invert=True))
    assert cache.looks_of(3) == cache.looks != plain


def test_panel_of_a_fit_is_expected_before_it_comes(make: Make) -> None:
    cache, _ = make()
    cache.expect_adjusted("fitting...")
    assert cache.build(0).states["adjusted"] == "fitting..." and not cache.has_fit_panel(0)
    cache.set_fit_panel(0, np.ones((21, 21)))
    assert cache.has_fit_panel(0) and "adjusted" in cache.build(0).planes
    cache.expect_adjusted(None)
    assert "adjusted" in cache.build(0).planes and "adjusted" not in cache.build(1).plane_names


def test_surroundings_are_built_once_after_the_frames(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    built: list[object] = []
    cache.ready.connect(built.append)
    cache.surround_ready.connect(lambda row: built.append(("around", row)))
    source.gate.clear()
    cache.want([5])
    cache.want_surrounds([2, 1])
    cache.want([3, 4])
    source.gate.set()
    qtbot.waitUntil(lambda: ("around", 1) in built, timeout=30000)
    assert built[-4:] == [3, 4, ("around", 2), ("around", 1)]
    made = cache.surround(1)
    assert made is not None and made.row == 1 and cache.surround(0) is None
    cache.want_surrounds([1, 0])
    qtbot.waitUntil(lambda: built[-1] == ("around", 0), timeout=30000)
    assert built[-2:] == [("around", 1), ("around", 0)] and cache.surround(1) is made
    cache.set_looks(DisplayStyle().with_("sky", invert=True))
    assert cache.surround(1) is None


def test_surroundings_of_twelve_rows_are_kept(make: Make, qtbot: QtBot) -> None:
    cache, _ = make(places=[[100.0 + row, 100.0] for row in range(13)])
    last: list[int] = []
    cache.surround_ready.connect(last.append)
    cache.want_surrounds(range(13))
    qtbot.waitUntil(lambda: last[-1:] == [12], timeout=30000)
    assert [row for row in range(13) if cache.surround(row) is not None] == list(range(1, 13))


def test_closing_waits_for_the_thread_and_forgets_the_wishes(make: Make, qtbot: QtBot) -> None:
    cache, source = make()
    cache.want(list(range(12)))
    cache.close()
    asked = len(source.asked)
    cache.close()
    assert asked <= 12 and len(source.asked) == asked


def test_closed_cache_reads_its_source_no_more(make: Make) -> None:
    cache, source = make()
    assert cache.read(lambda read: read) is source
    cache.close()
    with pytest.raises(InputError, match="closed"):
        cache.read(lambda read: read)


@pytest.mark.process
def test_a_script_that_never_closes_it_ends_after_the_thread() -> None:
    script = (
        "import atexit\n"
        "from PyQt6.QtCore import QCoreApplication, QThread\n"
        "from tests.helpers.fake_field import FieldInMemory\n"
        "from vetter.core.display.style import DisplayStyle\n"
        "from vetter.review.cutouts.cutout_cache import CutoutCache\n"
        "application = QCoreApplication([])\n"
        "atexit.register(lambda: print('running:', cache.findChild(QThread).isRunning()))\n"
        "cache = CutoutCache(FieldInMemory(), DisplayStyle(), 10)\n"
        "cache.want(range(12))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "running: False\n"
