"""The functions that an expression of a config may call: their names, what they take and what they give.

Values are float64 or bool arrays: (n,) for a list, () for a single number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FUNCTIONS", "Function", "Value"]

Value = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function: how it is written, whether it makes one number of a list (`reduces`) or works on each value.

    `second` says in words what its second argument must be, "" when it takes none; `allows` whether a number is that.
    """

    usage: str
    help: str
    compute: Callable[..., Any]
    reduces: bool = True
    needs_list: bool = True
    second: str = ""
    allows: Callable[[float], bool] = lambda _: True


def _of(usage: str, help: str, compute: Callable[[Value], Any]) -> Function:
    """One number of a list; a condition counts as 1 where it holds."""
    return Function(usage=usage, help=help, compute=lambda values: compute(values.astype(np.float64)))


def _each(usage: str, help: str, compute: Callable[[Value], Value]) -> Function:
    return Function(
        usage=usage,
        help=help,
        compute=lambda values: compute(values.astype(np.float64)),
        reduces=False,
        needs_list=False,
    )


def _count(values: Value) -> int:
    return int(np.count_nonzero(values)) if values.dtype == np.bool_ else values.size


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "mean": _of("mean(x)", "the mean; of a condition the share that holds", np.mean),
        "median": _of("median(x)", "the middle value", np.median),
        "min": _of("min(x)", "the least value", np.min),
        "max": _of("max(x)", "the greatest value", np.max),
        "std": _of("std(x)", "the standard deviation, division by n", np.std),
        "sum": _of("sum(x)", "the sum; of a condition how many hold", np.sum),
        "first": _of("first(x)", "the oldest value", lambda values: values[0]),
        "last": _of("last(x)", "the newest value", lambda values: values[-1]),
        "count": Function(usage="count(x)", help="how many values there are; of a condition how many hold", compute=_count),
        "quantile": Function(
            usage="quantile(x, 0.9)",
            help="what this share of the values lies below, interpolated linearly",
            compute=lambda values, share: np.quantile(values.astype(np.float64), share),
            second="a number between 0 and 1",
            allows=lambda share: 0 <= share <= 1,
        ),
        "recent": Function(
            usage="recent(x, 10)",
            help="a list of the newest so many values",
            compute=lambda values, count: values[-int(count) :],
            reduces=False,
            second="a whole number from 1 on",
            allows=lambda count: count >= 1 and count.is_integer(),
        ),
        "abs": _each("abs(x)", "each value without its sign", np.abs),
        "sqrt": _each("sqrt(x)", "the square root of each value", np.sqrt),
        "log": _each("log(x)", "the natural logarithm of each value", np.log),
        "exp": _each("exp(x)", "e to the power of each value", np.exp),
    }
)
"""By name."""
