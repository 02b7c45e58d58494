"""Random programs of assignments, in plain NumPy: the same code on NumPy's arrays is the truth.

A program has two arrays and a view of each; it writes elements, slices, positions and masks, adds
in place, reads elements and views, and rebinds. NumPy runs it on real arrays for the value, and on
complex ones for the derivative (complex steps). chainrule runs it eagerly, jitted and batched.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import OperandError

Array = np.ndarray[Any, Any]
X = np.array([[0.3, -0.7, 1.1, 0.4], [0.9, 0.2, -0.5, 0.8], [-0.3, 0.6, 0.1, -0.9]])
SHAPE = X.shape
MASK = X > 0.2

KEYS = st.one_of(
    st.integers(-3, 2),
    st.tuples(st.integers(-3, 2), st.integers(-4, 3)),
    st.tuples(st.integers(-3, 2), st.integers(-4, 3)),
    st.builds(slice, st.integers(-3, 3), st.integers(-3, 3)),
    st.builds(slice, st.none(), st.none(), st.sampled_from([1, 2, -1])),
    st.tuples(st.just(slice(None)), st.builds(slice, st.integers(0, 4), st.integers(0, 4))),
    st.tuples(st.just(slice(None)), st.integers(-4, 3)),
    st.tuples(st.just(...), st.integers(-4, 3)),
    st.just([0, 2]),
    st.just([1, 1, 0]),
    st.just((np.array([0, 2, 0]), np.array([1, 3, 1]))),
    st.just((None, 1)),
    st.just(MASK),
)
STEPS = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 1), KEYS, st.integers(0, 5)),
    st.tuples(st.just("set"), st.integers(0, 1), KEYS, st.integers(0, 5)),
    st.tuples(st.just("number"), st.integers(0, 1), KEYS, st.floats(-1, 1)),
    st.tuples(st.just("augment"), st.integers(0, 1), KEYS, st.sampled_from("+-*")),
    st.tuples(st.just("whole"), st.integers(0, 1), st.sampled_from("+-*")),
    st.tuples(st.just("view"), st.integers(0, 1), st.integers(0, 4)),
    st.tuples(st.just("rebind"), st.integers(0, 1)),
    st.tuples(st.just("read"), st.integers(0, 1), KEYS),
)


def seen(a: Any, how: int) -> Any:
    return [a[1:], a.T, a[:, 1], a.reshape(2, 6), a[::-1]][how]


def augmented(a: Any, sign: str, x: Any) -> Any:
    if sign == "+":
        a += x
    elif sign == "-":
        a -= x
    else:
        a *= x
    return a


def run(steps: Any, x: Any) -> Any:
    """The program: NumPy code."""
    arrays = [x * 1.0, np.zeros_like(x)]
    arrays[0][0, 0] = 0.5
    arrays[1][0] = x[0]
    views = [seen(arrays[0], 0), seen(arrays[1], 1)]
    total = 0.0
    for step in steps:
        kind, k = step[0], step[1]
        a, other = arrays[k], arrays[1 - k]
        if kind == "set":
            key = step[2]
            source = [x, other, np.sin(a), a * other, np.tanh(x) + 1.0, x[:1] + other][step[3]]
            a[key] = source[key]
        elif kind == "number":
            a[step[2]] = step[3]
        elif kind == "augment":
            key = step[2]
            if step[3] == "+":
                a[key] += np.sin(x[key])
            elif step[3] == "-":
                a[key] -= other[key]
            else:
                a[key] *= x[key]
        elif kind == "whole":
            alias = a
            a = augmented(a, step[2], np.sin(x))
            total = total + np.sum(alias * x)
        elif kind == "view":
            views[k] = seen(a, step[2])
        elif kind == "rebind":
            arrays[k] = np.sin(a) * x
            views[k] = seen(arrays[k], 0) * 1.0
        else:
            total = total + np.sum(a[step[2]] ** 2)
        # Views follow the arrays.
        total = total + np.sum(views[k] * views[k])
    return total + np.sum(arrays[0] * arrays[1] + np.cos(arrays[0]))


def complex_steps(f: Any, x: Array) -> Array:
    out = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[i] += 1e-30j
        out[i] = f(moved).imag / 1e-30
    return out


PROGRAMS = st.lists(STEPS, min_size=1, max_size=8)
some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def close(got: Any, expected: Any, what: str) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9, err_msg=what)


@some
@given(PROGRAMS)
def test_value_and_gradient(steps):
    def f(x):
        return run(steps, x)

    value, gradient = run(steps, X), complex_steps(f, X)
    direction = np.cos(np.arange(12.0)).reshape(SHAPE)
    close(cr.value_and_grad(f)(X)[0], value, "value")
    close(cr.grad(f)(X), gradient, "eager")
    v = cr.Var(X)
    f(v).back()
    close(v.grad, gradient, "back")
    close(cr.jvp(f, (X,), (direction,))[1], np.sum(gradient * direction), "jvp")
    close(cr.jit(f)(X), value, "jit")
    close(cr.jit(cr.grad(f))(X), gradient, "jit of grad")
    close(cr.grad(cr.jit(f))(X), gradient, "grad of jit")
    tangent = cr.jit(lambda x: cr.jvp(f, (x,), (direction,))[1])(X)
    close(tangent, np.sum(gradient * direction), "jit of jvp")


@settings(some, max_examples=25)
@given(PROGRAMS)
def test_batches_and_second_derivatives(steps):
    def f(x):
        return run(steps, x)

    batch = np.stack([X, X + 0.25, 0.5 * X])
    expected = np.stack([complex_steps(f, x) for x in batch])
    close(cr.vmap(cr.grad(f))(batch), expected, "vmap of grad")
    close(cr.jit(cr.vmap(cr.grad(f)))(batch), expected, "jit of vmap of grad")
    direction = np.cos(np.arange(12.0)).reshape(SHAPE)
    h = 1e-6
    moved = [complex_steps(f, X + s * direction) for s in (h, -h)]
    product = (moved[0] - moved[1]) / (2 * h)
    for name, along in {
        "hvp": lambda x: cr.hvp(f, (x,), (direction,)),
        "grad of grad": cr.grad(lambda x: np.sum(cr.grad(f)(x) * direction)),
    }.items():
        np.testing.assert_allclose(along(X), product, rtol=2e-5, atol=2e-6, err_msg=name)
        np.testing.assert_allclose(
            cr.jit(along)(X), along(X), rtol=1e-9, atol=1e-9, err_msg=f"jit of {name}"
        )


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_loop_over_elements_of_any_length(n):
    def f(x):
        out = np.zeros_like(x)
        out[0] = x[0]
        for i in range(1, len(x)):
            out[i] = np.sin(out[i - 1]) * x[i]
        return np.sum(out * out[::-1])

    x = np.linspace(0.5, 1.0, n)
    expected = complex_steps(f, x)
    close(cr.grad(f)(x), expected, "eager")
    close(cr.jit(cr.grad(f))(x), expected, "jit")


# --- views of views, copies that look like views, arrays that nobody has any more -----------------


def written_twice(v: Any) -> None:
    """Write into an array, and add to it in place: what its views see, and its copies do not."""
    v[0] = v[1] * 2.0
    v[:, 1] += v[:, 0]


def copy_by_reshape(x):
    a = x * 1.0
    w = a.T.ravel()  # new elements
    written_twice(a)
    w[3] = 0.5
    return np.sum(w * w) + np.sum(a**3)


def view_by_reshape(x):
    a = x * 1.0
    w, rows = a.reshape(-1)[::2], a[1:].reshape(8)
    written_twice(a)
    return np.sum(w * w) + np.sum(rows**3)


def copy_of_columns(x):
    a = x * 1.0
    w = a[:, 1:].reshape(-1)
    written_twice(a)
    return np.sum(w * w)


def transposed_copy(x):
    a = (x * 1.0).T.copy()  # row-major
    w = a.reshape(-1)
    a[0] = 0.5
    a[1] *= a[2]
    return np.sum(w * w)


def view_of_a_view(x):
    a = x * 1.0
    w = a[::-1].T
    w += w[::-1] * 0.5
    return np.sum(a**3)


def through_a_view_of_what_was_assigned(x):
    a = x * 1.0
    w = a.T
    a[np.array([2, 0, 2])] = x[1, 2]
    w += 0.5
    return np.sum(a * a)


def two_views_of_what_nobody_has(x):
    a = x * 1.0
    w = a[-2:, 1]
    a = a[::-1]
    w *= np.sin(w)
    return np.sum(a**3)


def view_of_what_nobody_has(x):
    out = np.zeros_like(x).reshape(4, 3)
    out[1:] += x[:, 0]
    out[0] = out[1] * 2.0
    w = out[2]
    out[2, 1] = 7.0
    return np.sum(out**2) + np.sum(w)


def reshape_of_a_view_of_what_nobody_has(x):
    a = x * 1.0
    a[0, 0] = 2.0
    a = a[::-1]
    w = a.reshape(-1)[1:].reshape(-1)  # new elements
    rows = a[:, :2].T.reshape(-1)  # so are these
    a[1] = 0.5 * a[0]
    return np.sum(w * w) + np.sum(rows**3)


def lists(x):
    a = x * (1.0, 2.0, 3.0, 4.0)
    a *= [1.0, 2.0, x[0, 0], x[1, 1]]
    a[0] -= [1.0, 2.0, 3.0, 4.0]
    return np.sum([2.0, 1.0, 3.0, 4.0] * a) + np.sum(np.where(a > [1, 2, 0, 1], a, 0.0))


def refused_of_zeros(x):
    b = np.zeros_like(x)
    w = np.swapaxes(b, 0, 1)
    w[...] = x.T
    return np.sum(b * b)


def refused_after_an_assignment(x):
    a = x * 1.0
    w = a[::-1]
    a[0] = a[1]
    w[-1] = x[0, 1]
    return np.sum(a)


def refused_beside_another_view(x):
    a = x * 1.0
    w = a.ravel()
    a = a[::-1]
    a[:-1] = x[0]
    return np.sum(w)


PROGRAMS_OF_VIEWS = [
    *(copy_by_reshape, view_by_reshape, copy_of_columns, transposed_copy, view_of_a_view),
    reshape_of_a_view_of_what_nobody_has,
    *(through_a_view_of_what_was_assigned, two_views_of_what_nobody_has, view_of_what_nobody_has),
    *(lists, refused_of_zeros, refused_after_an_assignment, refused_beside_another_view),
]
WAYS: dict[str, Any] = {
    "eager": lambda f, x: cr.value_and_grad(f)(x),
    "jit of grad": lambda f, x: cr.jit(cr.value_and_grad(f))(x),
    "grad of jit": lambda f, x: cr.value_and_grad(cr.jit(f))(x),
    "vmap": lambda f, x: [part[1] for part in cr.vmap(cr.value_and_grad(f))(np.stack([x, x]))],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("program", PROGRAMS_OF_VIEWS, ids=lambda f: f.__name__)
def test_views_and_copies_are_those_of_numpy(program, way):
    if program.__name__.startswith("refused"):
        with pytest.raises(OperandError, match=r"view of another array"):
            WAYS[way](program, X)
        return
    if program is two_views_of_what_nobody_has and way == "eager":
        with pytest.raises(OperandError, match=r"view of another array"):
            WAYS[way](program, X)
        return
    value, gradient = WAYS[way](program, X)
    close(value, program(X.copy()), "value")
    close(gradient, complex_steps(program, X), "gradient")
