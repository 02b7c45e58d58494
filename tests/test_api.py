"""The functions that differentiate functions: arguments, structures, results and errors."""

from __future__ import annotations

import inspect
import json
import math
import subprocess
import sys
from collections import namedtuple
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from leaves import ALL_OF_ONE, leaves_of

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ArgumentError, ResultError

Point = namedtuple("Point", ["x", "y"])


def page(x1, x2):
    """The page's function."""
    return cr.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2


# --- argnums --------------------------------------------------------------------------------------


def weighted(a, b, c):
    return a + 10 * b + 100 * c * c


def test_argnums():
    assert cr.grad(weighted)(1.0, 2.0, 3.0) == 1.0
    assert cr.grad(weighted, 1)(1.0, 2.0, 3.0) == 10.0
    assert cr.grad(weighted, argnums=2)(1.0, 2.0, 3.0) == 600.0
    assert cr.grad(weighted, (0, 2))(1.0, 2.0, 3.0) == (1.0, 600.0)
    assert cr.grad(weighted, (2, 0))(1.0, 2.0, 3.0) == (600.0, 1.0)
    assert cr.grad(weighted, [1])(1.0, 2.0, 3.0) == (10.0,)
    assert cr.grad(weighted, range(3))(1.0, 2.0, 3.0) == (1.0, 10.0, 600.0)
    assert cr.grad(weighted, ())(1.0, 2.0, 3.0) == ()


def test_negative_argnums_count_from_the_end():
    assert cr.grad(weighted, -1)(1.0, 2.0, 3.0) == 600.0
    assert cr.grad(weighted, (-3, -1))(1.0, 2.0, 3.0) == (1.0, 600.0)
    assert cr.jacobian(weighted, -2)(1.0, 2.0, 3.0) == 10.0


@pytest.mark.parametrize("differentiate", ALL_OF_ONE.values(), ids=ALL_OF_ONE)
def test_argnums_that_do_not_fit(differentiate):
    owner = differentiate.__name__
    for argnums in 3, -4, (0, 3):
        with pytest.raises(ArgumentError, match=rf"{owner}: argnums=.*weighted.*3 positional"):
            differentiate(weighted, argnums)(1.0, 2.0, 3.0)
    for argnums in (0, 0), (1, -2):
        with pytest.raises(ArgumentError, match=rf"{owner}: argnums=.* twice"):
            differentiate(weighted, argnums)(1.0, 2.0, 3.0)
    with pytest.raises(ArgumentError, match="0 positional arguments"):
        differentiate(weighted)(a=1.0, b=2.0, c=3.0)
    assert issubclass(ArgumentError, ValueError)


@pytest.mark.parametrize("argnums", [True, "0", 1.0, (0, 1.0), ("a",), (True,)], ids=repr)
def test_argnums_that_are_no_whole_numbers(argnums):
    with pytest.raises(ArgumentError, match="argnums"):
        cr.grad(weighted, argnums)(1.0, 2.0, 3.0)


def test_argnums_may_be_numpys():
    assert cr.grad(weighted, np.int64(1))(1.0, 2.0, 3.0) == 10.0
    assert cr.grad(weighted, (np.int64(0), np.int32(2)))(1.0, 2.0, 3.0) == (1.0, 600.0)


def test_other_arguments_may_be_anything():
    def f(x, how, flag, data=None):
        assert flag is True
        assert isinstance(data, np.ndarray)
        return x**2 if how == "square" else x

    assert cr.grad(f)(3.0, "square", True, data=np.ones(3)) == 6.0
    assert cr.grad(f)(3.0, "other", flag=True, data=np.ones(3)) == 1.0


def test_keyword_arguments_are_not_differentiated():
    f = lambda x, *, power: x**power
    assert cr.grad(f)(2.0, power=3) == 12.0
    assert cr.value_and_grad(f)(2.0, power=3) == (8.0, 12.0)
    assert cr.hessian(f)(2.0, power=3) == 12.0
    assert cr.jacobian(f)(2.0, power=3) == 12.0
    with pytest.raises(TypeError, match="power"):
        cr.grad(f)(2.0)


