"""The floor that everything stands on: what an operation is, and the table of all of them.

Start reading at ``op.py``, then look at a few rows in ``elementwise.py``.
"""

from . import (
    assign,
    bessel,
    contract,
    create,
    creation,
    elementwise,
    index,
    integrals,
    linalg,
    numpy_names,
    reduce,
    selection,
    shape,
    special,
    tracing,
)
from .op import TABLE, Accuracy, Op, Row, elementwise_rows, foreign_names, public_rows
from .rules import Cotangent, pull, push, saved
from .structural import Structural

__all__ = [
    "TABLE",
    "Accuracy",
    "Cotangent",
    "Op",
    "Row",
    "Structural",
    "assign",
    "bessel",
    "contract",
    "create",
    "creation",
    "elementwise",
    "elementwise_rows",
    "foreign_names",
    "index",
    "integrals",
    "linalg",
    "numpy_names",
    "public_rows",
    "pull",
    "push",
    "reduce",
    "saved",
    "selection",
    "shape",
    "special",
    "tracing",
]
