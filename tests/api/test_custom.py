"""custom_vjp, custom_jvp, checkpoint: their rules hold in every mode, nesting and backend."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ArgumentError, FunctionError, ResultError, UncoveredRuleError

X = np.array([0.3, -1.2, 2.0])


def tripled():
    """sin, whose derivative is said to be three times as large."""

    @cr.custom_vjp
    def f(x, y):
        return cr.sin(x) * y

    f.defvjp(
        lambda x, y: (f(x, y), (x, y)),
        lambda saved, g: (3 * g * cr.cos(saved[0]) * saved[1], 5 * g * cr.sin(saved[0])),
    )
    return f


def doubled():
    @cr.custom_jvp
    def f(x):
        return cr.exp(x)

    @f.defjvp
    def rule(primals, tangents):
        return f(primals[0]), 2 * tangents[0] * f(primals[0])

    return f


WAYS = {
    "eager": lambda f: f,
    "jit": cr.jit,
    "vmap": lambda f: lambda *args: cr.vmap(f)(*(np.asarray([a, a]) for a in args))[0],
    "jit of vmap": lambda f: cr.jit(lambda *args: cr.vmap(f)(*(cr.stack([a, a]) for a in args))[0]),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_rule_of_custom_vjp_is_the_derivative(way):
    f = tripled()
    close = np.testing.assert_allclose
    close(WAYS[way](cr.grad(lambda x, y: f(x, y)))(0.4, 2.0), 6 * np.cos(0.4), rtol=1e-14)
    close(WAYS[way](cr.grad(f, argnums=1))(0.4, 2.0), 5 * np.sin(0.4), rtol=1e-14)
    # Its own derivative goes through fwd and bwd.
    close(WAYS[way](cr.grad(cr.grad(f)))(0.4, 2.0), -6 * np.sin(0.4), rtol=1e-14)
    close(WAYS[way](cr.grad(cr.grad(f), argnums=1))(0.4, 2.0), 3 * np.cos(0.4), rtol=1e-14)


@pytest.mark.parametrize("way", WAYS)
def test_the_rule_of_custom_jvp_is_the_derivative_both_ways(way):
    f = doubled()
    for derivative, factor in [
        (cr.grad(f), 2),
        (cr.jacfwd(f), 2),
        (lambda x: cr.jvp(f, (x,), (1.0,))[1], 2),
        (cr.grad(cr.grad(f)), 4),
        (cr.jacfwd(cr.grad(f)), 4),
        (cr.grad(cr.jacfwd(f)), 4),
    ]:
        np.testing.assert_allclose(WAYS[way](derivative)(0.5), factor * np.exp(0.5), rtol=1e-14)


def test_plain_numbers_go_to_the_function_itself():
    calls = []

    @cr.custom_vjp
    def f(x):
        calls.append(x)
        return x * 2

    assert f(3.0) == 6.0
    assert f(x=3.0) == 6.0
    assert calls == [3.0, 3.0]


def test_arrays_and_containers():
    @cr.custom_vjp
    def f(tree):
        return [tree["a"] * 2.0, cr.sum(tree["b"])]

    f.defvjp(lambda tree: (f(tree), None), lambda _, g: ({"a": g[0] * 10.0, "b": None},))
    slope = cr.grad(lambda tree: cr.sum(f(tree)[0]) + f(tree)[1])({"a": X, "b": X})
    assert slope["a"].tolist() == [10.0] * 3
    assert slope["b"].tolist() == [0.0] * 3


def test_arguments_without_a_derivative():
    @cr.custom_vjp
    def plain(x, n):
        return x**n

    plain.defvjp(lambda x, n: (x**n, (x, n)), lambda saved, g: (g * saved[1] * saved[0], None))
    assert cr.grad(plain)(3.0, 2) == 6.0

    g = cr.custom_vjp(lambda x, mode: x if mode == "same" else -x, nondiff_argnums=(1,))
    g.defvjp(
        lambda x, mode: (g(x, mode), None),
        lambda mode, saved, g: (g * (7.0 if mode == "same" else 8.0),),
    )
    assert cr.grad(g)(1.0, "same") == 7.0
    assert cr.grad(g)(1.0, "other") == 8.0

    h = cr.custom_jvp(lambda mode, x: x, nondiff_argnums=(0,))
    h.defjvp(lambda mode, primals, tangents: (primals[0], mode * tangents[0]))
    assert cr.grad(lambda x: h(4.0, x))(1.0) == 4.0


def test_what_is_wrong_with_a_rule_is_said():
    f = cr.custom_vjp(lambda x: x)
    with pytest.raises(FunctionError, match="defvjp"):
        cr.grad(f)(1.0)
    f.defvjp(lambda x: x, lambda saved, g: (g,))
    with pytest.raises(ResultError, match="fwd has to return a pair"):
        cr.grad(f)(1.0)
    f.defvjp(lambda x: (x, None), lambda saved, g: g)
    with pytest.raises(ArgumentError, match="a tuple with a cotangent for each of the 1 arguments"):
        cr.grad(f)(1.0)
    f.defvjp(lambda x: (x, None), lambda saved, g: (X,))
    with pytest.raises(ArgumentError, match=r"shape \(3,\) for an argument of shape \(\)"):
        cr.grad(f)(1.0)
    f.defvjp(lambda x: (x, None), lambda saved, g: (g,))
    with pytest.raises(UncoveredRuleError, match="custom_jvp"):
        cr.jvp(f, (1.0,), (1.0,))
    h = cr.custom_jvp(lambda x: x)
    with pytest.raises(FunctionError, match="defjvp"):
        cr.grad(h)(1.0)
    with pytest.raises(FunctionError, match="custom_vjp"):
        cr.custom_vjp(3)


@pytest.mark.parametrize("way", ["eager", "jit"])
def test_checkpoint_changes_no_derivative(way):
    part = lambda x: cr.sin(x) * cr.exp(x)
    with_it = lambda x: cr.sum(cr.checkpoint(part)(x * x) ** 2)
    without = lambda x: cr.sum(part(x * x) ** 2)
    for derivative in (
        cr.grad,
        cr.hessian,
        cr.jacfwd,
        lambda f: cr.grad(lambda x: cr.sum(cr.grad(f)(x))),
    ):
        ours = WAYS[way](derivative(with_it))(X)
        np.testing.assert_allclose(ours, derivative(without)(X), rtol=1e-12)


def test_checkpoint_computes_again_on_the_way_back():
    calls = []

    def part(x):
        calls.append(type(x).__name__)
        return cr.sin(x)

    cr.grad(lambda x: cr.checkpoint(part)(x))(1.0)
    assert len(calls) == 2


def test_checkpoint_keeps_whole_numbers_and_other_arguments():
    power = cr.checkpoint(lambda x, n, name="x": x**n if name == "x" else x)
    assert cr.grad(power)(2.0, 3) == 12.0
    assert cr.grad(lambda x: power(x, 3, name="y"))(2.0) == 1.0
    assert power(2.0, 3) == 8.0


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_selected_is_not_multiplied_through_checkpoint(way):
    f = lambda x: cr.where(x > 0, cr.checkpoint(cr.sqrt)(x), 0.0)
    assert WAYS[way](cr.grad(f))(0.0) == 0.0
    assert WAYS[way](cr.grad(f))(4.0) == 0.25
    # And before it: sqrt gets a cotangent that says where it counts.
    g = lambda x: cr.where(x > 0, cr.checkpoint(lambda z: 2 * z)(cr.sqrt(x)), 0.0)
    assert WAYS[way](cr.grad(g))(0.0) == 0.0
    assert WAYS[way](cr.grad(g))(4.0) == 0.5
