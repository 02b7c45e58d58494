"""Kinks, ties, zeros, matrices without full rank: what the derivatives are at the boundaries."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy import linalg

import chainrule as cr

equal, close = np.testing.assert_array_equal, np.testing.assert_allclose
inf, nan = math.inf, math.nan

#: A function of an array, eagerly, traced, and under vmap.
WAYS: dict[str, Any] = {
    "eager": lambda f, x: f(x),
    "jit": lambda f, x: cr.jit(f)(x),
    "vmap": lambda f, x: cr.vmap(f)(np.stack([x, x]))[1],
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


# --- zeros in products ----------------------------------------------------------------------------


@EVERY_WAY
@pytest.mark.parametrize(
    "x", [[0.0, 2.0, 3.0], [2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [2.0, 3.0, 0.0], [0.0] * 3, [5.0]]
)
def test_cumprod_with_zeros(way, x):
    x = np.array(x)
    n = len(x)
    jacobian = [
        [np.prod(np.delete(x[: i + 1], j)) if j <= i else 0.0 for j in range(n)] for i in range(n)
    ]
    for f in cr.jacrev, cr.jacfwd:
        equal(way(f(np.cumprod), x), jacobian)
    hessian = way(cr.hessian(lambda x: cr.sum(np.cumprod(x))), x)
    expected = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            for k in range(i + 1):
                if j != k:
                    expected[j, k] += np.prod(np.delete(x[: i + 1], [j, k]))
    equal(hessian, expected)


def test_cumprod_of_many_elements_is_accurate():
    x = np.random.default_rng(0).uniform(0.9, 1.1, 1000)
    weights = np.linspace(-1.0, 1.0, 1000)
    gradient = cr.grad(lambda x: cr.sum(weights * np.cumprod(x)))(x)
    exact = np.longdouble(weights) * np.cumprod(np.longdouble(x))
    expected = np.cumsum(exact[::-1])[::-1] / np.longdouble(x)
    close(gradient, expected.astype(float), rtol=1e-12, atol=1e-12)


# --- ties -----------------------------------------------------------------------------------------


@EVERY_WAY
def test_a_tie_in_sort_is_shared_equally(way):
    x = np.array([2.0, 1.0, 2.0, 0.0, 1.0])
    half = 0.5
    expected = [
        [0, 0, 0, 1, 0],
        [0, half, 0, 0, half],
        [0, half, 0, 0, half],
        [half, 0, half, 0, 0],
        [half, 0, half, 0, 0],
    ]
    for f in cr.jacrev, cr.jacfwd:
        equal(way(f(np.sort), x), expected)
    equal(way(cr.grad(lambda x: np.sort(x)[-1]), x), way(cr.grad(cr.max), x))
    equal(way(np.sort, np.array([0.3, 0.1, 0.1, 0.1])), [0.1, 0.1, 0.1, 0.3])


def test_products_of_nothing():
    for x in np.zeros(0), np.zeros((0, 3)):
        for f in cr.jacrev, cr.jacfwd:
            assert f(np.cumprod)(x).shape == cr.jit(f(np.cumprod))(x).shape == (0, *x.shape)


@EVERY_WAY
@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([3.0, 1.0, 2.0, 4.0], [0.5, 0.0, 0.5, 0.0]),
        ([2.0, 2.0, 1.0, 5.0], [0.5, 0.5, 0.0, 0.0]),
        ([2.0, 2.0, 1.0], [0.5, 0.5, 0.0]),
        ([2.0, 2.0, 2.0, 2.0], [0.25] * 4),
        ([7.0], [1.0]),
        ([inf, 1.0, inf, inf], [1 / 3, 0.0, 1 / 3, 1 / 3]),
    ],
)
def test_median(way, x, expected):
    close(way(cr.grad(np.median), np.array(x)), expected, rtol=1e-15)
    assert way(np.median, np.array(x)) == np.median(x)


@EVERY_WAY
def test_quantiles_that_are_elements(way):
    x = np.array([4.0, 1.0, 3.0])
    equal(way(cr.jacobian(lambda x: np.quantile(x, [0.0, 0.5, 1.0])), x),
          [[0, 1, 0], [0, 0, 1], [1, 0, 0]])  # fmt: skip
    equal(way(cr.grad(lambda x: np.quantile(x, 0.5)), np.array([1.0, inf, 0.0])), [1.0, 0.0, 0.0])


@EVERY_WAY
def test_nan_in_an_order(way):
    x = np.array([2.0, nan, 1.0])
    assert np.isnan(way(np.median, x))
    equal(way(np.sort, x), [1.0, 2.0, nan])
    equal(way(cr.grad(np.nanmedian), x), [0.5, 0.0, 0.5])
    equal(way(cr.grad(np.nanmax), x), [1.0, 0.0, 0.0])
    assert np.isnan(way(cr.nanmean, np.array([nan, nan])))
    equal(way(cr.grad(lambda x: np.nansum(cr.sqrt(x))), np.array([4.0, -1.0])), [0.25, 0.0])


def test_masks_go_through_sort():
    """What is not selected is not multiplied: sqrt' at 0 is infinite."""
    x = np.array([4.0, 0.0, 9.0])
    for f in (lambda x: cr.sum(np.sort(cr.sqrt(x))[1:]), lambda x: cr.sum(cr.sqrt(np.sort(x))[1:])):
        for way in WAYS.values():
            close(way(cr.grad(f), x), [0.25, 0.0, 1 / 6])
            close(way(cr.jacfwd(f), x), [0.25, 0.0, 1 / 6])


