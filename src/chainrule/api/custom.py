"""Derivatives of one's own: custom_vjp, custom_jvp; and checkpoint, which computes twice.

All three are one operation, ``custom``: its results are what the function computed, and its rule
is a :class:`Rule`, which says how a cotangent goes to the arguments, and how tangents come from
them, whatever the function did. Under vmap the rule is run on examples, as the function was.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..containers import flatten
from ..eager import Value
from ..eager.operands import described
from ..errors import ArgumentError, FunctionError, ResultError, UncoveredRuleError
from ..ops import Cotangent, tracing
from ..ops.selection import where
from ..ops.shape import filled_like, shape_of
from ..ops.structural import Structural
from ..program.symbol import Symbol
from .batching import vmap
from .calls import Call, Selection, function_of, is_number, name_of, wrapped_as
from .derivatives import jvp, vjp
from .recorders import Traced

Rebuild = Callable[[list[Any]], Any]


@dataclass(eq=False, repr=False)
class Rule:
    """The derivative of one call of a function."""

    name: str
    #: ``pull(inputs, residuals, cotangents)``: a cotangent, or None, for every input.
    pull: Callable[..., list[Any]]
    #: ``push(inputs, tangents)``: a tangent for every result.
    push: Callable[[list[Any], list[Any]], list[Any]]
    inputs: int = 0
    results: int = 0
    #: Whether ``pull`` takes masks besides, None for all, and gives pairs of numbers and masks.
    #: What a rule of the user's is given is masked beforehand.
    takes_masks: bool = False

    def __repr__(self) -> str:
        return self.name


# --- the operation ------------------------------------------------------------------------------


def _pull(
    cotangents: Sequence[Any], out: Any, operands: Sequence[Any], parameters: Any, wanted: Any
) -> list[Cotangent | None]:
    rule: Rule = parameters["rule"]
    depth: int = parameters["depth"]
    first, last = rule.inputs, rule.inputs + rule.results
    pairs = [
        Cotangent(filled_like(result, 0.0)) if cotangent is None else cotangent
        for cotangent, result in zip(cotangents, operands[first:last], strict=True)
    ]
    masked = [pair.mask is not None for pair in pairs]
    given = list(operands[:first]), list(operands[last:])
    if rule.takes_masks:

        def pull(inputs: Any, residuals: Any, seeds: Any, masks: Any) -> list[Any]:
            rest = iter(masks)
            return rule.pull(
                inputs,
                residuals,
                [
                    Cotangent(seed, next(rest) if has_mask else None)
                    for seed, has_mask in zip(seeds, masked, strict=True)
                ],
            )

        shares = _on_examples(
            pull,
            depth,
            *given,
            [pair.numbers for pair in pairs],
            [pair.mask for pair in pairs if pair.mask is not None],
        )
    else:
        seeds = [
            pair.numbers if pair.mask is None else where(pair.mask, pair.numbers, 0.0)
            for pair in pairs
        ]
        shares = _on_examples(rule.pull, depth, *given, seeds)
    shares += [None] * (len(operands) - first)
    return [share if is_wanted else None for share, is_wanted in zip(shares, wanted, strict=True)]


def _push(tangents: Sequence[Any], out: Any, *operands: Any, **parameters: Any) -> tuple[Any, ...]:
    rule, depth = parameters["rule"], parameters["depth"]
    inputs = operands[: rule.inputs]
    directions = [
        filled_like(x, 0.0) if t is None else t for x, t in zip(inputs, tangents, strict=False)
    ]
    pushed = _on_examples(rule.push, depth, list(inputs), directions)
    return tuple(tangent.numbers for tangent in pushed if tangent is not None)


def _results(operands: Sequence[Any], rule: Rule) -> Sequence[Any]:
    return operands[rule.inputs : rule.inputs + rule.results]


custom_row: Structural = Structural(
    "custom",
    ("*operands",),
    "The results of a function with a derivative of its own: operands are inputs, results, rest.",
    saves=("operands",),
    kernel=lambda *operands, rule, depth: tuple(x[()] for x in _results(operands, rule)),
    shape=lambda *shapes, rule, depth: list(_results(shapes, rule)),
    vjp=None,  # type: ignore[arg-type]
    jvp=_push,
    pull=_pull,
    results=0,
)


def _on_examples(
    rule: Callable[..., list[Any]], depth: int, *groups: list[Any]
) -> list[Cotangent | None]:
    """A rule on whole batches: the rule under as many vmaps as the function was."""
    present: list[tuple[bool, bool]] = []

    def given(*groups: list[Any]) -> list[Any]:
        pairs = [
            x if isinstance(x, Cotangent) else Cotangent(x) for x in rule(*groups)
        ]  # fmt: skip
        present[:] = [(x.numbers is not None, x.mask is not None) for x in pairs]
        return [part for pair in pairs for part in pair if part is not None]

    mapped: Callable[..., list[Any]] = given
    for _ in range(depth):
        mapped = vmap(mapped)
    parts = iter(mapped(*groups))
    return [
        Cotangent(next(parts), next(parts) if has_mask else None) if has_numbers else None
        for has_numbers, has_mask in present
    ]


# --- one call -----------------------------------------------------------------------------------


@dataclass
class _Arguments:
    """The arguments of a call: the numbers and arrays among them, and the way back."""

    name: str
    args: tuple[Any, ...]
    numbers: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leaves, self.rebuild = flatten(self.args)
        self.places = [i for i, leaf in enumerate(self.leaves) if _is_differentiable(leaf)]
        self.numbers = [self.leaves[i] for i in self.places]

    def put(self, numbers: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments with other numbers."""
        leaves = list(self.leaves)
        for i, number in zip(self.places, numbers, strict=True):
            leaves[i] = number
        arguments: tuple[Any, ...] = self.rebuild(leaves)
        return arguments

    def pick(self, per_leaf: Sequence[Any]) -> list[Any]:
        return [per_leaf[i] for i in self.places]


