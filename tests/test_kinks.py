"""The table of derivatives at kinks in docs/coming-from.md: each library is asked, where it is."""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

PAGE = Path(__file__).parent.parent / "docs" / "coming-from.md"
LIBRARIES = ["autograd", "PyTorch", "JAX", "chainrule"]
inf, nan = math.inf, math.nan


def table() -> dict[str, list[str]]:
    text = PAGE.read_text("utf-8").partition("<!-- kinks -->\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert rows[0][1:] == LIBRARIES
    return {row[0]: row[1:] for row in rows[2:]}


#: Each row of the table: the function, on a library's functions, and where it is differentiated. A
#: point is a tuple of operands; an operand may be an array.
ROWS = {
    "`abs(x)` at 0": (lambda m: m.abs, [(0.0,)]),
    "`relu(x)` at 0": (lambda m: m.relu, [(0.0,)]),
    "`clip(x, 0, 1)` at 0 and at 1": (lambda m: lambda x: m.clip(x, 0.0, 1.0), [(0.0,), (1.0,)]),
    "`maximum(x, y)` at x = y": (lambda m: m.maximum, [(2.0, 2.0)]),
    "`maximum(x, 2)` at 2": (lambda m: lambda x: m.maximum(x, m.number(2.0)), [(2.0,)]),
    "`max(x)` of two equal elements": (lambda m: m.max, [([1.0, 1.0],)]),
    "`hypot(x, y)` at (0, 0)": (lambda m: m.hypot, [(0.0, 0.0)]),
    "`arctan2(y, x)` at (0, 0)": (lambda m: m.arctan2, [(0.0, 0.0)]),
    "`copysign(x, 1)` at 0": (lambda m: lambda x: m.copysign(x, m.number(1.0)), [(0.0,)]),
    "`sign(x)` at 0": (lambda m: m.sign, [(0.0,)]),
    "`x % y` at (6, 2)": (lambda m: lambda x, y: x % y, [(6.0, 2.0)]),
    "`where(x > 0, sqrt(x), 0)` at -1 and at 0": (
        lambda m: lambda x: m.where(x > 0, m.sqrt(x), 0.0),
        [(-1.0,), (0.0,)],
    ),
    "`sqrt(x)` at 0": (lambda m: m.sqrt, [(0.0,)]),
    "`sqrt(x) ** 2` at 0": (lambda m: lambda x: m.sqrt(x) ** 2, [(0.0,)]),
    "`x**y` at (0, 0)": (lambda m: lambda x, y: x**y, [(0.0, 0.0)]),
    "`x**y` at (0, 2)": (lambda m: lambda x, y: x**y, [(0.0, 2.0)]),
    "`x**y` at (-2, 3)": (lambda m: lambda x, y: x**y, [(-2.0, 3.0)]),
    "`log(x)` at -1": (lambda m: m.log, [(-1.0,)]),
    "`logaddexp(x, y)` at (-inf, -inf)": (lambda m: m.logaddexp, [(-inf, -inf)]),
    "`logsumexp(x)` of two -inf": (lambda m: m.logsumexp, [([-inf, -inf],)]),
    "`prod(x)` at (0, 2, 3)": (lambda m: m.prod, [([0.0, 2.0, 3.0],)]),
    "`prod(x)` at (0, 0, 3)": (lambda m: m.prod, [([0.0, 0.0, 3.0],)]),
    "`std(x)` of two equal elements": (lambda m: m.std, [([1.0, 1.0],)]),
    "`fmax(x, nan)` at 1": (lambda m: lambda x: m.fmax(x, m.number(nan)), [(1.0,)]),
    "`eigh(a)`, the sum of cubed eigenvalues, at the identity": (
        lambda m: lambda a: m.linalg.eigh(a)[0] ** 3,
        [(np.eye(2),)],
    ),
}


class Names:
    """A library's functions, and those that it has under another name."""

    def __init__(self, module, **others):
        self.module = module
        self.__dict__.update(others)

    def __getattr__(self, name):
        return getattr(self.module, name)


def chainrule(function, point):
    names = Names(cr, number=float)
    return cr.grad(lambda *x: cr.sum(function(names)(*x)), tuple(range(len(point))))(*point)


def autograd(function, point):
    library = pytest.importorskip("autograd")
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    names = Names(anp, number=float, logsumexp=logsumexp, relu=lambda x: anp.maximum(x, 0.0))
    return library.grad(lambda *x: anp.sum(function(names)(*x)), list(range(len(point))))(*point)


def jax(function, point):
    library = pytest.importorskip("jax")
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp

    with library.enable_x64(True):
        names = Names(jnp, number=float, logsumexp=logsumexp, relu=library.nn.relu)
        total = lambda *x: jnp.sum(function(names)(*x))
        return library.grad(total, tuple(range(len(point))))(*map(jnp.asarray, point))


def pytorch(function, point):
    torch = pytest.importorskip("torch")
    number = lambda x: torch.tensor(x, dtype=torch.float64)
    names = Names(
        torch, number=number, logsumexp=lambda x: torch.logsumexp(x, 0),
        std=lambda x: torch.std(x, correction=0),
    )  # fmt: skip
    leaves = [number(x).requires_grad_() for x in point]
    return [x.numpy() for x in torch.autograd.grad(function(names)(*leaves).sum(), leaves)]


ASK = {"autograd": autograd, "PyTorch": pytorch, "JAX": jax, "chainrule": chainrule}


def test_the_rows_are_those_of_the_table():
    assert list(table()) == list(ROWS)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("row", ROWS)
def test_cell(row, library):
    make, points = ROWS[row]
    claimed = table()[row][LIBRARIES.index(library)]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        # autograd takes numbers and arrays of its own, not lists.
        given = [tuple(np.asarray(x, float) for x in point) for point in points]
        if claimed == "–":
            with pytest.raises(NotImplementedError):
                ASK[library](make, given[0])
            return
        found = [ASK[library](make, point) for point in given]
    numbers = [float(x) for slopes in found for slope in slopes for x in np.ravel(slope)]
    expected = [float(x) for x in re.split(", ", claimed)]
    np.testing.assert_allclose(numbers, expected, rtol=1e-12, atol=0, err_msg=f"{row}, {library}")
