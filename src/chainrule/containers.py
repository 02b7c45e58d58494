"""Nested arguments and results: lists, tuples, dicts, named tuples, taken apart and put together.

The nesting itself is optree's; this file only says what counts as a leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rebuild = Callable[[list[Any]], Any]
"""Puts a list of leaves back into the structure that they came from."""


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """The leaves of a nested container, and the way back. None is a leaf."""
    if not isinstance(tree, list | tuple | dict):
        return [tree], lambda leaves: leaves[0]
    import optree

    nest: Any = tree
    leaves, structure = optree.tree_flatten(nest, none_is_leaf=True)
    return leaves, lambda new: optree.tree_unflatten(structure, new)


def path_of(tree: Any, index: int) -> str:
    """How to reach the leaf of that index, as a user writes it: ``[0]['a']``."""
    if not isinstance(tree, list | tuple | dict):
        return ""
    import optree

    nest: Any = tree
    accessor = optree.tree_accessors(nest, none_is_leaf=True)[index]
    return str(accessor.codify(""))
