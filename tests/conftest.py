"""Hypothesis profile: no deadline, since the machines that run the tests are shared.

Every Program that any test comes to make is verified, and what LLVM is given twice in a process is
compiled once. ``backend`` runs a test on each backend.
The cache of whoever runs the tests is left alone.
"""

import functools
import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # There is a worker for each core already. BLAS wakes its threads for matrices of 3x3 as well:
    # tests/scipy took 60 s of CPU time, and takes 39 s. To be set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from every_backend import compiled_by
from hypothesis import settings

from chainrule.backends import choice
from chainrule.program.check import check
from chainrule.program.program import Program

settings.register_profile("chainrule", deadline=None, print_blob=True)
settings.load_profile("chainrule")

# Here, so that processes that tests start have it too; whoever sets it may have the tests run warm.
os.environ.setdefault("CHAINRULE_CACHE", "0")


@pytest.fixture(autouse=True, scope="session")
def every_program_is_verified():
    make = Program.__init__

    def make_and_check(self, *args, **kwargs):
        make(self, *args, **kwargs)
        check(self)

    Program.__init__ = make_and_check
    yield
    Program.__init__ = make


@pytest.fixture(autouse=True, scope="session")
def llvm_compiles_a_text_once():
    """Most of what the suite compiles it compiled before. Planning and lowering are left alone."""
    try:
        from chainrule.backends.llvm import engine
    except ImportError:  # a plain installation
        yield
        return
    compiled = engine.object_of
    engine.object_of = functools.cache(compiled)
    yield
    engine.object_of = compiled


@pytest.fixture(params=choice.NAMES)
def backend(request, monkeypatch):
    """What ``jit`` runs on: each backend in turn."""
    compiled = compiled_by(request.param)
    if compiled is None:
        pytest.skip(f"{request.param} is not installed")
    monkeypatch.setattr(choice, "backend", lambda: compiled)
    return request.param
