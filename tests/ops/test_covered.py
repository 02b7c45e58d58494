"""The list of what is covered: whole, named as NumPy does, and of the same results as NumPy's."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from covered_samples import COVERED_CASES
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import CASES
from test_numpy_names import ARRAYS, AXES, AXIS, SHAPES, check, outcome

import chainrule as cr
from chainrule import Var
from chainrule.errors import (
    ConcreteNumberError,
)
from chainrule.ops import COVERED, quantiles
from chainrule.ops.covered import FUNCTIONS, covers, numpys

ROOT = Path(__file__).parent.parent.parent
X = np.array([[3.0, 1.0, 2.0], [0.5, 4.0, 0.0]])

# --- the list -------------------------------------------------------------------------------------


def test_every_function_that_has_a_derivative_has_a_sample():
    starts = {name.partition(",")[0] for name in COVERED_CASES | CASES}
    # By their own names in tests/ops/samples.py and test_numpy_names.py.
    elsewhere = {"clip", "round", "where", "sinc", "fix", "real", "astype", "empty_like"}
    elsewhere |= {"imag", "conjugate"}
    elsewhere |= {"zeros", "ones", "empty", "full"}  # in tests/eager/test_assigning.py
    elsewhere |= {"copyto", "place", "put", "put_along_axis", "putmask", "fill_diagonal", "unique"}
    missing = [
        key for key, entry in COVERED.items() if entry.derivative and key not in starts | elsewhere
    ]
    known_by_method = {"linalg.solve", "linalg.cholesky", "linalg.eigh"}
    assert set(missing) <= known_by_method


@pytest.mark.parametrize("key", COVERED)
def test_an_entry_is_found_by_all_its_names(key):
    entry = COVERED[key]
    for name in entry.names:
        assert FUNCTIONS[numpys(name)] is entry.function
    if entry.public:
        place: Any = cr
        for part in entry.public.split("."):
            place = getattr(place, part)
        assert place is entry.function
        assert ">>> " in (entry.function.__doc__ or "")


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="cumsum: there is a function"):
        covers("cumsum")(lambda a: a)


def test_linalg_is_a_module_of_functions():
    assert "svd" in dir(cr.linalg)
    assert cr.linalg.outer is cr.outer
    with pytest.raises(AttributeError, match="no function 'nonsense'"):
        cr.linalg.nonsense  # noqa: B018, that is the test


def test_the_page_is_printed_from_the_list():
    version = ".".join(np.__version__.split(".")[:2])
    if f"(NumPy {version})" not in (ROOT / "docs" / "coverage.md").read_text("utf-8"):
        pytest.skip("the page is of another NumPy, which has other functions")
    check = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "print_coverage.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr


METHODS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("cumsum", "cumprod", "argmax", "argmin", "any", "all", "diagonal"), ()),
    **dict.fromkeys(("trace", "argsort", "nonzero", "prod", "var", "std", "mean", "copy"), ()),
    "repeat": (2,),
    "compress": ([True, False], 0),
    "take": ([1, 0], 1),
    "round": (1,),
    "max": (1,),
    "swapaxes": (0, 1),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_arrays_is_the_function(name):
    arguments = METHODS[name]
    expected = getattr(X, name)(*arguments)
    got = getattr(Var(X), name)(*arguments)
    if name == "nonzero":
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        return
    np.testing.assert_allclose(getattr(got, "val", got), expected, rtol=1e-14)
    if name not in ("compress", "trace"):  # a Symbol's own trace is another thing
        jitted = cr.jit(lambda x: getattr(x, name)(*arguments))(X)
        np.testing.assert_allclose(jitted, expected, rtol=1e-14)


#: Functions without a derivative, with their arguments behind the array.
PLAIN: dict[str, tuple[Any, ...]] = {
    "argmax": (1,),
    "argmin": (None,),
    "argsort": (0,),
    "argpartition": (1,),
    "any": (0,),
    "all": (1,),
    "count_nonzero": (1,),
    "searchsorted": (),
    "digitize": ([0.0, 1.0, 3.0],),
    "isclose": (1.0,),
    "isposinf": (),
    "isneginf": (),
    "nanargmax": (1,),
    "nanargmin": (0,),
    "isin": ([0.5, 4.0],),
    "signbit": (),
    "logical_xor": (1.0,),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_has_no_derivative_gives_plain_arrays_in_every_mode(name):
    function = getattr(np, name)
    arguments = PLAIN[name]

    def f(x: Any) -> Any:
        return function([0.5, 1.0, 3.5], x) if name == "searchsorted" else function(x, *arguments)

    expected = f(X)
    if name == "argpartition":
        expected = np.argsort(X, axis=-1, kind="stable")
    eager = f(Var(X))
    assert type(eager) is type(np.asarray(expected)[()])
    np.testing.assert_array_equal(eager, expected)
    np.testing.assert_array_equal(cr.jit(f)(X), expected)
    batch = np.stack([X, X + 0.25, X[:, ::-1]])
    if name not in ("nanargmax", "nanargmin", "argpartition"):
        np.testing.assert_array_equal(cr.vmap(f)(batch), [f(x) for x in batch])
    # It is no obstacle to a derivative, and has no part in it.
    slope = cr.grad(lambda x: cr.sum(x * 2.0 + 0.0 * cr.sum(cr.where(f(x) > 0, 1.0, 2.0))))
    for mode in (lambda g: g, cr.jit):
        np.testing.assert_array_equal(mode(slope)(X), np.full(X.shape, 2.0))


@pytest.mark.parametrize("name", ["nonzero", "flatnonzero", "argwhere"])
def test_what_depends_on_the_numbers_raises_while_traced(name):
    f = getattr(np, name)
    np.testing.assert_array_equal(f(Var(X)), f(X))
    for way in (lambda: cr.jit(f)(X), lambda: cr.vmap(f)(X)):
        with pytest.raises(ConcreteNumberError, match=rf"{name}, at .*test_covered.*cr\.where"):
            way()


def test_the_different_elements_of_an_array():
    x = np.array([[3.0, 1.0, 3.0], [2.0, np.nan, 1.0]])
    for options in {}, {"equal_nan": False}, {"return_index": True, "return_counts": True}:
        theirs, ours = np.unique(x, **options), np.unique(Var(x), **options)
        for a, b in (
            zip(theirs, ours, strict=True) if options.keys() - {"equal_nan"} else [(theirs, ours)]
        ):
            np.testing.assert_array_equal(getattr(b, "val", b), a)
    slope = cr.grad(lambda x: cr.sum(np.unique(x)[:2] * [2.0, 5.0]))(x)
    np.testing.assert_array_equal(slope, [[0.0, 1.0, 0.0], [5.0, 0.0, 1.0]])
    with pytest.raises(ConcreteNumberError, match="unique, at"):
        cr.jit(np.unique)(x)


def test_types_and_places_by_shape():
    x = X.astype(np.float32)
    for f in (
        lambda x: cr.sum(x[np.tril_indices_from(x)]) * np.result_type(x, 1.0).itemsize,
        lambda x: cr.sum(x[:, :2][np.diag_indices_from(x[:, :2])]) * np.can_cast(x, np.float64),
        lambda x: cr.sum(x[np.triu_indices_from(x, 1)]) * np.result_type(x, np.float64).itemsize,
    ):
        for mode in (lambda f: f), cr.jit:
            assert float(mode(cr.value_and_grad(f))(x)[0]) == f(x)


def test_predicates_of_whole_arrays():
    assert np.array_equal(Var(X), X)
    assert not np.allclose(Var(X), X + 1e-3)
    np.testing.assert_array_equal(np.lexsort((Var(X[0]), Var(X[1]))), np.lexsort((X[0], X[1])))
    assert np.linalg.matrix_rank(Var(np.outer(X[0], X[0]))) == 1
    assert cr.jit(np.linalg.matrix_rank)(np.eye(3)) == 3
    assert np.ndim(Var(X)) == 2
    assert np.isrealobj(Var(X))
    assert not np.iscomplexobj(Var(X))
    assert np.all(np.isreal(Var(X)))
    assert not np.any(np.iscomplex(Var(X)))
    v = Var(X)
    assert np.real(v) is v.conj() is v.real is v
    assert np.array_equal(v.imag, np.zeros(v.shape))
    assert np.array_equal(np.conj(v), v)  # a copy
    assert not np.any(np.imag(v))
    assert np.where(Var(X) > 2)[0].tolist() == [0, 1]


# --- the same as NumPy's --------------------------------------------------------------------------

SOME = st.integers(-4, 4)


@given(ARRAYS, AXIS, st.booleans())
def test_cumulative_functions(x, axis, increasing):
    for name in "cumsum", "cumprod", "nancumsum", "nancumprod":
        check(name, x)
        check(name, x, axis)
    check("diff", x, axis=axis)
    check("diff", x, 2, axis)
    check("diff", x, axis=axis, prepend=1.0)
    check("ediff1d", x)
    check("trapezoid", x, axis=axis)
    check("gradient", x, axis=axis)
    check("gradient", x, edge_order=2, axis=axis)
    check("unwrap", x, axis=axis)


@given(ARRAYS, AXES, st.booleans(), st.data())
def test_reductions_with_their_arguments(x, axis, keepdims, data):
    mask = data.draw(st.just(x > 0) | st.just(np.ones(x.shape, bool)))
    for name in "any", "all", "ptp", "count_nonzero", "nansum", "nanprod":
        check(name, x, axis=axis, keepdims=keepdims)
    for name in "sum", "prod", "max", "min", "any", "all":
        extra = {} if name in ("any", "all") else {"initial": 0.5}
        check(name, x, axis=axis, keepdims=keepdims, where=mask, **extra)
    for name in "mean", "var", "std":
        check(name, x, axis=axis, keepdims=keepdims, where=mask)
    if x.size:
        check("average", x, axis=axis)
    y = np.where(x > 1.0, np.nan, x)
    for name in "nansum", "nanprod", "nanmean", "nanvar", "nanstd":
        check(name, y, axis=axis, keepdims=keepdims)
    if x.size:
        for name in "nanmax", "nanmin":
            check(name, y, axis=axis, keepdims=keepdims)
    check("nan_to_num", np.where(x > 1.0, np.inf, y), nan=2.0, neginf=-3.0)


@given(ARRAYS, st.none() | AXIS, st.booleans(), st.sampled_from([0.0, 0.3, 0.5, 0.75, 1.0]))
def test_order(x, axis, keepdims, q):
    for name in "sort", "argmax", "argmin":
        check(name, x, axis=axis)
    check("argsort", x + 0.0101 * np.arange(x.size).reshape(x.shape), axis)
    for name in "argmax", "argmin":
        check(name, x, axis, keepdims=keepdims)
    if x.size:
        check("median", x, axis, keepdims=keepdims)
        check("nanmedian", np.where(x > 1.0, np.nan, x), axis, keepdims=keepdims)
        check("percentile", x, 100 * q, axis, keepdims=keepdims)
        check("nanquantile", np.where(x > 1.0, np.nan, x), [q, 0.1], axis, keepdims=keepdims)
        for method in quantiles.METHODS:
            check("quantile", x, [q, 0.0, 1.0], axis, method=method)
            check("nanquantile", np.where(x > 1.0, np.nan, x), [q, 1.0], axis, method=method)
        weights = np.where(x < 0.5, 2.0, 1.0)
        for name in "quantile", "nanquantile":
            y = x if name == "quantile" else np.where(x > 1.0, np.nan, x)
            check(name, y, q, axis, method="inverted_cdf", weights=weights)


@given(ARRAYS, ARRAYS, st.data())
def test_search_and_positions(x, v, data):
    side = data.draw(st.sampled_from(["left", "right"]))
    check("searchsorted", np.sort(x.ravel()), v, side)
    check("digitize", v, np.unique(x), right=side == "right")
    check("digitize", v, np.unique(x)[::-1], right=side == "right")
    assume(x.ndim)
    axis = data.draw(st.integers(0, x.ndim - 1))
    check("take_along_axis", x, np.argsort(x, axis=axis), axis)
    check("take_along_axis", x, np.argsort(x, axis=axis)[..., :1] * 0 - 1, axis)


@given(st.lists(ARRAYS, min_size=1, max_size=3), st.data())
def test_put_together_and_taken_apart(arrays, data):
    if data.draw(st.booleans()):
        arrays = [arrays[0], *(np.ones(arrays[0].shape) for _ in arrays[1:])]
    for name in "vstack", "hstack", "dstack", "column_stack":
        check(name, arrays)
    for name in "atleast_1d", "atleast_2d", "atleast_3d":
        check(name, arrays[0])
        check(name, arrays[0], arrays[0])
    x, axis = arrays[0], data.draw(AXIS)
    check("append", x, arrays[-1])
    check("append", x, arrays[-1], axis)
    where = data.draw(st.sampled_from([-1, 1, 2, 3, 4]) | st.lists(SOME, max_size=3))
    for name in "split", "array_split":
        check_parts(name, x, where, axis)
    for name in "hsplit", "vsplit", "dsplit":
        check_parts(name, x, where)
    check("unstack", x, axis=axis)


def check_parts(name: str, *arguments: Any) -> None:
    """As ``check``, for lists of arrays that differ in shape."""
    expected = outcome(getattr(np, name), *arguments)
    x, *rest = arguments
    for f in getattr(cr, name), getattr(np, name):
        for operand in (x, Var(x)) if f is not getattr(np, name) else (Var(x),):
            got = outcome(f, operand, *rest)
            if isinstance(expected, Exception):
                assert isinstance(got, Exception), (name, arguments, got)
                continue
            assert not isinstance(got, Exception), (name, arguments, repr(got))
            for a, b in zip(got, expected, strict=True):
                np.testing.assert_array_equal(a, b)


@given(ARRAYS, st.data())
def test_rearranged(x, data):
    axis, k = data.draw(AXIS), data.draw(SOME)
    for name in "flip", "flipud", "fliplr":
        check(name, x)
    check("flip", x, data.draw(AXES))
    check("roll", x, k)
    check("roll", x, k, axis)
    check("roll", x, (k, 1), (axis, 0))
    check("rot90", x, k)
    check("rollaxis", x, axis, data.draw(AXIS))
    check("repeat", x, data.draw(st.integers(-1 if x.size else 0, 3)), data.draw(st.none() | AXIS))
    check("tile", x, data.draw(st.integers(0, 2) | st.lists(st.integers(0, 2), max_size=3)))
    check("resize", x, data.draw(SHAPES))
    check("delete", x, data.draw(st.integers(-1, 1)), data.draw(st.none() | AXIS))
    check("insert", x, data.draw(st.integers(-1, 1)), 9.0, data.draw(st.none() | AXIS))
    for name in "diag", "diagflat", "tril", "triu", "trace", "diagonal":
        check(name, x, k)
    check("diagonal", x, k, axis, data.draw(AXIS))


@given(
    ARRAYS,
    st.sampled_from(["constant", "edge", "reflect", "symmetric", "wrap", "mean", "maximum",
                     "minimum", "median", "linear_ramp"]),
    st.integers(0, 5) | st.tuples(st.integers(0, 7), st.integers(0, 7)),
    st.sampled_from(["even", "odd"]),
)  # fmt: skip
def test_pad(x, mode, width, kind):
    assume(x.size or mode == "constant")
    extra = {"reflect_type": kind} if mode in ("reflect", "symmetric") else {}
    if mode == "linear_ramp":
        extra = {"end_values": 2.0}
    check("pad", x, width, mode, **extra)


@given(ARRAYS, ARRAYS, st.data())
def test_further_products(x, y, data):
    for name in "inner", "kron":
        check(name, x, y)
        check(name, x, x)
    mode = data.draw(st.sampled_from(["full", "same", "valid"]))
    for name in "convolve", "correlate":
        check(name, x.ravel(), y.ravel(), mode)
    check("polyval", x.ravel(), y)
    if x.size and y.size:
        for name in "polyadd", "polysub":
            check(name, x.ravel(), y.ravel())
    check("vander", x, data.draw(st.none() | st.integers(0, 4)))
    check("meshgrid", x, y, indexing=data.draw(st.sampled_from(["xy", "ij", "no"])))
    check("linspace", x, 2.0, data.draw(st.integers(-1, 4)), data.draw(st.booleans()))


@given(st.data())
def test_interp(data):
    count = data.draw(st.integers(1, 5))
    nodes = np.cumsum(data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count)))
    heights = data.draw(st.lists(SOME, min_size=count, max_size=count))
    x = np.arange(-2.0, 12.0, 0.5)
    check("interp", x, nodes.astype(float), np.array(heights, float))
    check("interp", x, nodes.astype(float), np.array(heights, float), left=9.0, right=-9.0)
    if len(set(nodes % 4.5)) == count:  # nodes that fall together NumPy takes in any order
        check("interp", x, nodes.astype(float), np.array(heights, float), period=4.5)


@pytest.mark.parametrize("ord", [None, 0, 1, 2, 3, 0.5, -1, math.inf, -math.inf, "fro", "nuc", -2])
@pytest.mark.parametrize("axis", [None, 0, (0, 1), (1, 0), (0, 0), 5])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 2)])
def test_norms(ord, axis, shape):
    x = np.random.default_rng(3).normal(size=shape)
    theirs = outcome(np.linalg.norm, x, ord, axis)
    for f, operand in ((cr.linalg.norm, x), (np.linalg.norm, Var(x))):
        got = outcome(f, operand, ord, axis)
        if isinstance(theirs, Exception):
            assert isinstance(got, type(theirs)), (theirs, got)
        else:
            np.testing.assert_allclose(got, theirs, rtol=1e-13)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.insert(x, 1, 5.0),
        lambda x: np.insert(x, [0, 2], [1.0, 2.0]),
        lambda x: np.linspace(x, 2.0, 3),
        lambda x: np.linspace(0.0, x, 3, endpoint=False),
        lambda x: np.linspace(0.0, x, 1),
    ],
)
def test_beside_plain_numbers_float32_stays(f):
    x = X[0].astype(np.float32)
    for got in f(Var(x)), cr.jit(f)(x), cr.vmap(f)(x[None])[0]:
        assert got.dtype == f(x).dtype == np.float32
        np.testing.assert_allclose(getattr(got, "val", got), f(x), rtol=1e-6)


def test_a_number_is_convolved():
    f = lambda x: np.convolve(x, [1.0, 2.0])
    np.testing.assert_array_equal(f(Var(3.0)).val, f(3.0))
    np.testing.assert_array_equal(cr.jacobian(f)(3.0), [1.0, 2.0])