def test_masks_go_through_a_condition_that_is_repeated():
    keep = np.array([True, False, True])
    x = np.array([[1.0, 0.0, 4.0], [4.0, 0.0, 1.0]])
    f = lambda x: cr.sum(cr.transpose(cr.where(keep, np.flip(cr.sqrt(x), 0), 0.0))[:, :1])
    for way in WAYS.values():
        close(way(cr.grad(f), x), [[0.0, 0.0, 0.0], [0.25, 0.0, 0.5]])


@pytest.mark.parametrize(("f", "expected"), [
    (lambda x: cr.sum(np.cumsum(cr.sqrt(x))[:2]), [0.5, 0.25, 0.0]),
    (lambda x: cr.sum(np.pad(cr.sqrt(x), 2)[2:4]), [0.25, 0.25, 0.0]),
    (lambda x: cr.sum(np.roll(cr.sqrt(x), 1)[1:]), [0.25, 0.25, 0.0]),
])  # fmt: skip
def test_masks_go_through_sums_and_moves(f, expected):
    x = np.array([4.0, 4.0, 0.0])
    close(cr.grad(f)(x), expected)
    close(cr.jit(cr.grad(f))(x), expected)


def test_masks_go_through_cross_products():
    """Rows with infinities and NaN, and infinite slopes, of which none is picked."""
    keep = np.array([[True], [False], [False]])
    a = np.array([[2.0, 2.0, 3.0], [np.inf, 1.0, 2.0], [nan, 0.5, 1.0]])
    b = np.array([[3.0, 1.0, 2.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    weight = np.array([1.0, -2.0, 0.5])
    f = lambda x: np.sum(np.where(keep, np.cross(np.sqrt(x[0] - 1.0), x[1]), 0.0) * weight)
    slope = 0.5 / np.sqrt(a[0] - 1.0)
    expected = np.zeros((2, 3, 3))
    expected[0, 0] = np.cross(b[0], weight) * slope
    expected[1, 0] = np.cross(weight, np.sqrt(a[0] - 1.0))
    second = np.zeros((2, 3, 3))
    second[0, 0] = np.cross(b[0], weight) * -0.25 * (a[0] - 1.0) ** -1.5
    second[1, 0] = np.cross(weight, slope)
    ahead = np.zeros((2, 3, 3))
    ahead[0] = 1.0
    x = np.stack([a, b])
    for way in WAYS.values():
        close(way(cr.grad(f), x), expected)
        close(way(cr.jacfwd(f), x), expected)
        close(way(lambda x: cr.hvp(f, (x,), (ahead,)), x), second)


def test_what_is_not_selected_is_masked_in_forward_mode_too():
    """The root of a sum in which nothing is selected, whose slope is infinite."""
    f = lambda x: cr.sqrt(cr.sum(cr.where(x > 0, x, 0.0)))
    mean = lambda x: np.nanmean(np.where(x > 0, x, nan))
    x = np.array([-1.0, -2.0])
    for way in WAYS.values():
        for jacobian in cr.jacrev, cr.jacfwd:
            equal(way(jacobian(f), x), [0.0, 0.0])
            equal(way(jacobian(mean), x), [0.0, 0.0])


# --- interp at its nodes --------------------------------------------------------------------------

XP, FP = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 3.0, 2.0])


@pytest.mark.parametrize(
    ("x", "slope"),
    [
        (-1.0, 0.0),
        (0.0, 0.0),
        (0.5, 1.0),
        (1.0, 1.0),
        (2.0, 0.0),
        (2.5, -1.0),
        (3.0, 0.0),
        (4.0, 0.0),
    ],
)
def test_interp_at_its_nodes(x, slope):
    """The slope of least size; 0 at an extremum, and where the constant ends begin."""
    for f in (lambda x: np.interp(x, XP, FP)), (lambda x: np.interp(x, list(XP), list(FP))):
        assert cr.grad(f)(x) == slope
        assert cr.jit(cr.grad(f))(x) == slope
        assert cr.jvp(f, (x,), (2.0,))[1] == 2 * slope
        assert cr.vmap(cr.grad(f))(np.array([x, x])).tolist() == [slope, slope]
    by_nodes = cr.grad(lambda xp: np.interp(x, xp, FP))(XP)
    assert np.sum(by_nodes) == pytest.approx(-slope)  # moving all nodes is moving x back
    by_heights = cr.grad(lambda fp: np.interp(x, XP, fp))(FP)
    assert np.sum(by_heights) == pytest.approx(1.0)
    if x in XP:
        equal(by_heights, x == XP)


def test_interp_where_it_jumps():
    f = lambda x: np.interp(x, XP, FP, left=5.0, right=6.0)
    assert cr.grad(f)(0.0) == 1.0
    assert cr.grad(f)(3.0) == -1.0
    assert cr.grad(f)(-1.0) == 0.0
    assert np.isnan(cr.grad(lambda x: x * np.interp(x, XP, FP))(nan))


# --- norms, deviations, logsumexp -----------------------------------------------------------------


@EVERY_WAY
@pytest.mark.parametrize("ord", [None, 0, 1, 2, 3, 1.5, 0.5, -1, -2, inf, -inf])
def test_the_norm_of_a_vector_at_0(way, ord):
    zeros = np.zeros(3)
    equal(way(cr.grad(lambda x: linalg.norm(x, ord)), zeros), zeros)
    assert way(lambda x: cr.linalg.norm(x, ord), zeros) == 0.0
    # An element of 0 beside others has slope 0.
    assert way(cr.grad(lambda x: linalg.norm(x, ord)), np.array([0.0, 2.0, -1.0]))[0] == 0.0


@EVERY_WAY
@pytest.mark.parametrize("ord", [None, "fro", "nuc", 1, -1, 2, -2, inf, -inf])
def test_the_norm_of_a_matrix_at_0(way, ord):
    zeros = np.zeros((2, 3))
    equal(way(cr.grad(lambda x: linalg.norm(x, ord)), zeros), zeros)
    assert way(lambda x: cr.linalg.norm(x, ord), zeros) == 0.0


@EVERY_WAY
def test_a_tie_in_a_norm_is_shared(way):
    x = np.array([2.0, -2.0, 1.0])
    equal(way(cr.grad(lambda x: linalg.norm(x, inf)), x), [0.5, -0.5, 0.0])
    close(way(cr.grad(lambda x: linalg.norm(x, 2)), np.eye(2)), np.eye(2) / 2)


@EVERY_WAY
@pytest.mark.parametrize("f", [cr.std, np.std, np.nanstd])
def test_the_deviation_of_equal_elements(way, f):
    x = np.full(3, 2.0)
    equal(way(cr.grad(f), x), np.zeros(3))
    equal(way(cr.jacfwd(f), x), np.zeros(3))


@EVERY_WAY
def test_logsumexp_of_nothing_but_minus_infinity(way):
    x = np.full(2, -inf)
    assert way(cr.logsumexp, x) == -inf
    assert np.isnan(way(cr.grad(cr.logsumexp), x)).all()  # there is no limit


# --- matrices -------------------------------------------------------------------------------------


@EVERY_WAY
def test_repeated_eigenvalues(way):
    a = np.diag([2.0, 2.0, 5.0])
    # Symmetric functions of the eigenvalues: traces of powers.
    close(way(cr.grad(lambda a: cr.sum(linalg.eigvalsh(a) ** 3)), a), 3 * a @ a, atol=1e-12)
    close(way(cr.grad(lambda a: cr.sum(cr.log(linalg.eigvalsh(a)))), a), linalg.inv(a), atol=1e-14)
    turned = way(cr.grad(lambda a: cr.sum(linalg.eigh(a)[1] * np.arange(9.0).reshape(3, 3))), a)
    assert np.isnan(turned).any()


@EVERY_WAY
def test_vectors_of_a_simple_eigenvalue_beside_repeated_ones(way):
    a = np.diag([2.0, 2.0, 5.0])
    found = way(cr.grad(lambda a: linalg.eigh(a)[1][0, 2] * linalg.eigh(a)[1][2, 2]), a)
    close(found, [[0, 0, 1 / 6], [0, 0, 0], [1 / 6, 0, 0]], atol=1e-15)


@EVERY_WAY
def test_second_derivatives_at_repeated_eigenvalues_are_not_wrong(way):
    """The sum of squares is that of the elements; what cannot be said of it is NaN, never 0."""
    hessian = way(cr.hessian(lambda a: cr.sum(linalg.eigvalsh(a) ** 2)), np.eye(2)).reshape(4, 4)
    expected = np.array([[2.0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 2]])
    wrong = ~np.isnan(hessian) & (np.abs(hessian - expected) > 1e-12)
    assert not wrong.any()
    assert np.isfinite(hessian[0, 0])


@EVERY_WAY
def test_svd_without_full_rank(way):
    a = np.diag([3.0, 2.0, 0.0])
    # Squares of the values are smooth: their sum is that of the elements.
    close(way(cr.grad(lambda a: cr.sum(linalg.svdvals(a) ** 2)), a), 2 * a, atol=1e-14)
    # The sum of the values has a kink at 0: the least slope.
    close(
        way(cr.grad(lambda a: cr.sum(linalg.svdvals(a))), a), np.diag([1.0, 1.0, 0.0]), atol=1e-14
    )
    wide = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])
    close(way(cr.grad(lambda a: linalg.norm(a, 2)), wide),
          np.outer([1, 2], [1, 2, 3]) / math.sqrt(70), rtol=1e-13)  # fmt: skip


