# ruff: noqa: E501 - one case on one line
"""keras.tree: nests are walked as Keras does, dicts by their sorted keys."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest

from minikeras import tree

Point = namedtuple("Point", "x y")
ORDERED = OrderedDict([("b", 1), ("a", 2)])
DEFAULT = defaultdict(list, {"b": 1, "a": 2})
MIXED = {"b": 1, "a": [2, (3, None)]}


@pytest.mark.parametrize("structure, leaves", [
    (MIXED, [2, 3, None, 1]), (None, [None]), (5, [5]), ("abc", ["abc"]), (ORDERED, [1, 2]), (DEFAULT, [2, 1]), (Point(1, [2]), [1, 2]),
    ({1: 2, "a": 3}, [2, 3]), ({2, 1}, [{1, 2}]), (deque([1, 2]), [1, 2]), ([], []), ((), []),
])  # fmt: skip
def test_flatten_and_pack(structure, leaves):
    assert tree.flatten(structure) == leaves
    packed = tree.pack_sequence_as(structure, leaves)
    assert packed == structure and type(packed) is type(structure)
    assert [leaf for _, leaf in tree.flatten_with_path(structure)] == leaves


def test_paths():
    assert tree.flatten_with_path(MIXED) == [(("a", 0), 2), (("a", 1, 0), 3), (("a", 1, 1), None), (("b",), 1)]
    assert tree.flatten_with_path(5) == [((), 5)] and tree.flatten_with_path(Point(1, [2])) == [((0,), 1), ((1, 0), 2)]


def test_what_is_nested():
    assert all(map(tree.is_nested, ([], (), {}, Point(1, 2), deque(), ORDERED)))
    assert not any(map(tree.is_nested, (1, "a", None, np.zeros(2), {1}, range(3), {}.keys())))


def test_map_structure():
    assert tree.map_structure(lambda x, y: (x, y), {"b": 1, "a": 2}, {"a": 3, "b": 4}) == {"b": (1, 4), "a": (2, 3)}
    assert list(tree.map_structure(lambda x: x, {"b": 1, "a": 2})) == ["b", "a"]  # keys stay where they were
    assert tree.map_structure(lambda x, y: (x, y), ORDERED, {"a": 1, "b": 3}) == OrderedDict([("b", (1, 3)), ("a", (2, 1))])
    assert tree.map_structure(lambda x: 7, [None, 1]) == [7, 7]
    assert tree.map_structure(lambda x: 7, [None, 1], none_is_leaf=False) == [None, 7]
    mapped = tree.map_structure(lambda x: x, DEFAULT)
    assert type(mapped) is defaultdict and mapped.default_factory is list


def test_map_structure_up_to():
    assert tree.map_structure_up_to([0, 0], lambda x, y: (x, y), [[1], 2], [3, (4,)]) == [([1], 3), (2, (4,))]
    assert tree.map_structure_up_to({"a": 0, "b": 0}, lambda x: x, {"a": [1, 2], "b": 3}) == {"a": [1, 2], "b": 3}


@pytest.mark.parametrize("a, b, words", [
    ([1, 2], (3, 4), "Expected an instance of list"), ([1, 2], [1], "arity mismatch; expected: 2, got: 1"), ({"a": 1}, {"b": 1}, "key mismatch"),
    (1, [1], "same nested structure"), ([1], 1, "Expected an instance of list"), ([None], [[]], "same nested structure"),
])  # fmt: skip
def test_structures_that_differ(a, b, words):
    with pytest.raises(ValueError, match=words):
        tree.assert_same_structure(a, b)
    with pytest.raises(ValueError, match=words):
        tree.map_structure(lambda x, y: x, a, b)


def test_structures_alike():
    tree.assert_same_structure([1, {"a": 2}], [None, {"a": "x"}])
    tree.assert_same_structure(ORDERED, {"a": 1, "b": 2})
    tree.assert_same_paths([1, {"a": 2}], (1, {"a": 2}))
    tree.assert_same_paths(Point(1, 2), [1, 2])
    with pytest.raises(ValueError, match="Paths in `b` missing in `a`"):
        tree.assert_same_paths([1], [1, 2])
    with pytest.raises(ValueError, match="Expected None, got 3"):
        tree.map_structure(lambda x, y: 7, [None, 1], [3, 2], none_is_leaf=False)


def test_wrong_calls():
    for wrong, words in ((lambda: tree.pack_sequence_as([1, 2], [1]), "Too few"), (lambda: tree.pack_sequence_as(1, [5, 6]), "Too many")):
        with pytest.raises(ValueError, match=words):
            wrong()
    for call in (tree.map_structure, tree.map_shape_structure, tree.traverse):
        with pytest.raises(TypeError, match="callable"):
            call(1, [2])
    with pytest.raises(ValueError, match="at least one structure"):
        tree.map_structure(len)


def test_traverse():
    assert tree.traverse(lambda x: x * 2 if isinstance(x, int) else None, [1, (2, 3)]) == [2, (4, 6)]
    for top_down in (True, False):
        assert tree.traverse(lambda x: "T" if isinstance(x, tuple) else None, [1, (2, 3)], top_down) == [1, "T"]
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if x == 2 else None, [1, (2, 3)]) == [1, (None, 3)]
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if isinstance(x, tuple) else None, [1, (2, 3)]) == [1, None]


def test_lists_to_tuples_and_shapes():
    assert tree.lists_to_tuples([1, [2, {"a": [3]}], (4, [5])]) == (1, (2, {"a": (3,)}), (4, (5,)))
    assert tree.map_shape_structure(lambda s: len(s), {"a": (1, 2), "b": [(None, 3, 4)], "c": [[1], [2, 3]]}) == {"a": 2, "b": [3], "c": [1, 2]}
