"""What an array's Value is made of, and the backward sweep: the build in ordinary Python.

:class:`Node` says how an array came about, :class:`ArrayBase` is the handle on array and node
that ``array.py`` derives ``Value(array)`` from, :class:`Backward` is one sweep. ``arrays.pxi`` and
``backward.pxi`` are the same compiled.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from ..ops import Cotangent, Row
from ..ops.assign import Step
from ..ops.index import index_row
from ..ops.rules import plus
from ..ops.shape import reshape_row
from . import nodes, protocol
from . import sweep as sweeps
from .aliasing import is_copied
from .plain import Value, _new, _serials

Adjoint = Any


class Node:
    """How an array came about; ``nodes.py`` says what its fields are."""

    __slots__ = (
        "_assigned",
        "_grad",
        "_serial",
        "dtype",
        "grad_fn",
        "nodes",
        "numbers",
        "op",
        "out",
        "parameters",
        "part",
        "parts",
        "passed_on",
        "reads",
        "shape",
    )

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: Any,
        op: Row | None = None,
        numbers: tuple[Any, ...] = (),
        operands: tuple[Any, ...] = (),
        reads: int = 0,
        parameters: dict[str, Any] | None = None,
        out: Any = None,
    ) -> None:
        self._serial = next(_serials)
        self._assigned: float = 0
        self._grad: Any = None
        self.shape, self.dtype, self.op = shape, dtype, op
        self.numbers, self.nodes, self.reads = numbers, operands, reads
        self.parameters = {} if parameters is None else parameters
        self.out = out
        self.grad_fn: Any = None
        self.part = -1
        self.parts: tuple[Node, ...] = ()
        self.passed_on = False

    @property
    def is_leaf(self) -> bool:
        """Whether it was not computed."""
        return self.op is None and self.grad_fn is None and self.part < 0

    def _links(self) -> list[tuple[Any, None]]:
        """What it was computed from and needs a derivative."""
        return [(operand, None) for operand in self.nodes if operand is not None]


def recorded_node(
    op: Row,
    numbers: Sequence[Any],
    operands: tuple[Any, ...],
    parameters: dict[str, Any],
    out: Any,
    shape: tuple[int, ...],
    dtype: Any,
) -> Node:
    """A node of an operation, which keeps what its cotangents are computed from."""
    reads = nodes.reads_of(op, tuple([operand is not None for operand in operands]))
    kept = tuple(
        x
        if reads >> i & 1
        else nodes.Stub(np.shape(x), getattr(x, "dtype", np.float64))
        if operand is None
        else operand
        for i, (x, operand) in enumerate(zip(numbers, operands, strict=True))
    )
    saved_out = out if reads & nodes.OUT else None
    return Node(shape, dtype, op, kept, operands, reads, parameters, saved_out)


class ArrayBase(Value):
    """A handle on an array and on its node, None where no derivative is needed."""

    __slots__ = ("_aliases", "_array", "_node")
    _dispatch_rank = 2

    _array: Any
    _node: Node | None
    # Who else looks at the array, once somebody asked.
    _aliases: Aliases | None

    def __init__(self, numbers: Any, node: Node | None) -> None:
        Value.__init__(self, 0.0)
        self._array, self._node = numbers, node
        self._aliases = None
        if node is not None:
            self._serial = node._serial

    def _become(self, numbers: Any, node: Node | None) -> None:
        """Stand for another term; nobody has a handle on the old one any more."""
        if self._node is not None:
            self._node.passed_on = True
        self._array, self._node = numbers, node
        if node is not None:
            self._serial = node._serial

    def _spelt(self, key: Any) -> tuple[Any, Any] | None:
        """What a key picks, counted out, where the compiled build knows."""
        return None

    def back(self, grad: Any = 1, create_graph: bool = False) -> None:
        """``back`` of ``array.py``."""
        sweeps.back_from_array(self, grad, create_graph)

    def _apply_op(self, op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
        return protocol.on_arrays(op, operands, parameters)


class Aliases:
    """Who else looks at the elements of a handle, and whether it was assigned."""

    __slots__ = ("apart", "born", "fixed", "is_assigned", "shape", "sources", "views")

    def __init__(self) -> None:
        self.is_assigned = False
        #: An argument of a function that is differentiated, which the caller has too.
        self.fixed = False
        #: The serial number before the first assignment.
        self.born = 0
        #: A view whose elements are a copy in memory, side by side, so that NumPy knows no strides.
        self.apart = False
        #: Of what has views.
        self.shape: tuple[int, ...] = ()
        #: What it is a view of: the handle, its aliases, and how the view is made.
        self.sources: tuple[tuple[Any, Aliases, tuple[Step, ...]], ...] = ()
        #: Its views, and views of these: the handle, and how it is made.
        self.views: list[tuple[Any, tuple[Step, ...]]] = []

    def live_views(self) -> list[tuple[Any, tuple[Step, ...]]]:
        """The views that somebody holds."""
        alive = [(view, steps) for ref, steps in self.views if (view := ref()) is not None]
        if 2 * len(alive) < len(self.views):
            self.views = [(weakref.ref(view), steps) for view, steps in alive]
        return alive


def note_view(source: Any, view: Any, op: Any, parameters: dict[str, Any]) -> None:
    """Note that an operation made a view of a handle, if it did."""
    numbers = view._array
    if type(numbers) is not np.ndarray or numbers.base is None:
        return
    if op is reshape_row and is_copied(source, numbers, parameters):
        return
    for v in source, view:
        if v._aliases is None:
            v._aliases = Aliases()
    step = ((op, parameters),)
    own = source._aliases
    own.shape = source._array.shape
    found: list[tuple[Any, Aliases, tuple[Step, ...]]] = [(weakref.ref(source), own, step)]
    found += [(ref, above, (*steps, *step)) for ref, above, steps in own.sources]
    view._aliases.sources = tuple(found)
    view._aliases.apart = own.apart
    me = weakref.ref(view)
    for _, above, steps in found:
        above.views.append((me, steps))
        if len(above.views) >= 32 and not len(above.views) & (len(above.views) - 1):
            above.live_views()
    if op is index_row and own.is_assigned:
        # In memory it is a copy, so that the array can be assigned in place again.
        view._array = numbers.copy()
        view._aliases.apart = True


_array_class: Any = ArrayBase


def use_array_class(cls: type[ArrayBase]) -> None:
    """Say which class a computed array's Value has."""
    global _array_class
    _array_class = cls


