"""What is timed beside the examples computes the same as they do."""

from __future__ import annotations

import numpy as np
import pytest

from bench import numpy_code
from bench.worker import check

WORKLOADS = {workload.name: workload for workload in numpy_code.WORKLOADS}


@pytest.fixture(autouse=True)
def numpy_is_put_back(monkeypatch):
    """A contender puts its own copy of NumPy into a model, in a process of its own."""
    for workload in numpy_code.WORKLOADS:
        monkeypatch.setattr(workload.load(), "np", np)


def prepared(name):
    workload = WORKLOADS[name]
    workload.prepare()
    return workload


@pytest.mark.parametrize("name", WORKLOADS)
def test_value_alone(name):
    workload = prepared(name)
    task = numpy_code.alone()(workload)
    with pytest.raises(ValueError, match="numbers, not"):
        check(task, (1.0, 2.0))
    check(task, task.run())


@pytest.mark.parametrize("name", WORKLOADS)
def test_pytorch(name):
    pytest.importorskip("torch")
    task = numpy_code.pytorch()(prepared(name))
    check(task, task.run())


@pytest.mark.parametrize("name", [name for name in WORKLOADS if name != "heat"])
def test_autograd(name):
    pytest.importorskip("autograd")
    task = numpy_code.hips_autograd()(prepared(name))
    check(task, task.run())


@pytest.mark.parametrize("name", ["kalman", "heat"])
def test_written_anew_for_jax(name):
    jax = pytest.importorskip("jax")
    from bench import rewritten_jax

    workload = WORKLOADS[name]
    function, unknowns, data = workload.of(workload.load())
    with jax.enable_x64(True):
        value = getattr(rewritten_jax, workload.module)(*unknowns, *data)
        assert float(value) == pytest.approx(function(*unknowns, *data), rel=1e-9)
