"""Which of NumPy's and SciPy's functions is which of ours: what NumPy's protocols ask.

Whatever takes part in differentiation (a Value, a Symbol) hands ``__array_ufunc__`` to
:func:`apply_ufunc` and ``__array_function__`` to :func:`apply_function`. NumPy's functions are
known by the function object, so that another ``solve`` is not taken for ``np.linalg.solve``. What
is not in the table raises, with its name and with what to write instead where there is something.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import UnsupportedFunctionError, UnsupportedMethodError
from . import contract, create, index, linalg, reduce, shape
from .op import TABLE, Op, foreign_names
from .shape import (
    as_operand,
    astype,
    broadcast_shapes,
    broadcast_to,
    extents_of,
    row_major,
    shape_of,
    unsupported,
)

Function = Callable[..., Any]

# --- functions that only NumPy's names lead to ----------------------------------------------------


def clip(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: None = None,
    *,
    min: Any = None,
    max: Any = None,
) -> Any:
    """The row ``clip`` with NumPy's two names of each bound, None for no bound."""
    unsupported("clip", out=out)
    lower = a_min if min is None else min
    upper = a_max if max is None else max
    return TABLE["clip"](
        a, -math.inf if lower is None else lower, math.inf if upper is None else upper
    )


def round(a: Any, decimals: int = 0, out: None = None) -> Any:  # noqa: A001, NumPy's name
    """The row ``round``."""
    unsupported("round", out=out)
    return TABLE["round"](a, decimals)


def copy(a: Any, order: str = "C") -> Any:
    """a again, with the same derivative."""
    row_major("copy", "C" if order in ("K", "A") else order)
    return TABLE["positive"](a)


def ndim(a: Any) -> int:
    """The number of axes."""
    return len(shape_of(as_operand(a)))


def size(a: Any, axis: Any = None) -> Any:
    """The number of elements, or the extents of some axes multiplied."""
    extents = shape_of(as_operand(a))
    return shape.product([extents[i] for i in shape.normal_axes(axis, len(extents), "size")])


def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """Each array repeated to the shape that all have in common."""
    operands = [as_operand(x) for x in arrays]
    common = broadcast_shapes("broadcast_arrays", *(shape_of(x) for x in operands))
    return tuple(broadcast_to(x, common) for x in operands)


def isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Whether elements are equal up to a tolerance: truth values, which have no derivative."""
    a, b = as_operand(a), as_operand(b)
    row = TABLE
    distance = row["abs"](row["subtract"](a, b))
    bound = row["add"](atol, row["multiply"](rtol, row["abs"](b)))
    near = row["logical_and"](row["less_equal"](distance, bound), row["isfinite"](b))
    near = row["logical_or"](near, row["equal"](a, b))
    if equal_nan:
        near = row["logical_or"](near, row["logical_and"](row["isnan"](a), row["isnan"](b)))
    return near


def allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all elements are equal up to a tolerance."""
    return bool(np.all(isclose(a, b, rtol, atol, equal_nan)))


def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    """Whether two arrays have the same shape and elements."""
    a1, a2 = as_operand(a1), as_operand(a2)
    if shape_of(a1) != shape_of(a2):
        return False
    same = TABLE["equal"](a1, a2)
    if equal_nan:
        nans = TABLE["logical_and"](TABLE["isnan"](a1), TABLE["isnan"](a2))
        same = TABLE["logical_or"](same, nans)
    return bool(np.all(same))


def _where(condition: Any, x: Any, y: Any, /) -> Any:
    return TABLE["where"](condition, x, y)


def _sinc(x: Any, /) -> Any:
    return TABLE["sinc"](x)


def _fix(x: Any, /) -> Any:
    return TABLE["trunc"](x)


def _matrix_transpose(x: Any, /) -> Any:
    return shape.swapaxes(x, -1, -2)


def _astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    out = astype(x, dtype)
    return TABLE["positive"](out) if copy and out is x else out


def _created(ours: Function) -> Function:
    """A function that makes arrays, with NumPy's arguments for where and of which class."""

    @functools.wraps(ours)
    def make(*arguments: Any, device: Any = None, subok: bool = True, **options: Any) -> Any:
        return ours(*arguments, **options)

    return make


