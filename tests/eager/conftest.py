"""What several files about eager numbers need."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from chainrule import Value, config

OperationMaker = Callable[..., Value]


@pytest.fixture(scope="session")
def native() -> bool:
    """Whether the compiled build is running, which is held to larger numbers."""
    return config().native


@pytest.fixture
def run_python() -> Callable[..., str]:
    """Run a program in a Python of its own; its standard output. Keywords go to its environment."""

    def run(program: str, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def full_pool() -> None:
    """Fill the native build's pool of freed nodes, so that only a leak makes more blocks."""
    nodes = [Value(0.0) for _ in range(70_000)]
    del nodes
    gc.collect()


@pytest.fixture
def closure_op() -> OperationMaker:
    """Make a term with a closure, in the page's way: from operands and their partials."""

    def make(val: float, *links: tuple[Value, float]) -> Value:
        def grad_fn(grad: float) -> None:
            for operand, partial in links:
                operand.back(grad * partial)

        return Value(val, True, grad_fn)

    return make
