"""What C does between loops without NumPy: moving numbers, products, LAPACK. See ``acts.h``.

:func:`acts_of` says how a term is computed for given extents, as acts on values by number; None
where NumPy has to. A slice, a transpose, a reshape is no work at all where it can be told as steps
through the memory of another value: an array of NumPy's of the same form, which nobody reads, says
whether it can.

LAPACK and BLAS are SciPy's, which gives them to compiled code. Products are left to NumPy where
nothing else needs them (:func:`wants_lapack`).
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import math
import os
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...ops.contract import _plan, contract_row
from ...ops.index import as_slices, gather_row, index_row, scatter_add_row, scatter_row
from ...ops.linalg.solving import cholesky_row, solve_row
from ...ops.linalg.triangular import triangle_row
from ...ops.shape import broadcast_row, concatenate_row, reshape_row, transpose_row
from ...ops.triangular import triangular_row
from ...program.program import Program
from ...program.symbol import Term
from . import runner

Act = tuple[int, bool, int, int, int, int, list[int]]
"""Code, whether of float32, the values out, a, b and scratch, and the words."""

LAPACK = (cholesky_row, solve_row, triangular_row)
VIEWS = (index_row, transpose_row, reshape_row, broadcast_row)
FLOATS = (np.dtype(np.float64), np.dtype(np.float32))
#: Nanoseconds of an operation in LAPACK, and of a number moved.
OPERATION, MOVE = 0.3, 1.0
#: Nanoseconds of work below which the caller keeps the GIL: giving it up and taking it again may
#: mean to wait for others.
SHORT = 10_000


def wants_lapack(program: Program) -> bool:
    """Whether a Program has terms for which SciPy's LAPACK is loaded."""
    return any(term.op in LAPACK for term in program.terms)


def doer(term: Term, has_lapack: bool) -> str:
    """Who computes a term that is no loop, as it is told to a reader; extents may still matter."""
    if term.op in VIEWS:
        return "a view"
    if term.op in LAPACK:
        return "by LAPACK"
    if term.op is contract_row:
        return "by BLAS" if has_lapack else "by NumPy"
    return "by C" if term.op in _MAKERS else "by NumPy"


@functools.cache
def load(kind: str) -> None:
    """Hand SciPy's LAPACK and BLAS for float64 or float32 to C."""
    letter = "d" if kind == "float64" else "s"
    known = _capsules()
    runner.set_routines(kind, {name: known[letter + name] for name in runner.ROUTINES})


@functools.cache
def _capsules() -> dict[str, Any]:
    """The functions of ``scipy.linalg.cython_blas`` and ``cython_lapack``.

    The two files are loaded without the rest of ``scipy.linalg``, which takes a tenth of the time.
    """
    import scipy

    found: dict[str, Any] = {}
    for name in ("cython_blas", "cython_lapack"):
        whole = f"scipy.linalg.{name}"
        module = sys.modules.get(whole)
        if module is None:
            folder = os.path.join(scipy.__path__[0], "linalg")
            spec = importlib.machinery.PathFinder.find_spec(whole, [folder])
            if spec is None or spec.loader is None:
                raise ImportError(f"SciPy has no {name} in {folder}")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        found |= module.__pyx_capi__
    return found


@dataclass
class Known:
    """What is known of values for given extents, while steps are looked at in order."""

    shapes: list[tuple[int, ...]]
    dtypes: list[Any]
    numbers: list[bool]
    #: What follows from the extents.
    fixed: list[Any]
    has_lapack: bool
    #: Values that loops read from the first to the last element, in one line.
    lines: frozenset[int]
    #: Steps from element to element, where they are not row after row.
    strides: dict[int, tuple[int, ...]] = field(default_factory=dict)
    #: What is in the memory of another value.
    views: set[int] = field(default_factory=set)
    #: Of values that a step needs besides: bytes.
    scratch: dict[int, int] = field(default_factory=dict)
    forms: dict[int, Any] = field(default_factory=dict)

    def form(self, i: int) -> Any:
        """An array in the form of a value, that nobody writes or reads."""
        if i not in self.forms:
            self.forms[i] = np.empty(self.shapes[i], self.dtypes[i])
        return self.forms[i]

    def view(self, i: int, of: int, form: Any) -> int:
        """Note that a value is a view of another; how many bytes further on it begins."""
        if not form.flags.c_contiguous:
            self.strides[i] = form.strides
        self.views.add(i)
        self.forms[i] = form
        return _address(form) - _address(self.form(of))


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def acts_of(
    term: Term, out: int, operands: Sequence[tuple[int, Any]], given: dict[str, Any], known: Known
) -> tuple[bool, list[Act]] | None:
    """How a term is computed: whether that is short, and the acts; None where NumPy has to.

    An operand is (its value, None), or (-1, a plain number).
    """
    maker = _MAKERS.get(term.op)
    if maker is None or any(i < 0 for i, _ in operands):
        return None
    found: tuple[float, list[Act]] | None = maker(out, [i for i, _ in operands], known, **given)
    if found is None:
        return None
    cost, acts = found
    return cost < SHORT, acts


