"""What a Value says and does that need not be fast: both builds of it come here.

Errors, printing, pickling, NumPy's protocols, and the way into the sweeps written in Python.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import (
    ChangedValueError,
    ClosureError,
    DroppedDerivativeError,
    NoDerivativeError,
    OperandError,
    TermCopyError,
    TermError,
    UnsupportedFunctionError,
)
from ..ops import (
    TABLE,
    Op,
    Row,
    contract,
    elementwise_rows,
    foreign_names,
    index,
    linalg,
    reduce,
    shape,
)

if TYPE_CHECKING:
    from . import Value

# --- errors -------------------------------------------------------------------------------------


def dropped_derivative(conversion: str) -> DroppedDerivativeError:
    return DroppedDerivativeError(
        f"{conversion}(v): v is a Value that needs a derivative, and a plain number would drop it. "
        "Use chainrule's functions (cr.sin(v) for math.sin(v)), or v.val where no derivative is "
        "wanted."
    )


def assigned_term(attribute: str) -> TermError:
    return TermError(
        f"{attribute} cannot be assigned: this Value is a term, the result of an operation. "
        f"Assign .{attribute} of a leaf (Var or Value), or make a new one: Var(v.val)."
    )


def copied_term() -> TermCopyError:
    return TermCopyError(
        "a term, the result of an operation, cannot be pickled or copied: its graph would "
        "stay behind. Pickle its .val, or compute it anew from pickled leaves."
    )


def changed_value(name: str) -> ChangedValueError:
    return ChangedValueError(
        f"{name}: the .val of an operand was assigned after the graph was recorded, and the sweep "
        "would read the new value. Compute the function again before sweeping."
    )


def undifferentiable_closure() -> ClosureError:
    return ClosureError(
        "a term made by a closure grad_fn was to be differentiated twice (create_graph=True, or "
        "one derivative inside another): the closure computes with plain numbers, so its own "
        "derivative is not known. Give the operation its partials with cr.custom_vjp."
    )


def modular_power() -> OperandError:
    return OperandError(
        "power: pow() with a third argument is for integers. Write cr.remainder(x**y, m)."
    )


def no_xor() -> OperandError:
    return OperandError("^ is no operation on a Value. A power is written x ** y.")


def nothing_to_sweep() -> NoDerivativeError:
    return NoDerivativeError(
        "back(): this Value needs no derivative, because nothing that it was computed from does. "
        "Make what you differentiate with respect to a Var, or Value(val, reqgrad=True)."
    )


def unraisable(error: BaseException) -> None:
    """Report an exception that has no caller to go to."""
    sys.excepthook(type(error), error, error.__traceback__)


# --- printing and pickling ----------------------------------------------------------------------


def representation(value: Value) -> str:
    grad = value.grad
    return f"Value({value.val!r}, grad={grad if isinstance(grad, float) else grad.val!r})"


def restored(cls: type[Value], val: float, reqgrad: bool, grad: float) -> Value:
    value = cls(val, reqgrad)
    value.grad = grad
    return value


def reduced(value: Value) -> tuple[Any, ...]:
    """How pickle and copy take a leaf."""
    if value._op is not None or value.grad_fn is not None:
        raise copied_term()
    return restored, (type(value), value.val, value.reqgrad, value.grad)


# --- NumPy's protocols ----------------------------------------------------------------------------


def as_array(value: Value, dtype: Any) -> np.ndarray[Any, Any]:
    if value.reqgrad:
        raise DroppedDerivativeError(
            "a Value that needs a derivative cannot become a NumPy array, which would drop the "
            "derivative. Keep Values in a list; call chainrule's functions (cr.polygamma for "
            "scipy.special.polygamma); or take .val."
        )
    return np.asarray(value.val, dtype)


def _not_covered(name: str, module: str) -> UnsupportedFunctionError:
    import difflib

    close = difflib.get_close_matches(name, list(_FOREIGN), n=1, cutoff=0.8)
    nearest = f" (the nearest name is cr.{_FOREIGN[close[0]].name})" if close else ""
    return UnsupportedFunctionError(
        f"{module}.{name} does not work on a number's Value{nearest}. Write it with chainrule's "
        "functions, or take .val where no derivative is wanted."
    )


_FOREIGN: dict[str, Op] = foreign_names()


def array_ufunc(
    ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    if ufunc.__name__ == "divmod" and method == "__call__" and not options:
        return TABLE["floor_divide"](*inputs), TABLE["remainder"](*inputs)
    op = _FOREIGN.get(ufunc.__name__)
    if ufunc.__name__ in _STRUCTURAL_UFUNCS and method == "__call__" and not options:
        return _STRUCTURAL_UFUNCS[ufunc.__name__](*inputs)
    if op is None or op.arity != ufunc.nin:
        raise _not_covered(ufunc.__name__, "numpy" if hasattr(np, ufunc.__name__) else "scipy")
    if method != "__call__" or options:
        what = f"method .{method}" if method != "__call__" else f"argument {next(iter(options))}="
        raise UnsupportedFunctionError(
            f"{op.name}: NumPy's {what} does not work on a number's Value. Call cr.{op.name} on "
            "the operands alone."
        )
    return op(*inputs)


def _numpy_clip(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None
) -> Any:
    lower = a_min if min is None else min
    upper = a_max if max is None else max
    return TABLE["clip"](a, -np.inf if lower is None else lower, np.inf if upper is None else upper)


_ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "clip": _numpy_clip,
    "where": lambda condition, x, y: TABLE["where"](condition, x, y),
    "round": lambda a, decimals=0: TABLE["round"](a, decimals),
    "around": lambda a, decimals=0: TABLE["round"](a, decimals),
    "sinc": lambda x: TABLE["sinc"](x),
    "fix": lambda x: TABLE["trunc"](x),
}


_STRUCTURAL_UFUNCS: dict[str, Callable[..., Any]] = {"matmul": contract.matmul}

for _function in (
    *(reduce.sum, reduce.prod, reduce.max, reduce.min, reduce.mean, reduce.var, reduce.std),
    *(shape.reshape, shape.ravel, shape.transpose, shape.moveaxis, shape.swapaxes),
    *(shape.expand_dims, shape.squeeze, shape.broadcast_to, shape.concatenate, shape.stack),
    *(contract.dot, contract.vdot, contract.outer, contract.tensordot, contract.einsum),
    *(index.take, linalg.solve, linalg.cholesky, linalg.eigh),
):
    _ARRAY_FUNCTIONS[_function.__name__] = _function
_ARRAY_FUNCTIONS |= {
    "amax": reduce.max,
    "amin": reduce.min,
}


def array_function(
    function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    ours = _ARRAY_FUNCTIONS.get(function.__name__)
    if ours is None:
        raise _not_covered(function.__name__, "numpy")
    try:
        return ours(*arguments, **options)
    except TypeError as error:
        if isinstance(error, OperandError):
            raise
        raise UnsupportedFunctionError(
            f"numpy.{function.__name__}: {error}. On a number's Value it takes the operands alone."
        ) from None


# --- kernels --------------------------------------------------------------------------------------


def _lazy(op: Op) -> Callable[[float, float], float]:
    def kernel(x: float, y: float) -> float:
        operands = (x, y)[: op.arity]
        with np.errstate(all="ignore"):
            return float(op.numpy(*operands))

    return kernel


def library_kernels() -> list[Callable[[float, float], float]]:
    """SciPy's kernels for what C's <math.h> lacks, in the order of the printed C."""
    return [_lazy(op) for op in elementwise_rows() if not (op.native or op.expand)]


# --- arrays ---------------------------------------------------------------------------------------


def on_arrays(op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
    """An op on a number's Value that meets arrays, or that is an op on arrays."""
    from .recording import apply

    return apply(op, operands, parameters)


def new_array(val: Any, reqgrad: bool = False, grad_fn: Any = None) -> Any:
    """``Value(array)``."""
    from .array import ArrayValue

    return ArrayValue(val, reqgrad, grad_fn)
