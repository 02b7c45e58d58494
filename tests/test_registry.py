"""Every row of the table in every mode: the registry is the test list.

Elementwise rows are held against mpmath within their stated ulp, and against eager numbers where
mpmath has no opinion (kinks, ends of domains, inf, NaN). Structural rows are held against complex
steps, or central differences where NumPy cannot run the function on complex numbers. All points of
a row go through one call, as an array, and under ``jit`` through one Program, on each backend.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from covered_samples import COVERED_CASES, NOT_COMPLEX
from every_backend import on_every_backend
from references import truth, ulps
from samples import CASES as ROW_CASES
from test_accuracy import SMOOTH, points
from test_structural import differences, on_leaf, reduced

import chainrule as cr
from chainrule import Value
from chainrule.ops import TABLE, Op, Structural, elementwise_rows

Array = np.ndarray[Any, Any]
Key = tuple[str, tuple[int, ...]]

# --- elementwise rows -----------------------------------------------------------------------------


def moving(op: Op) -> list[int]:
    """The operands that have a derivative, or derivative 0."""
    return [i for i, partial in enumerate(op.partials) if partial is not None]


def derivatives(f: Callable[..., Any], which: list[int]) -> Callable[..., dict[Key, Any]]:
    """All first and second derivatives of f, in both directions and both nestings.

    Of a function of arrays that works element by element they are those at every point.
    """

    def backward(g: Callable[..., Any], i: int) -> Callable[..., Any]:
        return cr.grad(lambda *x: cr.sum(g(*x)), i)

    def forward(g: Callable[..., Any], i: int) -> Callable[..., Any]:
        def along(*x: Any) -> Any:
            one = np.ones(np.shape(x[i]), x[i].dtype) if np.ndim(x[i]) else 1.0
            return cr.jvp(lambda xi: g(*x[:i], xi, *x[i + 1 :]), (x[i],), (one,))[1]

        return along

    def all_of_them(*x: Any) -> dict[Key, Any]:
        found: dict[Key, Any] = {("value", ()): f(*x)}
        for i in which:
            found["reverse", (i,)] = backward(f, i)(*x)
            found["forward", (i,)] = forward(f, i)(*x)
        for i, j in itertools.combinations_with_replacement(which, 2):
            found["reverse over reverse", (i, j)] = backward(backward(f, i), j)(*x)
            found["forward over reverse", (i, j)] = forward(backward(f, i), j)(*x)
            found["reverse over forward", (i, j)] = backward(forward(f, i), j)(*x)
        return found

    return all_of_them


def one_by_one(f: Callable[..., Any]) -> Callable[..., Any]:
    """f of numbers, at every point of arrays, eagerly."""

    def everywhere(*columns: Any) -> Any:
        found = [f(*map(float, point)) for point in zip(*columns, strict=True)]
        return {key: np.array([float(each[key]) for each in found]) for key in found[0]}

    return everywhere


Mode = Callable[[Callable[..., Any]], Callable[..., Any]]
JITTED: dict[str, Mode] = {
    "jit of an array": cr.jit,
    "jit of vmap of numbers": lambda f: cr.jit(cr.vmap(f)),
}


def in_every_mode(check: Callable[[str, Mode], None]) -> None:
    """Call check with a mode's name and the mode: eager arrays, and on each backend the others."""
    check("eager array", lambda f: f)

    def jitted(backend: str) -> None:
        for name, mode in JITTED.items():
            check(f"{name}, {backend}", mode)

    on_every_backend(jitted)


#: In a Program a/y is a*(1/y) where 1/y is a term already: two roundings, up to 1.5 ulp for one.
SHARED_RECIPROCAL = 1.0


