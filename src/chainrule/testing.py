"""Check derivatives: reverse mode, forward mode and finite differences, side by side.

:func:`check_derivatives` is for users who write their own operations and for chainrule's own
tests. Finite differences here are central, on a sequence of shrinking steps that Ridders'
extrapolation (Ridders 1982; Numerical Recipes, section 5.7) turns into an estimate with an error
estimate of its own, so that no tolerance has to be guessed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .api import jvp, value_and_grad
from .containers import flatten, path_of
from .eager import Value
from .errors import ArgumentError, ClosureError, DerivativeMismatchError
from .ops.shape import array, reshape, shape_of


@dataclass(frozen=True)
class Comparison:
    """One derivative, computed three ways.

    ``wrt`` names the arguments, one an order. ``forward`` and ``reverse`` are exact methods;
    ``forward`` is None where a closure ``grad_fn`` knows only the way backward. ``difference`` is
    Ridders' estimate and ``uncertainty`` what it may be off by.
    """

    result: str
    wrt: tuple[str, ...]
    reverse: float
    forward: float | None
    difference: float
    uncertainty: float
    agrees: bool

    def __str__(self) -> str:
        name = "".join(f" d {argument}" for argument in self.wrt)
        order = f"^{len(self.wrt)}" if len(self.wrt) > 1 else ""
        verdict = "" if self.agrees else "   <- part"
        forward = "not known" if self.forward is None else f"{self.forward:.15g}"
        return (
            f"d{order} f{self.result} /{name}: reverse {self.reverse:.15g}, "
            f"forward {forward}, differences {self.difference:.15g} "
            f"+- {self.uncertainty:.1g}{verdict}"
        )


@dataclass(frozen=True)
class Report:
    """All comparisons of one ``check_derivatives``, in the order of the arguments."""

    comparisons: tuple[Comparison, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.comparisons))


def _ridders(f: Callable[[float], float], x: float) -> tuple[float, float]:
    """Derivative of f at x by extrapolated central differences, and its estimated error.

    From a step for functions that vary over units; if that does not settle, from one for those
    that vary over x, whose differences are nearer to rounding.
    """
    best, error = _extrapolated(f, x, 0.02 * max(abs(x), 0.5))
    if 0 < abs(x) < 0.5 and not error <= 1e-4 * abs(best):
        return min((best, error), _extrapolated(f, x, 0.02 * abs(x)), key=lambda pair: pair[1])
    return best, error


def _extrapolated(f: Callable[[float], float], x: float, step: float) -> tuple[float, float]:
    """Ridders' method from one first step."""
    shrink = 1.4
    best, error = math.nan, math.inf
    previous: list[float] = []
    for row in range(12):
        above, below = f(x + step), f(x - step)
        # The steps actually taken, after rounding.
        column = [(above - below) / ((x + step) - (x - step))]
        factor = shrink**2
        for k in range(row):
            column.append((column[k] * factor - previous[k]) / (factor - 1))
            factor *= shrink**2
            estimate = max(
                abs(column[-1] - column[-2]),
                abs(column[-1] - previous[k]),
                2**-53 * (abs(above) + abs(below)) / step,  # what rounding alone may do
            )
            if estimate <= error:
                best, error = column[-1], estimate
        # Once differences only measure rounding, smaller steps make it worse.
        if row and abs(column[-1] - previous[-1]) >= 2 * error:
            break
        previous = column
        step /= shrink
    return best, error


def _on_numbers(f: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Callable[..., Any], int]:
    """f as a function of a flat list of numbers that returns a flat list of numbers."""
    parts = [flatten(argument) for argument in args]

    def flat(*numbers: Any) -> list[Any]:
        rest = iter(numbers)
        arguments = []
        for leaves, rebuild in parts:
            arguments.append(rebuild([_with_elements(leaf, rest) for leaf in leaves]))
        return [number for _, number in _elements(f(*arguments))]

    return flat, sum(len(_elements(argument)) for argument in args)


def _elements(tree: Any) -> list[tuple[str, Any]]:
    """The numbers in a container, those in its arrays too, each with the way to it."""
    elements = []
    for k, leaf in enumerate(flatten(tree)[0]):
        path = path_of(tree, k)
        if shape_of(leaf):
            for place in np.ndindex(*shape_of(leaf)):
                elements.append((f"{path}[{', '.join(map(str, place))}]", leaf[place]))
        else:
            elements.append((path, leaf))
    return elements


def _with_elements(leaf: Any, numbers: Iterator[Any]) -> Any:
    """A number, or an array in the shape of leaf, made of the next numbers."""
    shape = shape_of(leaf)
    if not shape:
        return next(numbers)
    return reshape(array(list(itertools.islice(numbers, math.prod(shape)))), shape)