@EVERY_WAY
def test_svd_of_wide_matrices(way):
    a = np.random.default_rng(5).normal(size=(2, 4))

    def again(a: Any) -> Any:
        u, s, vh = linalg.svd(a, full_matrices=False)
        return (u * s) @ vh

    close(way(again, a), a, atol=1e-14)
    close(way(cr.jacobian(again), a).reshape(8, 8), np.eye(8), atol=1e-12)
    close(way(cr.jacfwd(again), a).reshape(8, 8), np.eye(8), atol=1e-12)


@EVERY_WAY
def test_vectors_of_equal_singular_values(way):
    weights = np.array([[1.0, 2.0], [3.0, 4.0]])
    for k in 0, 2:
        found = way(cr.grad(lambda a, k=k: cr.sum(linalg.svd(a)[k] * weights)), np.eye(2))
        assert np.isnan(found).any()
    close(way(cr.grad(lambda a: cr.sum(linalg.svd(a)[1])), np.eye(2)), np.eye(2), atol=1e-15)


@EVERY_WAY
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_the_determinant_of_singular_matrices(way, rank):
    rng = np.random.default_rng(rank)
    a = rng.normal(size=(3, rank)) @ rng.normal(size=(rank, 3)) if rank else np.zeros((3, 3))

    def expanded(a: Any) -> Any:
        b, c = np.roll(a, -1, 1), np.roll(a, -2, 1)
        return cr.sum(a[0] * (b[1] * c[2] - c[1] * b[2]))

    close(way(cr.grad(linalg.det), a), cr.grad(expanded)(a), atol=1e-12)
    close(way(cr.hessian(linalg.det), a), cr.hessian(expanded)(a), atol=1e-12)
    close(way(cr.jacfwd(cr.jacfwd(linalg.det)), a), cr.hessian(expanded)(a), atol=1e-12)


