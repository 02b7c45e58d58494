"""Those who compute value and gradient of a function at many points, each in its own best way.

Each function here is the ``prepare`` of a contender: it imports what it needs, in that contender's
process, and returns what makes a task of a :class:`~bench.pointwise.Pointwise`. All but those named
``out`` return fresh arrays.
"""

from __future__ import annotations

import atexit
import functools
import glob
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import c_loops
from .harness import THREADS, Contender, MissingError, Task
from .pointwise import Pointwise, aligned

Prepared = Callable[[Pointwise], Task]


def chainrule() -> Prepared:
    import chainrule as cr

    def task(workload: Pointwise) -> Task:
        inputs, compiled = workload.inputs(), _chainrule_compiled(cr, workload)

        def run() -> Sequence[Any]:
            value, derivatives = compiled(*inputs)
            return value, *derivatives

        return workload.task(run)

    return task


def chainrule_out() -> Prepared:
    import chainrule as cr

    def task(workload: Pointwise) -> Task:
        inputs, compiled = workload.inputs(), _chainrule_compiled(cr, workload)
        value, *derivatives = (
            aligned(workload.points, workload.dtype) for _ in range(1 + workload.arity)
        )

        def run() -> Sequence[Any]:
            compiled(*inputs, out=(value, tuple(derivatives)))
            return value, *derivatives

        return workload.task(run)

    return task


def _chainrule_compiled(cr: Any, workload: Pointwise) -> Callable[..., Any]:
    function = functools.partial(workload.function, cr)
    gradient = cr.value_and_grad(function, argnums=tuple(range(workload.arity)))
    compiled: Callable[..., Any] = cr.jit(cr.vmap(gradient))
    return compiled


def drjit() -> Prepared:
    dr, differentiable, note = drjit_llvm()

    def task(workload: Pointwise) -> Task:
        number = differentiable.Float if workload.dtype == "float32" else differentiable.Float64
        inputs = [number(array) for array in workload.inputs()]
        dr.eval(*inputs)

        def run() -> Sequence[Any]:
            return drjit_gradient(dr, lambda: workload.function(dr, *inputs), inputs)

        return workload.task(run, note)

    return task


def drjit_llvm() -> tuple[Any, Any, str]:
    """Dr.Jit, its module of differentiable numbers, and which LLVM it found."""
    # Its kernels are kept under the home folder; compiling is to be measured, so it gets a new one.
    home = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["HOME"] = home
    newest = _newest_llvm()
    if newest:
        os.environ.setdefault("DRJIT_LIBLLVM_PATH", newest)
    import drjit as dr

    if not dr.has_backend(dr.JitBackend.LLVM):
        raise MissingError(
            "needs a system LLVM library: on Debian `apt-get install libllvm19`, elsewhere set "
            "DRJIT_LIBLLVM_PATH to a libLLVM.so"
        )
    import drjit.llvm.ad as differentiable

    dr.set_thread_count(THREADS)
    return dr, differentiable, f"LLVM {'.'.join(map(str, dr.detail.llvm_version()))}"


def drjit_gradient(dr: Any, function: Callable[[], Any], variables: Sequence[Any]) -> Sequence[Any]:
    """Value and gradient, computed in one kernel and there when this returns."""
    for variable in variables:
        dr.disable_grad(variable)
        dr.enable_grad(variable)
    value = function()
    dr.set_grad(value, 1.0)
    dr.enqueue(dr.ADMode.Backward, value)
    dr.traverse(dr.ADMode.Backward)
    results = [dr.detach(value), *map(dr.grad, variables)]
    dr.eval(*results)
    dr.sync_thread()
    return results


def _newest_llvm() -> str:
    """The newest LLVM among the system's libraries; Dr.Jit itself takes the first it finds."""
    found = [
        (int(version.group(1)), path)
        for path in glob.glob("/usr/lib/*/libLLVM*.so*") + glob.glob("/usr/lib*/libLLVM*.so*")
        if (version := re.search(r"libLLVM(?:-|\.so\.)(\d+)", path))
    ]
    return max(found, default=(0, ""))[1]


def heyoka(out: bool = False, fast_math: bool = False) -> Prepared:
    import heyoka as hy

    hy.set_nthreads(THREADS)

    def task(workload: Pointwise) -> Task:
        dtype = np.dtype(workload.dtype).type
        inputs = np.stack(workload.inputs())
        variables = hy.make_vars(*(f"x{i}" for i in range(workload.arity)))
        variables = variables if workload.arity > 1 else [variables]
        value = workload.function(hy, *variables)
        gradient = hy.diff_tensors([value], diff_args=variables, diff_order=1).gradient
        compiled = hy.cfunc([value, *gradient], vars=variables, fast_math=fast_math, fp_type=dtype)
        if not out:
            return workload.task(lambda: compiled(inputs))
        outputs = np.zeros((1 + workload.arity, workload.points), dtype)

        def run() -> Sequence[Any]:
            compiled(inputs, outputs=outputs)
            return list(outputs)

        return workload.task(run)

    return task


