"""The sweeps that must know more than numbers: closures, recorded sweeps, forward mode.

A graph of plain terms is swept backward by the build's own fast loop (``native.pyx``,
``plain.py``). Here is what that loop leaves to Python:

* graphs that hold closures ``grad_fn``, whose operands nobody knows before they are called;
* sweeps that are recorded, for higher orders: the adjoint of a term is a Value, and the partials
  are computed anew with the row's own formula;
* forward mode, which carries tangents up the recorded graph.

Terms are visited in the order of their serial numbers: a term is always younger than its
operands. A sweep keeps its adjoints to itself until it ends, so an exception or Ctrl-C in the
middle leaves nothing behind, and two threads do not meet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from ..errors import ChangedValueError, ClosureError, DroppedDerivativeError
from .operands import gradient_number

if TYPE_CHECKING:
    from . import Value

Adjoint = Any
"""A float, or a Value where the sweep is recorded."""

#: How many closures are running, in all threads: as long as it is 0, ``back()`` starts a sweep.
active = 0
_here = threading.local()


def _needs_derivative(x: Any) -> bool:
    return getattr(x, "reqgrad", False)


def _times(x: Adjoint, partial: Adjoint) -> Adjoint:
    """The product, without a term for a factor that is exactly one."""
    if not _needs_derivative(partial) and partial == 1.0:
        return x
    if not _needs_derivative(x) and x == 1.0:
        return partial
    return x * partial


def _undifferentiable_closure() -> ClosureError:
    return ClosureError(
        "a term made by a closure grad_fn was to be differentiated twice (create_graph=True, or "
        "one derivative inside another): the closure computes with plain numbers, so its own "
        "derivative is not known. Give the operation its partials with cr.custom_vjp."
    )


def _recorded_links(value: Value) -> Iterable[tuple[Value, Adjoint]]:
    """The operands that need a derivative, each with its partial as a Value."""
    links = value._links()
    op = value._op
    if value.grad_fn is not None:
        raise _undifferentiable_closure()
    if op is None or op.selects:
        yield from links
        return
    operands = value._arguments()
    for operand in operands:
        if getattr(operand, "_assigned", 0) > value._serial:
            raise ChangedValueError(
                f"{op.name}: the .val of an operand was assigned after the graph was recorded, "
                "and a recorded sweep would read the new value. Compute the function again before "
                "sweeping."
            )
    constant = type(value)._constant
    arguments = [x if isinstance(x, type(value)) or _needs_derivative(x) else constant(x)
                 for x in operands]  # fmt: skip
    for operand, partial in zip(operands, op.partials, strict=True):
        if _needs_derivative(operand) and any(operand is link for link, _ in links):
            assert partial is not None
            yield operand, partial(value, *arguments)


class Backward:
    """One backward sweep: the adjoint of every term that it has reached.

    ``oldest`` and ``newest`` are the serials of the leaves of a function under ``grad``: a term
    that is older hangs outside of it, and is noted in ``outside`` instead of being swept.
    """

    def __init__(self, recorded: bool, oldest: int = 0, newest: int = 0) -> None:
        self.recorded = recorded
        self.oldest, self.newest = oldest, newest
        self.outside = False
        self.closures = False
        self.adjoints: dict[Value, Adjoint] = {}
        self.waiting: list[tuple[int, Value]] = []
        self.current = 0

    def add(self, value: Value, share: Adjoint) -> None:
        if value in self.adjoints:
            self.adjoints[value] = self.adjoints[value] + share
        elif value._serial < self.oldest:
            self.outside = True
        else:
            self.adjoints[value] = share
            heappush(self.waiting, (-value._serial, value))

    def run(self, root: Value, seed: Adjoint) -> None:
        self.add(root, seed)
        while self.waiting:
            serial, value = heappop(self.waiting)
            self.current = -serial
            if self.current <= self.newest:
                self.outside |= bool(value._links())
            elif value.grad_fn is not None and not self.recorded:
                self.closures = True
                self.call(value)
            else:
                adjoint = self.adjoints[value]
                links = _recorded_links(value) if self.recorded else value._links()
                for operand, partial in links:
                    self.add(operand, _times(adjoint, partial))

    def call(self, value: Value) -> None:
        """Hand a closure the whole derivative; what it passes on comes back by ``absorbed``."""
        global active
        if _needs_derivative(self.adjoints[value]):
            raise _undifferentiable_closure()
        outer = getattr(_here, "sweep", None)
        _here.sweep = self
        active += 1
        try:
            assert value.grad_fn is not None
            value.grad_fn(self.adjoints[value])
        finally:
            active -= 1
            _here.sweep = outer


def absorbed(value: Value, grad: Any) -> bool:
    """Whether ``value.back(grad)`` was a closure passing its derivative on in a running sweep.

    That is so for what is older than the closure's own term; what is younger was made by the
    closure itself, and has a sweep of its own.
    """
    sweep: Backward | None = getattr(_here, "sweep", None)
    if sweep is None or value._serial >= sweep.current:
        return False
    if value.reqgrad:
        # The sweep is not recorded, so of a Value the number is all that it needs.
        sweep.add(value, gradient_number(getattr(grad, "val", grad)))
    return True


def back(
    root: Value, seed: Any, create_graph: bool, add_gradients: Callable[[dict[Value, Any]], None]
) -> None:
    """Add the derivative of root into ``.grad`` of all it depends on, once the sweep is done.

    ``add_gradients`` is the build's own, which adds all or nothing.
    """
    if _needs_derivative(seed) and not create_graph:
        raise DroppedDerivativeError(
            "back(): grad is a Value that needs a derivative, which would be dropped. Give "
            "create_graph=True, or its .val."
        )
    sweep = Backward(create_graph)
    sweep.run(
        root, seed if _needs_derivative(seed) else gradient_number(getattr(seed, "val", seed))
    )
    adjoints = sweep.adjoints
    if create_graph:
        # A leaf's .grad can be differentiated in its turn. A term's is a number: its graph would
        # hang on the term, a circle that nobody could break, since a term cannot be assigned.
        constant = type(root)._constant
        adjoints = {
            value: getattr(adjoint, "val", adjoint)
            if value._links()
            else adjoint + constant(0.0)
            if isinstance(adjoint, float)
            else adjoint
            for value, adjoint in adjoints.items()
        }
    add_gradients(adjoints)


def gradient(root: Value, leaves: Sequence[Value], seed: Adjoint) -> list[Adjoint]:
    """The derivatives of root with respect to leaves, made one after the other.

    Floats; Values where they hang on something older than the leaves. Nobody's ``.grad`` is
    touched.
    """
    oldest, newest = leaves[0]._serial, leaves[-1]._serial
    sweep = Backward(False, oldest, newest)
    sweep.run(root, seed)
    if sweep.outside:
        if sweep.closures:
            raise _undifferentiable_closure()
        sweep = Backward(True, oldest, newest)
        sweep.run(root, seed)
    return [sweep.adjoints.get(leaf, 0.0) for leaf in leaves]


def pushforward(
    roots: Sequence[Value], leaves: Sequence[Value], tangents: Sequence[Adjoint]
) -> list[Adjoint]:
    """The tangents of roots, given those of leaves, made one after the other."""
    oldest, newest = leaves[0]._serial, leaves[-1]._serial
    recorded = False
    found: dict[Value, None] = {}
    waiting = [root for root in roots if root._serial >= oldest]
    while waiting:
        value = waiting.pop()
        if value in found:
            continue
        found[value] = None
        links = value._links()
        if value._serial <= newest:
            recorded |= bool(links)
            continue
        if value.grad_fn is not None:
            raise ClosureError(
                "forward mode met a term made by a closure grad_fn, which only knows how to pass "
                "derivatives backward. Use grad, or give the operation its partials with "
                "cr.custom_vjp."
            )
        for operand, _ in links:
            if operand._serial < oldest:
                recorded = True
            else:
                waiting.append(operand)
    reached: dict[Value, Adjoint] = dict(zip(leaves, tangents, strict=True))
    for value in sorted(found, key=lambda value: value._serial):
        if value in reached:
            continue
        total: Adjoint = None
        for operand, partial in _recorded_links(value) if recorded else value._links():
            if operand in reached:
                share = _times(reached[operand], partial)
                total = share if total is None else total + share
        if total is not None:
            reached[value] = total
    return [reached.get(root, 0.0) for root in roots]


def settled(results: Sequence[Any], leaves: Sequence[Value]) -> list[Any]:
    """Results as a caller gets them: a Value where it hangs on something older than leaves.

    All else becomes a float: a constant, or what only hangs on leaves, which were made one after
    the other for the function at hand. A leaf with an operand stands for an outer Value.
    """
    oldest = leaves[0]._serial if leaves else 0
    newest = leaves[-1]._serial if leaves else 0
    found: set[Value] = set()
    waiting = [x for x in results if _needs_derivative(x)]
    while waiting:
        value = waiting.pop()
        if value not in found:
            found.add(value)
            if value._serial > newest:
                waiting += [operand for operand, _ in value._links()]
    outside: set[Value] = set()
    for value in sorted(found, key=lambda value: value._serial):
        links = value._links()
        is_outer = value._serial < oldest or (value._serial <= newest and links)
        if is_outer or any(operand in outside for operand, _ in links):
            outside.add(value)
    return [x if x in outside else getattr(x, "val", x) for x in results]
