"""Calls by a route: what C recognises, what it must not take, and that it gives the same."""

from __future__ import annotations

import collections
import dataclasses
import gc
import sys
import threading
import weakref

import numpy as np
import pytest
from threads import in_threads

import chainrule as cr
from chainrule.api import caller

pytestmark = [
    pytest.mark.usefixtures("backend"),
    pytest.mark.skipif(caller.native is None, reason="there are no routes without a compiler"),
]

X = np.array([0.3, -1.2, 2.0])
RATE = 2.0


def page(x1, x2):
    return cr.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2


def by_python(jitted):
    """How many calls Python did."""
    return sum(entry.calls_by_python for entry in jitted.explain_cache().entries)


def same(a, b):
    assert type(a) is type(b)
    if isinstance(a, tuple | list):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        same(list(a.values()), list(b.values()))
    else:
        assert np.asarray(a).dtype == np.asarray(b).dtype
        assert np.shape(a) == np.shape(b)
        np.testing.assert_array_equal(a, b)


def twice(f, *args, **kwargs):
    """The result of Python's call, which the second one, by a route, has to give as well."""
    jitted = f if hasattr(f, "explain_cache") else cr.jit(f)
    first = jitted(*args, **kwargs)
    done = by_python(jitted)
    second = jitted(*args, **kwargs)
    assert by_python(jitted) == done, "the second call is by a route"
    same(second, first)
    return second


