"""Code for other machines than this one: it is lowered and assembled, if not run."""

from __future__ import annotations

import platform
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

import llvmlite.binding as llvm

from chainrule.backends.llvm import engine
from chainrule.backends.llvm.lower import lowered
from chainrule.backends.llvm.passes import Nest, planned
from chainrule.backends.llvm.prepared import module_text


class Neon(engine.Host):
    """A 64-bit ARM processor whose C library has the vector functions of glibc 2.40."""

    def has(self, symbol):
        return symbol.startswith("_ZGVnN") or not symbol.startswith("_ZGV")


def texts(machine, f, *arrays):
    steps = planned(cr.jit(f).program(*arrays)).steps
    nests = [step for step in steps if isinstance(step, Nest)]
    return module_text([lowered(nest, i, machine) for i, nest in enumerate(nests)])


def functions(x, y):
    f = cr.log(x * y * (x + y)) / (x - y) ** 2 + cr.exp(-x) * cr.sin(y) + cr.tanh(x)
    return cr.where(x < y, f, cr.maximum(x, y) * cr.sqrt(x)) + cr.floor(y) * cr.erf(x)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_neon(dtype):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = Neon(
        128, True, "generic", "+neon", ((128, "n"),), (), triple="aarch64-unknown-linux-gnu"
    )
    x = np.ones(9, dtype)
    text = texts(machine, cr.vmap(cr.value_and_grad(functions)), x, x)
    lanes = 2 if dtype == "float64" else 4
    assert f"@_ZGVnN{lanes}v_tanh" in text
    assembly = engine.assembly_of(text, text.count("\n"), machine)
    assert "fmla" in assembly
    assert "v0.2d" in assembly if dtype == "float64" else "v0.4s" in assembly
    sums = texts(machine, lambda x: (cr.sum(x * x), cr.softmax(x), cr.max(x)), x)
    assert "fadd" in engine.assembly_of(sums, sums.count("\n"), machine)


class Avx512(engine.Host):
    """An x86-64 processor with AVX-512 whose C library has all vector functions."""

    def has(self, symbol):
        return True


def test_avx512():
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = Avx512(
        512,
        True,
        "skylake-avx512",
        "-prefer-256-bit",
        ((512, "e"), (256, "d"), (128, "b")),
        (),
        triple="x86_64-unknown-linux-gnu",
    )
    x = np.ones(9)
    text = texts(machine, cr.vmap(cr.value_and_grad(functions)), x, x)
    assert "@_ZGVeN8v_tanh" in text
    assembly = engine.assembly_of(text, text.count("\n"), machine)
    assert "vfmadd" in assembly
    assert "%zmm" in assembly


def test_neon_without_a_vector_library():
    class Plain(engine.Host):
        def has(self, symbol):
            return not symbol.startswith("_ZGV")

    machine = Plain(128, True, "generic", "+neon", ((128, "n"),), ())
    assert machine.function("tanh", "double", 4, 1) == ("tanh", 1)
    assert machine.function("tanh", "float", 4, 1) == ("tanhf", 1)


@pytest.mark.parametrize(
    ("system", "kind"), [("Darwin", "arm64"), ("Windows", "AMD64"), ("Linux", "riscv64")]
)
def test_other_platforms_are_named(monkeypatch, system, kind):
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: kind)
    with pytest.raises(NotImplementedError, match=f"no code is made for {system} {kind}"):
        engine.host.__wrapped__()


NARROW = """
import numpy as np, chainrule as cr
from chainrule.backends.llvm import engine, executable
from chainrule.backends import interpreter
assert engine.host().bits == 128
def f(x, y):
    return cr.log(x * y * (x + y)) / (x - y) ** 2 + cr.exp(-x) * cr.sin(y) + cr.tanh(x)
for dtype, rtol in (("float64", 1e-12), ("float32", 1e-4)):
    x, y = np.linspace(1, 2, 77).astype(dtype), np.linspace(3, 4, 77).astype(dtype)
    for g in (cr.vmap(cr.value_and_grad(f)), lambda x, y: cr.sum(f(x, y)), lambda x, y: cr.max(x)):
        program = cr.jit(g).program(x, y)
        ours = executable.Executable(program)([x, y], [77])
        for a, b in zip(ours, interpreter.compiled(program)([x, y], [77]), strict=True):
            np.testing.assert_allclose(a, b, rtol=rtol)
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the width of x86-64's SSE2")
def test_narrow_vectors():
    import os

    environment = {**os.environ, "CHAINRULE_VECTOR_BITS": "128"}
    subprocess.run([sys.executable, "-c", NARROW], env=environment, check=True)
