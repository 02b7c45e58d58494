"""Rounds that a trace unrolled are found again, and compute what they did."""

from __future__ import annotations

import random
import re
import types

import numpy as np
import pytest

import chainrule as cr
from chainrule.backends import interpreter

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import describe, executable, lower, repeats, rolled
from chainrule.backends.llvm.passes import FULL, Nest, planned


def loops_of(program):
    """The loops in the passes of a Program, as (period, count)."""
    found = []
    for nest in planned(program).steps:
        members = [m for m in nest.members.values() if m.kind is FULL and not m.phase] if (
            isinstance(nest, Nest)
        ) else []  # fmt: skip
        rounds = repeats.rounds_of(members) if len(members) >= lower.MANY else None
        found += [(run.period, run.count) for run in rounds.loops] if rounds else []
    return found


def check(f, *arrays, rtol=1e-9):
    """Native code and the interpreter agree; the loops that were found."""
    program = cr.jit(f).program(*arrays)
    extents = list(dict.fromkeys(n for x in arrays for n in np.shape(x) if n != 1))
    ours = executable.Executable(program)(list(arrays), extents)
    expected = interpreter.compiled(program)(list(arrays), extents)
    for a, b in zip(ours, expected, strict=True):
        assert a.dtype == b.dtype
        scale = np.max(np.abs(b), initial=0.0) if b.dtype != bool else 0
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale)
    return loops_of(program)


X, Y = np.linspace(0.5, 1.5, 21), np.linspace(0.9, 0.4, 21)


def chain(x, y):
    for _ in range(100):
        x = x * y + 0.5
        y = cr.sin(x) * 0.9 - y / (x * x + 1.0)
    return y


def test_value_and_gradient_are_two_loops():
    found = check(cr.vmap(cr.value_and_grad(chain, argnums=(0, 1))), X, Y)
    assert [count > 90 for _, count in found] == [True, True]


def test_rounds_with_numbers_of_their_own():
    weights = np.random.default_rng(0).normal(size=120).tolist()

    def f(x, y):
        for weight in weights:
            x = cr.tanh(x * weight + y)
            y = y - 0.1 * x * weight
        return x * y

    ((_, count), *_) = check(cr.vmap(f), X, Y)
    assert count > 100
    assert "constant [" in describe.llvm_ir(cr.jit(cr.vmap(f)).program(X, Y))
    check(cr.vmap(cr.value_and_grad(f)), X, Y)
    check(cr.vmap(f), X.astype("f"), Y.astype("f"), rtol=1e-4)


def test_values_of_two_and_more_rounds_before():
    def leapfrog(x, y):
        before, now, older = x, y, x - y
        for _ in range(150):
            before, now, older = now, 1.9 * now - before - 0.01 * cr.sin(older), before
        return now

    ((_, count),) = check(cr.vmap(leapfrog), X, Y)
    assert count > 140
    check(cr.vmap(cr.grad(leapfrog)), X, Y)


def test_results_of_each_round():
    def f(x, y):
        found = []
        for _ in range(60):
            x = x * y + 0.5
            y = cr.sin(x) - y * 0.25
            found.append(y)
        return found[::7], cr.sqrt(x * x + 1), found[-1]

    program = cr.jit(cr.vmap(lambda x, y: f(x, y))).program(X, Y)
    assert len(program.results) == 11
    found = check(lambda x, y: f(f(x, y)[1], y), X, Y)
    assert found


def test_truth_values_and_choices():
    def f(x, y):
        low = x < 0
        for _ in range(80):
            is_low = x < y
            x = cr.where(is_low, x * 1.1, x - 0.3 * y)
            y = cr.where(low & is_low, y + 0.01, y * 0.99)
            low = is_low
        return x + y, low

    assert check(f, X, Y)
    assert check(cr.vmap(cr.grad(lambda x, y: f(x, y)[0])), X, Y)


def test_loops_of_loops_and_beside_loops():
    def f(x, y):
        for _ in range(12):
            for _ in range(9):
                x = cr.tanh(x) * y + 0.1
            y = cr.tanh(y * 0.9 + x)
        for _ in range(90):
            y = y - 0.1 * cr.exp(-y) * x
        return y

    assert len(check(cr.vmap(f), X, Y)) == 2
    check(cr.vmap(cr.value_and_grad(f)), X, Y)


