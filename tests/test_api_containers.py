"""Containers as arguments and results of the functions that differentiate functions."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from leaves import leaves_of

import chainrule as cr
from chainrule import Var
from chainrule.errors import OperandError

Point = namedtuple("Point", ["x", "y"])


@pytest.mark.parametrize(
    ("f", "argument", "expected"),
    [
        (lambda p: p[0] * p[1], [2.0, 3.0], [3.0, 2.0]),
        (lambda p: p[0] * p[1], (2.0, 3.0), (3.0, 2.0)),
        (lambda p: p["a"] * p["b"], {"b": 3.0, "a": 2.0}, {"a": 3.0, "b": 2.0}),
        (lambda p: p.x * p.y, Point(2.0, 3.0), Point(3.0, 2.0)),
        (lambda p: p["a"][0] * p["b"].y, {"a": [2.0], "b": Point(1.0, 3.0)},
         {"a": [3.0], "b": Point(0.0, 2.0)}),
        (lambda p: p[0][0][0] ** 2, [[[3.0]], []], [[[6.0]], []]),
        (lambda p: 5.0, [], []),
        (lambda p: 5.0, {}, {}),
        (lambda p: p["a"] * p[1], {"a": 2.0, 1: 3.0}, {"a": 3.0, 1: 2.0}),
        (lambda p: p["a"] * p["b"], OrderedDict(b=3.0, a=2.0), OrderedDict(b=2.0, a=3.0)),
        (lambda p: p["a"] * p["b"], defaultdict(float, b=3.0, a=2.0), {"b": 2.0, "a": 3.0}),
    ],
)  # fmt: skip
def test_a_gradient_has_the_structure_of_its_argument(f, argument, expected):
    gradient = cr.grad(f)(argument)
    assert gradient == expected
    assert type(gradient) is type(argument)
    if isinstance(argument, dict):
        assert list(gradient) == list(argument)
    value, same = cr.value_and_grad(f)(argument)
    assert same == expected
    assert value == f(argument)


@dataclass(frozen=True)
class Curve:
    """Parameters of a model, some of them an array."""

    slope: Any
    parts: Any


def test_dataclasses_are_arguments_and_results():
    line = Curve(2.0, Point(np.array([1.0, 3.0]), {"b": 4.0}))
    f = lambda p, x: p.slope**2 * x + cr.sum(p.parts.x**2) * p.parts.y["b"]
    value, gradient = cr.value_and_grad(f)(line, 3.0)
    assert value == 12.0 + 40.0
    assert type(gradient) is Curve
    assert type(gradient.parts) is Point
    assert gradient.slope == 12.0
    assert gradient.parts.x.tolist() == [8.0, 24.0]
    assert gradient.parts.y == {"b": 10.0}
    hessian = cr.hessian(f)(line, 3.0)
    assert (hessian.slope.slope, hessian.parts.y["b"].parts.x.tolist()) == (6.0, [2.0, 6.0])
    result, tangent = cr.jvp(lambda p: Curve(p.slope * 3, p.slope), (line,), (line,))
    assert (result, tangent) == (Curve(6.0, 2.0), Curve(6.0, 2.0))
    assert cr.vjp(lambda p: Curve(p.slope * 3, p.slope), line)[1](Curve(1.0, 10.0))[0].slope == 13.0


def test_a_field_that_is_no_number_is_named():
    with pytest.raises(OperandError, match=r"argument 0 of .*\.parts is str"):
        cr.grad(lambda p: p.slope)(Curve(1.0, "text"))


def test_a_container_is_not_changed():
    point = {"a": [1.0, 2.0], "b": 3.0}
    cr.grad(lambda p: p["a"][0] * p["b"])(point)
    cr.hessian(lambda p: p["a"][0] * p["b"])(point)
    assert point == {"a": [1.0, 2.0], "b": 3.0}
    assert {type(leaf) for leaf in leaves_of(point)} == {float}


def test_the_same_number_at_two_places_is_two_numbers():
    number = 3.0
    assert cr.grad(lambda p: p[0] * p[1])([number, number]) == [3.0, 3.0]
    assert cr.grad(lambda x, y: x * y, (0, 1))(number, number) == (3.0, 3.0)
    p = Var(3.0)
    slopes = cr.grad(lambda v: v[0] * v[1])([p, p])
    slopes[0].back()
    assert p.grad == 1.0


def test_several_containers():
    f = lambda p, x, q: p["a"] * x + q[0] * q[1]
    point = {"a": 2.0}, 5.0, [3.0, 4.0]
    assert cr.grad(f, (0, 2))(*point) == ({"a": 5.0}, [4.0, 3.0])
    assert cr.grad(f, (2, 1))(*point) == ([4.0, 3.0], 2.0)
    assert cr.vjp(f, *point)[1](1.0) == ({"a": 5.0}, 2.0, [4.0, 3.0])
    assert cr.jvp(f, point, ({"a": 1.0}, 2.0, [3.0, 4.0])) == (22.0, 5.0 + 4.0 + 12.0 + 12.0)


def test_structures_of_hessians():
    f = lambda p: p["a"] ** 2 * p["b"][0]
    assert cr.hessian(f)({"a": 1.0, "b": [2.0]}) == {
        "a": {"a": 4.0, "b": [2.0]},
        "b": [{"a": 2.0, "b": [0.0]}],
    }
    assert cr.hessian(lambda x, y: x**2 * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    assert cr.hessian(lambda x, y: x**2 * y, (0,))(2.0, 3.0) == ((6.0,),)
    assert cr.hessian(lambda x, y: x**2 * y)(2.0, 3.0) == 6.0
    assert cr.hessian(lambda p, y: p[0] * y, (0, 1))([2.0], 3.0) == (
        [([0.0], 1.0)],
        ([1.0], 0.0),
    )


def test_structures_of_jacobians():
    f = lambda x, y: {"sum": x + y, "rest": [x * y, 1.0]}
    assert cr.jacobian(f)(2.0, 3.0) == {"sum": 1.0, "rest": [3.0, 0.0]}
    assert cr.jacobian(f, (0, 1))(2.0, 3.0) == {
        "sum": (1.0, 1.0),
        "rest": [(3.0, 2.0), (0.0, 0.0)],
    }
    assert cr.jacobian(lambda p: Point(p[0], p[1] ** 2))([1.0, 3.0]) == Point(
        [1.0, 0.0], [0.0, 6.0]
    )
    assert cr.jacobian(lambda x: [])(2.0) == []
    assert cr.jacobian(lambda x, p: [p[0], p[1]], 1)(0.0, [2.0, 3.0]) == [[1.0, 0.0], [0.0, 1.0]]


def test_jvp():
    value, tangent = cr.jvp(lambda x, y: (x * y, [x + y, 7.0]), (2.0, 3.0), (1.0, 0.5))
    assert value == (6.0, [5.0, 7.0])
    assert tangent == (4.0, [1.5, 0.0])
    assert cr.jvp(lambda p: p["a"] * p["b"], ({"a": 2.0, "b": 3.0},), ({"a": 1.0, "b": 0.0},)) == (
        6.0,
        3.0,
    )
    assert cr.jvp(lambda x: x**2, [3.0], [1]) == (9.0, 6.0)
    assert cr.jvp(lambda x: x**2, (3.0,), (0.0,)) == (9.0, 0.0)
    assert cr.jvp(lambda: 5.0, (), ()) == (5.0, 0.0)


def test_vjp():
    value, pullback = cr.vjp(lambda x, y: (x * y, {"a": x + y, "b": 7.0}), 2.0, 3.0)
    assert value == (6.0, {"a": 5.0, "b": 7.0})
    assert pullback((1.0, {"a": 0.0, "b": 0.0})) == (3.0, 2.0)
    assert pullback((0, {"a": 1, "b": 100})) == (1.0, 1.0)
    assert pullback((10.0, {"a": 1.0, "b": 0.0})) == (31.0, 21.0)
    value, pullback = cr.vjp(lambda: 5.0)
    assert (value, pullback(1.0)) == (5.0, ())


def test_hvp():
    assert cr.hvp(lambda x: x**3, (2.0,), (1.0,)) == 12.0
    assert cr.hvp(lambda x, y: x**2 * y, (2.0, 3.0), (1.0, 0.0)) == (6.0, 4.0)
    assert cr.hvp(
        lambda p: p["a"] ** 2 * p["b"], ({"a": 1.0, "b": 2.0},), ({"a": 1.0, "b": 0.5},)
    ) == {"a": 5.0, "b": 2.0}


def test_products_agree_with_jacobians():
    def f(p):
        return [cr.sin(p[0] * p[1]), p[1] / p[2], cr.exp(p[0] - p[2])]

    point, direction, weights = [0.4, 1.2, 0.9], [1.0, -0.5, 2.0], [0.3, 0.2, -1.0]
    rows = np.array(cr.jacobian(f)(point))
    assert cr.jvp(f, (point,), (direction,))[1] == pytest.approx(rows @ direction, rel=1e-14)
    assert cr.vjp(f, point)[1](weights)[0] == pytest.approx(weights @ rows, rel=1e-14)