def _act(
    name: str, out: int, words: Sequence[int], known: Known, *operands: int, scratch: int = 0
) -> Act:
    a, b, *_ = *operands, out, out
    is_float = known.dtypes[out] == np.float32
    return runner.ACTS[name], is_float, out, a, b, scratch, list(words)


def _copy(out: int, to: Any, a: int, source: Any, known: Known) -> Act:
    """Copy ``source``, a form in the memory of a, to ``to``, one in that of out."""
    to_at = _address(to) - _address(known.form(out))
    from_at = _address(source) - _address(known.form(a))
    words = [to.itemsize, to.ndim, to_at, from_at]
    for axis in zip(to.shape, to.strides, source.strides, strict=True):
        words += axis
    return _act("copy", out, words, known, a)


def _is_empty(known: Known, *values: int) -> bool:
    return any(not math.prod(known.shapes[i]) for i in values)


# --- moving -------------------------------------------------------------------------------------


def _viewed(form: Any, op: Any, given: dict[str, Any]) -> Any:
    if op is index_row:
        return form[(*as_slices(given["key"]), ...)]
    if op is transpose_row:
        return form.transpose(given["axes"])
    if op is reshape_row:
        return form.reshape(given["shape"])
    return np.broadcast_to(form, given["shape"])


def _view(op: Any) -> Any:
    def make(out: int, operands: list[int], known: Known, **given: Any) -> Any:
        (a,) = operands
        if _is_empty(known, out):
            return 0.0, []
        form, whole = known.form(a), known.form(a)
        seen = _viewed(form, op, given)
        if seen.shape != known.shapes[out]:
            return None
        if known.numbers[out]:
            to = known.form(out).reshape(seen.shape)
            return 0.0, [_copy(out, to, a, seen, known)]
        if not np.may_share_memory(seen, whole):  # a reshape, which keeps the order
            to = known.form(out).reshape(form.shape)
            return MOVE * form.size, [_copy(out, to, a, form, known)]
        if out in known.lines and seen.ndim > 1 and not seen.flags.c_contiguous:
            return MOVE * seen.size, [_copy(out, known.form(out), a, seen, known)]
        return 0.0, [_act("view", out, [known.view(out, a, seen)], known, a)]

    return make


def _scatter(out: int, operands: list[int], known: Known, shape: Any, key: Any) -> Any:
    (a,) = operands
    whole = known.form(out)
    to = whole[(*as_slices(key), ...)]
    if to.shape != known.shapes[a]:
        return None
    acts = [_act("zero", out, [whole.nbytes], known)]
    if to.size:
        acts.append(_copy(out, to, a, known.form(a), known))
    return MOVE * whole.size, acts


def _concatenate(out: int, operands: list[int], known: Known, axis: int) -> Any:
    whole = known.form(out)
    place = 0
    acts = []
    for a in operands:
        extent = known.shapes[a][axis]
        where: list[Any] = [slice(None)] * whole.ndim
        where[axis] = slice(place, place + extent)
        place += extent
        if known.dtypes[a] != known.dtypes[out]:
            return None
        if not _is_empty(known, a):
            acts.append(_copy(out, whole[tuple(where)], a, known.form(a), known))
    return MOVE * whole.size, acts


def _places(shape: tuple[int, ...], places: list[int], known: Known) -> Any:
    """Positions that follow from the extents as elements from the beginning; None if others do."""
    if not places or any(known.fixed[i] is None for i in places):
        return None
    taken = shape[: len(places)]
    inner = math.prod(shape[len(places) :])
    try:
        return np.ravel_multi_index([known.fixed[i] for i in places], taken).ravel() * inner, inner
    except ValueError:  # out of range: NumPy says so
        return None


def _gather(out: int, operands: list[int], known: Known) -> Any:
    a, *places = operands
    found = _places(known.shapes[a], places, known)
    if found is None or a in known.strides:
        return None
    places, inner = found
    size = known.dtypes[a].itemsize
    words = [len(places), inner * size, *(places * size).tolist()]
    return MOVE * len(places) * inner, [_act("gather", out, words, known, a)]


def _scatter_add(out: int, operands: list[int], known: Known, shape: Any) -> Any:
    a, *places = operands
    found = _places(known.shapes[out], places, known)
    if found is None or a in known.strides or known.dtypes[out] not in FLOATS:
        return None
    places, inner = found
    whole = known.form(out)
    words = [len(places), inner, *places.tolist()]
    return MOVE * (whole.size + len(places) * inner), [
        _act("zero", out, [whole.nbytes], known),
        _act("add at", out, words, known, a),
    ]


# --- matrices -----------------------------------------------------------------------------------


def _stack(form: Any) -> Any:
    """Matrices one after the other: (count, rows, columns); None if steps cannot tell them."""
    flat = form.reshape((math.prod(form.shape[:-2]), *form.shape[-2:]))
    return flat if np.may_share_memory(flat, form) else None


