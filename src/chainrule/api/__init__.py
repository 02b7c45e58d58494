"""The functions that take functions: grad and its kin, vmap, jit, and rules of one's own.

Start reading at ``derivatives.py``. ``recorders.py`` says how a function is recorded: eagerly, or
as further terms of the trace that is open.
"""

from .batching import vmap
from .custom import checkpoint, custom_jvp, custom_vjp
from .derivatives import grad, hvp, jvp, stop_gradient, value_and_grad, vjp
from .jacobians import hessian, jacfwd, jacobian, jacrev
from .jit import jit

__all__ = [
    "checkpoint",
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
    "stop_gradient",
    "value_and_grad",
    "vjp",
    "vmap",
]
