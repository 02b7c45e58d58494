"""jit: what is traced again and what is not, what is seen from outside, what Values get."""

from __future__ import annotations

import copy
import dataclasses
import functools
import pickle
import threading

import numpy as np
import pytest
from threads import in_threads

import chainrule as cr
from chainrule.errors import ArgumentError, OperandError, ResultError, SideEffectError

pytestmark = pytest.mark.usefixtures("backend")

X = np.array([0.3, -1.2, 2.0])
RATE = 2.0
WEIGHTS = np.array([1.0, 2.0, 3.0])
ONES = np.ones(3)


def helper(x):
    return x * RATE


def traces(f):
    return len(f.explain_cache().entries)


def test_another_length_is_not_traced_again():
    loss = cr.jit(cr.value_and_grad(lambda w, x, y: cr.mean((x @ w - y) ** 2)))
    eager = cr.value_and_grad(lambda w, x, y: cr.mean((x @ w - y) ** 2))
    random = np.random.default_rng(1)
    for n, d in [(7, 3), (9, 3), (8, 5), (100, 2)]:
        args = random.normal(size=d), random.normal(size=(n, d)), random.normal(size=n)
        value, slope = loss(*args)
        np.testing.assert_allclose(value, eager(*args)[0], rtol=1e-12)
        np.testing.assert_allclose(slope, eager(*args)[1], rtol=1e-12, atol=1e-12)
    assert traces(loss) == 1
    # A coincidence, and an extent of 1, cost one more each.
    for n, d in [(4, 4), (6, 6), (1, 3), (1, 5)]:
        args = random.normal(size=d), random.normal(size=(n, d)), random.normal(size=n)
        np.testing.assert_allclose(loss(*args)[1], eager(*args)[1], rtol=1e-12, atol=1e-12)
    assert traces(loss) == 3


def test_lengths_that_are_asked_for_are_guarded():
    f = cr.jit(lambda x: x[2] if x.shape[0] > 2 else x[0])
    assert f(X) == 2.0
    assert f(X[:2]) == 0.3
    assert f(np.arange(9.0)) == 2.0
    assert traces(f) == 2
    text = str(f.explain_cache())
    assert "n > 2" in text
    assert "n <= 2" in text
    g = cr.jit(lambda x: sum(x[i] for i in range(x.shape[0])))
    np.testing.assert_allclose([g(X), g(X[:2]), g(X)], [X.sum(), X[:2].sum(), X.sum()])
    assert traces(g) == 2


def test_dtypes_ranks_and_structures_are_traced_apart():
    f = cr.jit(lambda x: cr.sum(cr.array(x) * 2.0) if isinstance(x, list) else cr.sum(x * 2.0))
    f(X)
    assert f(X.astype(np.float32)).dtype == np.float32
    f(np.ones((2, 2)))
    f([1.0, 2.0])
    assert traces(f) == 4
    text = str(f.explain_cache())
    assert "x is float32 of 1 axes, not float64 of 1 axes" in text
    assert "the arguments have another structure" in text


def test_plain_numbers_are_weak():
    f = cr.jit(lambda x, y: x * y)
    assert f(2.0, X.astype(np.float32)).dtype == np.float32
    assert f(np.float64(2.0), X.astype(np.float32)).dtype == np.float64
    assert type(f(2.0, 3.0)) is float
    assert type(cr.jit(cr.grad(lambda x: x * x))(2.0)) is float
    assert type(cr.jit(lambda n: n + 1)(2)) is int


def test_changes_outside_are_seen(monkeypatch):
    f = cr.jit(lambda x: cr.sum(helper(x) * WEIGHTS))
    np.testing.assert_allclose(f(X), np.sum(X * 2 * WEIGHTS))
    monkeypatch.setitem(f.f.__globals__, "RATE", 5.0)
    np.testing.assert_allclose(f(X), np.sum(X * 5 * WEIGHTS))
    WEIGHTS[0] = 10.0  # by reference: no new trace
    try:
        np.testing.assert_allclose(f(X), np.sum(X * 5 * WEIGHTS))
        assert traces(f) == 2
        assert "the global 'RATE' of helper" in str(f.explain_cache())
    finally:
        WEIGHTS[0] = 1.0
    monkeypatch.setitem(f.f.__globals__, "WEIGHTS", WEIGHTS * 2)
    np.testing.assert_allclose(f(X), np.sum(X * 5 * WEIGHTS))


