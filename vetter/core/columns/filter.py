"""A filter in the vetter's words, ``mag<19 verdict=none J04``; nothing of it is executed.

Terms side by side must all hold; ``or``, ``not`` and brackets combine them::

    J04                     name contains J04 (case is ignored)
    mag<19   fwhm>=2.5      numbers; missing values never match
    verdict=none,maybe      one of several
    tags~dipole             text contains
    filter!=r               neither equal nor missing
    mag=missing             no value; mag!=missing has one
    "two words"             quotes keep blanks and signs, 'such quotes' too
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from vetter.core.columns.filter_conditions import (
    COMPARE,
    Columns,
    FilterError,
    Mask,
    Node,
    Token,
    condition,
    name_contains,
)

DEEPEST = 50
"""Nesting beyond this is refused in words, before Python's own limit is."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<op><=|>=|==|!=|!~|[<>=~])
          |(?P<sign>[()!,])
          |(?P<quoted>"[^"]*"?|'[^']*'?)
          |(?P<word>[^\s()<>=!~,"]+))""",
    re.VERBOSE,
)


def matching(expression: str, columns: Columns) -> Mask:
    """Which candidates an expression lets through.

    Parameters
    ----------
    expression : str
        As described above.
    columns : Columns
        The columns that can be named.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    FilterError
        With the reason in words, and the position.
    """
    return parse(expression)(columns)


def parse(expression: str) -> Node:
    """The expression as a function of the columns; FilterError where it has no sense."""
    parser = _Parser(_tokens(expression), len(expression))
    return parser.whole()


def _tokens(expression: str) -> list[Token]:
    found: list[Token] = []
    place = 0
    while expression[place:].strip():
        match = _TOKEN.match(expression, place)
        assert match is not None and match.lastgroup is not None  # every character is of a kind
        text, start = match.group(match.lastgroup), match.start(match.lastgroup)
        if match.lastgroup == "quoted" and (len(text) < 2 or text[-1] != text[0]):
            raise FilterError("the quotation mark is not closed", start)
        found.append(Token(match.lastgroup, text, start))
        place = match.end()
    return found


class _Parser:
    """Recursive descent; or binds weakest, then terms side by side, then not."""

    def __init__(self, tokens: list[Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        if not self._tokens:
            return lambda columns: np.ones(len(columns.values("name")), bool)
        node = self._any()
        left = self._peek()
        if left is not None:
            raise FilterError(f"'{left.text}' is not expected here", left.position)
        return node

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, wanted: str) -> Token:
        token = self._peek()
        if token is None:
            raise FilterError(f"{wanted} is missing", self._end)
        self._next += 1
        return token

    def _at(self, kind: str, *texts: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == kind and token.text.lower() in texts

    def _any(self) -> Node:
        nodes = [self._all()]
        while self._at("word", "or"):
            self._next += 1
            nodes.append(self._all())
        return _combined(nodes, np.logical_or)

    def _all(self) -> Node:
        nodes = [self._one()]
        while self._peek() is not None and not self._at("word", "or") and not self._at("sign", ")"):
            if self._at("word", "and"):
                self._next += 1
            nodes.append(self._one())
        return _combined(nodes, np.logical_and)

    def _one(self) -> Node:
        token = self._take("a condition")
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterError("brackets and nots are nested too deeply", token.position)
        node = self._condition(token)
        self._depth -= 1
        return node

    def _condition(self, token: Token) -> Node:
        if token.kind == "sign" and token.text == "(":
            node = self._any()
            if not self._at("sign", ")"):
                raise FilterError("the bracket is not closed", token.position)
            self._next += 1
            return node
        if (token.kind == "word" and token.text.lower() == "not") or token.text == "!":
            inner = self._one()
            return lambda columns: ~inner(columns)
        if token.kind in ("op", "sign") or (
            token.kind == "word" and token.text.lower() in ("and", "or")
        ):
            raise FilterError(f"a condition is missing before '{token.text}'", token.position)
        following = self._peek()
        if following is not None and following.kind == "op":
            self._next += 1
            return condition(token, following.text, self._choices(following))
        return name_contains(token.value)

    def _choices(self, op: Token) -> list[Token]:
        chosen = [self._value(op)]
        while self._at("sign", ","):
            if op.text in COMPARE:
                raise FilterError(f"'{op.text}' takes one value", self._tokens[self._next].position)
            self._next += 1
            chosen.append(self._value(op))
        return chosen

    def _value(self, op: Token) -> Token:
        token = self._take(f"a value after '{op.text}'")
        if token.kind not in ("word", "quoted"):
            raise FilterError(f"a value is missing before '{token.text}'", token.position)
        return token


def _combined(nodes: list[Node], how: Any) -> Node:
    if len(nodes) == 1:
        return nodes[0]

    def node(columns: Columns) -> Mask:
        mask = nodes[0](columns)
        for other in nodes[1:]:
            mask = how(mask, other(columns))
        return mask

    return node
