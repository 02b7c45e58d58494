"""Functions that differentiate functions: grad, value_and_grad, jvp, vjp, hvp, hessian, jacobian.

Each calls the function on fresh leaves, lets it record its graph, and sweeps the graph. Names,
argument order and defaults are JAX's. Results are plain floats in the structure of the arguments;
a Value comes back only where it hangs on an outer Value, which is how derivatives nest: the inner
sweep is then recorded, and the outer one goes through it. Nobody's ``.grad`` is touched.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .containers import Rebuild, flatten, path_of, same_structure
from .eager import ArrayBase, Backward, Value, Var, functions, sweep
from .eager import gradient as fast_gradient
from .eager.array import ArrayValue
from .eager.operands import described, plain_number
from .eager.recording import seed_of
from .errors import ArgumentError, FunctionError, OperandError, ResultError
from .ops.shape import reshape, shape_of, stack

Argnums = int | Sequence[int]


def stop_gradient(x: Any) -> Any:
    """The same number, with no derivative: what comes of it does not depend on x.

    Args:
        x: a number or a Value, or a nested container of them.

    >>> cr.grad(lambda x: x * cr.stop_gradient(x))(3.0)
    3.0
    """
    leaves, rebuild = flatten(x)
    return rebuild([Value(leaf.val) if isinstance(leaf, Value) else leaf for leaf in leaves])


def _new_leaf(number: Any, owner: str, place: Callable[[], str]) -> Value:
    """A leaf for the function to compute with; one that hangs on an outer Value, if given one."""
    if type(number) is float:
        return Var(number)
    if isinstance(number, Value):
        return functions.positive(number) if number.reqgrad else Var(number.val)
    if isinstance(number, np.ndarray) and number.ndim:
        return ArrayValue._leaf(number)
    plain = None if isinstance(number, bool | np.bool_) else plain_number(number)
    if plain is None:
        raise OperandError(
            f"{owner}: {place()} is {described(number)}; what is differentiated has to be a real "
            "number, an array, or a list, tuple or dict of them. Exclude it with argnums, or close "
            "over it."
        )
    return Var(plain)


def _numbers(result: Any, owner: str, what: str) -> tuple[list[Any], Rebuild]:
    """The Values and floats of a function's result, which may be a container."""
    numbers, rebuild = flatten(result)
    for i, number in enumerate(numbers):
        if isinstance(number, Value | np.ndarray):
            continue
        numbers[i] = None if isinstance(number, bool | np.bool_) else plain_number(number)
        if numbers[i] is None:
            raise ResultError(
                f"{owner}: {what} returned {described(number)}{_at(result, i)}, which has no "
                "derivative. It has to return a number, or a list, tuple or dict of numbers."
            )
    return numbers, rebuild


def _at(tree: Any, index: int) -> str:
    path = path_of(tree, index)
    return f" at {path}" if path else ""


def _scalar(result: Any, owner: str, name: str) -> Any:
    """The result of a function that ``grad`` differentiates: one number."""
    is_number = not isinstance(result, bool | np.bool_) and plain_number(result) is not None
    shape = shape_of(result)
    if shape or (not isinstance(result, Value) and not is_number):
        what = f"an array of shape {shape}" if shape else described(result)
        hint = (
            " Use cr.jacobian for a function with several results."
            if shape or isinstance(result, list | tuple | dict)
            else " A function that returns auxiliary data besides needs has_aux=True."
        )
        raise ResultError(
            f"{owner}: {name} returned {what}; its result has to be one real number." + hint
        )
    return result


def _gradient(root: Any, leaves: Sequence[Value], seed: Any = 1.0) -> tuple[list[Any], bool]:
    """Derivatives of a number with respect to leaves; 0.0 where it does not depend on them.

    Also whether the sweep was free of anything outside, so that all is plain floats and arrays.
    """
    started = _started(root, leaves, seed)
    if isinstance(started, list):
        return started, True
    is_plain = not started.recorded and not getattr(seed, "reqgrad", False)
    return sweep.finished(started, leaves), is_plain


