"""``cr.optimize``: SciPy's answers, with exact derivatives, nested parameters, and its errors."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import scipy.optimize

import chainrule as cr
from chainrule import Var
from chainrule.errors import (
    ArgumentError,
    DroppedDerivativeError,
    FunctionError,
    OperandError,
    ResultError,
)

opt = cr.optimize


def rosenbrock(x, a=100.0):
    return np.sum(a * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


METHODS = [
    None,
    *("Nelder-Mead", "Powell", "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "COBYLA", "SLSQP"),
    *("trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov"),
]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_minimum(method):
    start = np.array([0.9, 1.1])
    options = {} if method == "TNC" else {"maxiter": 5000}
    if method in ("dogleg", "COBYLA"):
        f = lambda x: np.sum((x - 1.0) ** 2 * np.array([1.0, 3.0])) + (x[0] - x[1]) ** 4
    else:
        f = rosenbrock
    result = opt.minimize(f, start, method=method, options=options)
    assert isinstance(result, scipy.optimize.OptimizeResult)
    np.testing.assert_allclose(result.x, 1.0, atol=2e-2 if method == "COBYLA" else 1e-3)


def test_the_gradient_is_exact():
    result = opt.minimize(rosenbrock, np.zeros(3), method="BFGS", args=(50.0,))
    reference = scipy.optimize.minimize(
        rosenbrock, np.zeros(3), (50.0,), "BFGS", jac=cr.grad(rosenbrock)
    )
    np.testing.assert_allclose(result.x, reference.x, atol=1e-6)
    assert result.nfev == reference.nfev  # no evaluation more for differences
    assert result.nfev == result.njev


def test_nested_parameters():
    x = np.linspace(-1.0, 1.0, 30)
    y = 2.0 * x + 0.5

    def loss(p):
        assert p["w"][1].shape == (1, 1)
        return np.sum((p["w"][0] * x + p["b"] - y + np.sum(p["w"][1])) ** 2) + np.sum(
            p["w"][1] ** 2
        )

    result = opt.minimize(loss, {"w": (1.0, np.ones((1, 1))), "b": 0.0})
    assert set(result.x) == {"w", "b"}
    assert isinstance(result.x["b"], float)
    assert result.x["w"][1].shape == (1, 1)
    np.testing.assert_allclose(result.x["w"][0], 2.0, atol=1e-5)
    matrix = opt.minimize(lambda a: np.sum((a - 3.0) ** 2), np.zeros((2, 2)))
    np.testing.assert_allclose(matrix.x, np.full((2, 2), 3.0), atol=1e-5)


def test_a_number_and_a_list_are_scipys():
    result = opt.minimize(lambda x: np.sum((x - 3.0) ** 2), 1.0)
    np.testing.assert_allclose(result.x, [3.0], atol=1e-6)
    result = opt.minimize(lambda x: (x[0] - 3.0) ** 2 + x[1] ** 2, [1.0, 1.0])
    np.testing.assert_allclose(result.x, [3.0, 0.0], atol=1e-6)


def test_a_users_derivatives_win():
    calls = []

    def gradient(x):
        calls.append(x)
        return 2 * (x - 1.0)

    f = lambda x: float(np.sum((x - 1.0) ** 2))
    assert opt.minimize(f, np.zeros(2), jac=gradient).success
    assert calls
    assert opt.minimize(lambda x: (f(x), 2 * (x - 1.0)), np.zeros(2), jac=True).success
    assert opt.minimize(f, np.zeros(2), jac="2-point").success
    products = []

    def product(x, p):
        products.append(p)
        return 2 * p

    smooth = lambda x: np.sum((x - 1.0) ** 2)
    assert opt.minimize(smooth, np.zeros(2), method="Newton-CG", hessp=product).success
    assert products
    nested = lambda p: {"a": 2 * (p["a"] - 1.0)}
    result = opt.minimize(lambda p: (p["a"] - 1.0) ** 2, {"a": 0.0}, jac=nested)
    np.testing.assert_allclose(result.x["a"], 1.0)


def test_what_cannot_be_traced_runs_eagerly_and_says_so(caplog):
    def f(x):
        return np.sum((x - 1.0) ** 2) if x[0] < 100.0 else np.sum(x**2)

    with caplog.at_level(logging.INFO, "chainrule.optimize"):
        result = opt.minimize(f, np.zeros(2))
    np.testing.assert_allclose(result.x, 1.0, atol=1e-6)
    assert "the gradient is not traced, and runs eagerly" in caplog.text


def test_constraints_and_bounds():
    f = lambda p: p["x"] ** 2 + p["y"] ** 2
    start = {"x": 2.0, "y": 0.5}
    constraint = {"type": "eq", "fun": lambda p: p["x"] + p["y"] - 1.0}
    result = opt.minimize(f, start, method="SLSQP", constraints=constraint)
    np.testing.assert_allclose([result.x["x"], result.x["y"]], 0.5, atol=1e-6)
    nonlinear = scipy.optimize.NonlinearConstraint(lambda p: p["x"] * p["y"], 1.0, np.inf)
    result = opt.minimize(f, start, method="SLSQP", constraints=[nonlinear])
    np.testing.assert_allclose([result.x["x"], result.x["y"]], 1.0, atol=1e-4)
    bounded = opt.minimize(f, start, bounds=[(0.7, 3.0), (None, None)])
    np.testing.assert_allclose([bounded.x["x"], bounded.x["y"]], [0.7, 0.0], atol=1e-6)
    seen = []
    opt.minimize(f, start, callback=lambda p: seen.append(p["x"]))
    assert seen


def test_least_squares():
    t = np.linspace(0.0, 1.0, 20)
    y = 2.0 * np.exp(-3.0 * t)
    residuals = lambda p, t, y: p["a"] * np.exp(-p["b"] * t) - y
    fit = opt.least_squares(residuals, {"a": 1.0, "b": 1.0}, args=(t, y))
    assert (round(fit.x["a"], 6), round(fit.x["b"], 6)) == (2.0, 3.0)
    plain = lambda p: p[0] * np.exp(-p[1] * t) - y
    for method in "trf", "dogbox", "lm":
        ours = opt.least_squares(plain, np.ones(2), method=method)
        np.testing.assert_allclose(ours.x, [2.0, 3.0], atol=1e-6)
        np.testing.assert_allclose(ours.jac, cr.jacobian(plain)(ours.x), rtol=1e-12)
    many = opt.least_squares(lambda p: (p["a"] - 1.0, p["b"] - t), {"a": 0.0, "b": np.zeros(20)})
    np.testing.assert_allclose(many.x["b"], t, atol=1e-8)
    own = opt.least_squares(plain, np.ones(2), jac="2-point", loss="soft_l1")
    np.testing.assert_allclose(own.x, [2.0, 3.0], atol=1e-5)


@pytest.mark.parametrize("method", ["hybr", "lm", "broyden1", "krylov"])
def test_root(method):
    f = lambda x: np.stack([x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1.0, 0.5 * (x[1] - x[0]) ** 3 + x[1]])
    solution = opt.root(f, np.array([0.8, 0.2]), method=method)
    np.testing.assert_allclose(solution.x, [0.8411639, 0.1588361], atol=1e-5)
    nested = opt.root(
        lambda p: {"u": p["u"] ** 2 - 4.0, "v": p["v"] - p["u"]}, {"u": 1.0, "v": 0.0}
    )
    assert (round(nested.x["u"], 6), round(nested.x["v"], 6)) == (2.0, 2.0)


def test_an_array_of_one_element_is_a_number():
    """As SciPy takes it: of a number x0 the function gets an array of one element."""
    for x0 in 0, 0.0, np.zeros(1), [0]:
        for method in "BFGS", "Newton-CG", "Nelder-Mead", "trust-exact":
            result = opt.minimize(lambda x: (x - 1.0) ** 2, x0, method=method)
            np.testing.assert_allclose(result.x, [1.0], atol=1e-4)


def test_arguments_stand_where_scipys_do():
    residuals = lambda x, a=1.0: x - a
    bounded = opt.least_squares(residuals, np.zeros(2), None, ([0, 0], [0.5, 3.0]), "dogbox")
    np.testing.assert_allclose(bounded.x, [0.5, 1.0])
    assert opt.least_squares(residuals, np.zeros(2), args=(2.0,)).x.tolist() == [2.0, 2.0]
    seen = []
    solution = opt.root(
        lambda p, a: {"u": p["u"] ** 3 - a}, {"u": 1.0}, (8.0,), "krylov", None, 1e-10,
        lambda p, residual: seen.append(p["u"]), {"maxiter": 50},
    )  # fmt: skip
    assert round(solution.x["u"], 6) == 2.0
    assert seen
    pair = opt.root(lambda x: (x**2 - 4.0, np.diag(2 * x)), np.ones(2), jac=True)
    np.testing.assert_allclose(pair.x, 2.0)


def test_bad_input():
    f = lambda x: np.sum(x**2)
    for call in (
        lambda: opt.minimize(f, Var(np.ones(2))),
        lambda: opt.least_squares(lambda x: x, {"a": Var(1.0)}),
        lambda: opt.root(lambda x: x, (Var(1.0),)),
    ):
        with pytest.raises(ArgumentError, match=r"x0 holds \w*Value.*\.val"):
            call()
    with pytest.raises(ArgumentError, match=r"args hold Value.*\.val"):
        opt.minimize(lambda x, a: np.sum(x * a), np.ones(2), args=(Var(2.0),))
    with pytest.raises(OperandError, match="x0 holds str"):
        opt.minimize(f, "start")
    with pytest.raises(ResultError, match="one real number"):
        opt.minimize(lambda x: x, np.ones(2))
    for wrong in None, "a", 1j, [1.0]:
        with pytest.raises(
            ResultError, match=r"minimize: the function returned .* one real number"
        ):
            opt.minimize(lambda x, wrong=wrong: wrong, np.ones(2))
    with pytest.raises(ResultError, match="jac=True says"):
        opt.minimize(f, np.ones(2), jac=True)
    with pytest.raises(ArgumentError, match=r"minimize: bounds are of the vector .* 2 numbers"):
        opt.minimize(lambda p: p["a"] ** 2, {"a": 1.0, "b": 1.0}, bounds={"a": (0, 1)})
    with pytest.raises(
        ArgumentError, match=r"least_squares: bounds are of the vector .* 2 numbers"
    ):
        opt.least_squares(
            lambda p: p["a"], {"a": 1.0, "b": 1.0}, bounds=({"a": 0, "b": 0}, {"a": 1, "b": 1})
        )
    for optimiser in opt.minimize, opt.least_squares, opt.root:
        with pytest.raises(FunctionError, match=rf"{optimiser.__name__}: the first argument is a"):
            optimiser(None, np.ones(2))
    with pytest.raises(KeyError, match="no type defined"):
        opt.minimize(f, np.ones(2), constraints={"fun": lambda x: x[0]})
    with pytest.raises(ValueError, match="no function defined"):
        opt.minimize(f, np.ones(2), constraints={"type": "eq"})
    for solve in opt.least_squares, opt.root:
        with pytest.raises(ResultError, match=f"{solve.__name__}: the function returned NoneType"):
            solve(lambda x: None, np.ones(2))
    with pytest.raises(DroppedDerivativeError, match=r"cr\.zeros to be filled, or take \.val\.$"):
        opt.root(lambda x: np.array([x[0], x[1]]), np.ones(2))
    with pytest.raises(AttributeError, match=r"'curve_fit'. Write least_squares"):
        opt.curve_fit  # noqa: B018, that is the test
    with pytest.raises(ValueError, match="Unknown solver"):
        opt.minimize(f, np.ones(2), method="steepest")