def jax() -> Prepared:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    maths = SimpleNamespace(
        exp=jnp.exp, log=jnp.log, sin=jnp.sin, sqrt=jnp.sqrt, erf=jax.scipy.special.erf
    )

    def task(workload: Pointwise) -> Task:
        inputs = [jnp.asarray(array) for array in workload.inputs()]
        function = functools.partial(workload.function, maths)
        gradient = jax.value_and_grad(function, argnums=tuple(range(workload.arity)))
        compiled = jax.jit(jax.vmap(gradient))

        def run() -> Sequence[Any]:
            value, derivatives = jax.block_until_ready(compiled(*inputs))
            return value, *derivatives

        return workload.task(run)

    return task


def torch() -> Prepared:
    import torch

    torch.set_num_threads(THREADS)

    def task(workload: Pointwise) -> Task:
        inputs = [torch.from_numpy(array) for array in workload.inputs()]

        def total(*operands: Any) -> tuple[Any, Any]:
            value = workload.function(torch, *operands)
            return value.sum(), value

        argnums = tuple(range(workload.arity))
        compiled = torch.compile(torch.func.grad(total, argnums=argnums, has_aux=True))

        def run() -> Sequence[Any]:
            derivatives, value = compiled(*inputs)
            return value, *derivatives

        return workload.task(run)

    return task


def casadi() -> Prepared:
    import casadi as ca

    def task(workload: Pointwise) -> Task:
        if workload.dtype != "float64":
            raise MissingError("float64 only")
        symbols = [ca.SX.sym("x") for _ in range(workload.arity)]
        operands = ca.vertcat(*symbols)
        value = workload.function(ca, *symbols)
        results = ca.vertcat(value, ca.gradient(value, operands))
        function = ca.Function("gradient", [operands], [results])
        inputs = np.stack(workload.inputs())
        if workload.points > 1:
            function = function.map(workload.points, "thread", THREADS)
        return workload.task(lambda: list(function(inputs).full()))

    return task


def ddx() -> Prepared:
    import ddx

    def task(workload: Pointwise) -> Task:
        if workload.dtype != "float64":
            raise MissingError("float64 only")

        def model() -> Any:
            symbols = [ddx.var(f"x{i}") for i in range(workload.arity)]
            return workload.function(ddx, *symbols)

        equation = ddx.equation(model)
        inputs = np.stack(workload.inputs())
        equation.compile(points=workload.points, cache_dir="")

        def run() -> Sequence[Any]:
            value, derivatives = equation.jacobian(inputs)
            return value, *derivatives

        return workload.task(run, "one thread")

    return task


NO_CACHE = {"CHAINRULE_CACHE": "0"}
NO_INDUCTOR_CACHE = {"TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}

CHAINRULE = Contender("chainrule", "jit(vmap(value_and_grad(f)))", chainrule, "chainrule", NO_CACHE)
CHAINRULE_OUT = Contender(
    "chainrule-out", "the same, with out=", chainrule_out, "chainrule", NO_CACHE
)
DRJIT = Contender(
    "drjit", "LLVM backend, reverse mode, value and gradient in one kernel", drjit, "drjit"
)
HEYOKA = Contender("heyoka", "cfunc of f and diff_tensors(f)", heyoka, "heyoka")
HEYOKA_FAST = Contender(
    "heyoka-fast", "fast_math=True", functools.partial(heyoka, fast_math=True), "heyoka"
)
HEYOKA_OUT = Contender(
    "heyoka-out",
    "fast_math=True, outputs=",
    functools.partial(heyoka, out=True, fast_math=True),
    "heyoka",
)
JAX = Contender("jax", "jit(vmap(value_and_grad(f)))", jax, "jax")
TORCH = Contender(
    "torch",
    "torch.compile(torch.func.grad(f))",
    torch,
    "torch",
    NO_INDUCTOR_CACHE,
)
CASADI = Contender("casadi", "SX Function of f and gradient(f), mapped", casadi, "casadi")
DDX = Contender("ddx", "ddx-ad: equation.compile().jacobian()", ddx, "ddx", distribution="ddx-ad")
C_LOOP = Contender("c", f"both sweeps by hand: {c_loops.HOW}", c_loops.pointwise)
BYTES = Contender(
    "bytes", "moving the same bytes alone, in C, past the cache", c_loops.moving_points
)
