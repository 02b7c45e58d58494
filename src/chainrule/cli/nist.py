"""The NIST reference sets of the demo: their files read, and their models as Python functions.

The files are shipped as NIST publishes them; each says in its first lines where in it things are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import chainrule as cr

Model = Callable[[Sequence[Any], Any], Any]
"""``model(parameters, x)``: what y should be."""

#: NIST certifies its parameters to this many significant digits.
CERTIFIED_DIGITS = 11


@dataclass(frozen=True)
class DataSet:
    """One reference set."""

    name: str
    #: The model as the file writes it, without the error e.
    formula: str
    #: Two starting points for the parameters, in the file's order.
    starts: tuple[tuple[float, ...], ...]
    certified: tuple[float, ...]
    #: Standard deviations of the parameters.
    deviations: tuple[float, ...]
    #: Certified residual sum of squares.
    sum_of_squares: float
    x: tuple[float, ...]
    y: tuple[float, ...]


def load(name: str) -> DataSet:
    """A set that is shipped with chainrule, by its name at NIST."""
    path = files("chainrule") / "data" / "nist_strd" / f"{name}.dat"
    return parse(path.read_text(encoding="ascii"))


def parse(text: str) -> DataSet:
    """A set from the text of its file.

    Raises:
        ValueError: the text is not such a file, or contradicts itself.
    """
    lines = text.splitlines()
    parameters = [
        [float(field) for field in line.partition("=")[2].split()]
        for line in _part(lines, r"Starting Values")
    ]
    first, second, certified, deviations = zip(*parameters, strict=True)
    observations = [[float(field) for field in line.split()] for line in _part(lines, r"Data")]
    y, x = zip(*observations, strict=True)
    count = int(_field(text, r"Number of Observations:\s*(\d+)"))
    if len(x) != count:
        raise ValueError(f"the file announces {count} observations and holds {len(x)}")
    return DataSet(
        name=_field(text, r"Dataset Name:\s*(\w+)"),
        formula=_formula(_field(text, r"(?s)\n\s+(y = .*?)\s+\+ +e\s*\n")),
        starts=(first, second),
        certified=certified,
        deviations=deviations,
        sum_of_squares=float(_field(text, r"Residual Sum of Squares:\s*(\S+)")),
        x=x,
        y=y,
    )


def _formula(text: str) -> str:
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")")


def _field(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"no {pattern!r} in the file of a NIST reference set")
    return found[1]


def _part(lines: Sequence[str], title: str) -> Sequence[str]:
    """The lines that the file's head announces under a title."""
    head = "\n".join(lines[:10])
    found = re.search(title + r"\s+\(lines\s+(\d+)\s+to\s+(\d+)\)", head)
    if found is None:
        raise ValueError(f"the head of the file does not say where {title!r} is")
    return lines[int(found[1]) - 1 : int(found[2])]


# --- the models -----------------------------------------------------------------------------------


def misra1a(parameters: Sequence[Any], x: Any) -> Any:
    """Exponential saturation."""
    b1, b2 = parameters
    return b1 * (1 - cr.exp(-b2 * x))


def thurber(parameters: Sequence[Any], x: Any) -> Any:
    """A quotient of two cubics."""
    b1, b2, b3, b4, b5, b6, b7 = parameters
    return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1 + b5 * x + b6 * x**2 + b7 * x**3)


def gauss1(parameters: Sequence[Any], x: Any, exp: Callable[[Any], Any] = cr.exp) -> Any:
    """Two Gaussians on a decaying exponential, in numbers of the kind that ``exp`` takes."""
    b1, b2, b3, b4, b5, b6, b7, b8 = parameters
    return (
        b1 * exp(-b2 * x) + b3 * exp(-((x - b4) ** 2) / b5**2) + b6 * exp(-((x - b7) ** 2) / b8**2)
    )


MODELS: dict[str, Model] = {"Misra1a": misra1a, "Thurber": thurber, "Gauss1": gauss1}
"""The model of each set that is shipped, by the set's name."""
