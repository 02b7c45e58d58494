"""The sweeps that must know more than numbers: closures, arrays, recorded sweeps, forward mode.

A graph of plain terms is swept backward by the build's own fast loop (``native.pyx``,
``plain.py``), any other by its ``Backward`` (``backward.pxi``, ``plain_array.py``), which visits
the terms. Here is what both builds share:

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
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ClosureError, DroppedDerivativeError
from ..ops import Cotangent, tracing
from .nodes import is_array_node, names_read, pushed
from .operands import gradient_number
from .protocol import (
    changed_value,
    nothing_to_sweep,
    refuse_side_effect,
    undifferentiable_closure,
)

if TYPE_CHECKING:
    from . import Backward, Value

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


def _recorded_links(value: Value) -> Iterable[tuple[Value, Adjoint]]:
    """The operands that need a derivative, each with its partial as a Value."""
    links = value._links()
    op = value._op
    if value.grad_fn is not None:
        raise undifferentiable_closure()
    if op is None or op.selects:
        yield from links
        return
    operands = value._arguments()
    wanted = [
        _needs_derivative(operand) and any(operand is link for link, _ in links)
        for operand in operands
    ]
    read = names_read(op, wanted)
    for name, operand in zip(op.operands, operands, strict=True):
        if name in read and getattr(operand, "_assigned", 0) > value._serial:
            raise changed_value(op.name)
    constant = type(value)._constant
    arguments = [x if isinstance(x, type(value)) or _needs_derivative(x) else constant(x)
                 for x in operands]  # fmt: skip
    for operand, partial, is_wanted in zip(operands, op.partials, wanted, strict=True):
        if is_wanted:
            assert partial is not None
            yield operand, partial(value, *arguments)


def node_of(x: Any) -> Any:
    """What a sweep knows a Value by: an array's node, or the number's Value itself."""
    return getattr(x, "_node", x)


def shares(value: Any, adjoint: Adjoint, recorded: bool) -> Iterable[tuple[Any, Adjoint]]:
    """What a number's term passes to each of its operands: the adjoint times the partial."""
    for operand, partial in _recorded_links(value) if recorded else value._links():
        yield operand, _times(adjoint, partial)


def call(sweep: Backward, grad_fn: Callable[[Any], Any], adjoint: Adjoint) -> None:
    """Hand a closure the whole derivative; what it passes on comes back by ``absorbed``."""
    global active
    numbers = adjoint.numbers if isinstance(adjoint, Cotangent) else adjoint
    if _needs_derivative(numbers):
        raise undifferentiable_closure()
    outer = getattr(_here, "sweep", None)
    _here.sweep = sweep
    active += 1
    try:
        grad_fn(numbers)
    finally:
        active -= 1
        _here.sweep = outer


def absorbed(value: Value, grad: Any) -> bool:
    """Whether ``value.back(grad)`` was a closure passing its derivative on in a running sweep.

    That is so for what is older than the closure's own term; what is younger was made by the
    closure itself, and has a sweep of its own.
    """
    sweep: Backward | None = getattr(_here, "sweep", None)
    if sweep is None:
        return False
    if value._serial >= sweep.current:
        from .assigning import check_current

        check_current(value, sweep.current)
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
    _refuse_dropping(seed, create_graph)
    if not _needs_derivative(seed):
        seed = gradient_number(getattr(seed, "val", seed))
    add_gradients(_gradients(root, seed, create_graph))


def back_from_array(root: Any, grad: Any, create_graph: bool) -> None:
    """``back`` of an array's Value."""
    from . import add_gradients
    from .recording import seed_of

    if active and absorbed(root, grad):
        return
    if tracing.count:
        refuse_side_effect(root, "back()")
    if not root.reqgrad:
        raise nothing_to_sweep()
    _refuse_dropping(grad, create_graph)
    add_gradients(_gradients(root._node, seed_of(root, grad), create_graph))


def _refuse_dropping(seed: Any, create_graph: bool) -> None:
    if _needs_derivative(seed) and not create_graph:
        raise DroppedDerivativeError(
            "back(): grad is a Value that needs a derivative, which would be dropped. Give "
            "create_graph=True, or its .val."
        )