@EVERY_WAY
def test_slogdet_and_qr_without_full_rank_say_nan(way):
    a = np.ones((2, 2))
    assert way(lambda a: linalg.slogdet(a)[1], a) == -inf
    assert np.isnan(way(cr.grad(lambda a: linalg.slogdet(a)[1]), a)).all()
    r = way(cr.grad(lambda a: cr.sum(linalg.qr(a)[1])), np.zeros((2, 2)))
    assert not np.isfinite(r).all()


@EVERY_WAY
def test_vectors_that_make_a_basis_whole_say_nan_if_they_are_asked(way):
    tall = np.random.default_rng(6).normal(size=(4, 2))
    whole = {
        "left": (lambda a: linalg.svd(a)[0], tall),
        "right": (lambda a: linalg.svd(a)[2].T, tall.T),
        "qr": (lambda a: linalg.qr(a, mode="complete")[0], tall),
    }
    for basis, x in whole.values():
        close(way(lambda a, basis=basis: basis(a).T @ basis(a), x), np.eye(4), atol=1e-14)
        close(way(basis, x), basis(x), atol=1e-14)
        asked = lambda a, basis=basis: cr.sum(basis(a)[:, -1])
        assert np.isnan(way(cr.grad(asked), x)).all()
        assert np.isnan(way(cr.jacfwd(asked), x)).all()
        unasked = lambda a, basis=basis: cr.sum(basis(a)[:, 0] ** 3)
        close(way(cr.grad(unasked), x), way(cr.jacfwd(unasked), x), atol=1e-13)
        assert np.isfinite(way(cr.grad(unasked), x)).all()


