"""Print ``docs/coverage.md`` from the registry: which of NumPy's and SciPy's functions are covered.

    python tools/print_coverage.py          writes the page
    python tools/print_coverage.py --check  says whether it is up to date

The page depends on which functions NumPy has, and names its version. In which operands a function
of SciPy's has a derivative, and which functions a distribution has, is tried.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

import chainrule  # noqa: E402
from chainrule.errors import FixedOperandError  # noqa: E402
from chainrule.ops import COVERED, Op, foreign_names, ufunc_methods  # noqa: E402
from chainrule.ops.covered import FUNCTIONS, Covered  # noqa: E402
from chainrule.ops.numpy_names import INSTEAD  # noqa: E402

PAGE = ROOT / "docs" / "coverage.md"
VERSION = ".".join(np.__version__.split(".")[:2])
DISPATCHED: type = type(np.sum)
"""The type of NumPy's functions that ask ``__array_function__``."""

HEAD = f"""\
# What is covered

NumPy's functions (NumPy {VERSION}) that take a `Value`, an array of one, or what a traced function
computes with: `np.sort(v)` is `cr.sort(v)`. They have NumPy's names, order of arguments and
defaults, work under `grad`, `jvp`, `jit`, `vmap` and each other, and where ndarray has a method of
the name so has an array here. What is not covered raises with its name, and says what to write
instead or which function has the nearest name. This page is printed from the registry by
`python tools/print_coverage.py`.

```python
>>> import numpy as np
>>> import chainrule as cr
>>> cr.grad(lambda x: np.sort(x)[-1] * np.median(x))(np.array([1.0, 3.0, 2.0])).tolist()
[0.0, 2.0, 3.0]
```

SciPy's ufuncs take these objects too; what SciPy writes in Python is under `cr.scipy`, by the path
that it has there.

How kinks are chosen is said in the [conventions](conventions.md#kinks). "none" under derivative
means that the results are truth values, counts or positions: of Values they are plain arrays.
"""