CALLS = {
    "numbers": (cr.value_and_grad(page, argnums=(0, 1)), (2.0, 10.0)),
    "whole numbers": (lambda x, n: x * n, (1.5, 3)),
    "a whole number as the result": (lambda n: n + 1, (3,)),
    "truth values": (lambda x, on: cr.where(on, x, -x), (1.5, True)),
    "a truth value as the result": (lambda x: x > 1, (1.5,)),
    "scalars of NumPy": (lambda x, y: (x * y, x), (np.float64(2.0), np.float32(3.0))),
    "arrays without axes": (lambda x: (x * 2.0, x), (np.array(2.0),)),
    "arrays": (lambda x, y: x * x + y, (X, X + 1)),
    "float32": (lambda x, y: x * x + y, (X.astype(np.float32), 2.0)),
    "arrays of whole numbers": (lambda x, y: x * y, (X, np.arange(3))),
    "truth values in arrays": (lambda x: x > 0.0, (X,)),
    "a sum": (cr.value_and_grad(lambda x: cr.mean((x - cr.mean(x)) ** 2)), (X,)),
    "rows": (cr.value_and_grad(lambda x: cr.sum(cr.logsumexp(x, axis=1))), (np.outer(X, X),)),
    "columns": (lambda x: cr.sum(x * x, axis=0) + cr.sum(x, 1, keepdims=True), (np.outer(X, X),)),
    "an extent of 1": (lambda x, y: x + y, (np.ones((1, 3)), np.ones((2, 1)))),
    "no element": (lambda x: (cr.sum(x * 2.0), x + 1.0), (np.ones(0),)),
    "a transposed array": (lambda x: x * 2.0, (np.arange(6.0).reshape(2, 3).T,)),
    "a reversed array": (lambda x: cr.sum(x * np.arange(3.0)), (X[::-1],)),
    "what NumPy computes": (lambda x: cr.sum(x @ x) + x, (X,)),
    "the argument itself": (lambda x, y: (x, y, x, 1.0, "y" and y), (X, 2.0)),
    "a result twice": (lambda x: (x * 2, x * 2), (X,)),
    "an extent": (lambda x: x / x.shape[0], (X,)),
    "containers": (
        lambda p, q: {"z": p["b"] * q[0], "a": [p["a"], (q[1][0],)]},
        ({"b": 2.0, "a": X}, (X, [3.0])),
    ),
    "no argument": (lambda: 2.0, ()),
    "a pair of constants": (lambda x: (1, 2.5), (X,)),
    "numbers and constants": (lambda x, n: (x, 1, x / n, "y" and n, 2.5, x), (1.5, 4)),
    "arrays of one number": (lambda x, y: (x * y, y), (np.ones(1), 2.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_by_a_route_gives_the_same(name):
    f, args = CALLS[name]
    out = twice(f, *args)
    for x in args:
        if isinstance(x, np.ndarray) and isinstance(out, np.ndarray):
            assert not np.shares_memory(x, out)


def test_keywords():
    f = cr.jit(lambda x, *, shift, scale=2.0: x * scale + shift)
    assert twice(f, X, shift=1.0).tolist() == (X * 2 + 1).tolist()
    assert twice(f, X, shift=1.0, scale=3.0).tolist() == (X * 3 + 1).tolist()
    assert twice(f, X, scale=3.0, shift=1.0).tolist() == (X * 3 + 1).tolist()
    with pytest.raises(TypeError, match="shift"):
        f(X)


def test_containers_of_other_kinds_are_rebuilt():
    @dataclasses.dataclass
    class Pair:
        a: object
        b: object

    Named = collections.namedtuple("Named", "a b")
    f = cr.jit(lambda x: Pair(x * 2, Named(x, 1.0)))
    first, second = f(2.0), f(3.0)
    assert by_python(f) == 1
    assert (first, second) == (Pair(4.0, Named(2.0, 1.0)), Pair(6.0, Named(3.0, 1.0)))
    g = cr.jit(lambda p: p.a * p.b)
    assert [g(Pair(2.0, 3.0)), g(Pair(4.0, 3.0)), g(Named(2.0, 3.0))] == [6.0, 12.0, 6.0]


def test_other_kinds_of_arguments_are_other_routes():
    f = cr.jit(lambda x, y: x * y)
    single = X.astype(np.float32)
    for _ in range(3):
        assert type(f(2.0, 3.0)) is float
        assert type(f(2, 3)) is int
        assert type(f(True, 3.0)) is float
        assert type(f(np.float64(2.0), 3.0)) is np.float64
        assert f(2.0, single).dtype == np.float32
        assert f(single, X).dtype == np.float64
        assert f(X, np.outer(X, X)).shape == (3, 3)
        assert f(np.ones((1, 3)), np.ones((2, 3))).shape == (2, 3)
        swapped = f(X.astype(">f8"), 2.0)
        assert swapped.tolist() == (X * 2).tolist()


def test_extents_that_come_to_be_equal_are_another_program():
    f = cr.jit(lambda x, y: cr.sum(x) * cr.sum(y) + x.shape[0])
    for n, m in [(3, 4), (5, 6), (4, 4), (1, 4), (7, 8), (2, 2), (1, 1)] * 2:
        assert f(np.ones(n), np.ones(m)) == n * m + n
    assert len(f.explain_cache().entries) == 4


def test_guards_are_kept():
    f = cr.jit(lambda x: x[2] * 1.0 if x.shape[0] > 2 else x[0] * 1.0)
    for _ in range(3):
        assert f(X) == 2.0
        assert f(X[:2]) == 0.3
        assert f(np.arange(9.0)) == 2.0


def test_more_extents_than_a_route_remembers():
    f = cr.jit(lambda x: cr.sum(x * 2.0))
    for _ in range(2):
        for n in range(40):
            assert f(np.ones(n)) == 2.0 * n


def test_what_is_read_outside_is_compared_in_each_call(monkeypatch):
    scale = 2.0

    def f(x, shift=1.0, *, by=1.0):
        return x * scale * RATE * by + shift

    jitted = cr.jit(f)
    assert [jitted(3.0), jitted(3.0)] == [13.0, 13.0]
    scale = 3.0
    assert [jitted(3.0), jitted(3.0)] == [19.0, 19.0]
    monkeypatch.setitem(globals(), "RATE", 1.0)
    assert [jitted(3.0), jitted(3.0)] == [10.0, 10.0]
    f.__defaults__ = (2.0,)
    assert [jitted(3.0), jitted(3.0)] == [11.0, 11.0]
    f.__kwdefaults__["by"] = 2.0
    assert [jitted(3.0), jitted(3.0)] == [20.0, 20.0]
    # Another object of the same value is no reason to trace, and gets a route of its own.
    traced = len(jitted.explain_cache().entries)
    scale = float("3.0")
    done = by_python(jitted)
    assert [jitted(3.0), jitted(3.0)] == [20.0, 20.0]
    assert (len(jitted.explain_cache().entries), by_python(jitted)) == (traced, done + 1)
    scale = 2.0
    assert jitted(3.0) == 14.0


def test_a_name_that_appears_or_goes(monkeypatch):
    def f(x):
        return helper(x) if "helper" in globals() else x  # noqa: F821

    jitted = cr.jit(f)
    monkeypatch.setitem(globals(), "helper", lambda x: 2 * x)
    assert [jitted(3.0), jitted(3.0)] == [6.0, 6.0]
    monkeypatch.delitem(globals(), "helper")
    assert jitted(3.0) == 3.0

    def outer():
        y = 2.0

        def inner(x):
            return x * y  # noqa: F821

        jitted = cr.jit(inner)
        assert [jitted(3.0), jitted(3.0)] == [6.0, 6.0]
        del y
        with pytest.raises(NameError):
            jitted(3.0)

    outer()


def test_arrays_that_are_closed_over_are_read_in_each_call():
    weights = np.array([1.0, 2.0, 3.0])
    f = cr.jit(lambda x: cr.sum(x * weights))
    assert twice(f, np.ones(3)) == 6.0
    weights[0] = 10.0
    assert f(np.ones(3)) == 15.0
    mask = np.array([True, False, True])
    g = cr.jit(lambda x: x[mask])
    assert [g(X).tolist(), g(X).tolist()] == [[0.3, 2.0]] * 2
    mask[0] = False
    assert g(X).tolist() == [2.0]


def test_values_and_traces_take_the_way_of_python():
    f = cr.jit(lambda x: x * x)
    assert twice(f, 3.0) == 9.0
    assert cr.grad(f)(3.0) == 6.0
    v = cr.Var(3.0)
    f(v).back()
    assert v.grad == 6.0
    assert cr.jit(lambda x: f(x) + f(2.0))(3.0) == 13.0
    outer = cr.Var(2.0)
    g = cr.jit(lambda x: x * outer)
    assert (g(3.0).val, g(4.0).val) == (6.0, 8.0)


def test_static_arguments():
    def f(x, n, mode):
        return x * n if mode == "times" else x + n

    jitted = cr.jit(f, static_argnums=1, static_argnames="mode")
    for _ in range(3):
        assert jitted(2.0, 3, "times") == 6.0
        assert jitted(2.0, 4, "times") == 8.0
        assert jitted(2.0, 3, mode="plus") == 5.0
        assert jitted(2.0, n=3, mode="plus") == 5.0
    assert by_python(jitted) == 4

    class Model:
        def __init__(self, rate):
            self.rate = rate

        @cr.jit
        def unsuitable(self, x):
            return x

        scaled = cr.jit(lambda self, x: x * self.rate, static_argnums=0)

    one, two = Model(2.0), Model(3.0)
    for _ in range(2):
        assert (one.scaled(2.0), two.scaled(2.0)) == (4.0, 6.0)


def test_wrong_arguments_are_errors_after_a_route_was_made_too():
    f = cr.jit(lambda x, y: x * y)
    assert twice(f, 2.0, 3.0) == 6.0
    for wrong in ((2.0,), (2.0, 3.0, 4.0)):
        with pytest.raises(TypeError, match="argument"):
            f(*wrong)
    with pytest.raises(cr.errors.OperandError, match=r"y of <lambda> is str 'a'"):
        f(2.0, "a")
    with pytest.raises(cr.errors.OperandError, match="y of <lambda> is of dtype complex128"):
        f(2.0, np.ones(2, complex))
    with pytest.raises(OverflowError):
        f(2, 2**70)
    assert f(2.0, 5.0) == 10.0


def test_no_largest_of_no_element():
    f = cr.jit(lambda x: cr.max(x * 2.0))
    assert twice(f, X) == 4.0
    for _ in range(2):
        with pytest.raises(ValueError, match="zero-size"):
            f(np.ones(0))
    assert f(X) == 4.0


def test_calls_are_counted():
    f = cr.jit(lambda x: x * 2)
    for i in range(5):
        f(float(i))
    f(1)
    assert [entry.calls for entry in f.explain_cache().entries] == [5, 1]


def test_a_cache_that_was_cleared_is_empty():
    f = cr.jit(lambda x: x * 2)
    assert twice(f, 2.0) == 4.0
    f.clear_cache()
    assert f(2.0) == 4.0
    assert len(f.explain_cache().entries) == 1


def test_a_jitted_function_that_is_dropped_goes():
    f = cr.jit(lambda x: x * 2)
    twice(f, X)
    gone = weakref.ref(f)
    del f
    gc.collect()
    assert gone() is None


def test_results_do_not_leak():
    constant = 1234.5
    f = cr.jit(lambda p: ([p[0] * 2.0], {"k": p[1] + 1.0}, constant, p[0]))
    given = (X, 2.0)
    f(given)
    gc.collect()
    before = [sys.getrefcount(X), sys.getrefcount(constant)]
    outs = [f(given) for _ in range(100)]
    counts = {sys.getrefcount(part) for part in (outs[3][0], outs[3][1], outs[3][1]["k"])}
    made = weakref.ref(outs[3][0][0])
    del outs
    assert counts == {4}  # in the container and the loop's tuple, as part, as an argument
    assert made() is None
    gc.collect()
    assert [sys.getrefcount(X), sys.getrefcount(constant)] == before


def test_arguments_that_go_meanwhile_are_kept():
    p = {"x": np.linspace(0.0, 1.0, 200_000)}
    f = cr.jit(lambda p: cr.sum(cr.sin(p["x"])))
    expected = f(p)
    going = threading.Event()

    def replace():
        while not going.is_set():
            p["x"] = p["x"].copy()

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        assert {f(p) for _ in range(50)} == {expected}
    finally:
        going.set()
        thread.join()


def test_threads_in_one_route():
    f = cr.jit(cr.value_and_grad(lambda x, y: cr.sum(cr.sin(x) * y)))
    errors = []

    def call(seed):
        for n in range(200):
            x = np.full(n % 37, seed)
            value, slope = f(x, float(n))
            if not np.isclose(value, np.sum(np.sin(x)) * n) or not np.allclose(
                slope, np.cos(x) * n
            ):
                errors.append((seed, n))

    in_threads(lambda i: call(0.1 * i))
    assert not errors


def test_every_way_to_call():
    class Model:
        @cr.jit
        def doubled(self, x=None):
            return 2.0 * (self if x is None else x)

    class Counted(type(Model.doubled)):
        counted = 0

        def __call__(self, *args):
            Counted.counted += 1
            return super().__call__(*args)

    f = cr.jit(lambda x, y=3.0, *, z=1.0: x * y + z)
    for _ in range(2):
        assert f(2.0) == f.__call__(2.0) == f(*[2.0]) == 7.0
        assert f(2.0, z=2.0) == f.__call__(2.0, z=2.0) == f(**{"x": 2.0, "z": 2.0}) == 8.0
        assert f(z=2.0, y=1.0, x=2.0) == f(x=2.0, z=2.0, y=1.0) == 4.0
        assert list(map(f, [1.0, 2.0], [3.0, 4.0])) == [4.0, 9.0]
        assert Model.doubled(2.0) == 4.0
    with pytest.raises(TypeError, match="unexpected keyword"):
        f(2.0, w=1.0)
    with pytest.raises(TypeError, match="multiple values"):
        f(2.0, x=1.0)
    counted = Counted(lambda x: x * 2)
    assert [counted(2.0), counted(3.0), Counted.counted] == [4.0, 6.0, 2]


def test_what_the_derivatives_own_modules_read_is_not_watched():
    gradient = cr.jit(cr.value_and_grad(page))
    gradient(2.0, 3.0)
    (entry,) = gradient.explain_cache().entries
    names = [read.key for read in entry.reads if read.place == "global"]
    assert names == ["cr"]


# --- out= ---------------------------------------------------------------------------------------


@pytest.fixture
def jitted():
    """A function of which native code is run without Python."""
    f = cr.jit(lambda x, number: {"a": x * number, "b": (x + number, [cr.sum(x), x > 0.0])})
    f(X, 2.0)
    (entry,) = f.explain_cache().entries
    if entry.chain() is None:
        pytest.skip("the interpreter is Python")
    return f


def test_out_is_filled_without_python(jitted):
    expected = jitted(X, 2.0)
    done = by_python(jitted)
    total, truths, product, shifted = np.zeros(()), np.zeros(3, bool), np.zeros(3), np.zeros(3)
    for out in (
        {"a": product, "b": (shifted, [total, truths])},
        {"b": (None, [total, None]), "a": None},
        {"a": np.zeros(6)[::2], "b": (shifted[::-1], [None, truths])},
    ):
        result = jitted(X, 2.0, out=out)
        assert result["a"] is out["a"] or out["a"] is None
        assert result["b"][0] is out["b"][0] or out["b"][0] is None
        assert list(result) == list(expected)
        for a, b in zip(
            [result["a"], result["b"][0], *result["b"][1]],
            [expected["a"], expected["b"][0], *expected["b"][1]],
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)
    same(jitted(X, 2.0, out=None), expected)
    same(jitted(x=X, number=2.0, out={"a": product, "b": (None, [None, None])})["a"], product)
    assert by_python(jitted) == done + 1, "only arguments by name are of another kind"


def test_out_that_does_not_fit_is_explained_by_python(jitted):
    good = np.zeros(3)
    locked = np.zeros(3)
    locked.setflags(write=False)
    for bad, error in (
        (np.zeros(4), cr.errors.OutputError),
        (np.zeros((3, 1)), cr.errors.OutputError),
        (locked, cr.errors.OutputError),
        (np.zeros(3, np.float32), cr.errors.OutputTypeError),
        (np.zeros(3, ">f8"), cr.errors.OutputTypeError),
        ([0.0, 0.0, 0.0], cr.errors.OutputError),
        (1.0, cr.errors.OutputTypeError),
    ):
        with pytest.raises(error):
            jitted(X, 2.0, out={"a": bad, "b": (good, [None, None])})
    for structure in ([good], {"a": good}, {"a": good, "b": [None, [None, None]]}):
        with pytest.raises(cr.errors.OutputError, match="structure"):
            jitted(X, 2.0, out=structure)
    holders = sys.getrefcount(good)
    for _ in range(5):
        with pytest.raises(cr.errors.OutputError, match="share memory"):
            jitted(X, 2.0, out={"a": good, "b": (good, [None, None])})
    gc.collect()
    assert sys.getrefcount(good) == holders, "what is refused is let go of"


def test_a_result_beside_one_that_is_given_is_its_own():
    f = cr.jit(lambda x: (x + 1.0, x + 1.0, x))
    f(X)
    out = np.zeros(3)
    first, second, third = f(X, out=(None, out, None))
    assert second is out
    assert not np.shares_memory(first, out)
    x = X.copy()
    first, second, third = f(x, out=(x, None, None))
    assert first is x
    np.testing.assert_array_equal(x, X + 1.0)
    np.testing.assert_array_equal(third, X)
    x, y = X.copy(), np.zeros(3)
    first, second, third = f(x, out=(x, None, y))
    np.testing.assert_array_equal(y, X)


def test_a_call_with_out_alone_makes_a_route():
    f = cr.jit(lambda x: x * 2.0)
    out = np.zeros(3)
    f(X, out=out)
    (entry,) = f.explain_cache().entries
    assert len(entry.routes) == 1
    np.testing.assert_array_equal(f(X), out)
    assert entry.calls_by_python == 1