def _table() -> dict[Any, Function]:
    table: dict[Any, Function] = {
        getattr(np, ours.__name__): ours
        for ours in (
            *(reduce.sum, reduce.prod, reduce.max, reduce.min, reduce.mean, reduce.var, reduce.std),
            *(shape.reshape, shape.ravel, shape.transpose, shape.moveaxis, shape.swapaxes),
            *(shape.expand_dims, shape.squeeze, shape.broadcast_to, shape.concatenate, shape.stack),
            *(contract.dot, contract.vdot, contract.outer, contract.tensordot, contract.einsum),
            *(index.take, clip, round, copy, ndim, size),
            *(broadcast_arrays, isclose, allclose, array_equal),
        )
    }
    if hasattr(np, "astype"):  # from NumPy 2.1 on
        table[np.astype] = _astype
    for ours in (
        *(create.zeros, create.ones, create.empty, create.full),
        *(create.zeros_like, create.ones_like, create.empty_like, create.full_like),
    ):
        table[getattr(np, ours.__name__)] = _created(ours)
    return table | {
        np.amax: reduce.max,
        np.amin: reduce.min,
        np.around: round,
        np.shape: shape_of,
        np.where: _where,
        np.sinc: _sinc,
        np.fix: _fix,
        np.matrix_transpose: _matrix_transpose,
        np.linalg.solve: linalg.solve,
        np.linalg.cholesky: linalg.cholesky,
        np.linalg.eigh: linalg.eigh,
        np.linalg.matmul: contract.matmul,
        np.linalg.outer: contract.outer,
        np.linalg.tensordot: contract.tensordot,
        np.linalg.matrix_transpose: _matrix_transpose,
    }


#: NumPy's functions, each with ours.
FUNCTIONS: dict[Any, Function] = _table()

#: NumPy's functions that are not covered, each with what gives the same.
INSTEAD = {
    "add.reduce": "cr.sum(x)",
    "multiply.reduce": "cr.prod(x)",
    "maximum.reduce": "cr.max(x)",
    "minimum.reduce": "cr.min(x)",
    "logaddexp.reduce": "cr.logsumexp(x)",
    "multiply.outer": "cr.outer(x, y)",
    "add.outer": "cr.ravel(x)[:, None] + cr.ravel(y)",
    "add.accumulate": "np.tri(n) @ x",
    "numpy.cumsum": "np.tri(n) @ x for an x of n elements, or cr.sum of slices",
    "numpy.cumprod": "cr.prod of slices",
    "numpy.diff": "x[1:] - x[:-1]",
    "numpy.average": "cr.sum(w * x) / cr.sum(w)",
    "numpy.ptp": "cr.max(x) - cr.min(x)",
    "numpy.inner": "cr.tensordot(x, y, axes=(-1, -1))",
    "numpy.flip": "x[::-1]",
    "numpy.fliplr": "x[:, ::-1]",
    "numpy.flipud": "x[::-1]",
    "numpy.roll": "cr.concatenate([x[-k:], x[:-k]])",
    "numpy.repeat": "cr.take(x, np.repeat(np.arange(n), k))",
    "numpy.tile": "cr.broadcast_to, or cr.concatenate([x] * k)",
    "numpy.append": "cr.concatenate([x, y])",
    "numpy.hstack": "cr.concatenate(arrays, axis=1), for vectors axis=0",
    "numpy.vstack": "cr.concatenate(arrays, axis=0), for vectors cr.stack(arrays)",
    "numpy.dstack": "cr.stack(arrays, axis=-1)",
    "numpy.column_stack": "cr.stack(arrays, axis=1)",
    "numpy.split": "slices, x[i:j]",
    "numpy.array_split": "slices, x[i:j]",
    "numpy.atleast_1d": "cr.reshape(x, (-1,))",
    "numpy.atleast_2d": "cr.expand_dims(x, 0)",
    "numpy.diagonal": "x[np.arange(n), np.arange(n)]",
    "numpy.diag": "x[np.arange(n), np.arange(n)] of a matrix, x * np.eye(n) of a vector",
    "numpy.trace": "cr.sum(x[np.arange(n), np.arange(n)])",
    "numpy.tril": "x * np.tri(n)",
    "numpy.triu": "x * np.tri(n).T",
    "numpy.nansum": "cr.sum(cr.where(cr.isnan(x), 0.0, x))",
    "numpy.nan_to_num": "cr.where(cr.isnan(x), 0.0, x)",
    "numpy.sort": "x[np.argsort(x.val)]",
    "numpy.argsort": "np.argsort(x.val)",
    "numpy.argmax": "np.argmax(x.val)",
    "numpy.argmin": "np.argmin(x.val)",
    "numpy.nonzero": "np.nonzero(x.val)",
    "numpy.any": "np.any(x != 0)",
    "numpy.all": "np.all(x != 0)",
    "numpy.tolist": "list(x), or x.val.tolist()",
    "numpy.flat": "x.ravel()",
    "numpy.fill": "cr.where, or x.at[:].set(y)",
    "numpy.put": "cr.where, or x.at[i].set(y)",
    "numpy.copyto": "cr.where, or x.at[i].set(y)",
    "numpy.linalg.norm": "cr.sqrt(cr.sum(x * x)), or cr.hypot(x, y)",
    "numpy.linalg.inv": "cr.linalg.solve(x, b) for inv(x) @ b, cr.linalg.solve(x, np.eye(n))",
    "numpy.linalg.eigvalsh": "cr.linalg.eigh(x)[0]",
    "numpy.linalg.multi_dot": "cr.matmul, or cr.einsum",
    "numpy.linalg.diagonal": "x[..., np.arange(n), np.arange(n)]",
    "numpy.linalg.trace": "cr.sum(x[np.arange(n), np.arange(n)])",
    "numpy.linalg.vector_norm": "cr.sqrt(cr.sum(x * x))",
    "numpy.linalg.matrix_norm": "cr.sqrt(cr.sum(x * x))",
}

