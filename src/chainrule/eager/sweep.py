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

import numpy as np

from ..errors import ClosureError, DroppedDerivativeError, UnsupportedFunctionError
from ..ops.rules import Cotangent, plus
from .operands import gradient_number
from .protocol import changed_value, nothing_to_sweep

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
            raise changed_value(op.name)
    constant = type(value)._constant
    arguments = [x if isinstance(x, type(value)) or _needs_derivative(x) else constant(x)
                 for x in operands]  # fmt: skip
    for operand, partial in zip(operands, op.partials, strict=True):
        if _needs_derivative(operand) and any(operand is link for link, _ in links):
            assert partial is not None
            yield operand, partial(value, *arguments)


def node_of(x: Any) -> Any:
    """What a sweep knows a Value by: an array's node, or the number's Value itself."""
    return getattr(x, "_node", x)


def _shares(node: Any, adjoint: Any, recorded: bool) -> Iterable[tuple[Any, Any]]:
    """What a node passes to each of its operands: the adjoint times the partial."""
    if hasattr(node, "pulled"):
        yield from node.pulled(adjoint, recorded)
        return
    for operand, partial in _recorded_links(node) if recorded else node._links():
        yield operand, _times(adjoint, partial)


def _sum(a: Any, b: Any) -> Any:
    """The sum of two adjoints of one node."""
    if isinstance(a, list):  # of an op with several results
        return [
            y if x is None else x if y is None else plus(x, y) for x, y in zip(a, b, strict=True)
        ]
    return plus(a, b) if isinstance(a, Cotangent) else a + b


class Backward:
    """One backward sweep: the adjoint of every term that it has reached.

    ``oldest`` and ``newest`` are the serials of the leaves of a function under ``grad``: a term
    that is older hangs outside of it, and is noted in ``outside`` instead of being swept.
    """

    def __init__(self, recorded: bool, oldest: int = 0, newest: int = 0) -> None:
        self.recorded = recorded
        self.oldest, self.newest = oldest, newest
        self.outside = False
        #: Where it is known what depends on the leaves, nothing else is visited.
        self.dependents: set[Any] | None = None
        self.closures = False
        self.adjoints: dict[Value, Adjoint] = {}
        self.waiting: list[tuple[int, Value]] = []
        self.current = 0

    def add(self, value: Value, share: Adjoint) -> None:
        if self.dependents is not None and value not in self.dependents:
            return
        if value in self.adjoints:
            self.adjoints[value] = _sum(self.adjoints[value], share)
        elif value._serial < self.oldest:
            self.outside = True
        else:
            self.adjoints[value] = share
            heappush(self.waiting, (-value._serial, value))

    def run(self, root: Value, seed: Adjoint) -> None:
        with np.errstate(all="ignore"):
            self.sweep(root, seed)

    def sweep(self, root: Value, seed: Adjoint) -> None:
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
                for operand, share in _shares(value, self.adjoints[value], self.recorded):
                    self.add(operand, share)

    def call(self, value: Value) -> None:
        """Hand a closure the whole derivative; what it passes on comes back by ``absorbed``."""
        global active
        adjoint = self.adjoints[value]
        adjoint = adjoint.numbers if isinstance(adjoint, Cotangent) else adjoint
        if _needs_derivative(adjoint):
            raise _undifferentiable_closure()
        outer = getattr(_here, "sweep", None)
        _here.sweep = self
        active += 1
        try:
            assert value.grad_fn is not None
            value.grad_fn(adjoint)
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
        grad = getattr(grad, "val", grad)
        if node_of(value) is value:
            sweep.add(value, gradient_number(grad))
        else:
            node = node_of(value)
            whole = np.broadcast_to(np.asarray(grad, node.dtype), node.shape)
            sweep.add(node, Cotangent(whole))
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


def back_from_array(root: Any, grad: Any, create_graph: bool) -> None:
    """``back`` of an array's Value."""
    from . import add_gradients
    from .array import Node
    from .recording import seed_of

    if active and absorbed(root, grad):
        return
    if not root.reqgrad:
        raise nothing_to_sweep()
    if create_graph or _needs_derivative(grad):
        raise UnsupportedFunctionError(
            "back(create_graph=True) does not work on an array's Value. Nest cr.grad instead."
        )
    sweep = Backward(False)
    sweep.run(root._node, seed_of(root, grad))
    add_gradients(
        {
            x: _whole(adjoint, x) if isinstance(x, Node) else adjoint
            for x, adjoint in sweep.adjoints.items()
            if not isinstance(adjoint, list)  # of an op with several results; its parts have it
        }
    )


def _whole(adjoint: Cotangent, node: Any) -> Any:
    """The numbers of a cotangent as an array of their own, in the shape and dtype of the node."""
    return np.array(np.broadcast_to(adjoint.numbers, node.shape), node.dtype)