def test_one_singular_matrix_of_a_batch_leaves_the_others_alone():
    batch = np.stack([np.ones((2, 2)), np.diag([2.0, 4.0])])
    found = cr.vmap(cr.grad(lambda a: linalg.slogdet(a)[1]))(batch)
    assert np.isnan(found[0]).all()
    equal(found[1], np.diag([0.5, 0.25]))


def test_correlation_of_what_is_proportional_is_no_bound():
    """The second derivative at 1 is that of the function, whichever side rounding falls on."""
    for slope in 2.0, 3.0, 0.1, 7.7:
        x = np.array([0.3, -1.2, 0.7, 2.1])
        f = lambda y, x=x: np.corrcoef(x=x, y=y)[0, 1]
        y = slope * x + 0.3
        t = np.array([1.0, 0.5, -0.3, 0.2])
        h = 1e-4
        quotient = (f(y + h * t) - 2 * f(y) + f(y - h * t)) / h**2
        close(t @ cr.hvp(f, (y,), (t,)), quotient, rtol=1e-4)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "nansum", "nanprod", "nanmax"])
def test_what_a_reduction_starts_from_leaves_the_dtype_alone(name):
    x = np.array([1.5, 2.5], np.float32)
    for initial in 2.0, np.float64(2.0), np.float32(2.0), np.int64(2):
        expected = getattr(np, name)(x, initial=initial)
        f = lambda x, initial=initial: getattr(np, name)(x, initial=initial)
        for found in f(cr.Var(x)).val, cr.jit(f)(x):
            assert found.dtype == expected.dtype
            equal(found, expected)