def test_closures_defaults_and_partials_are_seen():
    scale = 2.0

    def f(x, shift=ONES):
        return cr.sum(x * scale + shift)

    jitted = cr.jit(f)
    assert jitted(X) == pytest.approx(np.sum(X * 2 + 1))
    scale = 3.0
    assert jitted(X) == pytest.approx(np.sum(X * 3 + 1))
    f.__defaults__ = (np.zeros(3),)
    assert jitted(X) == pytest.approx(np.sum(X * 3))
    partial = cr.jit(functools.partial(lambda a, x: a(x), lambda x: x * scale))
    assert partial(2.0) == 6.0
    scale = 4.0
    assert partial(2.0) == 8.0


def test_static_arguments():
    def f(x, n, mode="plain"):
        for _ in range(n):
            x = x * 2 if mode == "plain" else x + 1
        return x

    for jitted in (
        cr.jit(f, static_argnums=(1, 2)),
        cr.jit(f, static_argnames=("n", "mode")),
        cr.jit(static_argnames=("n", "mode"))(f),
    ):
        assert jitted(1.0, 3) == 8.0
        assert jitted(1.0, n=2) == 4.0
        assert jitted(1.0, 2, "other") == 3.0
        assert jitted(1.0, 2, mode="other") == 3.0
        assert jitted(5.0, 3) == 40.0
        assert traces(jitted) == 4
    with pytest.raises(ArgumentError, match="cannot be hashed"):
        cr.jit(f, static_argnums=1)(1.0, [])
    with pytest.raises(ArgumentError, match="static_argnums"):
        cr.jit(f, static_argnums="n")
    with pytest.raises(ArgumentError, match="static_argnames"):
        cr.jit(f, static_argnames=(1,))


