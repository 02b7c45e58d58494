"""What a jitted function shows of its native code, whatever backend runs it."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.backends import choice
from chainrule.errors import BackendError

pytest.importorskip("llvmlite")

X = np.ones(3)


def test_passes_ir_and_assembly():
    f = cr.jit(lambda x, y: cr.sum(x * y, axis=0) @ y[0])
    m = np.ones((3, 4))
    text = f.passes(m, m)
    assert text.startswith("1. loop over n x m")
    assert "sum of each column" in text
    assert "by NumPy" in text
    ir, assembly = f.llvm_ir(m, m), f.assembly(m, m)
    assert "define void @nest0_loop0(" in ir
    assert "nest0_loop0:" in assembly
    assert len(f.explain_cache().entries) == 1
    assert f.explain_cache().entries[0].calls == 0


def test_code_is_shown_for_the_kind_of_arguments():
    f = cr.jit(lambda x: x * 2.0)
    assert " x double>" in f.llvm_ir(X)
    assert " x float>" in f.llvm_ir(X.astype(np.float32))
    with pytest.raises(TypeError):
        f.passes()


def test_where_there_is_no_native_code_it_says_so(monkeypatch):
    from chainrule.backends.llvm import engine

    def unknown():
        raise NotImplementedError("no code is made for Plan9 vax")

    monkeypatch.setattr(engine, "host", unknown)
    with pytest.raises(BackendError, match=r"Native code cannot be made here.*Plan9 vax"):
        cr.jit(lambda x: x * 2.0).passes(X)
    with pytest.raises(BackendError):
        choice.describe()


def test_who_computes_what_is_no_loop():
    def f(a, b):
        z = np.linalg.solve(np.linalg.cholesky(a), b[::-1])
        return np.sort(z, axis=0), z @ z.T, np.concatenate([b, b])

    text = choice.describe().passes(cr.jit(f).program(np.eye(3), np.ones((3, 2))))
    for name, doer in (
        ("cholesky", "by LAPACK"),
        ("solve_triangular", "by LAPACK"),
        ("contract", "by BLAS"),
        ("concatenate", "by C"),
        ("index", "a view"),
        ("argsort", "by NumPy"),
    ):
        (line,) = [line for line in text.splitlines() if f" {name}(" in line]
        assert line.endswith(f", {doer}")
