"""Exact derivatives of ordinary Python functions: the public names, and nothing else.

>>> import chainrule as cr
>>> cr.grad(lambda x: x * cr.sin(x))(0.0)
0.0

Start reading at ``eager/plain.py`` (numbers that remember how they were computed) and
``ops/op.py`` (what an operation is).
"""

from typing import TYPE_CHECKING

from . import optimize, scipy
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
from .ops import linalg, public_functions
from .ops.shape import array
from .testing import check_derivatives

if TYPE_CHECKING:
    from .eager.generated.functions import *
    from .ops.comparing import *
    from .ops.contract import *
    from .ops.convolution import *
    from .ops.create import *
    from .ops.crossing import *
    from .ops.cumulative import *
    from .ops.diagonals import *
    from .ops.further import *
    from .ops.index import *
    from .ops.interpolation import *
    from .ops.joining import *
    from .ops.likes import *
    from .ops.missing import *
    from .ops.ordering import *
    from .ops.padding import *
    from .ops.placing import *
    from .ops.polynomials import *
    from .ops.products import *
    from .ops.quantiles import *
    from .ops.rearranging import *
    from .ops.reduce import *
    from .ops.shape import *
    from .ops.statistics import *

#: What is covered on whole arrays, by public name.
functions = public_functions()

globals().update(functions)
globals().update(operations)

__all__ = [
    "Value",
    "Var",
    "__version__",
    "array",
    "check_derivatives",
    "checkpoint",
    "config",
    "custom_jvp",
    "custom_vjp",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "jvp",
    "linalg",
    "optimize",
    "scipy",
    "stop_gradient",
    "value_and_grad",
    "vjp",
    "vmap",
    *functions,
    *operations,
]
