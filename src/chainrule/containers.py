"""Nested arguments and results, taken apart and put together again.

Containers are lists, tuples, dicts, named tuples, OrderedDict, defaultdict, deque, and instances
of dataclasses, whose fields are what they contain. The nesting itself is optree's; this file only
says what counts as a leaf. None is a leaf.

:func:`flatten` gives the leaves and the way back, :func:`flatten_structure` a structure that can
be compared and hashed. Optree is imported when the first container is seen.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

Rebuild = Callable[[list[Any]], Any]
"""Puts a list of leaves back into the structure that they came from."""

_NAMESPACE = "chainrule"
_PLAIN = (list, tuple, dict, deque)
_registering = threading.Lock()
_registered: set[type] = set()


def _is_leaf(tree: Any) -> bool:
    """Whether it is no container at all, told without optree."""
    kind = type(tree)
    # A subclass that is not itself declared a dataclass may have more in it than the fields say.
    return kind is float or not (
        isinstance(tree, _PLAIN) or "__dataclass_fields__" in kind.__dict__
    )


def flatten_structure(tree: Any) -> tuple[list[Any], Any]:
    """The leaves, and the structure: hashable, equal for equal nesting, None for a leaf alone."""
    if _is_leaf(tree):
        return [tree], None
    import optree

    nest: Any = tree
    leaves, structure = optree.tree_flatten(nest, none_is_leaf=True, namespace=_NAMESPACE)
    for kind in set(map(type, leaves)):
        if "__dataclass_fields__" in kind.__dict__:
            _register(kind)
            return flatten_structure(tree)
    return leaves, structure


def unflatten(structure: Any, leaves: list[Any]) -> Any:
    """The container of that structure with these leaves."""
    if structure is None:
        return leaves[0]
    import optree

    return optree.tree_unflatten(structure, leaves)


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """The leaves of a nested container, and the way back. None is a leaf."""
    if _is_leaf(tree):
        return [tree], _only
    leaves, structure = flatten_structure(tree)
    return leaves, lambda new: unflatten(structure, new)


def _only(leaves: list[Any]) -> Any:
    return leaves[0]


def structure_of(tree: Any) -> Any:
    """The structure of a nested container, whatever its leaves are; None for a leaf alone."""
    return flatten_structure(tree)[1]


def same_structure(a: Any, b: Any) -> bool:
    """Whether two nested containers have the same structure, whatever their leaves are."""
    return bool(structure_of(a) == structure_of(b))


def path_of(tree: Any, index: int) -> str:
    """How to reach the leaf of that index, as a user writes it: ``[0]['a'].b``."""
    structure = structure_of(tree)
    return "" if structure is None else str(structure.accessors()[index].codify(""))


def broadcast_prefix(prefix: Any, tree: Any) -> list[Any]:
    """For every leaf of tree the entry of prefix that stands for it; None is an entry.

    Raises:
        ValueError: prefix is no prefix of tree.
    """
    import optree

    return list(optree.broadcast_prefix(prefix, tree, none_is_leaf=True, namespace=_NAMESPACE))


def _register(kind: type) -> None:
    """Tell optree, in a namespace of our own, that the fields of a dataclass are its children."""
    import optree

    register: Any = optree.register_pytree_node
    names = tuple(field.name for field in dataclasses.fields(kind))

    def taken_apart(instance: Any) -> tuple[list[Any], None, tuple[str, ...]]:
        return [getattr(instance, name) for name in names], None, names

    def together(_: None, children: Any) -> Any:
        # Not by __init__, which may check or convert what a gradient or a Value is not.
        instance: Any = object.__new__(kind)
        for name, child in zip(names, children, strict=True):
            object.__setattr__(instance, name, child)
        return instance

    with _registering:
        if kind not in _registered:
            register(
                kind,
                taken_apart,
                together,
                path_entry_type=optree.DataclassEntry,
                namespace=_NAMESPACE,
            )
            _registered.add(kind)