# --- results --------------------------------------------------------------------------------------


def test_the_pages_function_every_way():
    d1, d2 = cr.grad(page, argnums=(0, 1))(2.0, 10.0)
    top = math.log(240)
    assert d1 == pytest.approx((1 / 2 + 1 / 12) / 64 + 2 * top / 512, rel=1e-14)
    assert d2 == pytest.approx((1 / 10 + 1 / 12) / 64 - 2 * top / 512, rel=1e-14)
    value = page(2.0, 10.0)
    assert cr.value_and_grad(page, (0, 1))(2.0, 10.0) == (value, (d1, d2))
    assert cr.jacobian(page, (0, 1))(2.0, 10.0) == (d1, d2)
    assert cr.vjp(page, 2.0, 10.0)[0] == value
    assert cr.vjp(page, 2.0, 10.0)[1](1.0) == (d1, d2)
    primal, tangent = cr.jvp(page, (2.0, 10.0), (1.0, -2.0))
    assert primal == value
    assert tangent == pytest.approx(d1 - 2 * d2, rel=1e-14)
    (xx, xy), (yx, yy) = cr.hessian(page, (0, 1))(2.0, 10.0)
    assert xy == pytest.approx(yx, rel=1e-13)
    assert cr.hvp(page, (2.0, 10.0), (1.0, -2.0)) == pytest.approx((xx - 2 * xy, xy - 2 * yy))


def test_numpys_functions_work_as_well():
    f = lambda x1, x2: np.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2
    assert cr.grad(f, (0, 1))(2.0, 10.0) == cr.grad(page, (0, 1))(2.0, 10.0)
    assert cr.hessian(f, (0, 1))(2.0, 10.0) == cr.hessian(page, (0, 1))(2.0, 10.0)


def test_results_are_plain_floats():
    f = lambda p: p["a"] * p["b"][0] + p["b"][1]
    point = {"a": 2, "b": (np.float64(3), np.float32(0.5))}
    for result in (
        cr.grad(f)(point),
        cr.value_and_grad(f)(point),
        cr.hessian(f)(point),
        cr.jacobian(lambda p: [f(p), 1, np.float64(2)])(point),
        cr.jvp(f, (point,), ({"a": 1, "b": (np.float64(0), 2)},)),
        cr.vjp(f, point)[1](np.float64(1)),
        cr.hvp(f, (point,), (point,)),
        cr.value_and_grad(lambda x: 3)(1),
        cr.value_and_grad(lambda x: np.float64(3))(1),
    ):
        assert {type(leaf) for leaf in leaves_of(result)} == {float}


def test_what_does_not_depend_on_the_argument_has_derivative_zero():
    for constant in 5.0, 5, np.float64(5), Value(5.0):
        f = lambda x, constant=constant: constant
        assert cr.grad(f)(2.0) == 0.0
        assert cr.value_and_grad(f)(2.0) == (5.0, 0.0)
        assert cr.jvp(f, (2.0,), (1.0,)) == (5.0, 0.0)
        assert cr.vjp(f, 2.0)[1](1.0) == (0.0,)
        assert cr.hessian(f)(2.0) == 0.0
        assert cr.jacobian(lambda x, f=f: [f(x), x])(2.0) == [0.0, 1.0]
        assert cr.grad(cr.grad(f))(2.0) == 0.0
        assert cr.hvp(f, (2.0,), (1.0,)) == 0.0
    assert cr.grad(lambda x, y: y * y, (0, 1))(2.0, 3.0) == (0.0, 6.0)
    assert cr.grad(lambda p: p["b"])({"a": [1.0, 2.0], "b": 3.0}) == {"a": [0.0, 0.0], "b": 1.0}


