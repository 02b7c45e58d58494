"""The functions that differentiate by one argument, and the leaves of what they return."""

from __future__ import annotations

import chainrule as cr
from chainrule import Value

ALL_OF_ONE = {
    "grad": cr.grad,
    "value_and_grad": cr.value_and_grad,
    "jacobian": cr.jacobian,
    "hessian": cr.hessian,
}


def leaves_of(tree):
    if isinstance(tree, dict):
        tree = tree.values()
    if isinstance(tree, list | tuple) or not isinstance(tree, float | int | Value):
        return [leaf for part in tree for leaf in leaves_of(part)]
    return [tree]
