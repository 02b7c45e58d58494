"""What is done for every member: compiled and plain, it makes the same code."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule.program import is_native

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import describe, passes

PROGRAM = """
import hashlib
import numpy as np
import chainrule as cr
from chainrule.backends.llvm import identity
from chainrule.backends.llvm.prepared import identities

def rounds(count, order):
    def f(x, y):
        for i in range(count):
            x, y = (x * y + 0.5, y) if i % order else (0.5 - x, y / (x * x + 1.0))
            y = cr.sin(x) * 0.9 - cr.where(y > 0.1, y, -0.0)
        return y
    return cr.vmap(cr.value_and_grad(f, argnums=(0, 1)))

x, m = np.linspace(0.5, 1.5, 33), np.ones((3, 4))
for f, *arguments in (
    (rounds(150, 1), x, x),
    (rounds(150, 7), x, x),
    (rounds(3, 2), x.astype("f"), x.astype("f")),
    (cr.grad(lambda m: cr.sum(cr.softmax(m) ** 2)), m),
    (lambda x: cr.where(x > 1, x * -0.0, 0.0) + np.int64(3), x),
):
    jitted = cr.jit(f)
    text = jitted.llvm_ir(*arguments) + jitted.passes(*arguments)
    digest = identities.identity_of(jitted.program(*arguments)).digest
    print(hashlib.sha256(text.encode()).hexdigest(), digest)
print(identities is identity)
"""


@pytest.mark.skipif(not is_native, reason="compiled modules are not there")
def test_compiled_and_plain_make_the_same_code():
    compiled, uncompiled = (
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "CHAINRULE_NATIVE": native},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for native in ("1", "0")
    )
    assert (compiled.pop(), uncompiled.pop()) == ("False", "True")
    assert compiled == uncompiled


def members_of(f, *arrays):
    (nest,) = (x for x in passes.planned(cr.jit(f).program(*arrays)).steps if x.key)
    return list(nest.members.values())


def test_members_that_look_the_same_have_one_number():
    listed = members_of(lambda x: cr.exp(cr.exp(x * 2.0) * 3.0), np.ones(3))
    place_of, alike, places = passes.members.tabulated(listed)
    assert [place_of[member.term.serial] for member in listed] == [0, 1, 2, 3]
    assert alike[1] == alike[3]
    assert alike[0] != alike[2]  # the one reads an input, the other a member
    assert places.tolist() == [[-1, 0, 1, 2], [-1, -1, -1, -1]]


def test_numbers_that_no_table_may_stand_for_tell_members_apart():
    listed = members_of(lambda x: cr.maximum(cr.maximum(cr.exp(x), 2.0), 3.0), np.ones(3))
    _, alike, _ = passes.members.tabulated(listed)
    assert alike[1] != alike[2]


def test_zeros_of_either_sign_are_written():
    f = cr.jit(lambda x: (x * 2.0 - 0.0) * -0.0 + x * 0.0)
    ir = describe.llvm_ir(f.program(np.ones(3)))
    assert "0x8000000000000000" in ir
    assert "0x0000000000000000" in ir
    assert np.signbit(cr.jit(lambda x: x * -0.0)(np.ones(3))).all()


@pytest.mark.parametrize("count", [1, 60, 400])
def test_blocks_of_large_functions_end(count):
    """In large functions each block has about so many instructions, in whatever way written."""

    def f(x):
        y = x
        for i in range(count):
            y = y * x + float(i % 13) if i % 3 else cr.exp(-y) - x
        return y

    x = np.linspace(0.0, 0.1, 5)
    ir = describe.llvm_ir(cr.jit(cr.vmap(f)).program(x))
    body = ir[ir.index("loop:") :]
    sizes = [block.count(" = ") for block in body.split(":\n")]
    assert max(sizes) <= 600
    y = x
    for i in range(count):
        y = y * x + float(i % 13) if i % 3 else np.exp(-y) - x
    np.testing.assert_allclose(cr.jit(cr.vmap(f))(x), y, rtol=1e-9)
