"""The models of examples/: plain NumPy, and their derivatives by complex step, eager and jitted."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from examples import bundle_adjustment, gaussian_process, heat_equation, kalman_filter, life_table
from examples.complex_step import STEP, analytic_cholesky, complex_step, largest_difference

FOLDER = Path(__file__).parents[2] / "examples"
MODULES = sorted(
    path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "complex_step")
)


def kalman(parameters):
    """A drive of ten steps: second derivatives of a hundred take long."""
    return kalman_filter.negative_log_likelihood(parameters, *kalman_filter.drive(10))


def process(logarithms):
    t, y = gaussian_process.measurements()
    return gaussian_process.negative_log_likelihood(logarithms, t[:40], y[:40])


LAYERS, START, READINGS = heat_equation.experiment()
CAMERAS, SCENE, *SEEN = bundle_adjustment.pictures()

#: A function of each model, and the numbers in which it is differentiated.
CASES = {
    "life table": (life_table.premium, tuple(life_table.TODAY.tolist())),
    "deaths": (
        lambda x: life_table.negative_log_likelihood(x, *life_table.counts()),
        (np.log([1e-3, 1e-5, 0.12]),),
    ),
    "kalman filter": (
        lambda x: kalman_filter.negative_log_likelihood(x, *kalman_filter.drive()),
        (kalman_filter.GUESS,),
    ),
    "heat equation": (
        lambda layers, start: heat_equation.misfit(layers, start, READINGS),
        (LAYERS, START),
    ),
    "gaussian process": (
        lambda x: gaussian_process.negative_log_likelihood(x, *gaussian_process.measurements()),
        (gaussian_process.GUESS,),
    ),
    "bundle adjustment": (
        lambda cameras, points: bundle_adjustment.cost(cameras, points, *SEEN),
        (CAMERAS, SCENE),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_gradient_is_that_of_the_complex_step(name):
    f, unknowns = CASES[name]
    argnums = tuple(range(len(unknowns)))
    expected = complex_step(f, *unknowns)
    gradient = cr.value_and_grad(f, argnums)
    for way in (gradient, cr.jit(gradient)):
        value, slopes = way(*unknowns)
        assert value == pytest.approx(f(*unknowns), rel=1e-10)
        assert largest_difference(slopes, expected) < 1e-9


@pytest.mark.parametrize(
    ("f", "x"), [(kalman, kalman_filter.GUESS), (process, gaussian_process.GUESS)]
)
def test_hessian(f, x):
    """Against central differences of complex steps."""
    columns = []
    for i, size in enumerate(np.maximum(np.abs(x), 1e-3)):
        step = np.zeros(len(x))
        step[i] = 1e-5 * size
        (above,), (below,) = complex_step(f, x + step), complex_step(f, x - step)
        columns.append((above - below) / (2 * step[i]))
    expected = np.stack(columns, axis=1)
    for way in (cr.hessian(f), cr.jit(cr.hessian(f))):
        hessian = way(x)
        scale = np.sqrt(np.abs(np.outer(np.diag(expected), np.diag(expected))))
        assert np.max(np.abs(hessian - expected) / scale) < 1e-6


def test_jacobian_of_the_residuals():
    residuals = lambda *x: bundle_adjustment.residuals(*x, *SEEN)
    columns = []
    moved = [np.array(x, complex) for x in (CAMERAS, SCENE)]
    for x in moved:
        for place in np.ndindex(x.shape):
            x[place] += 1j * STEP
            columns.append(residuals(*moved).imag / STEP)
            x[place] = x[place].real
    expected = np.stack(columns, axis=1)
    for way in (lambda f: f, cr.jit):
        of_cameras, of_points = way(cr.jacobian(residuals, argnums=(0, 1)))(CAMERAS, SCENE)
        together = np.hstack([x.reshape(len(expected), -1) for x in (of_cameras, of_points)])
        np.testing.assert_allclose(together, expected, rtol=1e-10, atol=1e-9)


def test_analytic_cholesky_is_numpys_where_that_is_analytic():
    a = np.random.default_rng(1).normal(size=(6, 6))
    a = a @ a.T + np.eye(6)
    np.testing.assert_allclose(analytic_cholesky(a), np.linalg.cholesky(a), rtol=1e-12, atol=1e-14)
    turned = a + 0.1j * np.ones((6, 6))
    lower = analytic_cholesky(turned)
    np.testing.assert_allclose(lower @ lower.T, turned, rtol=1e-13)


def test_analytic_cholesky_gives_numpy_back():
    before = np.linalg.cholesky
    with pytest.raises(AttributeError):
        complex_step(lambda x: np.linalg.cholesky is not before and None, [1.0])
    assert np.linalg.cholesky is before


@pytest.mark.parametrize("name", MODULES)
def test_models_are_plain_numpy(name):
    """A model names nothing of chainrule's; only ``main`` does."""
    module = importlib.import_module(f"examples.{name}")
    for function in ast.parse(inspect.getsource(module)).body:
        if isinstance(function, ast.FunctionDef) and function.name != "main":
            names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            assert "cr" not in names, function.name


@pytest.mark.parametrize("name", MODULES)
def test_main(name, capsys):
    importlib.import_module(f"examples.{name}").main()
    shown = capsys.readouterr().out
    differences = re.findall(r"off complex step by (\S+)", shown)
    assert differences
    assert all(float(difference) < 1e-9 for difference in differences)
    assert "nan" not in shown


def test_the_table_lists_them_all():
    table = (FOLDER / "README.md").read_text("utf-8")
    assert re.findall(r"^\| \[(\w+)\.py\]", table, re.M) == MODULES
