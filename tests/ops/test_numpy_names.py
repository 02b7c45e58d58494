"""NumPy's functions and ours give the same, or raise the same, on arrays, lists and Values."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import chainrule as cr
from chainrule import Var
from chainrule.errors import UnsupportedFunctionError
from chainrule.ops import elementwise_rows, index, numpy_names
from chainrule.ops.methods import ArrayMethods

ELEMENTS = st.integers(-8, 8).map(lambda i: i / 4)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
ARRAYS = hnp.arrays(np.float64, SHAPES, elements=ELEMENTS)
AXIS = st.integers(-4, 3)
AXES = st.none() | AXIS | st.lists(AXIS, max_size=3).map(tuple)


def outcome(f: Any, *arguments: Any, **options: Any) -> Any:
    """What a call gives, as an array; or the exception that it raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = f(*arguments, **options)
        except UnsupportedFunctionError:
            raise
        except (ValueError, IndexError, TypeError) as error:
            return error
    if isinstance(result, tuple | list):
        return [np.asarray(getattr(x, "val", x)) for x in result]
    return np.asarray(getattr(result, "val", result))


def check(name: str, *arguments: Any, ours: Any = None, **options: Any) -> None:
    """One call in four ways: NumPy's; ours on arrays; ours on Values; NumPy's on Values."""
    theirs = getattr(np, name)
    ours = ours or getattr(cr, name)
    expected = outcome(theirs, *arguments, **options)

    def valued(x: Any) -> Any:
        if isinstance(x, list | tuple) and x and isinstance(x[0], np.ndarray):
            return [valued(each) for each in x]
        return Var(x) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x

    values = [valued(x) for x in arguments]
    for f, operands in (ours, arguments), (ours, values), (theirs, values):
        got = outcome(f, *operands, **options)
        if isinstance(got, np.exceptions.AxisError) and getattr(arguments[0], "ndim", 1) == 0:
            # NumPy lets axis=0 pass for an array without axes, in some functions.
            continue
        if isinstance(expected, Exception):
            assert isinstance(got, Exception), (name, arguments, options, got)
            continue
        assert not isinstance(got, Exception), (name, arguments, options, repr(got))
        if isinstance(expected, list):
            assert [x.shape for x in got] == [x.shape for x in expected]
        else:
            assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@given(st.sampled_from(["sum", "prod", "mean", "max", "min"]), ARRAYS, AXES, st.booleans())
def test_reductions(name, x, axis, keepdims):
    check(name, x, axis=axis, keepdims=keepdims)
    check(name, x, axis)
    check(name, x.astype(int), axis)


@given(st.sampled_from(["var", "std"]), ARRAYS, AXES, st.booleans(), st.sampled_from([0, 1, 0.5]))
def test_reductions_with_ddof(name, x, axis, keepdims, ddof):
    check(name, x, axis=axis, keepdims=keepdims, ddof=ddof)


@given(st.sampled_from(["sum", "prod", "mean", "var"]), ARRAYS, AXES)
def test_the_third_positional_argument_is_the_type(name, x, axis):
    check(name, x, axis, np.float64)


@given(ARRAYS, st.data())
def test_shapes(x, data):
    check("ravel", x)
    check("transpose", x)
    check("transpose", x, data.draw(st.permutations(range(x.ndim)) | st.lists(AXIS, max_size=3)))
    check("squeeze", x)
    check("squeeze", x, data.draw(AXES))
    check("expand_dims", x, data.draw(AXIS | st.lists(AXIS, max_size=2).map(tuple)))
    check("swapaxes", x, data.draw(AXIS), data.draw(AXIS))
    check("moveaxis", x, data.draw(AXIS), data.draw(AXIS))
    several = st.lists(AXIS, max_size=2)
    check("moveaxis", x, data.draw(several), data.draw(several))


@given(ARRAYS, st.data())
def test_reshape_and_broadcast_to(x, data):
    extents = st.integers(-1, 6) | st.lists(st.integers(-1, 6), max_size=3).map(tuple)
    fitting = st.sampled_from([(-1,), (1, -1), x.shape, x.shape[::-1], (x.size, 1), x.size])
    check("reshape", x, data.draw(extents | fitting))
    wider = data.draw(st.lists(st.integers(0, 3), max_size=2))
    stretched = tuple(data.draw(st.integers(0, 3)) if e == 1 else e for e in x.shape)
    check("broadcast_to", x, (*wider, *stretched))
    check("broadcast_to", x, data.draw(SHAPES))


