"""The machine for small arrays against the interpreter: every instruction, and what it leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from programs import same_numbers, traced
from random_programs import programs
from threads import in_threads

import chainrule as cr
from chainrule.backends import choice, interpreter
from chainrule.ops.creation import identity_mask
from chainrule.transforms.simplify import simplify

pytest.importorskip("chainrule.backends.small.machine")

from chainrule.backends.small import executable, machine
from chainrule.backends.small.assembler import UnsuitableError, joined

X = np.array([0.5, -1.0, 2.0])
M = np.array([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.0, 0.5, 4.0]])
T = np.arange(24.0).reshape(2, 3, 4) / 7 - 1
WHERE = np.array([2, 0, 0])


def agree(f, *arguments, free=True, rtol=1e-14):
    program = simplify(traced(f, *arguments, free=free), final=True)
    values = program.extents.values
    given = [*arguments, *program.hidden]
    kind = executable.Kind(program, values)
    expected = interpreter.compiled(program)(given, values)
    for _ in range(2):  # the second call finds what the first one left in the memory
        same_numbers(kind.run(given), expected, rtol)
    return kind


def filled(x):
    u = x.copy()
    u[1:] += u[:-1]
    u[0] = 2.0
    return u


FUNCTIONS = {
    "arithmetic": (lambda x, s: [x + s, x - 1, s * x, x / s, -x, 1 / x, x**2, x + x], X, 2.0),
    "functions": (lambda x: [cr.exp(x), cr.sin(x), cr.clip(x, 0, 1), cr.maximum(x, 0.25)], X),
    "library": (lambda x: [cr.gamma(x + 3), cr.digamma(x + 3) * x], X),
    "truths": (lambda x: [x > 0, (x > 0) & (x < 1), cr.isnan(x), x == x], X),
    "where": (lambda x: [cr.where(x > 0, x, 0), cr.where(x > 9, 1, x), cr.where(x < 9, x, 1)], X),
    "broadcast": (lambda m, x: [m * x, m * x[:, None], x[:, None] * x, m + m.T], M, X),
    "three axes": (lambda t, x: [t * x[:, None], t.transpose(2, 0, 1) * 2, t * t[:, :1]], T, X),
    "slices": (lambda x, t: [x[::-1], x[1:], x[:0], x[-1], t[:, ::2, 1], t[1, :, ::-1]], X, T),
    "shapes": (lambda t: [t.reshape(6, 4), t.T.reshape(-1), t.swapaxes(0, 1)[None]], T),
    "sums": (lambda t: [cr.sum(t), cr.sum(t, (0, 2)), cr.sum(t[:, :0]), t.T.sum(1)], T),
    "extrema": (lambda t: [cr.max(t), cr.min(t, 1), cr.max(t.T, 0), cr.max(t - np.inf, 0)], T),
    "products": (lambda m, x: [m @ x, x @ m, m @ m.T, x @ x, cr.outer(x, x), m.T @ m], M, X),
    "einsum": (lambda t, x: [cr.einsum("aij,j->i", t.swapaxes(1, 2), x), t @ t.mT], T, X),
    "solve": (lambda m, x: [cr.linalg.solve(m, x), cr.linalg.solve(m.T, m)], M, X),
    "determinants": (
        lambda m, t: [np.linalg.det(a) for a in (m, m[:2, :2], m[1:2, 1:2], m.T @ m, t[:, :, :3])],
        M, T,
    ),
    "stacks": (lambda m, x: [cr.stack([x, 2 * x], 1), cr.concatenate([m, x[None], m[:1]])], M, X),
    "assignment": (lambda x, t: [filled(x), x.at[::2].set(x[:2]), t.at[:, 1].add(t[:, 0])], X, T),
    "gather": (lambda m, i: [m[i], m[:, i], m[i, i], m[i, i[::-1]], m[-1 - i]], M, WHERE),
    "constant positions": (lambda m: [m[WHERE], m[[0, 2], [1, 1]], cr.take(m, WHERE, 1)], M),
    "calls": (lambda m: [*cr.linalg.eigh(m), cr.linalg.cholesky(m @ m.T)[1:], cr.prod(m, 0)], M),
    "results": (lambda x, s: [x, s, 2.0, s * 2, s > 1, x[0], cr.sum(x) > 0, x > 0], X, 1.5),
    "lengths": (lambda x: [cr.mean(x), x * x.shape[0], cr.var(x)], X),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_are_the_interpreters(name):
    f, *arguments = FUNCTIONS[name]
    agree(f, *arguments, free=False)
    agree(f, *arguments)


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n not in ("truths", "results")])
def test_gradients_are_the_interpreters(name):
    f, *arguments = FUNCTIONS[name]

    def total(*arguments):
        return sum(cr.sum(cr.sin(part * (k + 1.0))) for k, part in enumerate(f(*arguments)))

    argnums = tuple(i for i, x in enumerate(arguments) if np.asarray(x).dtype == float)
    gradient = cr.value_and_grad(total, argnums)

    def results(*arguments):
        value, slopes = gradient(*arguments)
        return [value, *slopes]

    agree(results, *arguments, rtol=1e-12)


@settings(max_examples=40, derandomize=True, deadline=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(programs(largest=6))
def test_random_programs(program):
    argnums = tuple(range(len(program.inputs)))
    gradient = cr.value_and_grad(program.loss, argnums)
    try:
        agree(
            lambda *x: [program(*x), gradient(*x)[0], *gradient(*x)[1]],
            *program.inputs,
            rtol=1e-9,
        )
    except UnsuitableError:  # float32, or a rule of the user's, which only jit puts in line
        reject()


def test_what_is_the_same_in_every_call_is_computed_once():
    def diagonal(m):
        n = m.shape[0]
        return cr.where(identity_mask(n), m, 0.0), cr.where(identity_mask(n) < 2, m, 0.0)

    kind = agree(diagonal, M)
    words = 1 + 4 + 3 * 3 + 1  # one MAP of three operands, and END
    assert len(kind.code) == words
    assert kind.code[1] == machine.CODES["where"]


def test_axes_that_can_be_walked_as_one_are_joined():
    assert joined((2, 3, 4), [(12, 4, 1)]) == ([24], [[1]])
    assert joined((2, 3, 4), [(12, 4, 1), (0, 0, 1)]) == ([6, 4], [[4, 1], [0, 1]])
    assert joined((5, 1, 2), [(1, 7, 5)]) == ([5, 2], [[1, 5]])
    assert joined((), [()]) == ([1], [[0]])


def many_steps(x):
    for _ in range(20):
        x = cr.concatenate([x[1:], x[:1]]) * 0.5 + x
    return cr.sum(x)


@pytest.fixture
def native(monkeypatch):
    """``jit`` with native code, if it is by the machine for small arrays."""

    def llvm(program, threads, reason):
        return lambda inputs, extents, outs=None: ["by llvm"]

    monkeypatch.setattr(choice, "backend", lambda: llvm)


@pytest.mark.usefixtures("native")
def test_jit_takes_the_machine_for_many_steps_on_small_arrays():
    f = cr.jit(many_steps)
    for n in (3, 5, 1):
        x = np.arange(1.0, n + 1)
        assert f(x) == pytest.approx(many_steps(x), rel=1e-14)
    assert f(np.ones(100_000)) == "by llvm"  # there the numbers take longer than the steps
    assert cr.jit(lambda x: cr.sum(cr.sin(x)))(X) == "by llvm"  # one loop
    single = np.ones(3, np.float32)
    assert f(single) == "by llvm"


def test_what_does_not_suit_the_machine_is_compiled_once_for_all_extents(monkeypatch):
    made = []

    def llvm(program, threads, reason):
        made.append(program)
        return interpreter.compiled(program)

    monkeypatch.setattr(choice, "backend", lambda: llvm)
    f = cr.jit(many_steps)
    for n in (3, 4, 7, 40):
        assert f(np.ones(n, np.float32)) == pytest.approx(many_steps(np.ones(n)), rel=1e-6)
    assert len(made) == 1


@pytest.mark.usefixtures("native")
def test_what_fails_raises_numpys_errors():
    @cr.jit
    def solved(m):
        x = m[0]
        for _ in range(10):
            x = cr.linalg.solve(m, x)
        return x

    agree(solved, M, rtol=1e-12)
    assert np.all(np.isfinite(solved(M)))
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        solved(np.ones((3, 3)))
    assert np.all(np.isfinite(solved(M)))

    @cr.jit
    def picked(x, i):
        for _ in range(10):
            x = x + x[i]
        return x

    assert picked(X, WHERE).tolist() == agree_picked(X, WHERE).tolist()
    with pytest.raises(IndexError, match="out of bounds"):
        picked(X, WHERE + 1)


def agree_picked(x, i):
    for _ in range(10):
        x = x + x[i]
    return x


def test_what_the_machine_cannot_do_is_said():
    for f, x in [
        (lambda x: x * 2, np.ones(3, np.float32)),
        (lambda x: x * x, WHERE),
        (lambda x: x + 1, np.ones(3, np.int32)),
    ]:
        with pytest.raises(UnsuitableError):
            executable.Kind(traced(f, x), ())
    program = traced(lambda x: x + 1, WHERE)
    assert executable.Kind(program, ()).run([np.array([2**60])]) is None
    assert executable.Kind(program, ()).run([WHERE])[0].tolist() == [3, 1, 1]


def test_strided_and_swapped_inputs():
    program = traced(lambda x: x * 2, np.ones(3))
    kind = executable.Kind(program, ())
    for x in (np.arange(6.0)[::2], np.arange(3.0)[::-1], np.arange(3.0, dtype=">f8")):
        np.testing.assert_array_equal(kind.run([x])[0], 2 * x)


def test_threads_have_memories_of_their_own():
    program = simplify(traced(many_steps, X), final=True)
    run = executable.compiled(program, lambda: pytest.fail("it suits"))
    expected = {k: run([X * k])[0] for k in range(4)}
    wrong = []

    def work(k):
        for _ in range(300):
            if run([X * k])[0] != expected[k]:
                wrong.append(k)

    in_threads(work)
    assert not wrong


def stepped(x, k):
    """Euler's steps of the heat equation, whose sweep is sums of scatters and cleared slices."""
    u = x.copy()
    for _ in range(4):
        flux = k * (u[1:] - u[:-1])
        u[1:-1] += 0.3 * (flux[1:] - flux[:-1])
    return cr.sum(u[WHERE] ** 2) + cr.sum((u[1:] - u[:-1]) ** 2)