def test_the_argument_itself_as_result():
    assert cr.grad(lambda x: x)(2.0) == 1.0
    assert cr.value_and_grad(lambda x: x)(2.0) == (2.0, 1.0)
    assert cr.jvp(lambda x: x, (2.0,), (3.0,)) == (2.0, 3.0)
    assert cr.jacobian(lambda p: p)({"a": 1.0, "b": [2.0]}) == {
        "a": {"a": 1.0, "b": [0.0]},
        "b": [{"a": 0.0, "b": [1.0]}],
    }


def test_nobodys_grad_is_touched():
    outer, constant = Var(3.0), Value(2.0)
    seen = []

    def f(x, y):
        t = x * outer * constant
        seen.extend(value for value in (x, y, t, t * y) if isinstance(value, Value))
        return seen[-1]

    cr.grad(f, (0, 1))(1.0, 2.0)
    cr.value_and_grad(f)(1.0, 2.0)
    cr.hessian(f, (0, 1))(1.0, 2.0)
    cr.jacobian(f)(1.0, 2.0)
    cr.jvp(f, (1.0, 2.0), (1.0, 1.0))
    cr.vjp(f, 1.0, 2.0)[1](1.0)
    cr.hvp(f, (1.0, 2.0), (1.0, 1.0))
    cr.grad(lambda x: x * x)(outer)
    assert [value.grad for value in (outer, constant, *seen)] == [0.0] * (2 + len(seen))


def test_gradients_that_stand_already_do_not_count():
    outer = Var(3.0)
    (outer * outer).back()
    assert cr.grad(lambda x: x * outer.val)(2.0) == 3.0
    assert cr.grad(lambda x: x * x)(outer).val == 6.0
    assert outer.grad == 6.0


def test_the_function_is_called_once():
    calls = []

    def f(x):
        calls.append(x)
        return x * x

    for run in (
        lambda: cr.grad(f)(1.0),
        lambda: cr.value_and_grad(f)(1.0),
        lambda: cr.jvp(f, (1.0,), (1.0,)),
        lambda: cr.vjp(f, 1.0)[1](1.0),
        lambda: cr.jacobian(lambda x: [f(x), x])(1.0),
        lambda: cr.hessian(f)(1.0),
    ):
        calls.clear()
        run()
        assert len(calls) == 1
        assert isinstance(calls[0], Value)


def test_names_and_documentation_go_along():
    def f(x):
        """What f does."""
        return x

    for differentiate in ALL_OF_ONE.values():
        assert differentiate(f).__name__ == "f"
        assert differentiate(f).__doc__ == "What f does."
        assert inspect.unwrap(differentiate(f)) is f


class Line:
    """A callable without a name."""

    def __init__(self, slope):
        self.slope = slope

    def __call__(self, x):
        return self.slope * x if self.slope else None

    def method(self, x):
        return self.slope * x * x


def test_any_callable_is_a_function():
    assert cr.grad(Line(3.0))(2.0) == 3.0
    assert cr.grad(Line(3.0).method)(2.0) == 12.0
    assert cr.grad(partial(weighted, 1.0, c=0.0))(2.0) == 10.0
    assert cr.grad(cr.sin)(0.0) == 1.0
    assert cr.grad(abs)(-2.0) == -1.0
    assert cr.grad(sum)([1.0, 2.0]) == [1.0, 1.0]
    assert cr.grad(max)([1.0, 2.0]) == [0.0, 1.0]
    with pytest.raises(ResultError, match="Line returned"):
        cr.grad(Line([]))(2.0)


@pytest.mark.parametrize("wrong", [None, 3.0, "f", Var(2.0)], ids=repr)
def test_what_is_no_function(wrong):
    for differentiate in (
        *ALL_OF_ONE.values(),
        lambda f: cr.jvp(f, (1.0,), (1.0,)),
        lambda f: cr.vjp(f, 1.0),
        lambda f: cr.hvp(f, (1.0,), (1.0,)),
    ):
        with pytest.raises(TypeError):
            differentiate(wrong)


# --- auxiliary data -------------------------------------------------------------------------------


