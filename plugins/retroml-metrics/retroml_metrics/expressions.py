"""Expressions in which a config defines metrics: `mean(score > 0)`.

Python's parser makes a tree of the text, and of that tree only what stands in this file is understood: numbers, stated names,
arithmetic, comparisons, `and`, `or`, `not`, and calls of the functions in `functions.py`. Everything else (attributes, indices,
comprehensions, strings ...) is refused with what is allowed. Nothing is compiled or handed to `eval`.

A value is a single number, or a list with one value a game or a step. Which of them is known before anything is computed, so
an expression that would fail is refused when it is read.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np

from retroml_core.metrics import is_reported
from retroml_core.plugins.suggestions import advice
from retroml_metrics.functions import FUNCTIONS, Function, Value

__all__ = ["NAMES", "BadExpression", "Expression", "Shape", "parse"]

LONGEST = 500
DEEPEST = 40
METRIC = re.compile(r"\b[a-z]\w*(?:/[a-z_]\w*)+")


class BadExpression(ValueError):
    """An expression is not understood; the message says why and what is allowed."""


class Shape(Enum):
    """How many values there are, in words."""

    NUMBER = "a single number"
    GAMES = "one value a game"
    STEPS = "one value a step"


NAMES: Mapping[str, Shape] = MappingProxyType(
    dict.fromkeys(("score", "length", "duration"), Shape.GAMES)
    | dict.fromkeys(("rewards", "values", "returns", "advantages", "actions"), Shape.STEPS)
)
"""The lists that an expression may name."""

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.FloorDiv: np.floor_divide,
        ast.Mod: np.mod,
        ast.Pow: np.power,
    }
)

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Eq: np.equal,
        ast.NotEq: np.not_equal,
        ast.Lt: np.less,
        ast.LtE: np.less_equal,
        ast.Gt: np.greater,
        ast.GtE: np.greater_equal,
    }
)


@dataclass(frozen=True)
class _Term:
    """A part of an expression: its shape, how it is computed from named values (KeyError: one is missing), and of a list how
    many of the newest values it holds (None: all)."""

    shape: Shape
    compute: Callable[[Mapping[str, Value]], Value]
    newest: int | None = None


@dataclass(frozen=True, kw_only=True)
class Expression:
    """An expression that was understood; `metrics` are those it names."""

    text: str
    metrics: tuple[str, ...]
    term: _Term

    def evaluate(self, values: Mapping[str, Value]) -> float | None:
        """The number for values of `NAMES` and of metrics, by name.

        None when a value is missing or empty, when lists are not equally long, or when the number is not finite.
        """
        try:
            with np.errstate(all="ignore"):
                number = float(self.term.compute({name: value for name, value in values.items() if value.size}))
        except (KeyError, ValueError):
            return None
        return number if math.isfinite(number) else None


def parse(text: str, metrics: Iterable[str] | None = None) -> Expression:
    """Understand `text`, which may name any of `metrics` (see `is_reported`; None: of any name). Raises BadExpression."""
    if len(text) > LONGEST:
        raise BadExpression(
            f"is {len(text)} characters long, {LONGEST} are allowed; define a part of it as a metric of its own"
        )
    named: list[str] = []
    plain = METRIC.sub(lambda found: _stand_in(found[0], named), text)
    if metrics is not None:
        _require_metrics(named, sorted(metrics))
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        cause = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise BadExpression(f"is no expression: {cause}; write it like mean(score > 0)") from error
    term = _Reader(named).read(tree)
    if term.shape is not Shape.NUMBER:
        raise BadExpression(f"gives {term.shape.value}, but a metric is a single number; put mean(...), last(...) around it")
    return Expression(text=text, metrics=tuple(named), term=term)


def _stand_in(metric: str, named: list[str]) -> str:
    """A name that Python's parser takes for one: `loss/policy` would be a division."""
    named.append(metric)
    return f"_metric{len(named) - 1}"


def _require_metrics(named: Iterable[str], known: Collection[str]) -> None:
    for metric in named:
        if not is_reported(metric, known):
            raise BadExpression(f"no metric is called {metric}; {advice(metric, known)} A division has blanks around its slash")