_rows = functools.cache(foreign_names)


def not_covered(name: str) -> UnsupportedFunctionError:
    """The error for a function by its dotted name."""
    return UnsupportedFunctionError(
        f"{name} is not covered by chainrule. Write {_instead_of(name)}; or take .val where no "
        "derivative is wanted."
    )


def no_method(name: str) -> UnsupportedMethodError:
    """The error for a method or an attribute of ndarray's."""
    return UnsupportedMethodError(
        f"NumPy's .{name} is not covered by chainrule. Write {_instead_of(f'numpy.{name}')}; or "
        "take .val where no derivative is wanted."
    )


def _instead_of(name: str) -> str:
    instead = INSTEAD.get(name)
    if instead is None:
        import difflib

        known = {function.__name__: dotted(function) for function in FUNCTIONS}
        known |= {row.name: f"cr.{row.name}" for row in _rows().values() if row.public}
        own = name.rpartition(".")[2]
        close = difflib.get_close_matches(own, sorted(known), n=1, cutoff=0.8)
        nearest = f" (the nearest name is {known[close[0]]})" if close else ""
        return f"it with chainrule's functions{nearest}"
    return instead


def dotted(function: Function) -> str:
    """The name of a function of NumPy's, with its module."""
    return f"{function.__module__}.{function.__name__}"


# --- ufuncs ---------------------------------------------------------------------------------------

#: Ufuncs that were met, each with its row.
_met: dict[np.ufunc, Op] = {}


def _home(ufunc: np.ufunc) -> str:
    """The module that has a ufunc under its own name; empty for any but NumPy and SciPy."""
    for module in "numpy", "scipy.special":
        if getattr(sys.modules.get(module), ufunc.__name__, None) is ufunc:
            return module
    return ""


def row_of(ufunc: np.ufunc) -> Op | None:
    """The row that a ufunc of NumPy's or SciPy's means, if there is one."""
    row = _met.get(ufunc)
    if row is None and _home(ufunc):
        row = _rows().get(ufunc.__name__)
        if row is None or row.arity != ufunc.nin:
            return None
        _met[ufunc] = row
    return row


def apply_ufunc(
    ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: dict[str, Any]
) -> Any:
    """What ``__array_ufunc__`` answers.

    Raises:
        UnsupportedFunctionError: a ufunc, a method such as ``reduce`` or an argument such as
            ``out=`` that is not covered.
    """
    row: Any = row_of(ufunc)
    if row is None and ufunc is np.matmul:
        row = contract.matmul
    if row is None and ufunc is np.divmod:
        row = _divmod
    if row is None:
        raise not_covered(".".join(filter(None, (_home(ufunc), ufunc.__name__))))
    name = ufunc.__name__
    if method != "__call__":
        instead = INSTEAD.get(f"{name}.{method}", f"cr.{name} on whole operands")
        raise UnsupportedFunctionError(
            f"numpy.{name}.{method}: NumPy's method .{method} is not covered by chainrule. Write "
            f"{instead}."
        )
    for argument in options:
        hint = {
            "out": f"Write c = cr.{name}(...) (a = a + v for a += v).",
            "where": "Choose with cr.where(condition, x, y).",
            "dtype": "Convert with .astype.",
        }.get(argument, f"Call cr.{name} on the operands alone.")
        raise UnsupportedFunctionError(
            f"{name}: NumPy's argument {argument}= is not supported. {hint}"
        )
    return row(*inputs)


def _divmod(x: Any, y: Any) -> tuple[Any, Any]:
    return TABLE["floor_divide"](x, y), TABLE["remainder"](x, y)


# --- functions ------------------------------------------------------------------------------------


def apply_function(function: Function, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """What ``__array_function__`` answers.

    Raises:
        UnsupportedFunctionError: a function or an argument that is not covered.
    """
    ours = FUNCTIONS.get(function)
    if ours is None:
        raise not_covered(dotted(function))
    try:
        return ours(*arguments, **options)
    except TypeError:
        try:
            inspect.signature(ours).bind(*arguments, **options)
        except TypeError as misfit:
            taken = ", ".join(inspect.signature(ours).parameters)
            raise UnsupportedFunctionError(
                f"{dotted(function)}: {misfit}. chainrule's takes {taken}."
            ) from None
        raise
