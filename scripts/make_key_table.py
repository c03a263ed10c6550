"""Write README's key table from the command table; with --check, say whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from vetter.gui.actions.command import MENUS, Command
from vetter.gui.commands import COMMANDS

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- keys: made by scripts/make_key_table.py -->"
END = "<!-- end of keys -->"


def key_names(command: Command) -> str:
    """The keys as markdown, `A` or `Right`, `N`; held ones say so."""
    names = ", ".join(f"`{key}`" for key in command.keys)
    return f"{names} (held)" if command.released else names


def key_table() -> str:
    """One row a command that has a key, in the order of the menus; the nine tags are one row."""
    rows = ["| key | does |", "| --- | --- |"]
    for menu in MENUS:
        for command in COMMANDS:
            if command.menu != menu or not command.keys or command.keys[0] in "23456789":
                continue
            if command.keys == ("1",):
                rows.append("| `1` to `9` | tags on or off |")
            else:
                rows.append(f"| {key_names(command)} | {command.title.rstrip('.')} |")
    return "\n".join(rows)


def main() -> int:
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = f"{before}{BEGIN}\n{key_table()}\n{END}{after}"
    if "--check" in sys.argv:
        if text != wanted:
            print("README.md: the key table is not the command table's; run", __file__)
        return int(text != wanted)
    README.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
