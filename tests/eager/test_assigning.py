"""``v[key] = x`` eagerly: which handles take it, what they share, and what raises."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import (
    ChangedValueError,
    DroppedDerivativeError,
    OperandError,
    SideEffectError,
    UnsupportedMethodError,
)

X = np.array([1.0, 2.0, 3.0, 4.0])


def term(x=X):
    return Var(x) * 1.0


# --- what it does ---------------------------------------------------------------------------------


def test_the_handle_stays_and_stands_for_the_new_term():
    x = Var(X)
    v = x * x
    alias = v
    v[1] = 10.0 * x[0]
    assert alias is v
    np.testing.assert_array_equal(v.val, [1.0, 10.0, 9.0, 16.0])
    (v * v).sum().back()
    np.testing.assert_array_equal(x.grad, [4.0 + 200.0, 0.0, 4 * 27.0, 4 * 64.0])


def test_what_was_recorded_before_stays():
    x = Var(X)
    v = x * 1.0
    square = v * v
    root = np.sqrt(v)
    v[:] = 0.0
    (square + root).sum().back()
    np.testing.assert_allclose(x.grad, 2 * X + 0.5 / np.sqrt(X))


def test_what_is_overwritten_is_not_multiplied():
    def f(x):
        v = np.sqrt(x)
        v[0] = 1.0
        return np.sum(v)

    assert cr.grad(f)(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]
    assert cr.jit(cr.grad(f))(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]


def test_the_array_is_written_in_place_where_nobody_else_has_it():
    v = cr.zeros(3)
    before = id(v._array)
    for i in range(3):
        v[i] = Var(float(i))
    assert id(v._array) == before
    kept = v * v  # saves the array
    v[0] = 7.0
    assert id(v._array) != before
    assert kept.val.tolist() == [0.0, 1.0, 4.0]


def test_a_value_handed_out_does_not_change():
    v = cr.zeros(2)
    numbers = v.val
    v[0] = 1.0
    assert numbers.tolist() == [0.0, 0.0]


def test_of_several_for_one_element_the_last_one_counts():
    x = Var(np.array([1.0, 2.0, 3.0]))
    v = cr.zeros(2)
    v[[0, 1, 0]] = x
    assert v.val.tolist() == [3.0, 2.0]
    v.sum().back()
    assert x.grad.tolist() == [0.0, 1.0, 1.0]
    w = cr.ones(2)
    w[[0, 0]] += 1.0  # buffered, as in NumPy
    assert w.val.tolist() == [2.0, 1.0]
    assert w.at[[0, 0]].add(1.0).val.tolist() == [4.0, 1.0]


def test_the_type_is_the_arrays():
    v = cr.zeros(2, np.float32)
    v[0] = Var(2.0)
    v[1] = np.float64(0.1)
    assert v.dtype == np.float32
    v += np.ones(2)
    assert v.dtype == np.float32
    assert cr.grad(lambda x: cr.sum(filled(x)))(np.ones(3, np.float32)).dtype == np.float32


def filled(x):
    out = cr.zeros_like(x)
    for i in range(x.shape[0]):
        out[i] = x[i] ** 2
    return out


def test_augmented_assignment_keeps_the_handle():
    x = Var(X)
    v = x * 1.0
    alias = v
    for expected, change in [
        (X + 1, lambda a: a.__iadd__(1.0)),
        (X * 2 + 2, lambda a: a.__imul__(2.0)),
        (X * 2, lambda a: a.__isub__(np.full(4, 2.0))),
        (X, lambda a: a.__itruediv__(2.0)),
        (X**2, lambda a: a.__ipow__(2.0)),
        (X**2 % 5.0, lambda a: a.__imod__(5.0)),
        (X**2 % 5.0 // 2, lambda a: a.__ifloordiv__(2.0)),
    ]:
        assert change(v) is v
        np.testing.assert_allclose(alias.val, expected)


def test_a_leaf_is_rebound_by_augmented_assignment():
    x = Var(X)
    y = x
    y += 1.0
    assert y is not x
    np.testing.assert_array_equal(x.val, X)
    y.sum().back()
    np.testing.assert_array_equal(x.grad, np.ones(4))


def test_only_the_last_term_of_a_handle_keeps_a_gradient():
    x = Var(X)
    v = x * 1.0
    for i in range(4):
        v[i] = v[i] * 2.0
    v.sum().back()
    np.testing.assert_array_equal(v.grad, np.ones(4))
    np.testing.assert_array_equal(x.grad, np.full(4, 2.0))
    v.sum().back()
    np.testing.assert_array_equal(v.grad, np.full(4, 2.0))


def test_two_sums_of_one_cotangent_do_not_meet():
    # a + b hands one cotangent to both; writing into the one may not change the other.
    x = Var(X)
    a, b = x * 1.0, x * 3.0
    a[1] = 0.0
    b[2] = 0.0
    (a + b).back(np.ones(4))
    np.testing.assert_array_equal(x.grad, [4.0, 3.0, 1.0, 4.0])
    np.testing.assert_array_equal(a.grad, np.ones(4))
    np.testing.assert_array_equal(b.grad, np.ones(4))


def test_a_seed_is_not_written():
    seed = np.ones(4)
    x = Var(X)
    v = x * 1.0
    v[0] = 0.0
    v.back(seed)
    assert seed.tolist() == [1.0] * 4
    pulled = cr.vjp(doubled, X)[1]
    assert pulled(seed)[0].tolist() == pulled(seed)[0].tolist() == [0.0, 2.0, 2.0, 2.0]
    assert seed.tolist() == [1.0] * 4


def doubled(x):
    v = 2.0 * x
    v[0] = 0.0
    return v


def test_the_value_of_vjp_is_not_the_pullbacks():
    def f(x):
        value, pull = cr.vjp(lambda y: y * y, x)
        value[0] = 0.0
        return np.sum(value) + np.sum(pull(np.ones(4))[0])

    expected = [2.0, 2 * 2 + 2, 2 * 3 + 2, 2 * 4 + 2]
    np.testing.assert_allclose(cr.grad(f)(X), expected)
    np.testing.assert_allclose(cr.jit(cr.grad(f))(X), expected)


# --- views ----------------------------------------------------------------------------------------


def test_views_follow():
    x = Var(X)
    v = x * 1.0
    part, turned, apart = v[1:3], v.reshape(2, 2).T, v[3:]
    row = turned[0]
    v[1] = 10.0
    assert part.val.tolist() == [10.0, 3.0]
    assert turned.val.tolist() == [[1.0, 3.0], [10.0, 4.0]]
    assert row.val.tolist() == [1.0, 3.0]
    assert apart.val.tolist() == [4.0]
    v += 1.0
    assert part.val.tolist() == [11.0, 4.0]
    part.sum().back()
    assert x.grad.tolist() == [0.0, 0.0, 1.0, 0.0]


def test_copies_do_not():
    v = term()
    copies = [v.copy(), np.copy(v), v.flatten(), v.astype(float), v[[0, 1, 2, 3]], +v]
    v[0] = 9.0
    for copy in copies:
        assert copy.val.tolist() == X.tolist()
        copy[1] = 0.0
    assert v.val.tolist() == [9.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    "view",
    [
        lambda v: v[1:3],
        lambda v: v.T[:2],
        lambda v: v.reshape(2, 2),
        lambda v: v.reshape(2, 2)[0],
        lambda v: next(iter(v.reshape(2, 2))),
        lambda v: np.ravel(v.reshape(2, 2)),
    ],
)
@pytest.mark.parametrize("make", [term, lambda: Var(X), lambda: cr.zeros(4)])
def test_writing_through_a_view_raises(view, make):
    v = make()
    w = view(v)
    before = v.val.tolist()
    with pytest.raises(OperandError, match=r"v\[key\] = x: v is a view .*copy\(\)"):
        w[0] = 5.0
    assert v.val.tolist() == before


def test_augmented_assignment_writes_through_a_view():
    # w += 1 is half of v[1:3] += 1, which Python ends with v[1:3] = w.
    x = Var(X)
    v = x * 1.0
    v[1:3] += 10.0
    assert v.val.tolist() == [1.0, 12.0, 13.0, 4.0]
    w = v.reshape(2, 2).T[1]
    w *= 2.0
    assert v.val.tolist() == [1.0, 24.0, 13.0, 8.0]
    assert w.val.tolist() == [24.0, 8.0]
    v.sum().back()
    assert x.grad.tolist() == [1.0, 2.0, 1.0, 2.0]
    part = Var(X)[1:]
    with pytest.raises(OperandError, match=r"v \+= x: v is a leaf"):
        x[1:3] += 1.0
    part += 1.0  # nobody has the leaf
    repeated = np.broadcast_to(v, (2, 4))
    with pytest.raises(ValueError, match="read-only"):
        repeated += 1.0


def test_a_view_of_what_nobody_has_is_an_array_of_its_own():
    w = (Var(X) * 2.0).reshape(2, 2)
    w[0] = 5.0
    assert w.val.tolist() == [[5.0, 5.0], [6.0, 8.0]]


def test_two_views_of_what_nobody_has_share_it():
    v = term()
    one, two = v[:3], v[1:]
    del v
    with pytest.raises(OperandError, match="a view"):
        one[1] = 5.0
    del two
    one[1] = 5.0
    assert one.val.tolist() == [1.0, 5.0, 3.0]


# --- what raises ----------------------------------------------------------------------------------


def test_a_leaf_raises():
    for make in (lambda: Var(X), lambda: Value(X, reqgrad=True)):
        v = make()
        with pytest.raises(OperandError, match=r"v is a leaf.*v\.copy\(\).*\.at\[key\]\.set"):
            v[0] = 1.0
        with pytest.raises(OperandError, match="v is a leaf"):
            v[0] += 1.0
        np.testing.assert_array_equal(v.val, X)


def test_an_argument_raises():
    def f(x):
        x[0] = 1.0
        return np.sum(x)

    for call in (
        lambda: cr.grad(f)(X),
        lambda: cr.jvp(f, (X,), (X,)),
        lambda: cr.grad(lambda y: cr.grad(f)(y)[0])(X),
        lambda: cr.jit(f)(X),
        lambda: cr.jit(cr.grad(f))(X),
        lambda: cr.vmap(f)(np.ones((2, 4))),
        lambda: cr.vmap(cr.grad(f))(np.ones((2, 4))),
    ):
        with pytest.raises(OperandError, match=r"argument.*v\.copy\(\)"):
            call()


def test_numpys_own_array_names_ours():
    out = np.zeros(2)
    for x in Var(2.0), Var(X)[0], Var(X)[:1]:
        with pytest.raises((TypeError, ValueError)) as raised:
            out[0] = x
        # NumPy says "a sequence" of what has a length, and ours is the cause.
        error = raised.value.__cause__ or raised.value
        assert isinstance(error, DroppedDerivativeError)
        assert "cr.zeros" in str(error)
    with pytest.raises(DroppedDerivativeError, match=r"cr\.zeros"):
        out[:] = Var(X)[:2]
    assert out.tolist() == [0.0, 0.0]

    def f(x):
        own = np.zeros(2)
        own[0] = x[0]
        return np.sum(own)

    for call in cr.jit(f), cr.jit(cr.grad(f)), cr.vmap(f):
        with pytest.raises((TypeError, ValueError)) as raised:
            call(np.ones((2, 2)))
        assert "cr.zeros" in str(raised.value.__cause__ or raised.value)


def test_an_array_from_outside_of_a_trace_raises():
    out = cr.zeros(2)

    @cr.jit
    def f(x):
        out[0] = 1.0
        return x

    with pytest.raises(SideEffectError, match=r"v\[key\] = x"):
        f(1.0)

    @cr.jit
    def g(x):
        own = Value(np.zeros(2))
        own[0] = x
        return own

    with pytest.raises(OperandError, match=r"cr\.zeros"):
        g(1.0)


def test_keys_and_numbers_that_do_not_fit():
    v = term()
    for key in 4, -5, [0, 4], (0, 0), (slice(None), None, 0):
        with pytest.raises(IndexError):
            v[key] = 1.0
    for key in "a", 1.5, np.array([0.5]):
        with pytest.raises((IndexError, TypeError)):
            v[key] = 1.0
    with pytest.raises(IndexError, match="mask"):
        v[np.array([True, False])] = 1.0
    with pytest.raises(ValueError, match=r"v\[key\] = x: x of shape \(3,\) .*\(2,\)"):
        v[:2] = np.ones(3)
    for bad in "a", None, 1j, [None], {}:
        with pytest.raises((OperandError, TypeError)):
            v[0] = bad
    with pytest.raises(ValueError, match=r"v \+= x: the result has shape \(2, 4\)"):
        v += np.ones((2, 4))
    np.testing.assert_array_equal(v.val, X)


def test_a_number_takes_no_assignment():
    with pytest.raises(TypeError):
        Var(2.0)[0] = 1.0


def test_a_closure_that_meets_an_assigned_array_raises():
    x = Var(X)
    v = x * 1.0

    def double(a):
        return Value(a.val * 2.0, a.reqgrad, lambda grad: a.back(grad * 2.0))

    out = double(v)
    v[0] = 0.0
    with pytest.raises(ChangedValueError, match=r"closure.*v\.copy\(\)"):
        out.sum().back()
    out = double(v)
    out.sum().back()
    assert x.grad.tolist() == [0.0, 2.0, 2.0, 2.0]


def test_at_names_what_it_has():
    with pytest.raises(UnsupportedMethodError, match="apply is not covered; get, set"):
        Var(X).at[0].apply(np.sin)


# --- arrays to be filled --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_arrays_to_be_filled(name):
    make, theirs = getattr(cr, name), getattr(np, name)
    for shape in 3, (3,), (2, 3), (), np.int64(2):
        for dtype in np.float64, np.float32, float:
            v = make(shape, dtype)
            assert isinstance(v, Value)
            assert (v.shape, v.dtype) == (theirs(shape).shape, np.dtype(dtype))
            if name != "empty":
                np.testing.assert_array_equal(v.val, theirs(shape))
    assert type(make(2, int)) is np.ndarray
    like = getattr(np, f"{name}_like")
    v = like(Var(X))
    assert isinstance(v, Value)
    v[0] = Var(5.0)
    assert v.val[0] == 5.0
    assert like(Var(X), np.float32).dtype == np.float32
    assert like(Var(X), shape=(2, 2)).shape == (2, 2)
    assert isinstance(theirs(3, like=Var(X)), Value)
    with pytest.raises(TypeError, match="order"):
        make(3, order="F")


def test_full():
    assert cr.full((2, 2), 3.0).val.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    x = Var(2.0)
    v = cr.full(3, x)
    v[0] = 0.0
    v.sum().back()
    assert x.grad == 2.0
    assert np.full_like(Var(X), 7.0).val.tolist() == [7.0] * 4
    w = cr.jit(lambda x: cr.sum(cr.full(x.shape, x[0])))(np.arange(1.0, 4.0))
    assert w == 3.0