def _started(root: Any, leaves: Sequence[Value], seed: Any = 1.0) -> list[Any] | Backward:
    """Derivatives where they cost one fast sweep over numbers, or none; else a sweep to finish."""
    if not isinstance(root, Value) or not root.reqgrad or not leaves:
        return [_zero(leaf) for leaf in leaves]
    adjoints = fast_gradient(root, list(leaves), seed) if isinstance(seed, float) else None
    if adjoints is not None:
        return adjoints
    start = seed_of(root, seed) if isinstance(root, ArrayBase) else seed
    return sweep.begun(root, leaves, start)


def _zero(leaf: Value) -> Any:
    return np.zeros(leaf.shape, leaf.dtype) if isinstance(leaf, ArrayBase) else 0.0


def _function(f: Any, owner: str) -> Any:
    if not callable(f):
        raise FunctionError(f"{owner}: the first argument is a function, not {described(f)}.")
    return f


def _name(f: Any) -> str:
    return getattr(f, "__name__", None) or type(f).__name__


def _is_single(argnums: Any) -> bool:
    return hasattr(argnums, "__index__")


def _sequence(argnums: Any, owner: str) -> tuple[Any, ...]:
    try:
        return tuple(argnums)
    except TypeError:
        raise ArgumentError(
            f"{owner}: argnums is a whole number or a sequence of them, not {argnums!r}."
        ) from None


def _positions(argnums: Argnums, count: int, owner: str, name: str) -> tuple[int, ...]:
    """argnums as positions among the arguments of this call."""
    positions = []
    for argnum in (argnums,) if _is_single(argnums) else _sequence(argnums, owner):
        if isinstance(argnum, bool) or not hasattr(argnum, "__index__"):
            raise ArgumentError(f"{owner}: argnums must be whole numbers, not {argnum!r}.")
        argnum = operator.index(argnum)
        if not -count <= argnum < count:
            raise ArgumentError(
                f"{owner}: argnums={argnums!r}, but {name} was called with {count} positional "
                f"argument{'s' * (count != 1)}. Arguments count from 0."
            )
        positions.append(argnum % count)
    if len(set(positions)) < len(positions):
        raise ArgumentError(f"{owner}: argnums={argnums!r} names an argument twice.")
    return tuple(positions)


class _Call:
    """One call of a function on fresh leaves in place of the arguments that argnums names."""

    def __init__(
        self,
        f: Callable[..., Any],
        argnums: Argnums,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        owner: str,
    ) -> None:
        self.owner, self.name = owner, _name(f)
        self.single = _is_single(argnums)
        _function(f, owner)
        positions = _positions(argnums, len(args), owner, self.name)
        self.leaves: list[Value] = []
        self.parts: list[tuple[int, Rebuild]] = []
        arguments = list(args)
        for position in positions:
            numbers, rebuild = flatten(args[position])
            leaves = [
                _new_leaf(number, owner, functools.partial(self.place, args, position, i))
                for i, number in enumerate(numbers)
            ]
            arguments[position] = rebuild(leaves)
            self.leaves += leaves
            self.parts.append((len(leaves), rebuild))
        self.result = f(*arguments, **kwargs)

    def place(self, args: tuple[Any, ...], position: int, i: int) -> str:
        """A number among the arguments, as an error names it."""
        return f"argument {position} of {self.name}{path_of(args[position], i)}"

    def arrange(self, numbers: Sequence[Any]) -> Any:
        """Numbers, one a leaf, in the structure of the arguments."""
        arranged = []
        start = 0
        for count, rebuild in self.parts:
            arranged.append(rebuild(list(numbers[start : start + count])))
            start += count
        return arranged[0] if self.single else tuple(arranged)


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that gives the value of f and its gradient.

    Args:
        f: a function of numbers, arrays, or lists, tuples or dicts of them, that returns a number.
        argnums: which positional arguments to differentiate with respect to, one or several.
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
    return _value_and_grad(f, argnums, has_aux, "value_and_grad")


