"""Linear algebra, under NumPy's names: what ``cr.linalg`` is.

Rows that LAPACK computes are in ``solving.py``, ``determinants.py`` and ``decompositions.py``; what
is written with them in ``inverses.py`` and ``norms.py``. Matrices stand on the last two axes; the
axes before are batches.

>>> cr.grad(lambda a: cr.sum(cr.linalg.solve(a, np.array([1.0, 2.0]))))(np.eye(2))
array([[-1., -2.],
       [-1., -2.]])
"""

from __future__ import annotations

from typing import Any

from ..covered import public_functions
from . import decompositions, determinants, inverses, matrices, norms, solving

__all__ = ["decompositions", "determinants", "inverses", "matrices", "norms", "solving"]


def __getattr__(name: str) -> Any:
    # Some of NumPy's linalg are functions of other files: outer, matmul, diagonal. What was found
    # once stays here: to go through the list takes 0.5 ms.
    functions = public_functions("linalg.")
    if name in functions:
        return globals().setdefault(name, functions[name])
    raise AttributeError(f"chainrule.linalg has no function {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted(public_functions("linalg."))
