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


def flatten_with_structure(tree: Any) -> tuple[list[Any], Rebuild, Any]:
    """As ``flatten``, and the structure besides, which can be hashed."""
    import optree

    nest: Any = tree
    leaves, structure = optree.tree_flatten(nest, none_is_leaf=True)
    return leaves, structure.unflatten, structure


def same_structure(a: Any, b: Any) -> bool:
    """Whether two nested containers have the same structure, whatever their leaves are."""
    if not isinstance(a, list | tuple | dict) or not isinstance(b, list | tuple | dict):
        return not isinstance(a, list | tuple | dict) and not isinstance(b, list | tuple | dict)
    import optree

    one: Any = a
    other: Any = b
    return bool(
        optree.tree_structure(one, none_is_leaf=True)
        == optree.tree_structure(other, none_is_leaf=True)
    )


def path_of(tree: Any, index: int) -> str:
    """How to reach the leaf of that index, as a user writes it: ``[0]['a']``."""
    if not isinstance(tree, list | tuple | dict):
        return ""
    import optree

    nest: Any = tree
    accessor = optree.tree_accessors(nest, none_is_leaf=True)[index]
    return str(accessor.codify(""))


def broadcast_prefix(prefix: Any, tree: Any) -> list[Any]:
    """For every leaf of tree the entry of prefix that stands for it; None is an entry.

    Raises:
        ValueError: prefix is no prefix of tree.
    """
    import optree

    return list(optree.broadcast_prefix(prefix, tree, none_is_leaf=True))