def gradient(root: Value, leaves: Sequence[Value], seed: Adjoint) -> list[Adjoint]:
    """The derivatives of root with respect to leaves, made one after the other.

    Floats and arrays; Values where they hang on something older than the leaves. Nobody's
    ``.grad`` is touched.
    """
    oldest, newest = leaves[0]._serial, leaves[-1]._serial
    sweep = Backward(False, oldest, newest)
    sweep.run(node_of(root), seed)
    if sweep.outside:
        if sweep.closures:
            raise _undifferentiable_closure()
        sweep = Backward(True, oldest, newest)
        sweep.dependents = _dependents(node_of(root), oldest, newest)
        sweep.run(node_of(root), seed)
    results = [_adjoint_of(leaf, sweep.adjoints.get(node_of(leaf))) for leaf in leaves]
    # Two leaves may have been passed one array, as by x + y; each gets its own.
    own: set[int] = set()
    for i, result in enumerate(results):
        if isinstance(result, np.ndarray):
            results[i] = result.copy() if id(result) in own else result
            own.add(id(result))
    return results


def _dependents(root: Any, oldest: int, newest: int) -> set[Any]:
    """What root depends on and depends itself on leaves, with serials from oldest to newest."""
    found: dict[Any, list[Any]] = {}
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if value not in found and value._serial >= oldest:
            found[value] = [operand for operand, _ in value._links()]
            if value._serial > newest:
                waiting += found[value]
    dependents: set[Any] = set()
    for value in sorted(found, key=lambda value: value._serial):
        if value._serial <= newest or not dependents.isdisjoint(found[value]):
            dependents.add(value)
    return dependents


def _adjoint_of(leaf: Any, adjoint: Any) -> Any:
    if node_of(leaf) is leaf:
        return 0.0 if adjoint is None else adjoint
    if adjoint is None:
        return np.zeros(leaf.shape, leaf.dtype)
    if _needs_derivative(adjoint.numbers):
        return adjoint.numbers
    numbers = getattr(adjoint.numbers, "val", adjoint.numbers)
    is_fresh = isinstance(numbers, np.ndarray) and numbers.flags.owndata and numbers.flags.writeable
    if is_fresh and numbers.shape == leaf.shape and numbers.dtype == leaf.dtype:
        return numbers
    return _whole(Cotangent(numbers), leaf._node)


def pushforward(
    roots: Sequence[Value], leaves: Sequence[Value], tangents: Sequence[Adjoint]
) -> list[Adjoint]:
    """The tangents of roots, given those of leaves, made one after the other."""
    oldest, newest = leaves[0]._serial, leaves[-1]._serial
    recorded = False
    found: dict[Any, None] = {}
    waiting = [node_of(root) for root in roots if node_of(root)._serial >= oldest]
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
    reached: dict[Any, Adjoint] = dict(zip(map(node_of, leaves), tangents, strict=True))
    for value in sorted(found, key=lambda value: value._serial):
        if value in reached:
            continue
        total: Adjoint = None
        if hasattr(value, "pushed"):
            with np.errstate(all="ignore"):
                total = value.pushed(reached, recorded)
        else:
            for operand, partial in _recorded_links(value) if recorded else value._links():
                if operand in reached:
                    share = _times(reached[operand], partial)
                    total = share if total is None else total + share
        if total is not None:
            reached[value] = total
    return [reached.get(node_of(root), _zero_like(root)) for root in roots]


def _zero_like(root: Any) -> Any:
    return 0.0 if node_of(root) is root else np.zeros(root.shape, root.dtype)


def settled(
    results: Sequence[Any], leaves: Sequence[Value], outer: Sequence[Any] = ()
) -> list[Any]:
    """Results as a caller gets them: a Value where it hangs on something older than leaves.

    All else becomes a float: a constant, or what only hangs on leaves, which were made one after
    the other for the function at hand. A leaf with an operand stands for an outer Value. ``outer``
    are Values that are outside although they may be younger: the cotangents of a pullback.
    """
    from . import Value as AnyValue

    # Only Values: auxiliary results may be anything, and have any attributes.
    values = [x for x in results if isinstance(x, AnyValue)]
    if not leaves:
        return [x.val if isinstance(x, AnyValue) and not x.reqgrad else x for x in results]
    oldest, newest = leaves[0]._serial, leaves[-1]._serial
    found: set[Any] = set()
    waiting = [node_of(x) for x in values if x.reqgrad]
    while waiting:
        value = waiting.pop()
        if value not in found:
            found.add(value)
            if value._serial > newest:
                waiting += [operand for operand, _ in value._links()]
    outside: set[Any] = {node_of(x) for x in outer if _needs_derivative(x)}
    for value in sorted(found, key=lambda value: value._serial):
        links = value._links()
        is_outer = value._serial < oldest or (value._serial <= newest and links)
        if is_outer or any(operand in outside for operand, _ in links):
            outside.add(value)
    return [
        x.val if isinstance(x, AnyValue) and not (x.reqgrad and node_of(x) in outside) else x
        for x in results
    ]