def _value_and_grad(
    f: Callable[..., Any], argnums: Argnums, has_aux: bool, owner: str
) -> Callable[..., Any]:
    @functools.wraps(_function(f, owner))
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        call = _Call(f, argnums, args, kwargs, owner)
        result, aux = call.result, None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise ResultError(
                    f"{owner}: with has_aux=True {call.name} has to return a pair (number, "
                    f"auxiliary data), not {described(result)}."
                )
            result, aux = result
            numbers, rebuild = flatten(aux)
            aux = rebuild(sweep.settled(numbers, call.leaves))
            del numbers, rebuild
        root = _scalar(result, owner, call.name)
        started = _started(root, call.leaves)
        value = root.val if isinstance(root, Value) else plain_number(root)
        if isinstance(started, list):
            adjoints = started
            if isinstance(root, Value) and root.reqgrad and not call.leaves:
                value = root  # hangs on something outside, and there is nothing to differentiate
        elif started.recorded:
            adjoints = sweep.finished(started, call.leaves)
            value, *adjoints = sweep.settled([root, *adjoints], call.leaves)
        else:
            # Nobody but the sweep holds the graph now, unless f keeps some of it.
            call.result = result = root = None
            adjoints = sweep.finished(started, call.leaves)
        gradient = call.arrange(adjoints)
        return ((value, aux), gradient) if has_aux else (value, gradient)

    return value_and_gradient


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of f.

    Args:
        f: a function of numbers, arrays, or lists, tuples or dicts of them, that returns a number.
        argnums: which positional arguments to differentiate with respect to, one or several.
        has_aux: f returns a pair of the number and auxiliary data; the result is then the pair
            ``(gradient, aux)``.

    Returns:
        A function of the same arguments, whose result has the structure of the argument; a tuple
        where argnums is a sequence. All numbers are floats (float64). Where f does not depend on
        an argument the derivative is 0.0.

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
    return _grad(f, argnums, has_aux, "grad")


def _grad(f: Callable[..., Any], argnums: Argnums, has_aux: bool, owner: str) -> Callable[..., Any]:
    both = _value_and_grad(f, argnums, has_aux, owner)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, derivatives = both(*args, **kwargs)
        return (derivatives, value[1]) if has_aux else derivatives

    return gradient


def _matching(
    primals: Any, tangents: Any, owner: str, entry: str = "entry {i} of tangents"
) -> list[Any]:
    """The numbers of tangents, which have to have the structure of primals."""
    for what, given in ("primals", primals), ("tangents", tangents):
        if not isinstance(given, tuple | list):
            raise ArgumentError(
                f"{owner}: {what} is a tuple, one entry an argument, not {described(given)}."
            )
    numbers: list[Any] = []
    if len(primals) != len(tangents):
        raise ArgumentError(f"{owner}: {len(primals)} primals, but {len(tangents)} tangents.")
    for i, (primal, tangent) in enumerate(zip(primals, tangents, strict=True)):
        if not same_structure(primal, tangent):
            raise ArgumentError(
                f"{owner}: {entry.format(i=i)} is {described(tangent)}, which has not the "
                f"structure of {described(primal)}."
            )
        ours = flatten(tangent)[0]
        for own, number in zip(flatten(primal)[0], ours, strict=True):
            if not isinstance(number, Value | np.ndarray) and plain_number(number) is None:
                raise OperandError(
                    f"{owner}: {entry.format(i=i)} holds {described(number)}, not a real number."
                )
            if shape_of(own) != shape_of(number):
                raise ArgumentError(
                    f"{owner}: {entry.format(i=i)} holds an array of shape {shape_of(number)} for "
                    f"one of shape {shape_of(own)}."
                )
        numbers += [x if isinstance(x, Value) or shape_of(x) else plain_number(x) for x in ours]
    return numbers


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of f and its derivative along a direction (forward mode).

    Args:
        f: a function of numbers, arrays or containers of them, that returns such.
        primals: the arguments, one entry each.
        tangents: the direction, in the same structure.

    Returns:
        ``(value, tangent)``, both in the structure of f's result.

    Raises:
        ArgumentError: primals and tangents do not fit each other.
        ResultError: f returned something that is not made of real numbers.
        ClosureError: f holds a term made by a closure ``grad_fn``.

    >>> cr.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    directions = _matching(primals, tangents, "jvp")
    call = _Call(f, range(len(primals)), tuple(primals), {}, "jvp")
    return _pushed_forward(call, directions)