def test_auxiliary_data():
    def f(x):
        return x**2, {"twice": 2 * x, "name": "f", "none": None, "number": 3}

    aux = {"twice": 6.0, "name": "f", "none": None, "number": 3}
    assert cr.grad(f, has_aux=True)(3.0) == (6.0, aux)
    assert cr.value_and_grad(f, has_aux=True)(3.0) == ((9.0, aux), 6.0)
    assert type(cr.grad(f, has_aux=True)(3.0)[1]["twice"]) is float
    assert type(cr.grad(f, has_aux=True)(3.0)[1]["number"]) is int
    assert cr.grad(lambda x, y: (x * y, x), (0, 1), True)(2.0, 3.0) == ((3.0, 2.0), 2.0)
    assert cr.grad(lambda x: (5.0, x), has_aux=True)(2.0) == (0.0, 2.0)


class Unhashable:
    __hash__ = None

    def __init__(self, val: float) -> None:
        self.val = val
        self.reqgrad = True


@pytest.mark.parametrize(
    "aux",
    [
        np.arange(3.0),
        {1, 2},
        SimpleNamespace(val=3),
        Unhashable(3.0),
        type("Hashable", (), {"val": 3, "reqgrad": True})(),
        [np.arange(2), {"a": bytearray(b"x")}],
        None,
        "text",
        True,
        10**400,
    ],
    ids=lambda aux: type(aux).__name__,
)
def test_auxiliary_data_of_any_kind_is_handed_through(aux):
    """Also what cannot be hashed, and strangers with a Value's attributes."""
    gradient, got = cr.grad(lambda x: (x * x, aux), has_aux=True)(3.0)
    assert gradient == 6.0
    if isinstance(aux, list):
        assert got[0] is aux[0]
        assert got[1]["a"] is aux[1]["a"]
    else:
        assert got is aux
    assert cr.value_and_grad(lambda x: (x * x, aux), has_aux=True)(3.0)[1] == 6.0


def test_auxiliary_data_that_hangs_on_an_outer_value():
    p = Var(2.0)
    slope, (aux, own) = cr.grad(lambda x: (x * x, (x * p, x * 2)), has_aux=True)(3.0)
    assert (slope, own) == (6.0, 6.0)
    assert isinstance(aux, Value)
    aux.back()
    assert p.grad == 3.0
    # Inside of another derivative: through the auxiliary data, too.
    assert cr.grad(lambda y: cr.grad(lambda x: (x * y, x * y), has_aux=True)(y)[1])(3.0) == 6.0


@pytest.mark.parametrize("result", [1.0, [1.0, 2.0], (1.0,), (1.0, 2.0, 3.0), None], ids=repr)
def test_has_aux_needs_a_pair(result):
    with pytest.raises(ResultError, match=r"has_aux=True.*pair"):
        cr.grad(lambda x: result, has_aux=True)(1.0)


# --- ordinary Python inside -----------------------------------------------------------------------


def test_branches():
    f = lambda x: x**2 if x < 1 else (3 * x if x < 2 else 7.0)
    assert [cr.grad(f)(x) for x in (0.5, 1.5, 2.5)] == [1.0, 3.0, 0.0]
    assert [cr.grad(cr.grad(f))(x) for x in (0.5, 1.5, 2.5)] == [2.0, 0.0, 0.0]
    assert cr.jvp(f, (1.5,), (2.0,)) == (4.5, 6.0)


def test_while_loops():
    def f(x):
        while x < 100:
            x = x * x
        return x

    assert cr.value_and_grad(f)(3.0) == (6561.0, 8 * 3.0**7)
    assert cr.grad(cr.grad(f))(3.0) == 56 * 3.0**6


