"""Functions that differentiate functions: grad, value_and_grad, jvp, vjp, hvp.

Each calls the function on fresh leaves, lets it record what it does (``recorders.py``), and
applies the chain rule to the record. Names, argument order and defaults are JAX's. Results are
plain floats and arrays in the structure of the arguments; a Value comes back only where it hangs
on an outer Value, which is how derivatives nest: the inner sweep is then recorded, and the outer
one goes through it. Nobody's ``.grad`` is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..containers import flatten
from ..eager import Value
from ..ops.reduce import constant
from .calls import (
    Argnames,
    Argnums,
    Call,
    Selection,
    matching,
    numbers_of,
    scalar,
    wrapped_as,
)


def stop_gradient(x: Any) -> Any:
    """The same number, with no derivative: what comes of it does not depend on x.

    Args:
        x: a number or a Value, or a nested container of them.

    >>> cr.grad(lambda x: x * cr.stop_gradient(x))(3.0)
    3.0
    """
    leaves, rebuild = flatten(x)
    return rebuild(
        [Value(leaf.val) if isinstance(leaf, Value) else constant(leaf) for leaf in leaves]
    )


def value_and_grad(
    f: Callable[..., Any],
    argnums: Argnums = None,
    has_aux: bool = False,
    *,
    argnames: Argnames = None,
) -> Callable[..., Any]:
    """A function that gives the value of f and its gradient.

    Args:
        f: a function of numbers, arrays, or lists, tuples or dicts of them, that returns a number.
        argnums: which positional arguments to differentiate with respect to, one or several; the
            first by default.
        argnames: the same by name, also of arguments that are given by keyword; added to argnums.
        has_aux: f returns a pair of the number and auxiliary data, which is handed through.

    Returns:
        A function of the same arguments. It returns ``(value, gradient)``, or
        ``((value, aux), gradient)``; the gradient has the structure of the argument, and is a
        tuple where argnums is a sequence. Numbers are floats (float64), arrays keep their dtype.

    Raises:
        ResultError: f returned something that is not one real number.
        OperandError: an argument to differentiate with respect to is not made of real numbers.
        ArgumentError: argnums does not fit the call.

    >>> cr.value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    """
    return _value_and_grad(f, Selection(f, argnums, argnames, "value_and_grad"), has_aux)


def _value_and_grad(
    f: Callable[..., Any], selection: Selection, has_aux: bool
) -> Callable[..., Any]:
    @wrapped_as(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        call = Call(f, selection, args, kwargs)
        result, aux = call.split_aux(has_aux)
        results = [scalar(result, call.owner, call.name)]
        # Now only the list holds the result, unless f keeps it.
        call.result = result = None
        value, adjoints = call.recorder.value_and_gradient(results, call.leaves)
        gradient = call.arrange(adjoints)
        return ((value, aux), gradient) if has_aux else (value, gradient)

    return value_and_gradient


def grad(
    f: Callable[..., Any],
    argnums: Argnums = None,
    has_aux: bool = False,
    *,
    argnames: Argnames = None,
) -> Callable[..., Any]:
    """A function that gives the gradient of f.

    Args:
        f: a function of numbers, arrays, or lists, tuples or dicts of them, that returns a number.
        argnums: which positional arguments to differentiate with respect to, one or several; the
            first by default.
        argnames: the same by name, also of arguments that are given by keyword; added to argnums.
        has_aux: f returns a pair of the number and auxiliary data; the result is then the pair
            ``(gradient, aux)``.

    Returns:
        A function of the same arguments, whose result has the structure of the argument; a tuple
        where argnums is a sequence. Numbers are floats (float64), arrays keep their dtype. Where f
        does not depend on an argument the derivative is 0.

    Raises:
        ResultError: f returned something that is not one real number.
        OperandError: an argument to differentiate with respect to is not made of real numbers.
        ArgumentError: argnums does not fit the call.

    >>> f = lambda x1, x2: cr.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2
    >>> d1, d2 = cr.grad(f, argnums=(0, 1))(2.0, 10.0)
    >>> print(f"{d1:.6f} {d2:.6f}")
    0.030523 -0.018544
    >>> cr.grad(cr.grad(lambda x: x**3))(2.0)
    12.0
    """
    return gradient_of(f, Selection(f, argnums, argnames, "grad"), has_aux)


def gradient_of(
    f: Callable[..., Any], selection: Selection, has_aux: bool = False
) -> Callable[..., Any]:
    """``grad`` in the name of another function."""
    both = _value_and_grad(f, selection, has_aux)

    @wrapped_as(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, derivatives = both(*args, **kwargs)
        return (derivatives, value[1]) if has_aux else derivatives

    return gradient


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of f and its derivative along a direction (forward mode).

    Args:
        f: a function of numbers, arrays or containers of them, that returns such.
        primals: the arguments, one entry each.
        tangents: the direction, in the same structure.
        has_aux: f returns a pair of the result and auxiliary data, which is handed through.

    Returns:
        ``(value, tangent)``, both in the structure of f's result; with ``has_aux``, where f returns
        a pair of that and auxiliary data, ``(value, tangent, aux)``.

    Raises:
        ArgumentError: primals and tangents do not fit each other.
        ResultError: f returned something that is not made of real numbers.
        ClosureError: f holds a term made by a closure ``grad_fn``.

    >>> cr.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    directions = matching(primals, tangents, "jvp")
    call = Call(f, Selection(f, range(len(primals)), None, "jvp"), tuple(primals), {})
    result, aux = call.split_aux(has_aux)
    numbers, rebuild = numbers_of(result, "jvp", call.name)
    pushed = call.recorder.push(numbers, call.leaves, directions)
    value, tangent = rebuild(call.settled(numbers)), rebuild(call.settled(pushed))
    return (value, tangent, aux) if has_aux else (value, tangent)


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of f, and a function that pulls a cotangent of it back to the arguments.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such.
        primals: the arguments.
        has_aux: f returns a pair of the value and auxiliary data, which is handed through.

    Returns:
        ``(value, pullback)``. ``pullback(cotangent)`` takes a cotangent in the structure of the
        value and returns a tuple, one entry a primal. It may be called any number of times. With
        ``has_aux``, where f returns a pair of the value and auxiliary data, ``(value, pullback,
        aux)``.

    Raises:
        ResultError: f returned something that is not made of real numbers.
        ArgumentError: a cotangent does not fit the value.

    >>> value, pullback = cr.vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> value, pullback(10.0)
    (6.0, (30.0, 20.0))
    """
    call = Call(f, Selection(f, range(len(primals)), None, "vjp"), primals, {})
    result, aux = call.split_aux(has_aux)
    numbers, rebuild = numbers_of(result, "vjp", call.name)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = matching((result,), (cotangent,), "vjp", "the cotangent")
        totals = call.recorder.pull(list(zip(numbers, seeds, strict=True)), call.leaves)
        arranged: tuple[Any, ...] = call.arrange(call.settled(totals, outer=seeds))
        return arranged

    # The pullback keeps its own, whatever is assigned to the value.
    value = rebuild(call.settled([call.recorder.again(x) for x in numbers]))
    return (value, pullback, aux) if has_aux else (value, pullback)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of f times a direction, at the cost of a few gradients (forward over reverse).

    Args:
        f: a function of numbers, arrays or containers of them, that returns a number.
        primals: the arguments, one entry each.
        tangents: the direction, in the same structure.

    Returns:
        The product in the structure of the gradient: that of the argument where there is one
        primal, a tuple of such where there are several.

    Raises:
        ArgumentError: primals and tangents do not fit each other.
        ResultError: f returned something that is not one real number.

    >>> cr.hvp(lambda x, y: x**2 * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 4.0)
    """
    matching(primals, tangents, "hvp")
    argnums: Argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(gradient_of(f, Selection(f, argnums, None, "hvp")), primals, tangents)[1]
