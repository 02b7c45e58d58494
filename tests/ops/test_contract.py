"""Products of matrices in every order of their axes, against NumPy's einsum."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from chainrule.ops.contract import contract_row

EXTENTS = {"a": 3, "b": 4, "c": 5}
PAIRS = ["".join(pair) for pair in itertools.permutations("abc", 2)]
PRODUCTS = [
    f"{x},{y}->{out}"
    for x, y, out in itertools.product(PAIRS, repeat=3)
    if set(x) != set(y) and set(out) == set(x) ^ set(y)
]


def operands(subscripts: str) -> list[Any]:
    generator = np.random.default_rng(1)
    letters = subscripts.split("->")[0].split(",")
    return [generator.normal(size=[EXTENTS[letter] for letter in part]) for part in letters]


@pytest.mark.parametrize("subscripts", PRODUCTS)
def test_product_of_matrices(subscripts: str) -> None:
    x, y = operands(subscripts)
    expected = np.einsum(subscripts, x, y)
    result = contract_row.numpy(x, y, subscripts=subscripts)
    np.testing.assert_allclose(result, expected, rtol=1e-12)
    out = np.full_like(expected, np.nan)
    contract_row.numpy(x, y, subscripts=subscripts, out=out)
    np.testing.assert_array_equal(out, result)


@pytest.mark.parametrize("subscripts", PRODUCTS)
def test_extents_that_differ_are_refused(subscripts: str) -> None:
    x, y = operands(subscripts)
    letters = subscripts.split("->")[0].split(",")
    (summed,) = set(letters[0]) & set(letters[1])
    with pytest.raises(ValueError, match="mismatch"):
        contract_row.numpy(x, y.take([0], axis=letters[1].index(summed)), subscripts=subscripts)