def made_array(numbers: Any, node: Node | None) -> Any:
    """A Value of an array that was computed."""
    value = _new(_array_class)
    ArrayBase.__init__(value, numbers, node)
    return value


def _references(adjoints: dict[Any, Cotangent], node: Any) -> tuple[int, int]:
    """How many hold the adjoint of a node, and its numbers, those that count among them."""
    adjoint = adjoints[node]
    return sys.getrefcount(adjoint), sys.getrefcount(adjoint.numbers)


#: The same where nobody else does; it depends on the interpreter.
_UNSHARED = _references({None: Cotangent(np.empty(1))}, None)


def _is_unshared(adjoints: dict[Any, Cotangent], node: Node) -> bool:
    """Whether only the sweep has the numbers of the adjoint of a node, whole and its own."""
    if type(adjoints[node].numbers) is not np.ndarray:
        return False
    if _references(adjoints, node) != _UNSHARED:
        return False
    numbers = adjoints[node].numbers
    is_own: bool = numbers.flags.owndata and numbers.flags.writeable
    return is_own and numbers.shape == node.shape and numbers.dtype == node.dtype


class Backward:
    """One backward sweep: the adjoint of every node and number that it has reached.

    The adjoint of a number is a float, that of an array's node a ``Cotangent``, that of an
    operation with several results a list of them; with Values in it where the sweep is recorded.

    ``oldest`` and ``newest`` are the serials of the leaves of a function under ``grad``: a term
    that is older hangs outside of it, and is noted in ``outside`` instead of being swept. With
    ``keeps`` false the sweep holds on to nothing but the adjoints of those leaves: a node that
    nobody else holds is freed, with all that it saved, once it has been pulled. ``dependents``,
    where they are known, are what depends on the leaves; nothing else is visited.
    """

    def __init__(
        self,
        recorded: bool,
        oldest: int = 0,
        newest: int = 0,
        keeps: bool = True,
        dependents: set[Any] | None = None,
    ) -> None:
        self.dependents = dependents
        self.recorded = recorded
        self.oldest, self.newest, self.keeps = oldest, newest, keeps
        self.outside = False
        self.closures = False
        self.adjoints: dict[Any, Adjoint] = {}
        # Whose adjoint is a sum that this sweep made, and may be added to in place.
        self.owned: set[Any] = set()
        self.waiting: list[tuple[int, Any]] = []
        self.current = 0

    def add(self, value: Any, share: Adjoint) -> None:
        """Add to the adjoint of a node or number."""
        if self.dependents is not None and value not in self.dependents:
            return
        before = self.adjoints.get(value)
        if before is not None:
            self.adjoints[value] = self._sum(value, before, share)
        elif value._serial < self.oldest:
            self.outside = True
        else:
            self.adjoints[value] = share
            heappush(self.waiting, (-value._serial, value))

    def _sum(self, value: Any, a: Adjoint, b: Adjoint) -> Adjoint:
        if isinstance(a, list):  # of an op with several results
            return [
                y if x is None else x if y is None else plus(x, y)
                for x, y in zip(a, b, strict=True)
            ]
        if not isinstance(a, Cotangent):
            return a + b
        is_plain = type(a.numbers) is np.ndarray and type(b.numbers) is np.ndarray
        if is_plain and a.mask is None and value in self.owned:
            np.add(a.numbers, b.numbers, out=a.numbers)
            return a
        if is_plain:
            self.owned.add(value)
        return plus(a, b)

    def run(self) -> None:
        """Visit each term once, after all that depend on it, from the youngest to the oldest."""
        with np.errstate(all="ignore"):
            while self.waiting:
                self.visit(*heappop(self.waiting))

    def own(self, node: Node) -> np.ndarray[Any, Any]:
        """The numbers of the adjoint of a node as an array that is shared with nobody."""
        if node in self.owned or _is_unshared(self.adjoints, node):
            own: np.ndarray[Any, Any] = self.adjoints[node].numbers
            return own
        numbers = self.adjoints[node].numbers
        return nodes.whole(getattr(numbers, "val", numbers), node)

    def visit(self, serial: int, value: Any) -> None:
        """Pass the adjoint of a term on to its operands."""
        self.current = -serial
        if self.current <= self.newest:
            self.outside |= bool(value._links())
            return
        if self.keeps and not (isinstance(value, Node) and value.passed_on):
            adjoint = self.adjoints[value]
        else:
            adjoint = self.adjoints.pop(value)
            self.owned.discard(value)
        if value.grad_fn is not None and not self.recorded:
            self.closures = True
            sweeps.call(self, value.grad_fn, adjoint)
            return
        for operand, share in self.shares(value, adjoint):
            self.add(operand, share)

    def shares(self, value: Any, adjoint: Adjoint) -> Iterable[tuple[Any, Adjoint]]:
        """What a term passes to each of its operands: the adjoint times the partial."""
        if isinstance(value, Node):
            return nodes.pulled(value, adjoint, self.recorded)
        return sweeps.shares(value, adjoint, self.recorded)


def survey(root: Any, oldest: int, newest: int) -> tuple[bool, bool]:
    """Whether root hangs on something outside a function, and whether it holds closures.

    ``oldest`` and ``newest`` are the serials of the function's leaves.
    """
    outside = closures = False
    found = {root}
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if value._serial < oldest:
            outside = True
            continue
        links = value._links()
        if value._serial <= newest:
            outside |= bool(links)
            continue
        closures |= value.grad_fn is not None
        for operand, _ in links:
            if operand not in found:
                found.add(operand)
                waiting.append(operand)
    return outside, closures
