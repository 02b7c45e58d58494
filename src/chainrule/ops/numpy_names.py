"""Which of NumPy's and SciPy's functions is which of ours: what NumPy's protocols ask.

Whatever takes part in differentiation (a Value, a Symbol) hands ``__array_ufunc__`` to
:func:`apply_ufunc` and ``__array_function__`` to :func:`apply_function`. NumPy's functions are
known by the function object (``covered.py``), so that another ``solve`` is not taken for
``np.linalg.solve``. What is not covered raises, with its name and with what to write instead.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import UnsupportedFunctionError, UnsupportedMethodError
from . import ufunc_methods
from .composed import COMPOSED
from .covered import COVERED, FUNCTIONS
from .op import TABLE, Op, foreign_names

Function = Callable[..., Any]

#: What is not covered, each with what gives the same.
INSTEAD = {
    "numpy.tolist": "list(x), or x.val.tolist()",
    "numpy.flat": "x.ravel()",
    "numpy.linalg.eig": "cr.linalg.eigh for symmetric matrices",
    "numpy.linalg.eigvals": "cr.linalg.eigvalsh for symmetric matrices",
    "numpy.roots": "cr.optimize.root, or np.roots(p.val) where no derivative is wanted",
    "numpy.polydiv": "cr.linalg.lstsq of the matrix of cr.polymul",
    "numpy.histogram": "np.histogram(x.val), whose counts have no derivative; cr.bincount has one",
    "numpy.histogram2d": "np.histogram2d(x.val, y.val), whose counts have no derivative",
    "numpy.histogramdd": "np.histogramdd(x.val), whose counts have no derivative",
    "numpy.histogram_bin_edges": "cr.linspace between cr.min and cr.max",
    "numpy.trim_zeros": "a slice, x[i:j]",
    "numpy.array_equiv": "cr.array_equal of cr.broadcast_arrays",
    "numpy.ix_": "x[rows[:, None], columns]",
    "numpy.frexp": "np.frexp(x.val) for the exponent e, and x * 2.0**-e",
    "numpy.nextafter": "np.nextafter(x.val, y), a neighbour, which has no derivative",
    "numpy.spacing": "np.spacing(x.val), which has no derivative",
    "numpy.sort_complex": "cr.sort",
}

_SETS = "cr.unique and cr.concatenate, and x[cr.isin(x, y)]"
_COMPLEX = (
    "cr.convolve, or cr.matmul with matrices of cosines and sines, since its numbers are complex "
    "and chainrule's are real"
)
_WHOLE = "it of plain whole numbers, which have no derivative"
#: The same for several names, below numpy.
_INSTEAD_OF_SEVERAL = {
    "intersect1d setdiff1d setxor1d union1d": _SETS,
    "unique_all unique_counts unique_inverse unique_values": "cr.unique",
    "save savetxt savez savez_compressed array_repr array_str array2string": "it of x.val",
    "bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_invert bitwise_count": _WHOLE,
    "bitwise_left_shift bitwise_right_shift left_shift right_shift invert gcd lcm": _WHOLE,
    "packbits unpackbits ravel_multi_index unravel_index": _WHOLE,
    "fft.fft fft.fft2 fft.fftn fft.hfft fft.ifft fft.ifft2 fft.ifftn fft.ihfft": _COMPLEX,
    "fft.irfft fft.irfft2 fft.irfftn fft.rfft fft.rfft2 fft.rfftn": _COMPLEX,
}
INSTEAD |= {
    f"numpy.{name}": instead
    for names, instead in _INSTEAD_OF_SEVERAL.items()
    for name in names.split()
}
INSTEAD |= {
    "numpy.ndarray.resize": "x = cr.reshape(x, shape)",
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
    known = f"numpy.ndarray.{name}"
    if known in INSTEAD or f"numpy.{name}" in INSTEAD or hasattr(np, name):
        instead = _instead_of(known if known in INSTEAD else f"numpy.{name}")
    else:  # no function: it is about the memory
        instead = f"x.val.{name}"
    return UnsupportedMethodError(
        f"NumPy's .{name} is not covered by chainrule. Write {instead}; or take .val where no "
        "derivative is wanted."
    )


def _instead_of(name: str) -> str:
    instead = INSTEAD.get(name)
    if instead is None:
        instead = f"it with chainrule's functions (the nearest is {nearest(name)})"
    return instead


def nearest(name: str) -> str:
    """The covered function whose name is most like that of another one."""
    import difflib

    known = {entry.names[0].rpartition(".")[2]: entry.public for entry in COVERED.values()
             if entry.names and entry.public}  # fmt: skip
    known |= {row.name: row.name for row in _rows().values() if row.public}
    own = name.rpartition(".")[2]
    (closest,) = difflib.get_close_matches(own, sorted(known), n=1, cutoff=0.0)
    return f"cr.{known[closest]}"


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
        UnsupportedFunctionError: a ufunc, a method such as ``reduceat`` or an argument such as
            ``out=`` that is not covered.
    """
    row: Any = row_of(ufunc)
    if row is None:
        row = FUNCTIONS.get(ufunc)
    if row is None and ufunc is np.divmod:
        row = _divmod
    if row is None and _home(ufunc) == "scipy.special":
        row = COMPOSED.get(ufunc.__name__)
    if row is None:
        raise not_covered(".".join(filter(None, (_home(ufunc), ufunc.__name__))))
    name = ufunc.__name__
    if method != "__call__":
        return ufunc_methods.apply(name, method, row, inputs, options)
    if not isinstance(row, Op) and options.get("axis") is not None:
        return row(*inputs, **options)  # vecdot's own argument
    return ufunc_methods.call(name, row, inputs, options) if options else row(*inputs)


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
