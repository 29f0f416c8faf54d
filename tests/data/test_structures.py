"""Nested lists, tuples and dicts."""

from collections import OrderedDict, UserDict, namedtuple

import numpy as np

from minikeras.data.structures import leaves, like, map_leaves

Pair = namedtuple("Pair", "left right")


def test_kinds_are_kept():
    value = [1, (2, None), {"a": Pair(3, [4])}]
    assert map_leaves(lambda n: n * 2, value) == [2, (4, None), {"a": Pair(6, [8])}]
    assert type(map_leaves(abs, value)[2]["a"]) is Pair
    assert type(map_leaves(abs, UserDict(a=1))) is dict is type(map_leaves(abs, OrderedDict(a=1)))
    assert map_leaves(abs, -1) == 1 and map_leaves(abs, None) is None
    assert map_leaves(len, np.zeros(3)) == 3


def test_places_are_named():
    assert list(leaves([1, {"a": (2, None), 5: 3}], "y")) == [("y[0]", 1), ("y[1]['a'][0]", 2), ("y[1][5]", 3)]
    ((name, array),) = leaves(np.zeros(3), "x")
    assert name == "x" and len(array) == 3 and list(leaves(None, "x")) == []


def test_like():
    assert like(Pair(1, 2), [3, 4]) == Pair(3, 4) and like([1], [2]) == [2] and like((1,), [2]) == (2,)