def check_derivatives(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> Report:
    """Compare reverse mode, forward mode and finite differences of f at a point.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such. It has to be
            smooth at the point: finite differences see a kink from both sides, and
            part. It is called on Values only.
        args: the point.
        order: highest order of derivative to check; all mixed derivatives up to it are. A
            function with operations made by closures ``grad_fn`` has order 1.
        rtol: how far finite differences may be off, relative to the derivative, beyond three
            times their own estimated error.
        atol: the same, absolutely. The two exact modes have to agree to 1e-9 of the derivative,
            or to atol.

    Returns:
        A :class:`Report`: every derivative by every method. ``print`` shows it as a table.

    Raises:
        DerivativeMismatchError: two methods part; the message says where and by how much.
        ArgumentError: order is less than 1, or there are no arguments.
        ClosureError: a closure ``grad_fn`` was to be differentiated at an order above 1.

    >>> report = cr.check_derivatives(lambda x, y: cr.sin(x) * y, 0.5, 2.0)
    >>> len(report.comparisons)
    5
    """
    if order < 1 or not args:
        raise ArgumentError("check_derivatives: needs an order of at least 1 and an argument.")
    flat, count = _on_numbers(f, args)
    point = [
        Value(number).val if not isinstance(number, Value) else number.val
        for argument in args
        for _, number in _elements(argument)
    ]
    names = [f"arg{i}{path}" for i, argument in enumerate(args) for path, _ in _elements(argument)]
    labels = [path for path, _ in _elements(f(*_constants(args)))]
    comparisons = []
    for k, label in enumerate(labels):
        component = _component(flat, k)
        for size in range(1, order + 1):
            for wrt in itertools.combinations_with_replacement(range(count), size):
                comparisons.append(
                    _compare(component, point, wrt, label, names, rtol=rtol, atol=atol)
                )
    report = Report(tuple(comparisons))
    parting = [comparison for comparison in comparisons if not comparison.agrees]
    if parting:
        raise DerivativeMismatchError(
            f"check_derivatives: {len(parting)} of {len(comparisons)} derivatives part:\n"
            + "\n".join(map(str, parting))
        )
    return report


def _constants(tree: Any) -> Any:
    """The point as Values, on which operations that users make themselves can rely."""
    numbers, rebuild = flatten(tree)
    return rebuild([x if isinstance(x, Value) else Value(x) for x in numbers])


def _component(flat: Callable[..., Any], k: int) -> Callable[..., Any]:
    return lambda *numbers: flat(*numbers)[k]


def _reverse(g: Callable[..., Any], i: int) -> Callable[..., Any]:
    return lambda *x: value_and_grad(g, i)(*x)[1]


def _forward(g: Callable[..., Any], i: int) -> Callable[..., Any]:
    return lambda *x: jvp(lambda xi: g(*x[:i], xi, *x[i + 1 :]), (x[i],), (1.0,))[1]


def _compare(
    g: Callable[..., Any],
    point: list[float],
    wrt: tuple[int, ...],
    label: str,
    names: list[str],
    *,
    rtol: float,
    atol: float,
) -> Comparison:
    """One derivative three ways; the order-1 lower one, exact, is what is differenced."""
    reverse = forward = lower = g
    for i in wrt:
        reverse, forward = _reverse(reverse, i), _forward(forward, i)
    for i in wrt[:-1]:
        lower = _reverse(lower, i)
    last = wrt[-1]

    def along(x: float) -> float:
        moved = lower(*_constants((*point[:last], x, *point[last + 1 :])))
        return float(moved.val if isinstance(moved, Value) else moved)

    constants = _constants(tuple(point))
    by_reverse = float(reverse(*constants))
    by_forward: float | None
    try:
        by_forward = float(forward(*constants))
    except ClosureError:
        if len(wrt) > 1:
            raise
        by_forward = None
    difference, uncertainty = _ridders(along, point[last])
    size = max(abs(by_reverse), abs(by_forward or 0.0))
    # An estimate that is not sure of three digits shows a kink, and agrees with nothing.
    agrees = uncertainty <= 1e-3 * max(size, 1.0) and (
        abs(by_reverse - difference) <= rtol * size + atol + 3 * uncertainty
    )
    if by_forward is not None:
        agrees = agrees and abs(by_reverse - by_forward) <= max(1e-9 * size, atol)
    return Comparison(
        label,
        tuple(names[i] for i in wrt),
        by_reverse,
        by_forward,
        difference,
        uncertainty,
        agrees,
    )
