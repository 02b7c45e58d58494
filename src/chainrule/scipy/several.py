"""Distributions of several numbers: ``multivariate_normal``, ``dirichlet``, ``multinomial``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..ops import linalg, reduce
from ..ops.comparing import all as every
from ..ops.elementwise import exp, log, square
from ..ops.integrals import xlogy
from ..ops.reduce import constant
from ..ops.selection import floor, logical_and, where
from ..ops.shape import as_operand, concatenate, reshape, reshape_row, shape_of, swapaxes
from ..ops.special import gammaln
from .distributions import where_valid
from .linalg import solve_triangular

LOG_2PI = math.log(2 * math.pi)


def _count(mean: Any, cov: Any) -> Any:
    """How many variables a mean and a covariance are of; a number for both is of one."""
    shapes = [shape_of(given) for given in (cov, mean) if given is not None]
    return next((shape[-1] for shape in shapes if shape), 1)


def _refuse(message: str, given: Any, holds: Any) -> None:
    """Raise where what has to hold does not, if there are numbers to ask."""
    numbers = getattr(given, "val", given)
    if isinstance(numbers, int | float | np.ndarray) and not np.all(holds(np.asarray(numbers))):
        raise ValueError(f"{message}, and is {np.asarray(numbers).tolist()}")


class multivariate_normal:  # noqa: N801, SciPy's name
    """The normal distribution of several variables."""

    @staticmethod
    def logpdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
        """Logarithm of the density at x, whose last axis counts the variables.

        Args:
            x: one point, or points with the variables on the last axis.
            mean: a vector; zeros by default.
            cov: a positive definite matrix, a vector for a diagonal one, or a number.
            allow_singular: has to be False.

        Raises:
            ValueError: cov, of variances only, is not positive, as far as its numbers are known.
            numpy.linalg.LinAlgError: cov is not positive definite.
        """
        if allow_singular:
            raise ArgumentError("multivariate_normal: allow_singular=True is not supported.")
        x, cov = as_operand(x), as_operand(cov)
        mean = None if mean is None else as_operand(mean)
        if _count(mean, cov) == 1:
            # Then every number of a vector is a point of its own.
            x = reshape(x, (*shape_of(x), 1)) if len(shape_of(x)) < 2 else x
            mean = None if mean is None else reshape(mean, (1,))
            cov = reshape(cov, (1,))
        centred = x if mean is None else x - mean
        if len(shape_of(cov)) < 2:
            _refuse("multivariate_normal: cov has to be positive", cov, lambda c: c > 0)
            scaled = square(centred) / cov
            logs = log(cov) + 0.0 * centred
            return -0.5 * reduce.sum(scaled + logs + LOG_2PI, -1)
        factor = linalg.cholesky(cov)
        n = shape_of(centred)[-1]
        points = centred if len(shape_of(centred)) == 1 else swapaxes(centred, -1, -2)
        if len(shape_of(centred)) > 2:
            points = centred.reshape((-1, n)).T
        whitened = solve_triangular(factor, points, lower=True)
        squares = reduce.sum(square(whitened), 0)
        if len(shape_of(centred)) > 2:
            squares = squares.reshape(shape_of(centred)[:-1])
        diagonal = reduce.sum(log(linalg.diagonal(factor)))
        return -0.5 * squares - diagonal - 0.5 * LOG_2PI * n

    @staticmethod
    def pdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
        """The density at x."""
        return exp(multivariate_normal.logpdf(x, mean, cov, allow_singular))


class dirichlet:  # noqa: N801, SciPy's name
    """The distribution of probabilities that add up to 1."""

    @staticmethod
    def logpdf(x: Any, alpha: Any) -> Any:
        """Logarithm of the density at x; both have the variables on the first axis.

        x may leave out the last one, which is what is missing to 1.

        Raises:
            ValueError: x is not made of probabilities that add up to 1, or alpha not of positive
                numbers, as far as the numbers are known (not while a function is traced).
        """
        x, alpha = as_operand(x), as_operand(alpha)
        count, given = shape_of(alpha)[0], shape_of(x)[0]
        if given == count - 1:
            x = concatenate([x, 1.0 - reduce.sum(x, 0, None, None, True)])
        elif given != count:
            raise ValueError(f"dirichlet: {given} variables in x, and {count} in alpha")
        _refuse("dirichlet: alpha has to be greater than 0", alpha, lambda a: a > 0)
        _refuse("dirichlet: x has to be at least 0", x, lambda p: p >= 0)
        total = reduce.sum(x, 0)
        _refuse("dirichlet: the sum of x has to be 1", total, lambda t: abs(t - 1) <= 1e-9)
        powers = reshape_row(alpha, shape=(count, *(1,) * (len(shape_of(x)) - 1)))
        constant_part = gammaln(reduce.sum(alpha)) - reduce.sum(gammaln(alpha))
        return reduce.sum(xlogy(powers - 1.0, x), 0) + constant_part

    @staticmethod
    def pdf(x: Any, alpha: Any) -> Any:
        """The density at x."""
        return exp(dirichlet.logpdf(x, alpha))


class multinomial:  # noqa: N801, SciPy's name
    """The distribution of the counts of n draws."""

    @staticmethod
    def logpmf(x: Any, n: Any, p: Any) -> Any:
        """Logarithm of the probability of the counts x, on the last axis.

        p has to add up to 1. -inf where x is not possible.
        """
        x, n, p = constant(as_operand(x)), as_operand(n), as_operand(p)
        whole = every(logical_and(x >= 0, floor(x) == x), -1)
        possible = logical_and(whole, reduce.sum(x, -1) == n)
        last = where(reshape(possible, (*shape_of(possible), 1)), x, 0.0)
        found = gammaln(n + 1.0) + reduce.sum(xlogy(last, p) - gammaln(last + 1.0), -1)
        valid = logical_and(n >= 0, every(logical_and(p >= 0, p <= 1), -1))
        return where_valid(valid, where(possible, found, -math.inf))

    @staticmethod
    def pmf(x: Any, n: Any, p: Any) -> Any:
        """The probability of the counts x."""
        return exp(multinomial.logpmf(x, n, p))