class _Reader:
    """From the tree of an expression to a `_Term`; `named` are the metrics in it."""

    def __init__(self, named: list[str]) -> None:
        self._metrics = {f"_metric{index}": metric for index, metric in enumerate(named)}
        self._depth = 0

    def read(self, node: ast.expr) -> _Term:
        if self._depth == DEEPEST:
            raise BadExpression("is nested too deeply; define a part of it as a metric of its own")
        self._depth += 1
        term = self._read(node)
        self._depth -= 1
        return term

    def _read(self, node: ast.expr) -> _Term:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                value = np.asarray(_finite(number))
                return _Term(Shape.NUMBER, lambda _: value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.UAdd() as operator, operand=operand):
                return _signed(operator, self.read(operand))
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                return self._joined(_of_numbers(_ARITHMETIC[type(operator)]), [left, right], node)
            case ast.BoolOp(op=operator, values=nodes):
                connect = np.logical_and if isinstance(operator, ast.And) else np.logical_or
                return self._joined(lambda *terms: functools.reduce(connect, terms), nodes, node)
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self._compare([left, *others], operators, node)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments)
        raise BadExpression(f"{self._words(node)} is not allowed; {_allowed()}")

    def _words(self, node: ast.AST) -> str:
        """`node` as it was written."""
        return re.sub(r"_metric\d+", lambda found: self._metrics.get(found[0], found[0]), ast.unparse(node))

    def _name(self, name: str) -> _Term:
        if name in self._metrics:
            metric = self._metrics[name]
            return _Term(Shape.NUMBER, lambda values: values[metric])
        if name in NAMES:
            return _Term(NAMES[name], lambda values: values[name])
        helped = f"write {FUNCTIONS[name].usage}" if name in FUNCTIONS else advice(name, NAMES)
        raise BadExpression(f"there is no list called {name!r}; {helped}")

    def _compare(self, nodes: list[ast.expr], operators: list[ast.cmpop], node: ast.Compare) -> _Term:
        if not all(type(operator) in _COMPARISONS for operator in operators):
            raise BadExpression(f"{self._words(node)} is not allowed; compare with ==, !=, <, <=, > or >=")
        compares = [_COMPARISONS[type(operator)] for operator in operators]

        def compute(*terms: Value) -> Value:
            pairs = zip(compares, terms, terms[1:], strict=False)
            return functools.reduce(np.logical_and, [compare(left, right) for compare, left, right in pairs])

        return self._joined(compute, nodes, node)

    def _joined(self, compute: Callable[..., Value], nodes: list[ast.expr], node: ast.expr) -> _Term:
        """`compute` of several terms: a single number goes with any list, and lists go together that are equally long."""
        terms = [self.read(part) for part in nodes]
        lists = {(term.shape.value, term.newest): term for term in terms if term.shape is not Shape.NUMBER}
        if len(lists) > 1:
            kinds = [f"the newest {newest} of {words}" if newest else words for words, newest in lists]
            raise BadExpression(f"{self._words(node)} mixes lists that are not equally long: {' and '.join(kinds)}")
        (like,) = lists.values() or terms[:1]
        return _Term(like.shape, lambda values: compute(*(term.compute(values) for term in terms)), like.newest)

    def _call(self, name: str, arguments: list[ast.expr]) -> _Term:
        if name not in FUNCTIONS:
            raise BadExpression(f"there is no function called {name!r}; {advice(name, FUNCTIONS)}")
        function = FUNCTIONS[name]
        if len(arguments) != (2 if function.second else 1):
            wanted = "two values" if function.second else "one value"
            raise BadExpression(f"{name} takes {wanted}, not {len(arguments)}: write {function.usage}")
        term = self.read(arguments[0])
        if function.needs_list and term.shape is Shape.NUMBER:
            raise BadExpression(f"{function.usage} needs a list such as score; {self._words(arguments[0])} is a single number")
        more = [_second(function, arguments[1])] if function.second else []
        return _Term(
            Shape.NUMBER if function.reduces else term.shape,
            lambda values: np.asarray(function.compute(np.asarray(term.compute(values)), *more)),
            min(int(more[0]), term.newest or int(more[0])) if name == "recent" else term.newest,
        )


def _second(function: Function, node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        number = _finite(node.value)
        if function.allows(number):
            return number
    raise BadExpression(f"the second value of {function.usage} must be {function.second}, not {ast.unparse(node)}")


def _finite(number: Any) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise BadExpression("holds a number that is too large")
    return value


def _signed(operator: ast.unaryop, term: _Term) -> _Term:
    if isinstance(operator, ast.Not):
        return dataclasses.replace(term, compute=lambda values: np.logical_not(term.compute(values)))
    sign = -1.0 if isinstance(operator, ast.USub) else 1.0
    return dataclasses.replace(term, compute=lambda values: np.asarray(sign * np.asarray(term.compute(values), np.float64)))


def _of_numbers(compute: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    """`compute` in float64, where a condition counts 1."""
    return lambda left, right: compute(np.asarray(left, np.float64), np.asarray(right, np.float64))


def _allowed() -> str:
    lists, functions = ", ".join(NAMES), ", ".join(FUNCTIONS)
    return f"allowed are numbers, {lists}, metrics such as grad/norm, + - * / // % **, comparisons, and, or, not, {functions}"