def _is_differentiable(x: Any) -> bool:
    """Floating numbers and arrays; whole numbers are handed through as they are."""
    if isinstance(x, Value | float):
        return True
    return isinstance(x, Symbol | np.ndarray | np.floating) and x.dtype.kind == "f"


def _needs_rule(numbers: Sequence[Any]) -> bool:
    return any(isinstance(x, Symbol) or (isinstance(x, Value) and x.reqgrad) for x in numbers)


def _detached(x: Any) -> Any:
    return x.val if isinstance(x, Value) else x


def _recorded(rule: Rule, inputs: list[Any], result: Any, residuals: Sequence[Any] = ()) -> Any:
    """The result of a function, tied to its inputs by the rule alone."""
    results, rebuild = flatten(result)
    for x in results:
        if not (is_number(x) or isinstance(x, np.ndarray)):
            raise ResultError(
                f"{rule.name}: returned {described(x)}; a function with a derivative of its own "
                "returns numbers, arrays or containers of them."
            )
    rule.inputs, rule.results = len(inputs), len(results)
    trace = tracing.current()
    operands = [*inputs, *results, *residuals]
    if trace is None:
        return rebuild(list(custom_row(*operands, rule=rule, depth=0)))
    recorder = Traced(trace)
    whole = [recorder.whole(x) for x in operands]
    parts = trace.apply(custom_row, whole, {"rule": rule, "depth": len(trace.levels)})
    return rebuild([recorder.closed(part) for part in parts])