def by_fixed_operands(op: Op, samples: list[tuple[float, ...]]) -> Iterator[Any]:
    """Points with the same operands that have no derivative, which are made whole numbers.

    Yields the function of the others, which of those to differentiate, their columns, the points.
    """
    fixed = [i for i, partial in enumerate(op.partials) if partial is None]
    rest = [i for i in range(op.arity) if i not in fixed]

    def key(point: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(point[i] for i in fixed)

    whole = [tuple(math.ceil(x) if i in fixed else x for i, x in enumerate(p)) for p in samples]
    for numbers, group in itertools.groupby(sorted(whole, key=key), key):
        chosen = list(group)
        given = dict(zip(fixed, numbers, strict=True))

        def f(*x: Any, given: dict[int, float] = given) -> Any:
            operands = iter(x)
            return op(*[given[i] if i in given else next(operands) for i in range(op.arity)])

        columns = [np.array([point[i] for point in chosen]) for i in rest]
        yield f, list(range(len(rest))), columns, rest, chosen


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_every_derivative_is_mpmaths(op):
    bounds = (op.accuracy.value, op.accuracy.first, op.accuracy.second)
    smooth = {i for i, partial in enumerate(op.partials) if partial is not None}

    def check(mode: str, compiled: Mode) -> None:
        slack = SHARED_RECIPROCAL if mode.startswith("jit") else 0.0
        for f, which, columns, rest, chosen in groups:
            found = compiled(derivatives(f, which))(*columns)
            for (what, wrt), numbers in found.items():
                places = tuple(rest[i] for i in wrt)
                assert smooth.issuperset(places)
                for point, got in zip(chosen, numbers, strict=True):
                    error = ulps(float(got), truth(op.name, point, places), op.accuracy.scale)
                    assert error <= bounds[len(wrt)] + slack, (
                        f"{op.name}{point}, {mode}, {what} in {places}: "
                        f"{got!r} is off by {error} ulp"
                    )

    groups = list(by_fixed_operands(op, list(points(op))))
    in_every_mode(check)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.5, -7.5, 1e300, -1e300, 1e-300, math.inf, -math.inf, math.nan]
#: By the number of operands: every combination is taken.
SPECIALS = [
    SPECIAL,
    [0.0, -0.0, 1.0, -2.5, 1e300, 1e-300, math.inf, -math.inf, math.nan],
    [0.0, 1.0, -7.5, math.inf, math.nan],
]


#: Far out their second derivatives are what rounding leaves of terms that cancel, one way where
#: multiply and add are one instruction, another where they are two.
CANCELLING = {"log_ndtr", "erfcx", "dawsn"}


def cancels(op: Op, point: tuple[float, ...], mode: str) -> bool:
    return op.name in CANCELLING and mode.endswith("llvm") and 1e300 in map(abs, point)


def special_points(op: Op) -> list[tuple[float, ...]]:
    """Kinks, ends of domains, ties, and what is no number."""
    columns = [SPECIALS[op.arity - 1]] * op.arity
    for i, partial in enumerate(op.partials):
        if partial is None:  # an order, or a number of digits
            columns[i] = [1.0, 2.0]
    return list(itertools.product(*columns))


@pytest.mark.parametrize(
    "op", [op for op in elementwise_rows() if not op.predicate], ids=lambda op: op.name
)
def test_every_mode_has_the_conventions_of_eager_numbers(op):
    samples = special_points(op) + ([] if op in SMOOTH else list(points(op)))
    for f, which, columns, _, chosen in by_fixed_operands(op, samples):
        numbers = one_by_one(derivatives(f, which))(*columns)

        def check(mode, compiled, f=f, which=which, columns=columns, chosen=chosen, true=numbers):
            found = compiled(derivatives(f, which))(*columns)
            assert found.keys() == true.keys()
            for key, expected in true.items():
                wrong = [
                    (chosen[i], float(found[key][i]), float(expected[i]))
                    for i in np.flatnonzero(~agree(np.asarray(found[key]), expected, op))
                    if not cancels(op, chosen[i], mode)
                ]
                assert not wrong, f"{op.name}, {mode}, {key}; point, got, of numbers: {wrong[:8]}"

        in_every_mode(check)