def test_sums_of_what_a_loop_computes():
    def f(x, y):
        values = []
        for _ in range(90):
            x = x * y + 0.5
            y = cr.sin(x) * 0.9 - y / (x * x + 1.0)
            values.append(y)
        return cr.sum(values[40] * values[-1]) + cr.max(values[50])

    assert check(f, X, Y)
    check(cr.grad(f), X, Y)
    rows = np.random.default_rng(1).uniform(size=(5, 7))

    def softened(x):
        for _ in range(40):
            x = cr.softmax(x * 1.1, axis=1) + x * x * 0.01 - x
        return x

    program = cr.jit(softened).program(rows)
    ours = executable.Executable(program)([rows], [5, 7])
    np.testing.assert_allclose(ours[0], interpreter.compiled(program)([rows], [5, 7])[0], 1e-10)


def test_tails_of_loops_are_exact_to_the_bit():
    f = cr.jit(cr.vmap(cr.grad(chain)))
    whole = f(X, Y)
    for i in range(len(X)):
        assert f(X[i : i + 1], Y[i : i + 1])[0] == whole[i]


def random_rounds(seed):
    """A function of rounds that are all alike, drawn at random."""
    draw = random.Random(seed)
    unary = (cr.sin, cr.cos, cr.tanh, lambda x: -x, lambda x: x * 0.5, lambda x: 1 / (x * x + 1))
    binary = (
        *(lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y * 0.5),
        lambda x, y: cr.where(x < y, x, y * 0.5),
    )
    steps = []
    for _ in range(draw.randint(3, 9)):
        if draw.random() < 0.4:
            steps.append((draw.choice(unary), [draw.randrange(5)], draw.randrange(3)))
        else:
            places = [draw.randrange(5), draw.randrange(5)]
            steps.append((draw.choice(binary), places, draw.randrange(3)))
    count, old = draw.randint(60, 120), draw.randint(1, 3)

    def f(x, y):
        state = [x, y, x * 0.3]
        history = [x] * old
        for _ in range(count):
            for function, places, target in steps:
                values = [*state, history[-old], y]
                state[target] = cr.tanh(function(*[values[i] for i in places]))
            history.append(state[len(steps) % 3])
        return state[0] + state[1] * state[2]

    return f


@pytest.mark.parametrize("seed", [*range(9), 10, 12, 24, 50, 55, 58])
def test_random_rounds(seed, monkeypatch):
    """Also with loops that are too short to be worth it."""
    f = random_rounds(seed)
    check(cr.vmap(f), X, Y)
    monkeypatch.setattr(repeats, "LEAST_MEMBERS", 40)
    monkeypatch.setattr(lower, "MANY", 60)
    assert check(cr.vmap(f), X, Y)
    assert check(cr.vmap(cr.value_and_grad(f, argnums=(0, 1))), X, Y, rtol=1e-7)


def test_short_lists_are_left_alone():
    def f(x):
        for _ in range(10):
            x = cr.sin(x) + 1
        return x

    assert not check(cr.vmap(f), X)


def scratch_of(f, *arrays):
    """Bytes of what loops keep for others, for each point."""
    ir = cr.jit(f).llvm_ir(*arrays)
    (size,) = {int(x) for x in re.findall(r"%scratch = alloca \[(\d+) x i8\]", ir)}
    (width,) = {int(x) for x in re.findall(r"load <(\d+) x double>, ptr", ir)}
    return size / width


def test_a_product_of_what_the_sweep_reads_is_computed_again():
    rounds = 100

    def products(x, y):
        for _ in range(rounds):
            x, y = cr.tanh(x * y), cr.sqrt(y * x + 2.0)
        return x + y

    f = cr.vmap(cr.value_and_grad(products, argnums=(0, 1)))
    assert len(check(f, X, Y)) == 2
    program = cr.jit(f).program(X, Y)
    (nest,) = (x for x in planned(program).steps if isinstance(x, Nest) and x.key)
    listed = list(nest.members.values())
    rounds_found = repeats.rounds_of(listed)
    function = types.SimpleNamespace(writer=types.SimpleNamespace(width=8), head=[])
    rolling = rolled.Rolled(function, rounds_found)
    rolling._keep([])
    again = [
        listed[run.start + i].term.op.name for run, found in rolling.again.items() for i in found
    ]
    assert set(again) <= {"add", "multiply", "subtract"}
    for run, found in rolling.again.items():
        assert not found & rolling.kept[run].keys()


def test_the_chain_keeps_four_numbers_a_round():
    f = cr.vmap(cr.value_and_grad(chain, argnums=(0, 1)))
    assert len(check(f, X, Y)) == 2
    # x, y, the cosine and the reciprocal; y times the reciprocal is computed again.
    assert 4 * 8 * 90 < scratch_of(f, X, Y) <= 4 * 8 * 100
