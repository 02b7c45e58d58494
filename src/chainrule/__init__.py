"""Exact derivatives of ordinary Python functions: the public names, and nothing else.

>>> import chainrule as cr
>>> cr.grad(lambda x: x * cr.sin(x))(0.0)
0.0

Start reading at ``eager/plain.py`` (numbers that remember how they were computed) and
``ops/op.py`` (what an operation is).
"""

from typing import TYPE_CHECKING

from .api import grad, hessian, hvp, jacobian, jvp, stop_gradient, value_and_grad, vjp
from .configuration import __version__, config
from .eager import Value, Var, operations
from .testing import check_derivatives

if TYPE_CHECKING:
    from .eager.generated.functions import *

globals().update(operations)

__all__ = [
    "Value",
    "Var",
    "__version__",
    "check_derivatives",
    "config",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "vjp",
    *operations,
]