@given(st.lists(ARRAYS, max_size=3), st.data())
def test_arrays_put_together(arrays, data):
    if arrays and data.draw(st.booleans()):
        arrays = [arrays[0], *(np.ones(arrays[0].shape) for _ in arrays[1:])]
    check("stack", arrays, data.draw(AXIS))
    check("concatenate", arrays, data.draw(st.none() | AXIS))


@given(ARRAYS, st.data())
def test_take(x, data):
    indices = data.draw(
        st.integers(-4, 3)
        | hnp.arrays(int, SHAPES, elements=st.integers(-3, 2))
        | st.lists(st.integers(-3, 2), max_size=3)
    )
    # Of an array without elements NumPy takes any position.
    assume(x.size or not np.size(indices))
    check("take", x, indices, axis=data.draw(st.none() | AXIS))


ENTRIES = st.one_of(
    st.integers(-4, 3),
    st.integers(-3, 2).map(np.int64),
    st.slices(4),
    st.builds(slice, st.none() | st.integers(-5, 5), st.none() | st.integers(-5, 5)),
    st.just(None),
    st.just(Ellipsis),
    st.sampled_from([1.0, "a", slice(1.0, None), slice(None, None, 0), np.array([0.5])]),
    hnp.arrays(
        int, hnp.array_shapes(max_dims=2, min_side=0, max_side=3), elements=st.integers(-4, 3)
    ),
    hnp.arrays(bool, hnp.array_shapes(max_dims=2, min_side=0, max_side=3)),
    st.lists(st.integers(-3, 2), max_size=3),
)


@settings(max_examples=500)
@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, min_side=0, max_side=3)), st.data())
def test_indexing(x, data):
    entries = st.lists(ENTRIES, max_size=4).map(tuple)
    if data.draw(st.booleans()):
        # Masks that fit.
        entries = st.tuples(hnp.arrays(bool, x.shape[:1]), *[ENTRIES] * (x.ndim > 1))
    key = data.draw(entries | ENTRIES)
    expected = outcome(lambda: x[key])
    for y in x, Var(x):
        got = outcome(lambda y=y: index.getitem(y, key))
        if isinstance(got, IndexError) and getattr(expected, "size", 1) == 0:
            # NumPy takes an empty mask for axes of other extents, and any position where nothing
            # is picked.
            assert "mask of shape" in str(got) or "out of bounds" in str(got)
            continue
        if isinstance(expected, Exception):
            assert isinstance(got, type(expected)), (x.shape, key, expected, got)
        else:
            assert not isinstance(got, Exception), (x.shape, key, repr(got))
            np.testing.assert_array_equal(got, expected)


@given(ARRAYS, ARRAYS, st.data())
def test_products(x, y, data):
    if x.ndim and data.draw(st.booleans()):
        # One that fits.
        y = np.resize(y, (x.shape[-1], 2)) if y.size else np.ones((x.shape[-1], 2))
    for name in "matmul", "dot", "outer", "vdot":
        check(name, x, y)
    check("tensordot", x, y, data.draw(st.integers(0, 3)))
    several = st.lists(AXIS, max_size=2)
    check("tensordot", x, y, axes=(data.draw(several), data.draw(several)))


@given(
    st.lists(st.text("abc", max_size=3), min_size=1, max_size=3),
    st.none() | st.text("abc", max_size=2),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_einsum(inputs, result, extents):
    subscripts = ",".join(inputs) + ("" if result is None else f"->{result}")
    extent = dict(zip("abc", extents, strict=True))
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=[extent[letter] for letter in name]) for name in inputs]
    check("einsum", subscripts, *arrays)
    check("einsum", subscripts, *arrays, optimize=True)


@given(ARRAYS, ARRAYS)
def test_where_clip_and_round(x, y):
    check("where", x > 0, x, y)
    check("clip", x, -1.0, 1.0)
    check("clip", x, None, y, ours=numpy_names.FUNCTIONS[np.clip])
    check("clip", x, a_min=0.5, a_max=None, ours=numpy_names.FUNCTIONS[np.clip])
    check("round", x * 1.37, 1)


BINARY = [
    row.name
    for row in elementwise_rows()
    if row.public and row.arity == 2 and isinstance(getattr(np, row.name, None), np.ufunc)
]


@pytest.mark.parametrize("name", BINARY)
@given(ARRAYS, ARRAYS)
@settings(max_examples=25)
def test_elementwise_operations_broadcast(name, x, y):
    check(name, x, y)
    check(name, x, 0.5)
    check(name, x[..., None], x)