def spans(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    columns = head.split(" | ")
    lines = [f"| {head} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def entries(linalg: bool) -> list[Covered]:
    chosen = [entry for entry in COVERED.values() if entry.names]
    return sorted(
        (entry for entry in chosen if entry.names[0].startswith("linalg.") is linalg),
        key=lambda entry: entry.names[0].lower(),
    )


def functions(linalg: bool) -> Iterator[tuple[str, ...]]:
    for entry in entries(linalg):
        here = f"`cr.{entry.public}`" if entry.public else "by NumPy's name"
        if entry.public == "" and hasattr(chainrule, entry.names[0]):
            here = f"`cr.{entry.names[0]}`"
        yield spans(entry.names), here, "yes" if entry.derivative else "none", entry.kinks


def rows_of_ufuncs() -> dict[Op, list[str]]:
    """The elementwise rows that NumPy has a ufunc for, each with the ufunc's names."""
    found: dict[Op, list[str]] = {}
    for name, row in sorted(foreign_names().items()):
        ufunc = getattr(np, name, None)
        if isinstance(ufunc, np.ufunc) and ufunc.nin == row.arity:
            found.setdefault(row, []).append(name)
    return found


def ufuncs() -> Iterator[tuple[str, ...]]:
    for row, names in sorted(rows_of_ufuncs().items(), key=lambda item: item[1][0]):
        derivative = "none" if row.predicate else "yes"
        yield spans(names), f"`cr.{row.name}`", derivative, row.kinks


def methods() -> Iterator[tuple[str, ...]]:
    for method, known in (
        ("reduce", ufunc_methods.REDUCE),
        (
            "accumulate",
            ufunc_methods.ACCUMULATE,
        ),
    ):
        for name, function in known.items():
            yield f"`np.{name}.{method}`", f"`cr.{function.__name__}`, with axis 0 by default"
    yield "`np.add.outer` and `.outer` of every other covered ufunc", "broadcasting"
    several = ", ".join(f"`np.{name}.at`" for name in ufunc_methods.AT)
    yield several, "an assignment to an array that takes one, each element as often as it comes"
    yield "`.reduceat` of those that have `.reduce`", "slices between plain positions"
    yield "`out=`, and with it `where=`", "an assignment to an array that takes one"
    yield "`.reduce`, `.accumulate`, `.reduceat` and `.at` of the others", "raises"


def not_covered() -> list[str]:
    """NumPy's functions and ufuncs that take arrays, and raise here."""
    known = {name for names in rows_of_ufuncs().values() for name in names}
    known |= {"matmul", "divmod"}
    missing = []
    for prefix, place in ("", np), ("linalg.", np.linalg), ("fft.", np.fft):
        for name in dir(place):
            thing = getattr(place, name)
            if isinstance(thing, DISPATCHED | np.ufunc) and not name.startswith("_"):
                is_known = not prefix and name in known
                if thing not in FUNCTIONS and not is_known:
                    missing.append(prefix + name)
    return missing


def code(hint: str) -> str:
    """A hint with what is code in it marked as such."""
    pattern = r"(?:cr|np)\.[\w.]*\w(?:\([^)]*\))?|\w+\.val\b|x\[.*\]|x \* \S+"
    return re.sub(pattern, lambda found: f"`{found[0]}`", hint)


def raising(missing: list[str]) -> Iterator[tuple[str, ...]]:
    """What to write instead, each hint once with all the names that it is for."""
    names_of: dict[str, list[str]] = {}
    for name in missing:
        if hint := INSTEAD.get(f"numpy.{name}"):
            names_of.setdefault(hint, []).append(name)
    for hint, names in names_of.items():
        yield spans(names), code(hint)


def without_derivative(function: Any, operands: list[str]) -> list[str]:
    """The operands in which an elementwise function of SciPy's has no derivative."""
    fixed = []
    for i, name in enumerate(operands):
        try:
            chainrule.grad(function, argnums=i)(*(1.0 for _ in operands[1:]), 0.5)
        except FixedOperandError:
            fixed.append(name)
    return fixed


def special() -> Iterator[tuple[str, ...]]:
    rows = foreign_names()
    for name in sorted(chainrule.scipy.special.__all__):
        ours, theirs = getattr(chainrule.scipy.special, name), getattr(scipy.special, name)
        if name in rows or isinstance(theirs, np.ufunc):
            names = rows[name].operands if name in rows else inspect.signature(ours).parameters
            fixed = without_derivative(ours, list(names))
        else:
            fixed = ["n"] if name == "polygamma" else []
        derivative = f"none in {', '.join(fixed)}" if fixed else "yes"
        own = "takes a `Value`" if isinstance(theirs, np.ufunc) else "raises"
        yield f"`{name}`", own, f"`cr.scipy.special.{name}`", derivative


def distributions() -> Iterator[tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for name in chainrule.scipy.stats.__all__:
        distribution = getattr(chainrule.scipy.stats, name)
        found.setdefault(tuple(functions_of(distribution)), []).append(name)
    for functions, names in found.items():
        yield spans(names), spans(functions)


def functions_of(distribution: Any) -> Iterator[str]:
    """Its functions; those are left out for which it has no row, which they say when called."""
    shapes = [name for name in getattr(distribution, "names", ()) if name not in ("loc", "scale")]
    for name in ("logpdf", "pdf", "logpmf", "pmf", "cdf", "logcdf", "sf", "logsf", "ppf"):
        if not hasattr(distribution, name):
            continue
        try:
            if hasattr(distribution, "names"):
                getattr(distribution, name)(0.5, *(0.5 for _ in shapes))
        except AttributeError:
            continue
        yield name


def page() -> str:
    missing = not_covered()
    rest = [name for name in missing if f"numpy.{name}" not in INSTEAD]
    head = "NumPy | chainrule | derivative | where it jumps, and the like"
    parts = [
        HEAD,
        "## Functions of arrays\n",
        table(head, functions(linalg=False)),
        "## numpy.linalg\n",
        table(head, functions(linalg=True)),
        "## Elementwise functions (ufuncs)\n",
        table(head, ufuncs()),
        "## Methods of ufuncs\n",
        table("method | is", methods()),
        "## scipy.special\n",
        table("name | SciPy's own function | chainrule | derivative", special()),
        "## scipy.linalg, scipy.signal\n",
        spans(
            f"cr.scipy.{place}.{name}"
            for place in ("linalg", "signal")
            for name in getattr(chainrule.scipy, place).__all__
        )
        + "; and all of `cr.linalg`, where SciPy has it too.\n",
        "## scipy.stats\n",
        "Densities have derivatives in the variable, `loc`, `scale` and the parameters of the "
        "shape; probabilities where the function behind them has one: `gamma.cdf` has none in "
        "`a`, as `scipy.special.gammainc` has none.\n",
        table("distributions | functions", distributions()),
        "## What raises\n",
        table("NumPy | write", raising(missing)),
        "Besides these: " + spans(rest) + ". Of SciPy, all that is not above.\n",
    ]
    return "\n".join(parts)


def main() -> int:
    text = page()
    stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if "--check" in sys.argv:
        print("stale: docs/coverage.md" if stale else "up to date")
        return int(stale)
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