def _plain(stack: Any) -> tuple[int, int, bool] | None:
    """From matrix to matrix, from row to row, in elements, and whether rows are columns."""
    size = stack.itemsize
    batch, rows, columns = stack.strides
    if len(stack) <= 1:
        batch = 0
    for is_turned, inner, outer, extents in (
        (False, columns, rows, stack.shape[1:]),
        (True, rows, columns, stack.shape[:0:-1]),
    ):
        count, length = extents
        if (inner == size or length == 1) and (outer >= length * size or count == 1):
            leading = max(outer // size, length) if count > 1 else length
            if outer % size == 0 and batch % size == 0:
                return batch // size, leading, is_turned
    return None


def _are_floats(known: Known, *values: int) -> bool:
    return known.dtypes[values[0]] in FLOATS and len({known.dtypes[i] for i in values}) == 1


def _cholesky(out: int, operands: list[int], known: Known) -> Any:
    (a,) = operands
    stack = _stack(known.form(a))
    if stack is None or not _are_floats(known, out, a):
        return None
    if _is_empty(known, out):
        return 0.0, []
    load(known.dtypes[a].name)
    count, n, _ = stack.shape
    act = _act("cholesky", out, [count, n, *stack.strides], known, a)
    return OPERATION * count * n**3 / 3, [act]


def _triangle(out: int, operands: list[int], known: Known, diagonal: float) -> Any:
    (a,) = operands
    stack = _stack(known.form(a))
    if stack is None or not _are_floats(known, out, a):
        return None
    count, n, _ = stack.shape
    (bits,) = struct.unpack("q", struct.pack("d", diagonal))
    act = _act("triangle", out, [bits, count, n, *stack.strides], known, a)
    return MOVE * stack.size, [act]


def _triangular(
    out: int, operands: list[int], known: Known, lower: bool, is_unit: bool
) -> Any:  # fmt: skip
    a, b = operands
    stack = _stack(known.form(a))
    steps = None if stack is None else _plain(stack)
    if steps is None or not _are_floats(known, out, a, b):
        return None
    if _is_empty(known, out):
        return 0.0, []
    load(known.dtypes[a].name)
    batch, leading, is_turned = steps
    count, n, _ = stack.shape
    m = known.shapes[b][-1]
    words = [count, n, m, batch, leading, is_turned, lower, is_unit]
    return OPERATION * count * n * n * m, [
        _copy(out, known.form(out), b, known.form(b), known),
        _act("triangular", out, words, known, a),
    ]


def _solve(out: int, operands: list[int], known: Known) -> Any:
    a, b, scratch = operands
    first, second = _stack(known.form(a)), _stack(known.form(b))
    steps = None if first is None else _plain(first)
    if steps is None or second is None or not _are_floats(known, out, a, b):
        return None
    if _is_empty(known, out):
        return 0.0, []
    load(known.dtypes[a].name)
    batch, leading, is_turned = steps
    size = known.dtypes[a].itemsize
    count, n, m = second.shape
    known.scratch[scratch] = (n * n + n * m) * size + 4 * n
    words = [count, n, m, batch, leading, is_turned, *(x // size for x in second.strides)]
    act = _act("solve", out, words, known, a, b, scratch=scratch)
    return OPERATION * count * n * n * (n + 2 * m), [act]


def _product(out: int, operands: list[int], known: Known, subscripts: str) -> Any:
    x, y = operands
    if not known.has_lapack or not _are_floats(known, out, x, y):
        return None
    plan = _plan(subscripts)
    if plan.x_alone or plan.y_alone or plan.in_axes != tuple(range(len(plan.in_axes))):
        return None
    batch, left, summed = plan.counts
    first, second = known.form(x).transpose(plan.x_axes), known.form(y).transpose(plan.y_axes)
    inner = math.prod(first.shape[batch + left :])
    count = math.prod(first.shape[:batch])
    rows = math.prod(first.shape[batch : batch + left])
    columns = math.prod(second.shape[batch + summed :])
    if (
        inner != math.prod(second.shape[batch : batch + summed])
        or first.shape[:batch] != (second.shape[:batch])
    ):
        return None
    if not (count and rows and columns and inner):
        return 0.0, [_act("zero", out, [known.form(out).nbytes], known)]
    stacks = first.reshape(count, rows, inner), second.reshape(count, inner, columns)
    if not all(map(np.may_share_memory, stacks, (first, second))):
        return None
    steps = [_plain(stack) for stack in stacks]
    if None in steps:
        return None
    load(known.dtypes[out].name)
    words = [count, rows, columns, inner, *(number for step in steps if step for number in step)]
    return OPERATION * count * rows * columns * inner, [_act("product", out, words, known, x, y)]


_MAKERS: dict[Any, Any] = {
    **{op: _view(op) for op in VIEWS},
    scatter_row: _scatter,
    concatenate_row: _concatenate,
    gather_row: _gather,
    scatter_add_row: _scatter_add,
    cholesky_row: _cholesky,
    triangle_row: _triangle,
    triangular_row: _triangular,
    solve_row: _solve,
    contract_row: _product,
}