def test_places_that_are_taken_over_belong_to_one():
    gradient = cr.value_and_grad(stepped, argnums=(0, 1))

    def results(x, k):
        value, slopes = gradient(x, k)
        return [value, *slopes]

    agree(results, np.arange(7.0) ** 2, np.linspace(0.5, 1.0, 6))


@pytest.mark.usefixtures("native")
def test_positions_that_are_closed_over_may_change():
    places = np.array([2, 0, 1])

    @cr.jit
    def f(x):
        for _ in range(10):
            x = x + x[places] * 0.5
        return x

    def expected():
        x = X
        for _ in range(10):
            x = x + x[places] * 0.5
        return x

    for changed in ([2, 0, 1], [0, 0, 0], [1, 1, 2]):
        places[:] = changed
        np.testing.assert_array_equal(f(X), expected())


@pytest.mark.usefixtures("native")
def test_out():
    f = cr.jit(lambda x: many_steps(x) * x)
    out = np.empty(3)
    assert f(X, out=out) is out
    np.testing.assert_array_equal(out, f(X))


def test_it_says_what_it_is():
    shown = cr.jit(many_steps).passes(X)
    assert shown.endswith(
        "instructions on small arrays, one after the other, of which 0 call NumPy"
    )
    assert int(shown.split()[0]) > 60
    assert "loop over" in cr.jit(lambda x: cr.sum(cr.sin(x))).passes(X)