def _bound(f: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments by position."""
    if not kwargs:
        return tuple(args)
    bound = inspect.signature(f).bind(*args, **kwargs)
    bound.apply_defaults()
    if bound.kwargs:
        raise ArgumentError(
            f"{name_of(f)}: keyword-only arguments {sorted(bound.kwargs)} do not go with a "
            "derivative of one's own."
        )
    return bound.args


class _Custom:
    """What custom_vjp and custom_jvp have in common."""

    def __init__(self, f: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        function_of(f, type(self).__name__)
        wrapped_as(f)(self)
        self.f = f
        self.fixed = tuple(operator.index(i) for i in nondiff_argnums)

    def _split(self, args: tuple[Any, ...]) -> tuple[list[Any], _Arguments, Callable[..., Any]]:
        """Arguments without a derivative, those with one, and the order that puts them together."""
        fixed_places = {i % len(args) for i in self.fixed}
        fixed = [args[i % len(args)] for i in self.fixed]
        moving_places = [i for i in range(len(args)) if i not in fixed_places]
        arguments = _Arguments(name_of(self.f), tuple(args[i] for i in moving_places))

        def together(moving: Sequence[Any]) -> list[Any]:
            whole = list(args)
            for place, x in zip(moving_places, moving, strict=True):
                whole[place] = x
            return whole

        return fixed, arguments, together


class custom_vjp(_Custom):  # noqa: N801, JAX's name
    """A function whose derivative you give: how a cotangent of the result goes to the arguments.

    Args:
        f: a function of numbers, arrays or containers of them.
        nondiff_argnums: positions of arguments without a derivative, which may be anything. They
            come first in ``bwd``.

    ``f.defvjp(fwd, bwd)`` gives the rule: ``fwd(*args)`` returns the result and residuals, any
    container of numbers and arrays; ``bwd(residuals, cotangent)`` returns a tuple with a cotangent
    for every argument, None for zero. Derivatives of higher order go through ``fwd`` and ``bwd``.
    Forward mode does not work: use custom_jvp for that.

    Raises:
        FunctionError: it was called where a derivative is needed, and has no rule yet.
        UncoveredRuleError: forward mode met it.

    >>> @cr.custom_vjp
    ... def clipped(x):
    ...     return x * 1.0
    >>> clipped.defvjp(lambda x: (x * 1.0, x), lambda x, g: (cr.clip(g, -1.0, 1.0),))
    >>> cr.grad(lambda x: 5.0 * clipped(x))(2.0)
    1.0
    """

    def __init__(self, f: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        super().__init__(f, nondiff_argnums)
        self.fwd: Any = None
        self.bwd: Any = None

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Give the rule."""
        self.fwd, self.bwd = function_of(fwd, "defvjp"), function_of(bwd, "defvjp")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = _bound(self.f, args, kwargs)
        fixed, arguments, together = self._split(args)
        if not _needs_rule(arguments.numbers):
            return self.f(*together(arguments.put([_detached(x) for x in arguments.numbers])))
        if self.fwd is None:
            raise FunctionError(
                f"{name_of(self.f)}: custom_vjp without a rule. Give one with "
                f"{name_of(self.f)}.defvjp(fwd, bwd)."
            )

        def forward(numbers: Sequence[Any]) -> tuple[Any, Any]:
            pair = self.fwd(*together(arguments.put(numbers)))
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ResultError(
                    f"{name_of(self.f)}: fwd has to return a pair (result, residuals), not "
                    f"{described(pair)}."
                )
            return pair

        inputs = arguments.numbers
        kept: _Arguments | None = None
        if tracing.current() is not None:
            result = self.f(*args)
        else:
            result, residuals = forward([_detached(x) for x in inputs])
            kept = _Arguments("residuals", (residuals,))
        rebuild = flatten(result)[1]

        def pull(inputs: list[Any], numbers: list[Any], cotangents: list[Any]) -> list[Any]:
            if kept is None or any(isinstance(x, Value) for x in inputs):
                # In a trace the terms of f are there already, and the same ones merge. In a sweep
                # that is recorded the residuals have to hang on the inputs.
                residuals = forward(inputs)[1]
            else:
                (residuals,) = kept.put(numbers)
            shares = self.bwd(*fixed, residuals, rebuild(cotangents))
            return _one_each(shares, arguments, f"{name_of(self.f)}: bwd")

        rule = Rule(name_of(self.f), pull, self._no_forward)
        return _recorded(rule, inputs, result, [] if kept is None else kept.numbers)

    def _no_forward(self, inputs: list[Any], tangents: list[Any]) -> list[Any]:
        raise UncoveredRuleError(
            f"{name_of(self.f)}: forward mode (jvp, jacfwd, hvp) met a custom_vjp, whose rule "
            "knows only the way back. Give the function a custom_jvp, which serves both ways."
        )


def _one_each(shares: Any, arguments: _Arguments, what: str) -> list[Any]:
    """Cotangents in the structure of the arguments, as one for each number."""
    if not isinstance(shares, tuple | list) or len(shares) != len(arguments.args):
        raise ArgumentError(
            f"{what} has to return a tuple with a cotangent for each of the "
            f"{len(arguments.args)} arguments, not {described(shares)}."
        )
    per_leaf: list[Any] = []
    for share, argument in zip(shares, arguments.args, strict=True):
        expected = flatten(argument)[0]
        given = [None] * len(expected) if share is None else flatten(share)[0]
        if len(given) != len(expected):
            raise ArgumentError(f"{what} returned {described(share)} for {described(argument)}.")
        for own, number in zip(expected, given, strict=True):
            if number is not None and shape_of(number) != shape_of(own):
                raise ArgumentError(
                    f"{what} returned a cotangent of shape {shape_of(number)} for an argument of "
                    f"shape {shape_of(own)}."
                )
        per_leaf += given
    return arguments.pick(per_leaf)


class custom_jvp(_Custom):  # noqa: N801, JAX's name
    """A function whose derivative you give: how a tangent of the result comes from the arguments'.

    Args:
        f: a function of numbers, arrays or containers of them.
        nondiff_argnums: positions of arguments without a derivative, which may be anything. They
            come first in the rule.

    ``f.defjvp(rule)`` gives it: ``rule(primals, tangents)`` returns the result and its tangent,
    which has to be linear in the tangents. Reverse mode is its transpose.

    Raises:
        FunctionError: it was called where a derivative is needed, and has no rule yet.

    >>> @cr.custom_jvp
    ... def log1pexp(x):
    ...     return cr.log(1 + cr.exp(x))
    >>> @log1pexp.defjvp
    ... def rule(primals, tangents):
    ...     (x,), (t,) = primals, tangents
    ...     return log1pexp(x), t * (1 - 1 / (1 + cr.exp(x)))
    >>> cr.grad(log1pexp)(1000.0)
    1.0
    """

    def __init__(self, f: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        super().__init__(f, nondiff_argnums)
        self.rule: Any = None

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Give the rule; gives it back, so that it can be used as a decorator."""
        self.rule = function_of(rule, "defjvp")
        return rule

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = _bound(self.f, args, kwargs)
        fixed, arguments, together = self._split(args)
        if not _needs_rule(arguments.numbers):
            return self.f(*together(arguments.put([_detached(x) for x in arguments.numbers])))
        if self.rule is None:
            raise FunctionError(
                f"{name_of(self.f)}: custom_jvp without a rule. Give one with "
                f"{name_of(self.f)}.defjvp(rule)."
            )

        def push(inputs: list[Any], tangents: list[Any]) -> list[Any]:
            pair = self.rule(*fixed, arguments.put(inputs), arguments.put(tangents))
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ResultError(
                    f"{name_of(self.f)}: the rule has to return a pair (result, tangent), not "
                    f"{described(pair)}."
                )
            return flatten(pair[1])[0]

        def pull(inputs: list[Any], residuals: list[Any], cotangents: list[Any]) -> list[Any]:
            zeros = [filled_like(x, 0.0) if shape_of(x) else 0.0 for x in inputs]
            _, transpose = vjp(lambda *tangents: push(inputs, list(tangents)), *zeros)
            return list(transpose(cotangents))

        inputs = arguments.numbers
        numbers = inputs if tracing.current() is not None else [_detached(x) for x in inputs]
        result = self.f(*together(arguments.put(numbers)))
        return _recorded(Rule(name_of(self.f), pull, push), inputs, result)


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """f, which keeps nothing but its arguments for the way back, and is then computed again.

    Memory for time: what f computes on the way is not kept, as grad keeps it otherwise.

    Args:
        f: a function of numbers, arrays or containers of them.

    >>> cr.grad(lambda x: cr.checkpoint(cr.sin)(x * x))(0.0)
    0.0
    """
    function_of(f, "checkpoint")

    @wrapped_as(f)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        arguments = _Arguments(name_of(f), (args, kwargs))
        if not _needs_rule(arguments.numbers):
            return f(*args, **kwargs)

        def again(*numbers: Any) -> list[Any]:
            own_args, own_kwargs = arguments.put(numbers)
            return flatten(f(*own_args, **own_kwargs))[0]

        def pull(inputs: list[Any], residuals: list[Any], cotangents: list[Any]) -> list[Any]:
            trace = tracing.current()
            with nullcontext() if trace is None else trace.recomputing():
                call = Call(again, Selection(again, range(len(inputs)), None, "grad"), inputs, {})
                seeds = list(zip(call.result, cotangents, strict=True))
                found = call.recorder.pull_masked(seeds, call.leaves)
                numbers = call.settled([x and x.numbers for x in found], outer=cotangents)
            return [
                x if pair is None else Cotangent(x, pair.mask)
                for x, pair in zip(numbers, found, strict=True)
            ]

        def push(inputs: list[Any], tangents: list[Any]) -> list[Any]:
            pushed: list[Any] = jvp(again, tuple(inputs), tuple(tangents))[1]
            return pushed

        inputs = arguments.numbers
        numbers = inputs if tracing.current() is not None else [_detached(x) for x in inputs]
        own_args, own_kwargs = arguments.put(numbers)
        rule = Rule(name_of(f), pull, push, takes_masks=True)
        return _recorded(rule, inputs, f(*own_args, **own_kwargs))

    return checkpointed
