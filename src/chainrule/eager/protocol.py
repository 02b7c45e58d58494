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
    SideEffectError,
    TermCopyError,
    TermError,
    scipys_function,
    user_line,
)
from ..ops import Op, Row, elementwise_rows, numpy_names, tracing

if TYPE_CHECKING:
    from . import Value

# --- errors -------------------------------------------------------------------------------------


def dropped_derivative(conversion: str) -> DroppedDerivativeError:
    return DroppedDerivativeError(
        f"{conversion}(v): v is a Value that needs a derivative, and a plain number would drop it. "
        "Use chainrule's functions (cr.sin(v) for math.sin(v)), an array made with cr.zeros to put "
        "v into, or v.val where no derivative is wanted."
    )


def assigned_term(attribute: str) -> TermError:
    return TermError(
        f"{attribute} cannot be assigned: this Value is a term, the result of an operation. "
        f"Assign .{attribute} of a leaf (Var or Value), or make a new one: Var(v.val)."
    )


def refuse_side_effect(value: Value, what: str) -> None:
    """Raise where a function would change Values from outside of it while it is traced."""
    trace = tracing.current()
    if trace is not None and (what == "back()" or value._serial < trace.outside_before):
        raise SideEffectError(
            f"{what}{user_line()}: a function changes a Value from outside while it is traced, "
            "which would happen once, at tracing, and not when it is run. Return what is new, and "
            "change the Value outside; in the function, differentiate with cr.grad."
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
            "derivative. Put Values together with cr.array([v, w]); fill an array made with "
            "cr.zeros; call chainrule's functions (cr.polygamma for scipy.special.polygamma); or "
            "take .val." + scipys_function()
        )
    return np.asarray(value.val, dtype)


#: ``__array_ufunc__`` and ``__array_function__``.
array_ufunc = numpy_names.apply_ufunc
array_function = numpy_names.apply_function

# --- kernels --------------------------------------------------------------------------------------


def _lazy(op: Op) -> Callable[[float, float, float], float]:
    def kernel(x: float, y: float, z: float) -> float:
        operands = (x, y, z)[: op.arity]
        with np.errstate(all="ignore"):
            return float(op.numpy(*operands))

    return kernel


def library_kernels() -> list[Callable[[float, float, float], float]]:
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
