"""Nested containers, taken apart and put together."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from threads import in_threads

from chainrule.containers import (
    flatten,
    flatten_structure,
    path_of,
    same_structure,
    structure_of,
    unflatten,
)

Point = namedtuple("Point", ["x", "y"])


@dataclasses.dataclass
class Layer:
    """Parameters as a user groups them."""

    weight: Any
    bias: Any = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    """One that cannot be assigned, and has no __dict__."""

    only: Any


trees = st.recursive(
    st.one_of(st.floats(allow_nan=False), st.none(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.builds(Point, inner, inner),
        st.builds(Layer, inner, inner),
        st.builds(Frozen, inner),
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


@pytest.mark.parametrize("leaf", [1.0, None, "text", {1, 2}, ..., b"x"], ids=repr)
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


# --- structures -----------------------------------------------------------------------------------


@given(trees, trees)
def test_structures_are_hashable(a, b):
    leaves, structure = flatten_structure(a)
    assert leaves == flatten(a)[0]
    assert unflatten(structure, leaves) == a
    again = structure_of(flatten(a)[1](list(range(len(leaves)))))
    assert again == structure
    assert hash(again) == hash(structure)
    assert {structure: "found"}[again] == "found"
    assert same_structure(a, b) == (structure_of(a) == structure_of(b))


def test_the_structure_of_a_leaf_is_none():
    assert structure_of(1.0) is structure_of(None) is structure_of("text") is None
    assert structure_of([1.0]) is not None
    assert not same_structure([], None)


# --- dataclasses ----------------------------------------------------------------------------------


def test_the_fields_of_a_dataclass_are_its_children():
    layers = [Layer(1.0, [2.0, 3.0]), Frozen(Layer(4.0))]
    leaves, rebuild = flatten(layers)
    assert leaves == [1.0, 2.0, 3.0, 4.0, 0.0]
    assert rebuild([10.0, 20.0, 30.0, 40.0, 50.0]) == [
        Layer(10.0, [20.0, 30.0]),
        Frozen(Layer(40.0, 50.0)),
    ]
    assert [path_of(layers, i) for i in range(5)] == [
        "[0].weight", "[0].bias[0]", "[0].bias[1]", "[1].only.weight", "[1].only.bias",
    ]  # fmt: skip
    assert path_of(Layer(1.0), 1) == ".bias"
    assert not same_structure(Layer(1.0, 2.0), (1.0, 2.0))


def test_a_dataclass_is_known_wherever_it_is_first_seen():
    for nested in (
        lambda x: x,
        lambda x: [x],
        lambda x: {"a": (x, 1.0)},
        lambda x: Layer(x),
        lambda x: Point(1.0, Frozen(x)),
    ):

        @dataclasses.dataclass
        class New:
            a: float

        assert 7.0 in flatten(nested(New(7.0)))[0]
        assert same_structure(nested(New(7.0)), nested(New(None)))


def test_a_dataclass_inside_one_seen_for_the_first_time():
    @dataclasses.dataclass
    class Inner:
        a: float

    @dataclasses.dataclass
    class Outer:
        inner: Any
        b: float

    leaves, rebuild = flatten([Outer(Inner(1.0), 2.0)])
    assert leaves == [1.0, 2.0]
    assert rebuild([3.0, 4.0]) == [Outer(Inner(3.0), 4.0)]


def test_init_does_not_run_again():
    @dataclasses.dataclass
    class Checked:
        a: float
        twice: float = dataclasses.field(init=False)

        def __post_init__(self) -> None:
            self.a = float(self.a)
            self.twice = 2 * self.a

    leaves, rebuild = flatten(Checked(1.0))
    assert leaves == [1.0, 2.0]
    again = rebuild(["a Value", "another"])
    assert (again.a, again.twice) == ("a Value", "another")


def test_what_only_inherits_from_a_dataclass_is_a_leaf():
    class Extended(Layer):
        def __init__(self) -> None:
            super().__init__(1.0)
            self.more = 5.0

    extended = Extended()
    assert flatten(extended)[0] == [extended]
    assert flatten([extended])[0] == [extended]
    assert flatten(Layer)[0] == [Layer], "the class itself is no instance"


def test_threads_that_meet_a_dataclass_at_the_same_time():
    for _ in range(20):

        @dataclasses.dataclass
        class New:
            a: float

        found: list[Any] = []
        start = threading.Barrier(4)

        def meet(new=New, found=found, start=start) -> None:
            start.wait()
            found.append(flatten([new(1.0)])[0])

        in_threads(lambda _: meet())
        assert found == [[1.0]] * 4


def test_a_deque():
    leaves, rebuild = flatten(deque([1.0, 2.0], maxlen=3))
    assert leaves == [1.0, 2.0]
    assert rebuild([3.0, 4.0]) == deque([3.0, 4.0])
    assert rebuild([3.0, 4.0]).maxlen == 3