def agree(got: Array, expected: Array, op: Op) -> Array:
    """Where two results are the same up to rounding: NaN where NaN, the same infinity.

    Near a root, where terms cancel, rounding is that of the row's scale.
    """
    cancels = 4 * np.finfo(float).eps * op.accuracy.scale
    with np.errstate(all="ignore"):
        close = np.abs(got - expected) <= 1e-12 * np.abs(expected) + 1e-300 + cancels
    close |= (got == expected) | (np.isnan(got) & np.isnan(expected))
    if op.name == "arctan2":
        # Second derivatives at 1e-300 overflow: to infinity where multiply and add are one
        # instruction, and to inf - inf where they are two.
        close |= np.isinf(got) & np.isnan(expected)
    return close


@pytest.mark.parametrize("op", [op for op in elementwise_rows() if op.predicate], ids=str)
def test_predicates_are_the_same_in_every_mode(op):
    chosen = special_points(op)
    columns = [np.array(column) for column in zip(*chosen, strict=True)]
    expected = [bool(getattr(cr, op.name)(*map(Value, point))) for point in chosen]

    def check(mode: str, compiled: Mode) -> None:
        truths = compiled(lambda *x: op(*x))(*columns)
        assert truths.dtype == bool, mode
        np.testing.assert_array_equal(truths, expected, err_msg=mode)

    in_every_mode(check)


#: Errors of NumPy's and SciPy's float32 kernels, in ulp of float32, which come on top.
SINGLE_KERNEL = 4.0


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_float32_stays_float32_and_agrees_with_float64(op):
    bounds = (op.accuracy.value, op.accuracy.first, op.accuracy.second)
    tame = [p for p in points(op) if all(x == 0 or 1e-4 < abs(x) < 1e4 for x in p)]
    limit = np.sqrt(np.finfo(np.float32).max)  # what is larger may overflow on the way
    for f, which, doubles, _, _ in by_fixed_operands(op, tame):
        singles = [column.astype(np.float32) for column in doubles]
        exact = derivatives(f, which)(*[column.astype(np.float64) for column in singles])

        def check(mode, compiled, f=f, which=which, singles=singles, exact=exact):
            found = compiled(derivatives(f, which))(*singles)
            for (what, wrt), numbers in found.items():
                assert numbers.dtype == np.float32, (op.name, mode, what, wrt)
                expected = np.asarray(exact[what, wrt])
                # Rounded to float32 a point may be at the end of the domain.
                inside = np.abs(expected) < limit
                numbers, expected = numbers[inside], expected[inside]
                size = np.maximum(np.abs(expected), max(op.accuracy.scale, 1e-37))
                ulp = np.exp2(np.floor(np.log2(size)) - 23)
                error = np.max(np.abs(numbers - expected) / ulp, initial=0.0)
                bound = bounds[len(wrt)] + SINGLE_KERNEL
                assert error <= bound, f"{op.name}, {mode}, {what} in {wrt}: {error} ulp"

        in_every_mode(check)


# --- structural rows ------------------------------------------------------------------------------

#: What NumPy cannot run on complex numbers, or does not continue analytically into them.
REAL_ONLY = {
    "assignment",
    "betainc",
    "cholesky",
    "cholesky of several",
    "eigh, values",
    "eigh, vectors",
    "eigh, both",
    "hypot",
    *NOT_COMPLEX,
}
CASES = ROW_CASES | COVERED_CASES
EVERY_CASE = pytest.mark.parametrize("name", CASES)


def complex_steps(f: Callable[..., Any], x: Array) -> Array:
    """The Jacobian of f, exact to rounding, by NumPy alone; the argument's axes come last."""
    columns = []
    for i in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[i] += 1e-30j
        columns.append(np.imag(f(moved)) / 1e-30)
    return np.stack(columns, -1).reshape(*np.shape(columns[0]), *x.shape)


