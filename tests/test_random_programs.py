"""Random programs: eager, jit, both directions, nestings and complex steps agree.

The programs are drawn by ``random_programs.py``, and jitted on every backend. References do not use
chainrule's rules: first derivatives are complex steps, second ones central differences of those.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from every_backend import on_every_backend
from hypothesis import HealthCheck, given, settings
from random_programs import Program, programs

import chainrule as cr

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
    value, loss = program(*inputs), program.loss(*inputs)
    gradients = cr.grad(program.loss, argnums)(*inputs)
    for k, ours in enumerate(gradients):
        close(ours, steps(program.loss, inputs, k), 1e-9, program, "grad against complex steps")

    def check(backend: str) -> None:
        close(cr.jit(program)(*inputs), value, 1e-12, program, "jit")
        by_jit, jitted = cr.jit(cr.value_and_grad(program.loss, argnums))(*inputs)
        close(by_jit, loss, 1e-12, program, "value_and_grad")
        for ours, eager in zip(jitted, gradients, strict=True):
            close(ours, eager, 1e-10, program, "jit of grad")

    on_every_backend(check)


@some(30)
@given(programs())
def test_the_two_directions_agree(program: Program):
    inputs = program.inputs
    generator = np.random.default_rng(1)
    tangents = tuple(generator.normal(size=x.shape) for x in inputs)
    out = np.shape(program(*inputs))
    cotangent: Any = generator.normal(size=out)
    expected = sum(
        np.tensordot(steps(program, inputs, k), t, axes=t.ndim) for k, t in enumerate(tangents)
    )

    def check(name: str, way: Any = cr.jit) -> None:
        pushed = way(lambda *x: cr.jvp(program, x, tangents)[1])(*inputs)
        pulled = way(lambda *x: cr.vjp(program, *x)[1](cotangent))(*inputs)
        forward = np.sum(pushed * cotangent)
        backward = sum(np.sum(t * g) for t, g in zip(tangents, pulled, strict=True))
        close(forward, backward, 1e-9, program, f"jvp against vjp, {name}")
        close(pushed, expected, 1e-9, program, f"jvp against complex steps, {name}")
        rows = way(cr.jacrev(program))(*inputs)
        columns = way(cr.jacfwd(program))(*inputs)
        close(columns, rows, 1e-9, program, f"jacfwd against jacrev, {name}")

    check("eager", lambda f: f)
    on_every_backend(check)


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
    along = np.tensordot(hessian, t, axes=x.ndim)
    moving = lambda z: f(z, *inputs[1:])
    close(cr.hvp(moving, (x,), (t,)), along, 1e-8, program, "hvp")
    if not program.stops:
        close(flat, flat.T, 1e-8, program, "symmetry")
        _against_differences(program, hessian)

    def check(backend: str) -> None:
        for name, other in others.items():
            close(cr.jit(other)(*inputs), hessian, 1e-8, program, f"jit of {name}")
        close(cr.jit(lambda z: cr.hvp(moving, (z,), (t,)))(x), along, 1e-8, program, "jit of hvp")
        if not program.stops:
            jitted_inside = cr.grad(lambda z: cr.sum(cr.jit(cr.grad(moving))(z) * t))
            close(jitted_inside(x), along, 1e-8, program, "grad of jit of grad")

    on_every_backend(check)


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
    summed = cr.grad(lambda *b: cr.sum(cr.vmap(f)(*b)))
    close(summed(*batch), loop, 1e-9, program, "grad of vmap")
    shared = (0, *(None for _ in inputs[1:]))
    first = (batch[0], *inputs[1:])
    some = np.stack([cr.grad(f)(batch[0][i], *inputs[1:]) for i in range(5)])
    close(cr.vmap(cr.grad(f), shared)(*first), some, 1e-9, program, "a shared argument")
    twice = np.stack([np.asarray(cr.hessian(f)(batch[0][i], *inputs[1:])) for i in range(5)])

    def check(backend: str) -> None:
        close(cr.jit(mapped)(*batch), loop, 1e-9, program, "jit of vmap of grad")
        close(cr.vmap(cr.jit(cr.grad(f)))(*batch), loop, 1e-9, program, "vmap of jit of grad")
        close(cr.jit(summed)(*batch), loop, 1e-9, program, "jit of grad of vmap")
        hessians = cr.jit(cr.vmap(cr.hessian(f), shared))(*first)
        close(hessians, twice, 1e-8, program, "jit of vmap of hessian")

    on_every_backend(check)


@some(30)
@given(programs(dtype=np.float32))
def test_float32(program: Program):
    inputs = program.inputs
    if not all(np.ndim(x) for x in program.pool(*inputs)):
        return  # a number is float64 eagerly
    value, gradient = program(*map(cr.Value, inputs)), cr.grad(program.loss)(*inputs)
    assert value.dtype == gradient.dtype == np.float32, program

    def check(backend: str) -> None:
        jitted, jitted_gradient = cr.jit(program)(*inputs), cr.jit(cr.grad(program.loss))(*inputs)
        assert jitted.dtype == jitted_gradient.dtype == np.float32, program
        close(jitted, getattr(value, "val", value), 1e-4, program, "jit")
        close(jitted_gradient, gradient, 1e-2, program, "jit of grad")

    on_every_backend(check)


def test_a_plain_number_as_cotangent_in_a_trace():
    f = lambda x: (x[0] - np.array(0.25)) * 1.0
    x = np.array([3.0, 4.0])

    def check(backend: str) -> None:
        pull = cr.jit(lambda x: cr.vjp(lambda z: z[0] - np.array(0.25), x)[1](1.5)[0])
        np.testing.assert_array_equal(pull(x), [1.5, 0.0])

    on_every_backend(check)
    np.testing.assert_array_equal(cr.vjp(f, x)[1](1.5)[0], [1.5, 0.0])