def test_matrices_that_are_not_finite_end():
    """LAPACK iterates for ever on the singular values of the first one."""
    bad = np.array([[np.inf, 1.0, 0.0], [0.0, 1.0, 2.0], [1.0, 2.0, 3.0]])
    for number in np.inf, np.nan:
        bad[0, 0] = number
        found = cr.grad(lambda a: np.sum(linalg.det(a)))(np.stack([bad, np.ones((3, 3))]))
        assert np.isnan(found[0]).all()
        equal(found[1], 0.0)
        for f in linalg.svdvals, linalg.svd, lambda a: linalg.norm(a, "nuc"), linalg.pinv:
            with pytest.raises(np.linalg.LinAlgError, match="did not converge"):
                f(cr.Var(bad))


def test_results_have_numpys_names():
    a = np.diag([3.0, 2.0])
    for leaf in a, cr.Var(a):
        assert linalg.slogdet(leaf).sign == 1.0
        close(getattr(linalg.eigh(leaf).eigenvalues, "val", linalg.eigh(leaf).eigenvalues), [2, 3])
        assert linalg.svd(leaf).Vh.shape == linalg.qr(leaf).R.shape == (2, 2)


EMPTY: dict[str, Any] = {
    "roll": lambda x: np.roll(x, 2),
    "roll, axis": lambda x: np.roll(x, (1, -3), (0, 1)),
    "partition": lambda x: np.partition(x, 1, axis=1),
    "argpartition": lambda x: np.argpartition(x, 1, axis=1) * 1.0,
    "solve": lambda x: np.linalg.solve(x @ x.T + np.eye(2), x),
}


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("name", EMPTY)
def test_of_an_empty_array(name):
    f, x = EMPTY[name], np.zeros((2, 0))
    expected = f(x)
    for found in (getattr(f(cr.Var(x)), "val", f(cr.Var(x))), cr.jit(f)(x), cr.vmap(f)(x[None])[0]):
        assert np.shape(found) == expected.shape
    for gradient in cr.grad(lambda x: np.sum(f(x))), cr.jit(cr.grad(lambda x: np.sum(f(x)))):
        assert gradient(x).shape == x.shape


def test_several_values_inserted_at_one_place():
    x, y = np.array([1.0, 2.0, 3.0]), np.array([7.0, 8.0])
    for place in 1, [1], np.array(1), -1:
        f = lambda y, place=place: np.insert(x, place, y)
        np.testing.assert_array_equal(f(cr.Var(y)).val, f(y))
        np.testing.assert_array_equal(cr.jit(f)(y), f(y))
        np.testing.assert_array_equal(cr.jacobian(f)(y).sum(0), 1.0)
    wide = np.arange(6.0).reshape(2, 3)
    f = lambda y: np.insert(wide, 1, y, axis=1)
    np.testing.assert_array_equal(f(cr.Var(y)).val, f(y))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_pseudo_inverse_that_cuts_off_what_is_not_0_has_no_derivative(dtype):
    """Of singular values 2, 1 and 0.5 or 0; the formula is for matrices of one rank."""
    u = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    whole = (u * [2.0, 1.0, 0.5] @ u.T[::-1]).astype(dtype)
    low = (u * [2.0, 1.0, 0.0] @ u.T[::-1]).astype(dtype)
    b = np.array([1.0, -2.0, 0.5], dtype)
    for f in (
        lambda a, rcond: cr.sum(np.linalg.pinv(a, rcond)[0]),
        lambda a, rcond: cr.sum(np.linalg.lstsq(a, b, rcond)[0]),
    ):
        for way in WAYS.values():
            for derivative in cr.grad, cr.jacfwd:
                of = lambda a, rcond, d=derivative, w=way, f=f: w(d(lambda a: f(a, rcond)), a)
                assert np.isnan(of(whole, 0.4)).all()
                assert of(whole, 0.4).dtype == dtype
                close_to = 1e-3 if dtype is np.float32 else 1e-9
                np.testing.assert_allclose(of(whole, 0.1), of(whole, None), rtol=close_to)
                np.testing.assert_allclose(of(low, 0.4), of(low, 1e-5), rtol=close_to)
    both = np.stack([whole, low])
    found = cr.grad(lambda a: cr.sum(np.linalg.pinv(a, 0.4)))(both)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