def all_modes(f: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Value and derivatives of f at x: along t, against c, whole; of g, a sum of f, twice."""
    g = reduced(f)

    def compute(x: Any, t: Any, c: Any) -> dict[str, Any]:
        value, pullback = cr.vjp(f, x)
        along = lambda z: cr.jvp(g, (z,), (t,))[1]
        return {
            "value": value,
            "jvp": cr.jvp(f, (x,), (t,))[1],
            "vjp": pullback(c)[0],
            "jacrev": cr.jacrev(f)(x),
            "jacfwd": cr.jacfwd(f)(x),
            "hessian": cr.hessian(g)(x),
            "hvp": cr.hvp(g, (x,), (t,)),
            "grad of jvp": cr.grad(along)(x),
            "grad of grad": cr.grad(lambda z: cr.sum(cr.grad(g)(z) * t))(x),
            "jvp of jvp": cr.jvp(along, (x,), (t,))[1],
        }

    return compute


def main_modes(f: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Some of ``all_modes``, for what is written with rows: those are tested by themselves."""
    g = reduced(f)

    def compute(x: Any, t: Any, c: Any) -> dict[str, Any]:
        value, pullback = cr.vjp(f, x)  # of plain arrays f may be NumPy's own
        return {
            "value": value,
            "jvp": cr.jvp(f, (x,), (t,))[1],
            "vjp": pullback(c)[0],
            "hvp": cr.hvp(g, (x,), (t,)),
        }

    return compute


def operands(name: str) -> tuple[Array, Array, Array]:
    f, x = CASES[name]
    generator = np.random.default_rng(7)
    return x, generator.normal(size=x.shape), generator.normal(size=np.shape(f(x)))


@EVERY_CASE
def test_every_mode_of_a_structural_row(name):
    f, x = CASES[name]
    x, t, c = operands(name)
    g = reduced(f)
    if name in REAL_ONLY:
        jacobian, tight = differences(on_leaf(f), x), 1e-5
        hessian = differences(cr.grad(g), x)
    else:
        jacobian, tight = complex_steps(f, x), 1e-10
        hessian = differences(lambda z: complex_steps(lambda w: np.sum(np.sin(f(w))), z), x)
    along = np.tensordot(hessian, t, axes=x.ndim)
    expected: dict[str, tuple[Any, float]] = {
        "value": (f(x), 1e-14),
        "jvp": (np.tensordot(jacobian, t, axes=x.ndim), tight),
        "vjp": (np.tensordot(c, jacobian, axes=np.ndim(c)), tight),
        "jacrev": (jacobian, tight),
        "jacfwd": (jacobian, tight),
        "hessian": (hessian, 1e-5),
        "hvp": (along, 1e-5),
        "grad of jvp": (along, 1e-5),
        "grad of grad": (along, 1e-5),
        "jvp of jvp": (np.sum(along * t), 1e-5),
    }
    eager = all_modes(f)(x, t, c)
    assert eager.keys() == expected.keys()
    scales = {what: np.max(np.abs(true), initial=1.0) for what, (true, _) in expected.items()}
    for what, (true, tolerance) in expected.items():
        assert np.shape(eager[what]) == np.shape(true), what
        atol = tolerance * scales[what]
        np.testing.assert_allclose(eager[what], true, rtol=tolerance, atol=atol, err_msg=what)

    def check(backend: str) -> None:
        jitted = cr.jit(all_modes(f))(x, t, c)
        assert jitted.keys() == eager.keys()
        for what, true in eager.items():
            assert np.shape(jitted[what]) == np.shape(true), what
            atol = 1e-12 * scales[what]
            np.testing.assert_allclose(jitted[what], true, rtol=1e-12, atol=atol, err_msg=what)

    on_every_backend(check)


@EVERY_CASE
def test_every_mode_of_a_structural_row_in_float32(name):
    f, _ = CASES[name]
    doubles = operands(name)
    singles = [array.astype(np.float32) for array in doubles]
    modes = all_modes if name in ROW_CASES else main_modes
    double = modes(f)(*doubles)
    eager = modes(f)(*singles)
    scales = {what: np.max(np.abs(true), initial=1.0) for what, true in double.items()}
    for what, true in double.items():
        # A constant array of float64 makes the result float64; the derivative in x stays float32.
        assert eager[what].dtype == np.float32 or what in ("value", "jvp", "jvp of jvp"), what
        atol = 1e-4 * scales[what]
        np.testing.assert_allclose(eager[what], true, rtol=1e-3, atol=atol, err_msg=what)

    def check(backend: str) -> None:
        jitted = cr.jit(modes(f))(*singles)
        for what, true in eager.items():
            assert jitted[what].dtype == true.dtype, what
            atol = 1e-5 * scales[what]
            np.testing.assert_allclose(jitted[what], true, rtol=1e-4, atol=atol, err_msg=what)

    on_every_backend(check)


def batch_of(x: Array) -> Array:
    """Five examples; five is no other extent of the cases."""
    return np.stack([x * (1 + 0.03 * i) for i in range(5)])


@EVERY_CASE
def test_vmap_of_a_structural_row_is_a_loop(name):
    f, x = CASES[name]
    g = reduced(f)
    batch = batch_of(x)
    rows = [f(Value(example)).val for example in batch]
    slopes = [cr.grad(g)(example) for example in batch]
    t = np.random.default_rng(8).normal(size=x.shape)
    twice = [cr.hvp(g, (example,), (t,)) for example in batch]
    about = {"rtol": 1e-11, "atol": 1e-11}

    def compute(batch: Any, last: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for out in (0, -1) if name in ROW_CASES else (0,):
            for where, given in ((0, batch), (-1, last)):
                place = f"in {where}, out {out}"
                found["f, " + place] = cr.vmap(f, where, out)(given)
                found["g, " + place] = cr.vmap(cr.grad(g), where, out)(given)
        found["grad of vmap"] = cr.grad(lambda z: cr.sum(cr.vmap(g)(z)))(batch)
        found["hvp"] = cr.vmap(lambda z: cr.hvp(g, (z,), (t,)))(batch)
        return found

    last = np.moveaxis(batch, 0, -1)

    def check(found: dict[str, Any]) -> None:
        for what, ours in found.items():
            axis = -1 if what.endswith("out -1") else 0
            loop = rows if what.startswith("f") else twice if what == "hvp" else slopes
            np.testing.assert_allclose(ours, np.stack(loop, axis), err_msg=what, **about)

    check(compute(batch, last))
    on_every_backend(lambda backend: check(cr.jit(compute)(batch, last)))


@pytest.mark.parametrize("name", ROW_CASES)
def test_nested_vmap_of_a_structural_row_is_two_loops(name):
    f, x = ROW_CASES[name]
    g = reduced(f)
    batch = np.stack([batch_of(x), batch_of(1.02 * x)])
    loops = [[cr.grad(g)(example) for example in rows] for rows in batch]
    ours = cr.vmap(cr.vmap(cr.grad(g)), in_axes=1, out_axes=1)(np.moveaxis(batch, 0, 1))
    np.testing.assert_allclose(ours, np.moveaxis(np.array(loops), 0, 1), rtol=1e-10, atol=1e-13)


# --- that no row is left out ----------------------------------------------------------------------

#: Rows that the tests above do not meet in Programs, and why.
ELSEWHERE = {
    "input": "stands for an argument, and is no term that is computed",
    "fill": "a trace makes a literal and a broadcast of it",
    "stop_gradient": "is left out by simplify; the case of that name holds the derivatives",
    "custom": "a rule of one's own: tests/api/test_custom.py",
    "call": "a jitted function on Values, which is no term: tests/api/test_jit.py",
    "cross": "a Program has its elements: Structural.expand",
}


def test_no_row_is_left_out():
    met: set[str] = set()
    for name, (f, x) in CASES.items():
        _, t, c = operands(name)
        for program in (
            cr.jit(all_modes(f)).program(x, t, c),
            cr.jit(lambda z, f=f: f(z * z.shape[0])).program(x),
        ):
            met |= {term.op.name for term in program.terms}
    structural = {name for name, row in TABLE.items() if isinstance(row, Structural)}
    assert structural - met == set(ELSEWHERE)
    assert all(isinstance(row, Op | Structural) for row in TABLE.values())
    differentiable = {op for op in elementwise_rows() if not op.predicate}
    piecewise = differentiable - set(SMOOTH)
    assert all(op.selects or op.kinks or op.name == "floor_divide" for op in piecewise)
