"""Random programs: eager, jit, both directions, nestings and complex steps agree.

The programs are drawn by ``random_programs.py``. References do not use chainrule's rules: first
derivatives are complex steps, second ones central differences of those.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from random_programs import Program, programs

import chainrule as cr

#: The jitted functions run on every backend.
pytestmark = pytest.mark.usefixtures("backend")

Array = np.ndarray[Any, Any]
#: More of them, and others each time, to look for errors: CHAINRULE_EXAMPLES=5000.
COUNT = int(os.environ.get("CHAINRULE_EXAMPLES", "0"))


def some(count: int) -> Any:
    return settings(
        max_examples=COUNT or count,
        derandomize=not COUNT,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def close(ours: Any, expected: Any, tolerance: float, program: Any, what: str) -> None:
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    assert np.shape(ours) == np.shape(expected), what
    np.testing.assert_allclose(
        ours, expected, rtol=tolerance, atol=tolerance * scale, err_msg=f"{what}\n{program}"
    )


def steps(f: Any, inputs: tuple[Array, ...], k: int) -> Array:
    """The Jacobian of f in argument k by complex steps; the argument's axes come last."""
    columns = []
    x = inputs[k]
    with np.errstate(all="ignore"):
        for i in np.ndindex(x.shape):
            moved = [np.array(z, complex) for z in inputs]
            moved[k][i] += 1e-40j
            columns.append(np.imag(f(*moved)) / 1e-40)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *x.shape))


@some(30)
@given(programs())
def test_first_derivatives(program: Program):
    inputs = program.inputs
    argnums = tuple(range(len(inputs)))
    value = program(*inputs)
    close(cr.jit(program)(*inputs), value, 1e-12, program, "jit")
    expected = [steps(program.loss, inputs, k) for k in argnums]
    gradient = cr.grad(program.loss, argnums)
    loss, jitted = cr.jit(cr.value_and_grad(program.loss, argnums))(*inputs)
    close(loss, program.loss(*inputs), 1e-12, program, "value_and_grad")
    for ours, by_jit, true in zip(gradient(*inputs), jitted, expected, strict=True):
        close(ours, true, 1e-9, program, "grad against complex steps")
        close(by_jit, ours, 1e-10, program, "jit of grad")


@some(30)
@given(programs())
def test_the_two_directions_agree(program: Program):
    inputs = program.inputs
    generator = np.random.default_rng(1)
    tangents = tuple(generator.normal(size=x.shape) for x in inputs)
    out = np.shape(program(*inputs))
    cotangent: Any = generator.normal(size=out)
    ways: dict[str, Any] = {"eager": lambda f: f, "jit": cr.jit}
    for name, way in ways.items():
        pushed = way(lambda *x: cr.jvp(program, x, tangents)[1])(*inputs)
        pulled = way(lambda *x: cr.vjp(program, *x)[1](cotangent))(*inputs)
        forward = np.sum(pushed * cotangent)
        backward = sum(np.sum(t * g) for t, g in zip(tangents, pulled, strict=True))
        close(forward, backward, 1e-9, program, f"jvp against vjp, {name}")
        expected = sum(
            np.tensordot(steps(program, inputs, k), t, axes=t.ndim) for k, t in enumerate(tangents)
        )
        close(pushed, expected, 1e-9, program, f"jvp against complex steps, {name}")
        rows = way(cr.jacrev(program))(*inputs)
        columns = way(cr.jacfwd(program))(*inputs)
        close(columns, rows, 1e-9, program, f"jacfwd against jacrev, {name}")


@some(15)
@given(programs(largest=6))
def test_second_derivatives(program: Program):
    inputs, f = program.inputs, program.loss
    x = inputs[0]
    t = np.random.default_rng(2).normal(size=x.shape)
    hessian = np.asarray(cr.hessian(f)(*inputs))
    flat = hessian.reshape(x.size, x.size)
    others = {
        "jacfwd of grad": cr.jacfwd(cr.grad(f)),
        "jacrev of grad": cr.jacrev(cr.grad(f)),
        "jacrev of jacfwd": cr.jacrev(cr.jacfwd(f)),
        "jacfwd of jacfwd": cr.jacfwd(cr.jacfwd(f)),
    }
    for name, other in others.items():
        close(other(*inputs), hessian, 1e-8, program, name)
        close(cr.jit(other)(*inputs), hessian, 1e-8, program, f"jit of {name}")
    along = np.tensordot(hessian, t, axes=x.ndim)
    moving = lambda z: f(z, *inputs[1:])
    close(cr.hvp(moving, (x,), (t,)), along, 1e-8, program, "hvp")
    close(cr.jit(lambda z: cr.hvp(moving, (z,), (t,)))(x), along, 1e-8, program, "jit of hvp")
    jitted_inside = cr.grad(lambda z: cr.sum(cr.jit(cr.grad(moving))(z) * t))
    if not program.stops:
        close(flat, flat.T, 1e-8, program, "symmetry")
        close(jitted_inside(x), along, 1e-8, program, "grad of jit of grad")
        _against_differences(program, hessian)


