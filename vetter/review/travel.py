"""How the vetter goes through the list, and what is said at its ends."""

from __future__ import annotations

import numpy as np

from vetter.review.standing import Standing
from vetter.review.viewing import NEXT_LISTED, NEXT_UNDECIDED


class Travel(Standing):
    """The verbs that show another candidate; while a commit is under way, nothing moves."""

    undecided_keys = ""
    """The keys that run `next_undecided`, in words: the window knows them."""

    def say_no_match(self) -> None:
        """Say that the filter matches nothing, so that no candidate is on screen."""
        self.message.emit("no candidate matches the filter: clear it first")

    def next(self) -> None:
        """The next candidate of the list."""
        self._step(1)

    def previous(self) -> None:
        """The candidate before."""
        self._step(-1)

    def first(self) -> None:
        """The first candidate of the list."""
        self._to_end(last=False)

    def last(self) -> None:
        """The last candidate of the list."""
        self._to_end(last=True)

    def next_undecided(self) -> None:
        """The next candidate without a verdict, around the end of the list."""
        if self.busy or self._viewing.to_undecided(self.codes):
            return
        if self.queue.is_barren:
            self.say_no_match()
        else:
            listed = "in this list" if self.complete else f"among {self.listing}"
            left = "in this filter" if self.queue.expression else listed
            self.message.emit(f"no undecided candidate is left {left}")

    def go_to(self, key: str) -> None:
        """Show a candidate by its key; raises KeyError for an unknown one."""
        self.go_to_row(self.candidates.row_of(key))

    def go_to_row(self, row: int) -> None:
        """Show a candidate by its row. While a commit is under way, nothing moves."""
        if not self.busy:
            self._viewing.show(row)

    def start(self) -> None:
        """Show the first undecided candidate, or the first of all.

        Where all that is listed so far is decided, the first undecided is shown as soon as it is
        read, unless the vetter has gone elsewhere or decided something meanwhile.
        """
        if not self._viewing.to_undecided(self.codes, start=-1):
            self.first()
            if not self.complete:
                self._viewing.wait(NEXT_UNDECIDED)

    def _say_end(self) -> None:
        if self.queue.is_barren:
            self.say_no_match()
            return
        if self.broken:
            self.message.emit(f"the last of {self.listing}; {self.unlisted}")
            return
        if not self.complete:
            self._viewing.wait(NEXT_LISTED)
            self.message.emit(f"the last of {self.listing}: the next is shown when it is read")
            return
        end = "end of the filtered list" if self.queue.expression else "end of the list"
        left = int(np.count_nonzero(self.codes[self.queue.order] == 0))
        way = f": {self.undecided_keys} goes to the next of them" if self.undecided_keys else ""
        each = "match" if self.queue.expression else "candidate"
        undecided = f"{left} undecided{way}" if left else f"every {each} is decided"
        self.message.emit(f"{end}; {undecided}")

    def _to_end(self, last: bool) -> None:
        if self.queue.is_barren:
            self.say_no_match()
        elif not self.busy:
            self._viewing.to_end(last)

    def _step(self, steps: int) -> None:
        if self.queue.is_barren:
            self.say_no_match()
        elif not self.busy and not self._viewing.step(steps):
            words = "end of the list" if self.complete else f"the last of {self.listing}"
            self.message.emit(words if steps > 0 else "start of the list")
