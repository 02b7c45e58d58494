"""Nested containers, taken apart and put together."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.containers import flatten, path_of, same_structure

Point = namedtuple("Point", ["x", "y"])

trees = st.recursive(
    st.one_of(st.floats(allow_nan=False), st.none(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.builds(Point, inner, inner),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    ),
    max_leaves=12,
)


@given(trees)
def test_together_again(tree):
    leaves, rebuild = flatten(tree)
    again = rebuild(leaves)
    assert again == tree
    assert type(again) is type(tree)
    assert repr(again) == repr(tree)


@given(trees)
def test_the_path_reaches_the_leaf(tree):
    leaves, _ = flatten(tree)
    for index, leaf in enumerate(leaves):
        assert eval("tree" + path_of(tree, index), {"tree": tree}) is leaf


@given(trees)
def test_other_leaves_in_the_same_structure(tree):
    leaves, rebuild = flatten(tree)
    numbered = rebuild(list(range(len(leaves))))
    assert same_structure(tree, numbered)
    assert flatten(numbered)[0] == list(range(len(leaves)))


@pytest.mark.parametrize("leaf", [1.0, None, "text", {1, 2}, object(), b"x"], ids=repr)
def test_what_is_no_container_is_a_leaf(leaf):
    leaves, rebuild = flatten(leaf)
    assert len(leaves) == 1
    assert leaves[0] is leaf
    assert rebuild([7]) == 7
    assert path_of(leaf, 0) == ""


def test_none_is_a_leaf():
    assert flatten([None, {"a": None}])[0] == [None, None]


@pytest.mark.parametrize("empty", [[], (), {}, [[], {}]], ids=repr)
def test_containers_without_leaves(empty):
    leaves, rebuild = flatten(empty)
    assert leaves == []
    assert rebuild([]) == empty


def test_order_and_kind_of_dictionaries_are_kept():
    for tree in (
        {"b": 1.0, "a": 2.0},
        OrderedDict(b=1.0, a=2.0),
        defaultdict(list, b=1.0, a=2.0),
        {"b": 1.0, 1: 2.0},
    ):
        leaves, rebuild = flatten(tree)
        again = rebuild(leaves)
        assert list(again.items()) == list(tree.items())
        assert type(again) is type(tree)


def test_paths_are_as_a_user_writes_them():
    tree = {"w": [1.0, (2.0, 3.0)], "b": Point(4.0, 5.0)}
    leaves, _ = flatten(tree)
    paths = {leaf: path_of(tree, index) for index, leaf in enumerate(leaves)}
    assert paths == {
        1.0: "['w'][0]",
        2.0: "['w'][1][0]",
        3.0: "['w'][1][1]",
        4.0: "['b'].x",
        5.0: "['b'].y",
    }


def test_structures():
    assert same_structure(1.0, "text")
    assert same_structure([1.0, {"a": 2.0}], [None, {"a": "x"}])
    assert same_structure({"a": 1.0, "b": 2.0}, {"b": 1.0, "a": 2.0})
    for a, b in [
        (1.0, [1.0]),
        ([1.0], [1.0, 2.0]),
        ([1.0], (1.0,)),
        ({"a": 1.0}, {"b": 1.0}),
        (Point(1.0, 2.0), (1.0, 2.0)),
        ([[1.0], 2.0], [1.0, [2.0]]),
    ]:
        assert not same_structure(a, b)
        assert not same_structure(b, a)