def _against_differences(program: Program, hessian: Array) -> None:
    """Where two steps of central differences agree; near a singularity or a kink they do not."""
    inputs = program.inputs
    found = []
    for h in (1e-5, 5e-6):
        columns = []
        for i in np.ndindex(inputs[0].shape):
            above, below = inputs[0].copy(), inputs[0].copy()
            above[i] += h
            below[i] -= h
            difference = steps(program.loss, (above, *inputs[1:]), 0) - steps(
                program.loss, (below, *inputs[1:]), 0
            )
            columns.append(difference / (2 * h))
        found.append(np.stack(columns, -1).reshape(hessian.shape))
    settled = np.allclose(found[0], found[1], rtol=1e-5, atol=1e-6)
    if settled:
        close(hessian, found[1], 1e-4, program, "hessian against differences")


@some(15)
@given(programs(largest=6))
def test_batches(program: Program):
    inputs, f = program.inputs, program.loss
    batch = [np.stack([x * (1 + 0.01 * i) for i in range(5)]) for x in inputs]
    loop = np.stack([cr.grad(f)(*(b[i] for b in batch)) for i in range(5)])
    mapped = cr.vmap(cr.grad(f))
    close(mapped(*batch), loop, 1e-9, program, "vmap of grad")
    close(cr.jit(mapped)(*batch), loop, 1e-9, program, "jit of vmap of grad")
    close(cr.vmap(cr.jit(cr.grad(f)))(*batch), loop, 1e-9, program, "vmap of jit of grad")
    summed = cr.grad(lambda *b: cr.sum(cr.vmap(f)(*b)))
    close(summed(*batch), loop, 1e-9, program, "grad of vmap")
    close(cr.jit(summed)(*batch), loop, 1e-9, program, "jit of grad of vmap")
    shared = (0, *(None for _ in inputs[1:]))
    loop = np.stack([cr.grad(f)(batch[0][i], *inputs[1:]) for i in range(5)])
    close(
        cr.vmap(cr.grad(f), shared)(batch[0], *inputs[1:]), loop, 1e-9, program, "a shared argument"
    )
    twice = np.stack([np.asarray(cr.hessian(f)(batch[0][i], *inputs[1:])) for i in range(5)])
    hessians = cr.jit(cr.vmap(cr.hessian(f), shared))(batch[0], *inputs[1:])
    close(hessians, twice, 1e-8, program, "jit of vmap of hessian")


@some(30)
@given(programs(dtype=np.float32))
def test_float32(program: Program):
    inputs = program.inputs
    if not all(np.ndim(x) for x in program.pool(*inputs)):
        return  # a number is float64 eagerly
    value, jitted = program(*map(cr.Value, inputs)), cr.jit(program)(*inputs)
    assert jitted.dtype == value.dtype == np.float32, program
    close(jitted, getattr(value, "val", value), 1e-4, program, "jit")
    gradients = cr.jit(cr.grad(program.loss))(*inputs), cr.grad(program.loss)(*inputs)
    assert gradients[0].dtype == gradients[1].dtype == np.float32, program
    close(gradients[0], gradients[1], 1e-2, program, "jit of grad")


def test_a_plain_number_as_cotangent_in_a_trace():
    f = lambda x: (x[0] - np.array(0.25)) * 1.0
    pull = cr.jit(lambda x: cr.vjp(lambda z: z[0] - np.array(0.25), x)[1](1.5)[0])
    np.testing.assert_array_equal(pull(np.array([3.0, 4.0])), [1.5, 0.0])
    np.testing.assert_array_equal(cr.vjp(f, np.array([3.0, 4.0]))[1](1.5)[0], [1.5, 0.0])