def test_recursion():
    def power(x, n):
        if n == 0:
            return 1.0
        half = power(x, n // 2)
        return half * half * (x if n % 2 else 1.0)

    assert cr.grad(power)(1.1, 13) == pytest.approx(13 * 1.1**12, rel=1e-14)
    assert cr.hessian(power)(1.1, 13) == pytest.approx(156 * 1.1**11, rel=1e-14)
    assert cr.grad(power)(1.1, 0) == 0.0


def test_generators_and_comprehensions():
    def terms(x):
        term = 1.0
        for k in range(1, 20):
            yield term
            term = term * x / k

    assert cr.grad(lambda x: sum(terms(x)))(0.5) == pytest.approx(math.exp(0.5), rel=1e-14)
    assert cr.grad(lambda p: sum(x * x for x in p if x > 0))([1.0, -2.0, 3.0]) == [2.0, 0.0, 6.0]
    assert cr.grad(lambda p: math.prod(p))([2.0, 3.0, 4.0]) == [12.0, 8.0, 6.0]


def test_polynomial_by_horner():
    coefficients = [1.0, -2.0, 0.5, 3.0]

    def horner(p, x):
        total = 0.0
        for c in p:
            total = total * x + c
        return total

    assert cr.grad(horner)(coefficients, 2.0) == [8.0, 4.0, 2.0, 1.0]
    assert cr.grad(horner, 1)(coefficients, 2.0) == 3 * 4.0 - 2 * 2 * 2.0 + 0.5
    mixed = cr.hessian(horner, (0, 1))(coefficients, 2.0)
    assert [row[1] for row in mixed[0]] == mixed[1][0] == [12.0, 4.0, 1.0, 0.0]


def test_sorting_and_bisection_on_values():
    def median(p):
        return sorted(p)[len(p) // 2] ** 2

    assert cr.grad(median)([5.0, 1.0, 3.0]) == [0.0, 0.0, 6.0]


def test_sweeps_of_ones_own_inside_a_differentiated_function():
    def f(x):
        u = Var(3.0)
        (u * u).back()
        return x * u.grad

    assert cr.grad(f)(2.0) == 6.0
    assert cr.jvp(f, (2.0,), (1.0,)) == (12.0, 6.0)


# --- stop_gradient --------------------------------------------------------------------------------


def test_stop_gradient():
    assert cr.grad(lambda x: x * cr.stop_gradient(x))(3.0) == 3.0
    assert cr.jvp(lambda x: x * cr.stop_gradient(x), (3.0,), (1.0,)) == (9.0, 3.0)
    assert cr.grad(cr.grad(lambda x: x * cr.stop_gradient(x * x)))(3.0) == 0.0
    assert cr.grad(lambda x: cr.stop_gradient(x))(3.0) == 0.0
    x = Var(3.0)
    stopped = cr.stop_gradient(x * x)
    assert isinstance(stopped, Value)
    assert (stopped.val, stopped.reqgrad) == (9.0, False)


def test_stop_gradient_of_containers_and_others():
    x = Var(3.0)
    stopped = cr.stop_gradient({"a": [x, 2.0], "b": "text"})
    assert stopped["b"] == "text"
    assert stopped["a"][1] == 2.0
    assert not stopped["a"][0].reqgrad
    assert cr.stop_gradient(2.0) == 2.0
    assert cr.stop_gradient("text") == "text"


# --- the package ----------------------------------------------------------------------------------


def test_import_brings_only_what_it_needs():
    """A stand-in for the time that an import may take."""
    program = """
import sys
import numpy
before = set(sys.modules)
import chainrule
x = chainrule.Var(2.0)
(x * x).sin().back()
chainrule.grad(chainrule.sin)(1.0)
import inspect
import json
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    brought = set(json.loads(done.stdout))
    assert "chainrule" in brought
    heavy = {"scipy", "rich", "click", "optree", "llvmlite", "difflib", "asyncio", "unittest"}
    assert brought & heavy == set()


def test_public_names_are_there():
    assert len(set(cr.__all__)) == len(cr.__all__)
    for name in cr.__all__:
        assert hasattr(cr, name), name
    assert {"Value", "Var", "check_derivatives", "config", "__version__"} <= set(cr.__all__)
    assert {"grad", "value_and_grad", "jvp", "vjp", "hvp", "jacobian", "hessian"} <= set(cr.__all__)
    assert cr.__version__.count(".") >= 1
