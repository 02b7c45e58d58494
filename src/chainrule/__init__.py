"""Exact derivatives of ordinary Python functions: the public names, and nothing else.

>>> import chainrule as cr
>>> cr.grad(lambda x: x * cr.sin(x))(0.0)
0.0

Start reading at ``eager/plain.py`` (numbers that remember how they were computed) and
``ops/op.py`` (what an operation is).
"""

from typing import TYPE_CHECKING

from .api import (
    checkpoint,
    custom_jvp,
    custom_vjp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jit,
    jvp,
    stop_gradient,
    value_and_grad,
    vjp,
    vmap,
)
from .configuration import __version__, config
from .eager import Value, Var, operations
from .ops import linalg
from .ops.contract import dot, einsum, matmul, outer, tensordot, vdot
from .ops.create import (
    empty,
    empty_like,
    full,
    full_like,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from .ops.index import take
from .ops.reduce import logsumexp, max, mean, min, prod, softmax, std, sum, var  # noqa: A004
from .ops.shape import (
    array,
    broadcast_to,
    concatenate,
    expand_dims,
    moveaxis,
    ravel,
    reshape,
    squeeze,
    stack,
    swapaxes,
    transpose,
)
from .testing import check_derivatives

if TYPE_CHECKING:
    from .eager.generated.functions import *

globals().update(operations)

__all__ = [
    "Value",
    "Var",
    "__version__",
    "array",
    "broadcast_to",
    "check_derivatives",
    "checkpoint",
    "concatenate",
    "config",
    "custom_jvp",
    "custom_vjp",
    "dot",
    "einsum",
    "empty",
    "empty_like",
    "expand_dims",
    "full",
    "full_like",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "jvp",
    "linalg",
    "logsumexp",
    "matmul",
    "max",
    "mean",
    "min",
    "moveaxis",
    "ones",
    "ones_like",
    "outer",
    "prod",
    "ravel",
    "reshape",
    "softmax",
    "squeeze",
    "stack",
    "std",
    "stop_gradient",
    "sum",
    "swapaxes",
    "take",
    "tensordot",
    "transpose",
    "value_and_grad",
    "var",
    "vdot",
    "vjp",
    "vmap",
    "zeros",
    "zeros_like",
    *operations,
]
