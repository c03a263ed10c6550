"""The filter language, ``mag<19 verdict=none J04``; nothing of a filter is executed.

Terms side by side must all hold; ``or``, ``not`` and brackets combine them::

    J04                     name, tags or comment contain J04 (case is ignored)
    mag<19   fwhm>=2.5      numbers; missing values never match
    verdict=none,maybe      one of several
    tags~dipole             text contains
    filter!=r               neither equal nor missing
    mag=missing             no value; mag!=missing has one; also mag is null, is not null
    mag between 18 and 19   both ends included
    filter in (r, g)        one of several; not in, not between, not like negate
    name like J04%          % is any text, _ any character; the whole text must match
    "two words"             quotes keep blanks and signs, 'such quotes' too
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.number_words import is_missing_word
from vetter.core.columns.folded_text import contains, equals
from vetter.core.decisions.triage.later import DUE_CODE
from vetter.errors import InputError

MAX_NESTING = 50
"""Largest depth of brackets and nots: a deeper filter would reach Python's recursion limit."""

_NUMBER = re.compile(r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$", re.IGNORECASE)
_DATE = re.compile(r"^\s*[0-9]{4}([-/ .][0-9A-Za-z]|$)")
_TOKEN = re.compile(
    r"""\s*(?:(?P<op><=|>=|==|!=|!~|[<>=~])
          |(?P<sign>[()!,])
          |(?P<quoted>"[^"]*"?|'[^']*'?)
          |(?P<word>[^\s()<>=!~,"]+))""",
    re.VERBOSE,
)

Mask = npt.NDArray[np.bool_]
Node = Callable[["Columns"], Mask]

# As packets write them too: isdiffpos of ZTF is t or f.
_TRUTHS = dict.fromkeys(("true", "t", "yes"), True) | dict.fromkeys(("false", "f", "no"), False)

VERDICT_WORDS = {
    "none": (0, DUE_CODE),
    "undecided": (0, DUE_CODE),
    "accept": (1,),
    "accepted": (1,),
    "reject": (2,),
    "rejected": (2,),
    "maybe": (3,),
    "later": (4, DUE_CODE),
    "due": (DUE_CODE,),
}
"""Verdict codes by word: what is due was put off, and counts as undecided again."""


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def match_filter(expression: str, columns: Columns) -> Mask:
    """Return for each candidate whether an expression matches.

    Parameters
    ----------
    expression : str
        Filter in the language of this module's docstring.
    columns : Columns
        Columns that the filter can name.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    FilterError
        The expression is invalid, or names an unknown column.
    """
    return parse(expression)(columns)


def parse(expression: str) -> Node:
    """Return the expression as a function of the columns; raise FilterError if it is invalid."""
    parser = _Parser(_split_tokens(expression), len(expression))
    return parser.whole()


def absent_columns(expression: str, columns: Columns) -> list[str]:
    """Return the words of an expression that name none of the columns; no values are read.

    Parameters
    ----------
    expression : str
        Filter in the language of this module's docstring.
    columns : Columns
        Columns that the filter can name.

    Returns
    -------
    list of str
        Each word once, as written; empty if all columns exist.

    Raises
    ------
    FilterError
        The expression is invalid.

    Examples
    --------
    >>> class Listed:
    ...     names = ("mag",)
    ...     def find(self, word): return {"mag": "mag"}[word]
    >>> absent_columns("mag<19 seeing<2 J04", Listed())
    ['seeing']
    """
    parser = _Parser(_split_tokens(expression), len(expression))
    parser.whole()
    absent = [field.value for field in parser.fields if not _is_column(columns, field.value)]
    return list(dict.fromkeys(absent))


def _is_column(columns: Columns, word: str) -> bool:
    try:
        columns.find(word)
    except KeyError:
        return False
    return True


def _split_tokens(expression: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        assert match is not None and match.lastgroup is not None  # _TOKEN matches any character
        text, start = match.group(match.lastgroup), match.start(match.lastgroup)
        if match.lastgroup == "quoted" and (len(text) < 2 or text[-1] != text[0]):
            raise FilterError("the quotation mark is not closed", start)
        tokens.append(Token(match.lastgroup, text, start))
        position = match.end()
    return tokens


class _Parser:
    """Recursive-descent parser; "or" binds weakest, then terms side by side, then "not"."""

    def __init__(self, tokens: list[Token], end: int) -> None:
        self._tokens = tokens
        self.fields: list[Token] = []
        """Words that name columns, in the order of the expression."""
        self._end = end
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        if not self._tokens:
            return lambda columns: np.ones(len(columns.values("name")), bool)
        node = self._alternatives()
        extra = self._peek()
        if extra is not None:
            raise FilterError(f"'{extra.text}' is not expected here", extra.position)
        return node

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, expected: str) -> Token:
        token = self._peek()
        if token is None:
            raise FilterError(f"{expected} is missing", self._end)
        self._next += 1
        return token

    def _is_at(self, kind: str, *texts: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == kind and token.text.lower() in texts

    def _alternatives(self) -> Node:
        nodes = [self._terms()]
        while self._is_at("word", "or"):
            self._next += 1
            nodes.append(self._terms())
        return _combine(nodes, np.logical_or)

    def _terms(self) -> Node:
        nodes = [self._term()]
        while self._peek() and not self._is_at("word", "or") and not self._is_at("sign", ")"):
            if self._is_at("word", "and"):
                self._next += 1
            nodes.append(self._term())
        return _combine(nodes, np.logical_and)

    def _term(self) -> Node:
        token = self._take("a condition")
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FilterError("brackets and nots are nested too deeply", token.position)
        node = self._condition(token)
        self._depth -= 1
        return node

    def _condition(self, token: Token) -> Node:
        if token.kind == "sign" and token.text == "(":
            node = self._alternatives()
            if not self._is_at("sign", ")"):
                raise FilterError("the bracket is not closed", token.position)
            self._next += 1
            return node
        if (token.kind == "word" and token.text.lower() == "not") or token.text == "!":
            inner = self._term()
            return lambda columns: ~inner(columns)
        if token.kind in ("op", "sign") or (
            token.kind == "word" and token.text.lower() in ("and", "or")
        ):
            raise FilterError(f"a condition is missing before '{token.text}'", token.position)
        following = self._peek()
        if following is not None and following.kind == "op":
            self._next += 1
            self.fields.append(token)
            return make_condition(token, following.text, self._choices(following))
        written = self._written_condition(token)
        if written is None:
            return is_found(token.value)
        self.fields.append(token)
        return written

    def _written_condition(self, field: Token) -> Node | None:
        """Return a condition with a word for its operator; None if no such word follows."""
        start = self._next
        negated = self._is_at("word", "not")
        self._next += negated
        op = self._peek()
        verb = op.text.lower() if op is not None and op.kind == "word" else ""
        self._next += 1
        # A word at the end is searched for like any other.
        complete = op is not None and self._peek() is not None
        node: Node | None = None
        if op is not None and complete and verb == "between":
            node = self._between(field, op)
        elif op is not None and complete and verb == "in":
            node = self._in(field, op)
        elif op is not None and complete and verb == "like":
            node = make_pattern(field, self._value(op))
        elif op is not None and complete and verb == "is" and not negated:
            node = self._is_null(field)
        if node is None:
            self._next = start
            return None
        return _negate(node, field) if negated else node

    def _between(self, field: Token, op: Token) -> Node:
        low = self._value(op)
        self._next += self._is_at("word", "and") or self._is_at("sign", ",")
        return make_range(field, low, self._value(op))

    def _in(self, field: Token, op: Token) -> Node:
        bracket = self._peek()
        if bracket is None or not (bracket.kind == "sign" and bracket.text == "("):
            return make_condition(field, "=", self._choices(op))
        self._next += 1
        chosen = self._choices(op)
        if not self._is_at("sign", ")"):
            raise FilterError("the bracket is not closed", bracket.position)
        self._next += 1
        return make_condition(field, "=", chosen)

    def _is_null(self, field: Token) -> Node | None:
        negated = self._is_at("word", "not")
        self._next += negated
        if not self._is_at("word", "null", "missing", "nan", "empty"):
            return None
        self._next += 1
        node = make_null_test(field)
        return (lambda columns: ~node(columns)) if negated else node

    def _choices(self, op: Token) -> list[Token]:
        chosen = [self._value(op)]
        while self._is_at("sign", ","):
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


def _combine(nodes: list[Node], how: Any) -> Node:
    if len(nodes) == 1:
        return nodes[0]

    def node(columns: Columns) -> Mask:
        mask = nodes[0](columns)
        for other in nodes[1:]:
            mask = how(mask, other(columns))
        return mask

    return node


class FilterError(InputError):
    """Error in a filter expression.

    Attributes
    ----------
    position : int
        Position in the expression, counted from 0.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (at character {position + 1})")
        self.position = position


class Columns(Protocol):
    """Columns by name, one value per candidate."""

    @property
    def names(self) -> Sequence[str]:
        """Names of all columns, for suggestions."""

    def find(self, word: str) -> str:
        """Return the column that a word means; raise KeyError if there is no such column."""

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return the values of a column, shape (n,)."""

    def folded(self, name: str) -> npt.NDArray[Any]:
        """Return a column's values as text in lower case, shape (n,), as `fold` makes it."""


class Token(NamedTuple):
    """Word, quoted text or sign of an expression, with its position."""

    kind: str
    text: str
    position: int

    @property
    def value(self) -> str:
        """Text without quotes."""
        return self.text[1:-1] if self.kind == "quoted" else self.text


SEARCHED = ("name", "tags", "comment")
"""Columns that a bare word is looked for in."""

SPARSE = ("tags", "comment")
"""Columns that are empty for most candidates."""


def is_found(word: str) -> Node:
    """Return the condition of a bare word: name, tags or comment contain it, in any case."""

    def node(columns: Columns) -> Mask:
        known = columns.names
        return _any_of([_contains(columns, name, word) for name in SEARCHED if name in known])

    return node


def make_range(field: Token, low: Token, high: Token) -> Node:
    """Return the condition that a value lies between two others, which may be in either order."""

    def node(columns: Columns) -> Mask:
        name, values = _find_values(columns, field)
        if name == "verdict":
            raise FilterError("a verdict is compared with = or !=", low.position)
        ends = [
            _compare(name, values, ">=", first) & _compare(name, values, "<=", second)
            for first, second in ((low, high), (high, low))
        ]
        return _any_of(ends)

    return node


def make_pattern(field: Token, pattern: Token) -> Node:
    """Return the condition that a text matches a pattern of ``%`` and ``_``, in any case."""
    parts = {"%": ".*", "_": "."}
    regex = "".join(
        parts.get(letter, re.escape(letter)) for letter in re.sub("%+", "%", pattern.value)
    )
    matches = re.compile(regex, re.IGNORECASE | re.DOTALL).fullmatch

    def node(columns: Columns) -> Mask:
        name, values = _find_values(columns, field)
        if name == "verdict":
            raise FilterError("a verdict is compared with = or !=", pattern.position)
        texts = ("" if value is None else str(value) for value in values.tolist())
        return np.fromiter((matches(text) is not None for text in texts), bool, len(values))

    return node


def make_null_test(field: Token) -> Node:
    """Return the condition that a candidate has no value; for a verdict, that it is undecided."""

    def node(columns: Columns) -> Mask:
        name, values = _find_values(columns, field)
        if name == "verdict":
            return _are_among(values, VERDICT_WORDS["none"])
        return _is_missing(values)

    return node


def _negate(node: Node, field: Token) -> Node:
    """Return the opposite of a condition; a missing value matches neither, as with ``!=``."""

    def opposite(columns: Columns) -> Mask:
        name, values = _find_values(columns, field)
        hits = node(columns)
        return ~hits if name == "verdict" else ~hits & ~_is_missing(values)

    return opposite


def _find_values(columns: Columns, field: Token) -> tuple[str, npt.NDArray[Any]]:
    """Return the name and values of the column that a token means."""
    name = _find_column(columns, field)
    values = columns.values(name)
    if values.ndim != 1:
        raise FilterError(f"'{name}' holds several values per candidate", field.position)
    return name, values


def _contains(columns: Columns, name: str, word: str) -> Mask:
    values = columns.values(name)
    if name not in SPARSE or not word:
        return contains(columns.folded(name), word)
    wanted, given = word.lower(), np.flatnonzero(values != "")
    hits = np.zeros(len(values), bool)
    texts = ("" if value is None else str(value).lower() for value in values[given].tolist())
    hits[given] = [wanted in text for text in texts]
    return hits


def make_condition(field: Token, op: str, choices: list[Token]) -> Node:
    """Return a comparison ``field op choice,choice``; it raises its errors when evaluated."""

    def node(columns: Columns) -> Mask:
        name, values = _find_values(columns, field)
        if name == "verdict":
            hits = _is_verdict(values, op, choices)
        elif op in COMPARE:
            return _compare(name, values, op, choices[0])
        elif op in ("~", "!~"):
            hits = _any_of([_contains(columns, name, choice.value) for choice in choices])
        else:
            hits = _any_of([_is_equal(columns, name, values, choice) for choice in choices])
            if op == "!=" and not any(_is_missing_word(choice) for choice in choices):
                return ~hits & ~_is_missing(values)
        return ~hits if op.startswith("!") else hits

    return node


def _find_column(columns: Columns, field: Token) -> str:
    word = field.value
    try:
        return columns.find(word)
    except KeyError:
        # Letters and digits are compared alone: 'S/N', as the window writes it, is close to 'snr'.
        plain = {_letters(name): name for name in columns.names}
        near = difflib.get_close_matches(_letters(word), plain, 1, 0.6)
        hint = f"; did you mean '{plain[near[0]]}'?" if near else ""
        raise FilterError(f"unknown column '{word}'{hint}", field.position) from None


def _letters(name: str) -> str:
    return re.sub(r"\W", "", name).lower()


def _any_of(masks: list[Mask]) -> Mask:
    return np.asarray(np.logical_or.reduce(masks))


def _is_verdict(codes: npt.NDArray[Any], op: str, choices: list[Token]) -> Mask:
    if op not in ("=", "==", "!="):
        raise FilterError("a verdict is compared with = or !=", choices[0].position)
    wanted: list[int] = []
    for choice in choices:
        word = choice.value.lower()
        if word not in VERDICT_WORDS:
            raise FilterError(
                f"expected none, accept, reject, maybe, later or due, found '{word}'",
                choice.position,
            )
        wanted += VERDICT_WORDS[word]
    return _are_among(codes, wanted)


def _are_among(codes: npt.NDArray[Any], wanted: Sequence[int]) -> Mask:
    """Return which verdicts are among some.

    A verdict may be given while a thread filters; numpy raises if values change meanwhile.
    """
    return np.asarray(np.isin(codes.copy(), wanted))


def _number(name: str, token: Token, is_truth: bool = False) -> float:
    try:
        return float(token.value)
    except ValueError:
        held, wanted = ("true and false", "one of them") if is_truth else ("numbers", "a number")
        problem = f"'{name}' holds {held}; '{token.value}' is not {wanted}"
        raise FilterError(problem, token.position) from None


def _compare(name: str, values: npt.NDArray[Any], op: str, choice: Token) -> Mask:
    if values.dtype.kind in "biuf":
        return np.asarray(COMPARE[op](values, _number(name, choice)))
    text = np.array(["" if value is None else str(value) for value in values.tolist()], str)
    if _NUMBER.match(choice.value):
        numbers = _numbers_in(text)
        if numbers is not None:
            return np.asarray(COMPARE[op](numbers, float(choice.value)))
        words = [value for value in text.tolist() if value and not _DATE.match(value)]
        if words:
            first = next((word for word in words if not _NUMBER.match(word)), words[0])
            raise FilterError(
                f"'{name}' holds text, as '{first[:20]}'; '{op}' compares numbers and dates",
                choice.position,
            )
    # Text is compared as text, so that time>2024-05-01 works for ISO dates.
    return np.asarray(COMPARE[op](text, choice.value) & (text != ""))


def _numbers_in(text: npt.NDArray[np.str_]) -> npt.NDArray[np.float64] | None:
    """Return text as numbers, as of identities with leading zeros; None if any is a word.

    Words for missing numbers are NaN.
    """
    try:
        return np.array(
            [np.nan if is_missing_word(value) else float(value) for value in text.tolist()]
        )
    except ValueError:
        return None


def _is_missing_word(token: Token) -> bool:
    return token.kind == "word" and token.text.lower() in ("missing", "nan")


def _is_missing(values: npt.NDArray[Any]) -> Mask:
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values))
    if values.dtype.kind in "biu":
        return np.zeros(len(values), bool)
    return np.fromiter(
        (value is None or value == "" for value in values.tolist()), bool, len(values)
    )


def _is_equal(columns: Columns, name: str, values: npt.NDArray[Any], choice: Token) -> Mask:
    if _is_missing_word(choice):
        return _is_missing(values)
    word = choice.value
    if values.dtype.kind == "b" and word.lower() in _TRUTHS:
        return np.asarray(values == _TRUTHS[word.lower()])
    if values.dtype.kind in "iu" and re.fullmatch(r"[+-]?\d+", word):
        return np.asarray(values == int(word))
    if values.dtype.kind in "biuf":
        return np.asarray(values == _number(name, choice, values.dtype.kind == "b"))
    wanted = word.lower()
    if name == "tags":
        return np.fromiter(
            (wanted in [tag.lower() for tag in str(tags).split(", ")] for tags in values.tolist()),
            bool,
            len(values),
        )
    return equals(columns.folded(name), wanted)