def _gradients(root: Any, seed: Adjoint, create_graph: bool) -> dict[Any, Any]:
    """What a sweep from a node or number adds into the ``.grad`` of each it reaches.

    If recorded, a leaf's can be differentiated in its turn. A term's is a number or an array: its
    graph would hang on the term, a circle that nobody could break, since a term cannot be assigned.
    """
    from . import Backward, made_array

    sweep = Backward(create_graph)
    sweep.add(root, seed)
    sweep.run()
    gradients = {}
    for x in sweep.adjoints:
        adjoint = sweep.adjoints[x]
        if isinstance(adjoint, list):
            continue  # of an op with several results; its parts have it
        is_value = create_graph and not x._links()
        if is_array_node(x):
            is_recorded = is_value and _needs_derivative(adjoint.numbers)
            recorded = adjoint.numbers if is_recorded else None
            adjoint = None  # or it would not be the sweep's own
            own = recorded if is_recorded else sweep.own(x)
            gradients[x] = made_array(own, None) if is_value and not is_recorded else own
        elif is_value:
            gradients[x] = adjoint + type(x)._constant(0.0) if type(adjoint) is float else adjoint
        else:
            gradients[x] = getattr(adjoint, "val", adjoint)
    return gradients


def begun(root: Value, leaves: Sequence[Value], seed: Adjoint) -> Backward:
    """A sweep for the derivatives of root with respect to leaves, made one after the other.

    It is recorded where root hangs on something older than the leaves. Let go of root before
    ``finished``, and the sweep frees the graph as it passes.
    """
    from . import Backward, survey

    oldest, newest = leaves[0]._serial, leaves[-1]._serial
    outside, closures = survey(node_of(root), oldest, newest)
    if outside and closures:
        raise undifferentiable_closure()
    dependents = _dependents(node_of(root), oldest, newest) if outside else None
    sweep = Backward(outside, oldest, newest, False, dependents)
    sweep.add(node_of(root), seed)
    return sweep


def reached(sweep: Backward, leaves: Sequence[Value]) -> list[Cotangent | None]:
    """As ``finished``, with masks, for a rule that hands them on; None where nothing arrived."""
    sweep.run()
    if sweep.outside and sweep.closures:
        raise undifferentiable_closure()
    found = [sweep.adjoints.get(node_of(leaf)) for leaf in leaves]
    return [x if x is None or isinstance(x, Cotangent) else Cotangent(x) for x in found]


def finished(sweep: Backward, leaves: Sequence[Value]) -> list[Adjoint]:
    """The derivatives: floats and arrays; Values where the sweep is recorded.

    Nobody's ``.grad`` is touched.
    """
    sweep.run()
    if sweep.outside and sweep.closures:
        raise undifferentiable_closure()
    return [_derivative(sweep, leaf) for leaf in leaves]


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


def _derivative(sweep: Backward, leaf: Any) -> Any:
    """What a sweep found for a leaf; an array is nobody else's."""
    node = node_of(leaf)
    adjoint = sweep.adjoints.get(node)
    if node is leaf:
        return 0.0 if adjoint is None else adjoint
    if adjoint is None:
        return np.zeros(leaf.shape, leaf.dtype)
    if sweep.recorded and _needs_derivative(adjoint.numbers):
        return adjoint.numbers
    del adjoint  # or it would not be the sweep's own
    return sweep.own(node)


def pushforward(
    roots: Sequence[Value], leaves: Sequence[Value], tangents: Sequence[Adjoint]
) -> list[Adjoint]:
    """The tangents of roots, given those of leaves, made one after the other.

    A leaf's is None where it does not move; an array's may be a pair with its mask.
    """
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
    reached: dict[Any, Adjoint] = {
        node_of(leaf): tangent
        for leaf, tangent in zip(leaves, tangents, strict=True)
        if tangent is not None
    }
    for value in sorted(found, key=lambda value: value._serial):
        if value in reached or value._serial <= newest:
            continue
        total: Adjoint = None
        if is_array_node(value):
            with np.errstate(all="ignore"):
                total = pushed(value, reached, recorded)
        else:
            for operand, partial in _recorded_links(value) if recorded else value._links():
                if operand in reached:
                    share = _times(reached[operand], partial)
                    total = share if total is None else total + share
        if total is not None:
            reached[value] = total
    found_at = [reached.get(node_of(root), _zero_like(root)) for root in roots]
    return [x.numbers if isinstance(x, Cotangent) else x for x in found_at]


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
