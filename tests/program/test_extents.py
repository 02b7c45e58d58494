"""Dimensions: they compute as whole numbers do, and note what was asked of them."""

from __future__ import annotations

import operator

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from programs import run, traced

import chainrule as cr
from chainrule.program import Dimension, Extents
from chainrule.program.extents import evaluated, is_free


@pytest.fixture
def extents():
    return Extents()


@pytest.fixture
def n(extents):
    return extents.extent(6)


@pytest.fixture
def m(extents, n):
    return extents.extent(4)


def test_equal_extents_are_one_and_an_extent_of_one_is_a_number(extents):
    assert extents.extent(6) is extents.extent(6)
    assert extents.extent(6) is not extents.extent(7)
    assert extents.extent(1) == 1
    assert type(extents.extent(1)) is int
    assert extents.values == [6, 7]


def test_arithmetic_stays_free(extents, n, m):
    for x, value, text in [
        (n + 1, 7, "n + 1"),
        (1 + n, 7, "n + 1"),
        (n - m, 2, "n - m"),
        (10 - n, 4, "-n + 10"),
        (2 * n * m, 48, "2*n*m"),
        (n**2, 36, "n*n"),
        (-n, -6, "-n"),
        (+n, 6, "n"),
        (n * (m + 1), 30, "n*m + n"),
        (n // 2, 3, "(n//2)"),
        (n % 4, 2, "(n%4)"),
        ((n + 1) // m, 1, "((n + 1)//m)"),
        (10 // m, 2, "(10//m)"),
        (10 % m, 2, "(10%m)"),
    ]:
        assert isinstance(x, Dimension)
        assert x.value == value
        assert str(x) == text
    assert not extents.guards


def test_what_cancels_is_a_number(n, m):
    assert type(n - n) is int
    assert n - n == 0
    assert type((n + 1) - n) is int
    assert (n + m) - m is n
    assert n * m is m * n


def test_divmod_and_powers(n):
    quotient, rest = divmod(n, 4)
    assert (quotient.value, rest.value) == (1, 2)
    assert n**0 == 1
    assert n**1 is n


def test_exact_division_has_no_atom(n, m):
    assert (n * m) // m is n
    assert (2 * n) // 2 is n
    assert (n * m * 3) // (3 * n) is m
    assert (n * n + n) // n is n + 1
    assert (n + m) // (n + m) == 1
    assert (n * m) % m == 0
    assert "//" in str((n * m) // 3)


def test_division_by_zero(n):
    with pytest.raises(ZeroDivisionError, match="n divided by 0"):
        n // 0
    with pytest.raises(ZeroDivisionError, match=r"n divided by \(n%6\), which is 0"):
        n // (n % 6)


def test_guards_hold_what_was_answered(extents, n, m):
    assert n > 2
    assert not n < m
    assert n != m * 2
    assert bool(n)
    assert [str(guard) for guard in extents.guards] == ["n > 2", "n >= m", "n != 2*m", "n != 0"]
    first, second, third, fourth = extents.guards
    assert first.holds([3, 9])
    assert not first.holds([2, 9])
    assert second.holds([9, 9])
    assert not second.holds([8, 9])
    assert not third.holds([8, 4])
    assert not fourth.holds([0, 4])


@pytest.mark.parametrize(
    ("relation", "other", "opposite", "elsewhere"),
    [
        (operator.lt, 6, "n >= 6", 5),
        (operator.le, 5, "n > 5", 5),
        (operator.gt, 6, "n <= 6", 7),
        (operator.ge, 7, "n < 7", 7),
        (operator.eq, 7, "n != 7", 7),
        (operator.ne, 6, "n == 6", 7),
    ],
)
def test_the_opposite_is_noted_where_the_answer_is_no(n, relation, other, opposite, elsewhere):
    assert not relation(n, other)
    (guard,) = n._scope.guards
    assert str(guard) == opposite
    assert guard.holds([6])
    assert not guard.holds([elsewhere])


def test_what_is_known_needs_no_guard(extents, n, m):
    assert n == n + 0
    assert n + 1 > n
    assert n - 1 != n
    assert n != m  # equal ones would be one
    assert n != 1  # and 1 would be a number
    assert not extents.guards


def test_numbers_are_baked_in_under_a_guard(extents, n, m):
    assert list(range(n)) == [0, 1, 2, 3, 4, 5]
    assert int(m) == 4
    assert float(n) == 6.0
    assert np.zeros(m).shape == (4,)
    assert [str(guard) for guard in extents.guards] == ["n == 6", "m == 4"]


def test_other_lengths(n, m):
    shape = (n, (m + 1, n // 2), "letters", 3)
    assert evaluated(shape, [10, 7]) == (10, (8, 5), "letters", 3)
    assert is_free(shape)
    assert not is_free((1, "n"))


def test_strangers(n):
    assert (n == "six") is False
    with pytest.raises(TypeError):
        n < "six"  # noqa: B015
    with pytest.raises(TypeError):
        n // 2.5


def test_many_extents_have_names():
    extents = Extents()
    names = [str(extents.extent(k)) for k in range(2, 20)]
    assert len(set(names)) == len(names)


# --- against plain whole numbers ------------------------------------------------------------------

OPERATIONS = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod]


@st.composite
def expressions(draw):
    """Steps that each take two earlier results, of which the first are two extents and numbers."""
    return draw(
        st.lists(
            st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 30), st.integers(0, 30)),
            max_size=6,
        )
    )


def results_of(steps, start):
    found = list(start)
    for operation, i, k in steps:
        a, b = found[i % len(found)], found[k % len(found)]
        try:
            found.append(operation(a, b))
        except ZeroDivisionError:
            found.append(a)
    return found


@given(expressions(), st.integers(2, 40), st.integers(2, 40))
def test_it_computes_as_whole_numbers_do(steps, a, b):
    extents = Extents()
    n, m = extents.extent(a), extents.extent(b)
    dimensions = results_of(steps, [n, m, 2, 3, -1])
    numbers = results_of(steps, [a, b, 2, 3, -1])
    for dimension, number in zip(dimensions, numbers, strict=True):
        if isinstance(dimension, Dimension):
            assert dimension.value == number
            assert dimension.evaluate(extents.values) == number
        else:
            assert dimension == number


@given(expressions(), st.integers(2, 40), st.integers(2, 40))
def test_a_guard_holds_where_the_answer_is_the_same(steps, a, b):
    extents = Extents()
    n, m = extents.extent(17), extents.extent(5)
    dimensions = results_of(steps, [n, m, 2, 3, -1])
    answer = bool(dimensions[-1] > dimensions[-2])
    there = [evaluated(x, [a, b]) for x in dimensions[-2:]] if _defined(dimensions, a, b) else None
    for guard in list(extents.guards)[-1:] if there else []:
        assert guard.holds([a, b]) == ((there[1] > there[0]) == answer)


def _defined(dimensions, a, b):
    """Whether none of them divides by 0 for these extents."""
    try:
        for x in dimensions:
            evaluated(x, [a, b])
    except ZeroDivisionError:
        return False
    return True


# --- in a trace -----------------------------------------------------------------------------------


def test_an_extent_is_an_operand():
    program = traced(lambda x: x * x.shape[0] + 2.0 / x.shape[0], np.ones(3), free=True)
    (result,) = run(program, np.ones(5), extents=[5])
    np.testing.assert_array_equal(result, np.full(5, 5.4))
    assert not program.guards


def test_numpy_functions_of_an_extent():
    program = traced(lambda x: cr.sum(x) / np.sqrt(x.shape[0]), np.ones(4), free=True)
    assert run(program, np.ones(9), extents=[9]) == [3.0]


def test_an_index_guards_that_it_is_there():
    program = traced(lambda x: x[2] + x[-1], np.ones(4), free=True)
    assert all(guard.holds([3]) for guard in program.guards)
    assert not all(guard.holds([2]) for guard in program.guards)
    assert run(program, np.arange(7.0), extents=[7]) == [8.0]


def test_a_slice_of_one_element_broadcasts():
    def f(x):
        return x[:, :2] / x[:, 2:]

    jitted = cr.jit(f)
    for shape in (4, 3), (5, 3), (3, 3):
        x = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
        assert np.array_equal(jitted(x), f(x))
        gradient = cr.grad(lambda x: cr.sum(f(x) ** 2))
        np.testing.assert_allclose(cr.jit(gradient)(x), gradient(x), rtol=1e-14)
    with pytest.raises(ValueError, match="do not broadcast"):
        jitted(np.ones((4, 5)))
    assert np.array_equal(jitted(np.ones((4, 4))), np.ones((4, 2)))


def test_one_question_in_two_forms_is_one_guard():
    f = cr.jit(lambda x: x * 2.0 if x.shape[0] >= 2 and x.shape[0] - 2 >= 0 else x)
    assert [str(guard) for guard in f.program(np.ones(3)).guards] == ["n >= 2"]