@given(ARRAYS, ARRAYS, SHAPES)
def test_functions_that_only_numpys_names_lead_to(x, y, shape):
    for name in "zeros_like", "ones_like", "copy", "shape", "ndim", "size":
        check(name, x, ours=getattr(np, name))
    check("full_like", x, 2.0, ours=np.full_like)
    check("full_like", x, 2.0, shape=shape, ours=np.full_like)
    check("size", x, 0, ours=np.size)
    check("array_equal", x, y, ours=np.array_equal)
    for nearby in y, x, x + 1e-9, x + 1e-3:
        check("isclose", x, nearby, ours=np.isclose)
        check("allclose", x, nearby, ours=np.allclose)
    check("broadcast_arrays", x, y, ours=np.broadcast_arrays)


def test_comparisons_with_nan():
    x, same, other = np.array([1.0, math.nan]), np.array([1.0, math.nan]), np.array([1.0, 2.0])
    inf = np.array([math.inf, -math.inf])
    for a, b in (x, same), (x, other), (inf, inf), (inf, -inf), (inf, other):
        for equal_nan in False, True:
            for f in np.array_equal, np.allclose:
                assert f(Var(a), b, equal_nan=equal_nan) == f(a, b, equal_nan=equal_nan)
                assert type(f(Var(a), b)) is bool


def test_full_of_a_value_keeps_the_derivative():
    x = Var(3.0)
    full = np.full_like(Var(np.zeros((2, 2))), x)
    full.sum().back()
    assert x.grad == 4.0
    assert np.zeros_like(x).shape == ()


@given(hnp.arrays(np.float64, hnp.array_shapes(min_side=1, max_dims=3), elements=ELEMENTS))
def test_lists_are_arrays(x):
    for name in "sum", "prod", "mean", "max", "transpose", "ravel", "exp", "negative", "stack":
        check(name, x.tolist())
    check("concatenate", [x.tolist(), x.tolist()])
    check("dot", x.tolist(), 2.0)
    np.testing.assert_array_equal(cr.array(x.tolist()), x)


def symmetric(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    a = np.random.default_rng(2).normal(size=shape)
    return a @ np.swapaxes(a, -1, -2) + 3 * np.eye(shape[-1])


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 3), (2, 3, 3), (0, 3, 3)])
def test_linear_algebra(shape):
    a = symmetric(shape)
    close = np.testing.assert_allclose
    batch = (2,) if shape[0] else (0,)
    for b in np.ones(shape[-1]), np.ones((shape[-1], 2)), np.ones((*batch, shape[-1], 2)):
        for solve in cr.linalg.solve, np.linalg.solve:
            close(solve(Var(a), b).val, np.linalg.solve(a, b))
            close(solve(a, Var(b)).val, np.linalg.solve(a, b))
        close(cr.linalg.solve(a, b), np.linalg.solve(a, b))
    for upper in False, True:
        expected = np.linalg.cholesky(a, upper=upper)
        close(cr.linalg.cholesky(a, upper=upper), expected, atol=1e-15)
        close(np.linalg.cholesky(Var(a), upper=upper).val, expected, atol=1e-15)
    for x in a, a.tolist():
        if np.shape(x) == shape:
            close(cr.linalg.eigh(x)[0], np.linalg.eigh(a)[0])
    close(np.linalg.eigh(Var(a))[0].val, np.linalg.eigh(a)[0])


def test_functions_are_known_by_the_object():
    """Another function of the same name is not taken for NumPy's."""

    def solve(a: Any, b: Any) -> None: ...

    solve.__module__ = "elsewhere"
    with pytest.raises(UnsupportedFunctionError, match=r"elsewhere\.solve"):
        numpy_names.apply_function(solve, (Var(np.eye(2)), np.ones(2)), {})
    mine = np.frompyfunc(lambda x: x, 1, 1)
    with pytest.raises(UnsupportedFunctionError, match="lambda"):
        mine(Var(np.eye(2)))


def test_every_function_of_the_table_is_numpys():
    for function in numpy_names.FUNCTIONS:
        module = getattr(function, "__module__", "numpy")
        place = {"numpy.linalg": np.linalg, "numpy.fft": np.fft}.get(module, np)
        assert getattr(place, function.__name__) is function


@pytest.mark.parametrize("name", numpy_names.INSTEAD)
def test_what_is_written_instead_is_of_something_that_numpy_has(name):
    path = name.removeprefix("numpy.").split(".")
    thing: Any = np
    for part in path:
        thing = getattr(thing, part, None) or getattr(np.ndarray, part)
    assert thing not in numpy_names.FUNCTIONS
    assert not hasattr(ArrayMethods, path[-1])