def test_threads_are_a_whole_number():
    x = np.linspace(0.0, 1.0, 200_000)
    one, three = (cr.jit(lambda x: (cr.sum(cr.sin(x)), x * x), threads=n) for n in (1, 3))
    for ours, theirs in zip(one(x), three(x), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert cr.jit(threads=np.int64(2))(lambda x: x).threads == 2
    for wrong in (0, -1, True, 2.0, "all"):
        with pytest.raises(ArgumentError, match=r"threads is a whole number from 1 on.*not "):
            cr.jit(lambda x: x, threads=wrong)


def test_arguments_and_results_that_are_no_numbers():
    with pytest.raises(OperandError, match=r"p\['name'\] of .* is str 'a'.*static_argnums"):
        cr.jit(lambda p: p["x"])({"x": 1.0, "name": "a"})
    with pytest.raises(OperandError, match=r"x of .* is of dtype object"):
        cr.jit(lambda x: x)(np.array([object()]))
    with pytest.raises(ResultError, match="returned str 'done'"):
        cr.jit(lambda x: "done")(1.0)


def test_containers():
    @dataclasses.dataclass
    class Point:
        x: object
        y: object

    out = cr.jit(lambda p: Point(p.y, {"sum": p.x + p.y}))(Point(1.0, X))
    assert isinstance(out, Point)
    np.testing.assert_allclose(out.x, X)
    np.testing.assert_allclose(out.y["sum"], X + 1)


def test_results_are_arrays_of_their_own():
    x = np.ones((2, 2))
    same, turned, twice, again = cr.jit(lambda x: (x, x.T, x * 2, x * 2))(x)
    for out in (same, turned, twice, again):
        assert out.flags.writeable
        assert not np.shares_memory(out, x)
    assert not np.shares_memory(twice, again)


@pytest.mark.parametrize("f", [
    lambda x: cr.sum(cr.sin(x) * x),
    lambda x: cr.sum(cr.where(x > 0, cr.log(x), 0.0)),
    lambda x: cr.prod(x[::-1]) + cr.max(x),
])  # fmt: skip
def test_a_jitted_function_of_values_is_differentiated_like_any_other(f):
    jitted = cr.jit(f)
    np.testing.assert_allclose(jitted(X), f(X))
    for derivative in (
        cr.grad,
        cr.jacfwd,
        cr.hessian,
        lambda f: cr.grad(lambda x: cr.sum(cr.grad(f)(x) ** 2)),
        lambda f: lambda x: cr.hvp(f, (x,), (X,)),
        lambda f: cr.jit(cr.grad(cr.jit(f))),
    ):
        np.testing.assert_allclose(derivative(jitted)(X), derivative(f)(X), rtol=1e-12)
    v = cr.Var(X)
    jitted(v).back()
    np.testing.assert_allclose(v.grad, cr.grad(f)(X), rtol=1e-14)


def test_masks_go_through_a_jitted_function():
    root = cr.jit(cr.sqrt)
    assert cr.grad(lambda x: cr.where(x > 0, root(x), 0.0))(-1.0) == 0.0
    slope = cr.grad(lambda x: cr.sum(cr.where(x > 0, root(x), 0.0)))(np.array([0.0, -1.0, 4.0]))
    assert slope.tolist() == [0.0, 0.0, 0.25]


def test_values_that_a_jitted_function_closes_over():
    w = cr.Var(WEIGHTS)
    loss = cr.jit(lambda x: cr.sum(x * w) ** 2)
    loss(X).back()
    np.testing.assert_allclose(w.grad, 2 * np.sum(X * WEIGHTS) * X)
    w.val = WEIGHTS * 2
    np.testing.assert_allclose(loss(X).val, np.sum(X * WEIGHTS * 2) ** 2)


def test_the_program_prints_its_terms():
    f = cr.jit(lambda p, x: p["a"] * x + 1)
    text = str(f.program({"a": 2.0}, X))
    assert text.splitlines()[0] == "<lambda>(p['a']: number, x: float64[n])"
    assert "return" in text


def test_methods_and_decorators():
    class Model:
        rate = 3.0

        @staticmethod
        @cr.jit
        def doubled(x):
            return x * 2

        @functools.partial(cr.jit, static_argnums=0)
        def scaled(self, x):
            return x * self.rate

    assert Model.doubled(2.0) == 4.0
    assert Model().scaled(2.0) == 6.0
    assert Model.doubled.__name__ == "doubled"


def test_threads_that_call_for_the_first_time_at_once():
    f = cr.jit(cr.value_and_grad(lambda x: cr.sum(cr.sin(x) ** 2)))
    results = []
    start = threading.Barrier(4)

    def call():
        start.wait()
        results.append(f(X))

    in_threads(lambda _: call())
    assert len(results) == 4
    for value, slope in results:
        np.testing.assert_allclose(value, np.sum(np.sin(X) ** 2))
        np.testing.assert_allclose(slope, np.sin(2 * X))


def test_an_error_leaves_no_trace_open():
    with pytest.raises(ZeroDivisionError):
        cr.jit(lambda x: x * (1 / 0))(1.0)
    assert cr.grad(lambda x: x * x)(3.0) == 6.0
    assert type(cr.sin(1.0)) is float


def test_logging(caplog):
    with caplog.at_level("INFO", logger="chainrule.trace"):
        cr.jit(lambda x: x * 2)(1.0)
    assert "traced in" in caplog.text
    assert "called for the first time" in caplog.text


CHANGES = {
    "back": lambda v: cr.sum(v).back(),
    "back of a term": lambda v: cr.sum(v * 2.0).back(),
    "val": lambda v: setattr(v, "val", 1.0),
    "grad": lambda v: setattr(v, "grad", 0),
    "reqgrad": lambda v: setattr(v, "reqgrad", False),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("value", [2.0, X])
@pytest.mark.parametrize("transform", [cr.jit, cr.vmap])
def test_a_value_from_outside_is_not_changed_while_tracing(transform, value, change):
    v = cr.Var(value)

    def f(x):
        CHANGES[change](v)
        return x

    with pytest.raises(SideEffectError, match="while it is traced"):
        transform(f)(X)
    assert np.all(np.asarray(v.grad) == 0)
    np.testing.assert_array_equal(v.val, value)
    cr.sum(v).back()
    assert np.all(np.asarray(v.grad) == 1)


def test_a_value_from_inside_may_be_changed():
    def f(x):
        v = cr.Var(1.0)
        v.val = 3.0
        return x * v.val

    assert cr.jit(f)(2.0) == 6.0


def test_masks_and_indices_that_are_closed_over_are_seen():
    mask, places = np.array([True, False, True]), np.array([-1, 0])
    masked, placed = cr.jit(lambda x: x[mask]), cr.jit(lambda x: x[places])
    assert masked(X).tolist() == [0.3, 2.0]
    mask[:] = [False, True, False]
    assert masked(X).tolist() == [-1.2]
    assert placed(X).tolist() == [2.0, 0.3]
    places[:] = [1, -2]
    assert placed(X).tolist() == [-1.2, -1.2]
    assert "a mask or an index is not what it was" in repr(masked.explain_cache())


def test_lengths_as_numpys_functions_take_them():
    f = cr.jit(lambda x: cr.sum(x * np.arange(x.shape[0])) + np.ones(x.size).sum())
    assert f(X) == pytest.approx(X @ [0, 1, 2] + 3)
    assert f(X[:2]) == pytest.approx(X[:2] @ [0, 1] + 2)
    assert cr.jit(lambda x: x.at[1].set(9.0))(X).tolist() == [0.3, 9.0, 2.0]
    assert cr.jit(lambda x: x[np.array([0]), -2])(np.ones((2, 3))).tolist() == [1.0]


def test_what_cannot_be_otherwise_is_not_guarded():
    f = cr.jit(lambda x: cr.sum(x[:-1]) if x.shape[0] >= 0 and x.size * 2 >= 0 else x)
    assert "n < 0" not in str(f.explain_cache())
    f(X)
    assert [str(guard) for guard in f.program(X).guards] == ["n >= 1"]


def test_a_symbol_has_no_number():
    with pytest.raises(AttributeError, match=r"no \.val.*custom_jvp"):
        cr.jit(lambda x: x.val)(1.0)


def test_whole_numbers_as_positions_are_arguments_like_any_other():
    def loss(z, labels):
        return -cr.mean(z[np.arange(z.shape[0]), labels] - cr.logsumexp(z, axis=1))

    random = np.random.default_rng(0)
    jitted = cr.jit(cr.value_and_grad(loss))
    for n in (4, 7):
        z, labels = random.normal(size=(n, 3)), random.integers(-3, 3, n)
        value, slope = jitted(z, labels)
        expected, expected_slope = cr.value_and_grad(loss)(z, labels)
        np.testing.assert_allclose(value, expected)
        np.testing.assert_allclose(slope, expected_slope, rtol=1e-12)


def test_a_jitted_function_of_numbers_gives_numbers():
    cube = cr.jit(lambda x: x**3)
    x = cr.Var(2.0)
    y = cube(x)
    assert repr(y) == "Value(8.0, grad=0.0)"
    assert (y * X.astype(np.float32)).dtype == np.float32
    y.back()
    assert x.grad == 12.0
    slope = cr.grad(cr.grad(cube))(2.0)
    assert (type(slope), slope) == (float, 12.0)


@cr.jit
def cubed(x):
    return x**3


def cube(x):
    return x**3


def test_pickles_and_copies():
    assert pickle.loads(pickle.dumps(cubed)) is copy.deepcopy(cubed) is cubed
    jitted = cr.jit(cube, threads=2)
    jitted(2.0)
    for other in (
        pickle.loads(pickle.dumps(jitted)),
        copy.copy(jitted),
        copy.deepcopy([jitted])[0],
    ):
        assert other(3.0) == 27.0
        assert (other.f, other.threads) == (cube, 2)
