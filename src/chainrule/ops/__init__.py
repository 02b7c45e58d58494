"""The floor that everything stands on: what an operation is, and the table of all of them.

Start reading at ``op.py``, then look at a few rows in ``elementwise.py``.
"""

from . import elementwise, selection, special
from .op import TABLE, Accuracy, Op, foreign_names, public_rows

__all__ = [
    "TABLE",
    "Accuracy",
    "Op",
    "elementwise",
    "foreign_names",
    "public_rows",
    "selection",
    "special",
]
