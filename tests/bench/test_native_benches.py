"""The references of the benches of native code are right, a wrong result is found, and they run."""

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest

from bench import accuracy, c_loops, points, reduce, reductions
from bench import compile as compiling
from bench.accuracy import Exact

ROOT = Path(__file__).parents[2]
DIGITS = 40

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")


def small(workload, points_=100):
    return dataclasses.replace(workload, points=points_, references=[])


def test_exact_chain_against_differences():
    with mpmath.workdps(DIGITS):
        point = mpmath.mpf(1.1), mpmath.mpf(0.7)
        exact = compiling.chain_exact(5, *point)
        differences = accuracy.exact_gradient(lambda x, y: compiling.chain(5, mpmath, x, y), point)
        for number, expected in zip(exact, differences, strict=True):
            assert mpmath.almosteq(number, expected, 1e-25)


@pytest.mark.parametrize("workload", points.BENCH.workloads, ids=lambda w: w.name)
def test_exact_points_against_central_differences(workload):
    workload = small(workload, 20)
    workload.prepare()
    inputs = [array.astype(float) for array in workload.inputs()]
    step = 1e-5

    def function(*x):
        maths = mpmath
        return np.array(
            [float(workload.function(maths, *map(mpmath.mpf, row))) for row in zip(*x, strict=True)]
        )

    value, *derivatives = (reference.high for reference in workload.references)
    np.testing.assert_allclose(value, function(*inputs), rtol=1e-14)
    for k, derivative in enumerate(derivatives):
        up, down = ([x + s * step * (i == k) for i, x in enumerate(inputs)] for s in (1, -1))
        slope = (function(*up) - function(*down)) / (2 * step)
        np.testing.assert_allclose(derivative, slope, rtol=1e-6, atol=1e-8)


PARTS = {
    "fit": lambda: [part if part.ndim == 0 else part[:4] for part in reductions.fit_part()],
    "cross-entropy": lambda: reductions.cross_entropy_part(2, 3),
    "layer-norm": lambda: reductions.layer_norm_part(2, 3),
    "variance": lambda: [part[:4] for part in reductions.variance_part()],
}


@pytest.mark.parametrize("workload", reductions.WORKLOADS, ids=lambda w: w.name)
def test_exact_reductions_against_central_differences(workload):
    workload = dataclasses.replace(workload, part=PARTS[workload.name], copies=2, references=[])
    workload.prepare()
    parameters, data = workload.inputs()
    value, *gradient = (reference.high for reference in workload.references)
    np.testing.assert_allclose(value, workload.loss(np, parameters, *data), rtol=1e-13)
    for k, derivative in enumerate(gradient):
        for place, expected in enumerate(derivative):
            both = []
            for step in (1e-5, -1e-5):
                moved = [np.array(array) for array in parameters]
                moved[k].reshape(-1)[place] += step
                both.append(workload.loss(np, moved, *data))
            slope = (both[0] - both[1]) / 2e-5
            np.testing.assert_allclose(expected, slope, rtol=1e-6, atol=1e-7)


def test_error_in_ulp_tells_half_an_ulp():
    with mpmath.workdps(DIGITS):
        exact = Exact.of([mpmath.mpf(1) / 3, mpmath.mpf(2) / 3])
    ulp = np.spacing(np.array([1 / 3, 2 / 3]))
    rounded = exact.largest_error([1 / 3, 2 / 3], "float64", 0.0)
    assert 0.3 < rounded < 0.34  # of 1/3 = 0.0101...01 in binary, a third of the last place is left
    assert 1.6 < exact.largest_error([1 / 3, 2 / 3] - 2 * ulp, "float64", 0.0) < 2.4
    assert exact.largest_error([1 / 3, np.nan], "float64", 0.0) == np.inf


@pytest.mark.parametrize("part", range(3))
def test_a_wrong_result_is_found(part):
    workload = small(points.BENCH.workloads[0])
    workload.prepare()
    results = [np.zeros(100) for _ in range(3)]
    for result, reference in zip(results, workload.references, strict=True):
        result[workload.places()] = reference.high
    assert workload.errors(results).value <= 0.5
    results[part][workload.places()[-1]] *= 1 + 1e-6
    with pytest.raises(ValueError, match=r"wrong result: the (value|derivative) "):
        workload.errors(results)


@needs_gcc
@pytest.mark.parametrize(
    "workload", [*points.BENCH.workloads, compiling.BENCH.workloads[0]], ids=lambda w: w.name
)
def test_c_loops_over_points(workload):
    workload = small(workload)
    workload.prepare()
    task = c_loops.pointwise()(workload)
    task.errors(task.run())  # raises for a wrong one


@needs_gcc
@pytest.mark.parametrize("workload", reductions.WORKLOADS, ids=lambda w: w.name)
def test_c_loops_of_reductions(workload):
    workload = dataclasses.replace(workload, copies=3, references=[])
    workload.prepare()
    task = reduce.c_loop()(workload)
    task.errors(task.run())


def test_a_bench_runs_without_peers(tmp_path):
    png = tmp_path / "call.png"
    command = ["-m", "bench", "call", "--quick", "--only", "chainrule", "--png", str(png)]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "µs/call" in done.stdout