def _pushed_forward(call: _Call, directions: list[Any]) -> tuple[Any, Any]:
    numbers, rebuild = _numbers(call.result, call.owner, call.name)
    tangents: list[Any] = [np.zeros(shape_of(x), x.dtype) if shape_of(x) else 0.0 for x in numbers]
    moving = [i for i, x in enumerate(numbers) if isinstance(x, Value) and x.reqgrad]
    if call.leaves:
        pushed = sweep.pushforward([numbers[i] for i in moving], call.leaves, directions)
        for i, tangent in zip(moving, pushed, strict=True):
            tangents[i] = tangent
    values = sweep.settled(numbers, call.leaves)
    return rebuild(values), rebuild(sweep.settled(tangents, call.leaves))


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of f, and a function that pulls a cotangent of it back to the arguments.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such.
        primals: the arguments.

    Returns:
        ``(value, pullback)``. ``pullback(cotangent)`` takes a cotangent in the structure of the
        value and returns a tuple, one entry a primal. It may be called any number of times.

    Raises:
        ResultError: f returned something that is not made of real numbers.
        ArgumentError: a cotangent does not fit the value.

    >>> value, pullback = cr.vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> value, pullback(10.0)
    (6.0, (30.0, 20.0))
    """
    call = _Call(f, range(len(primals)), primals, {}, "vjp")
    numbers, rebuild = _numbers(call.result, "vjp", call.name)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = _matching((call.result,), (cotangent,), "vjp", "the cotangent")
        totals: list[Any] = []
        for number, seed in zip(numbers, seeds, strict=True):
            adjoints, _ = _gradient(number, call.leaves, seed)
            if totals:
                adjoints = [a + b for a, b in zip(totals, adjoints, strict=True)]
            totals = adjoints
        totals = totals or [_zero(leaf) for leaf in call.leaves]
        arranged: tuple[Any, ...] = call.arrange(sweep.settled(totals, call.leaves, outer=seeds))
        return arranged

    return rebuild(sweep.settled(numbers, call.leaves)), pullback


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
    _matching(primals, tangents, "hvp")
    argnums: Argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that gives the Jacobian of f: the derivative of each result in each argument.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such.
        argnums: which positional arguments to differentiate with respect to, one or several.

    Returns:
        A function of the same arguments. Its result has the structure of f's result, and in the
        place of each number that of the argument (a tuple of those where argnums is a sequence):
        rows are results, columns are arguments.

    Raises:
        ResultError: f returned something that is not made of real numbers.
        OperandError: an argument to differentiate with respect to is not made of real numbers.

    >>> cr.jacobian(lambda x: [x[0] * x[1], x[0] ** 2])([2.0, 3.0])
    [[3.0, 2.0], [4.0, 0.0]]
    """
    return _jacobian(f, argnums, "jacobian")


def _jacobian(f: Callable[..., Any], argnums: Argnums, owner: str) -> Callable[..., Any]:
    @functools.wraps(_function(f, owner))
    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        call = _Call(f, argnums, args, kwargs, owner)
        numbers, rebuild = _numbers(call.result, owner, call.name)
        return rebuild([_rows(number, call) for number in numbers])

    return jacobian_of_f


def _rows(result: Any, call: _Call) -> Any:
    """The derivatives of one result: for an array, its axes come before those of the argument."""
    shape = shape_of(result)
    if not shape:
        adjoints, is_plain = _gradient(result, call.leaves)
        return call.arrange(adjoints if is_plain else sweep.settled(adjoints, call.leaves))
    # One sweep an element. Elements are picked by index, which masks what was not picked.
    elements = reshape(result, (-1,))
    sweeps = [_gradient(elements[i], call.leaves)[0] for i in range(shape_of(elements)[0])]
    whole = []
    for i, leaf in enumerate(call.leaves):
        column = [adjoints[i] for adjoints in sweeps]
        full = (*shape, *shape_of(leaf))
        whole.append(reshape(stack(column), full) if column else np.zeros(full))
    return call.arrange(sweep.settled(whole, call.leaves))


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that gives the matrix of second derivatives of f.

    Args:
        f: a function of numbers, arrays or containers of them, that returns a number.
        argnums: which positional arguments to differentiate with respect to, one or several.

    Returns:
        A function of the same arguments. Its result has the structure of the gradient, and again
        that of the gradient in the place of each number; nested tuples where argnums is a
        sequence.

    Raises:
        ResultError: f returned something that is not one real number.
        OperandError: an argument to differentiate with respect to is not made of real numbers.

    >>> cr.hessian(lambda x, y: x**2 * y, argnums=(0, 1))(2.0, 3.0)
    ((6.0, 4.0), (4.0, 0.0))
    """
    return _jacobian(_grad(f, argnums, False, "hessian"), argnums, "hessian")
