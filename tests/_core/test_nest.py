"""What tests/test_tree.py does not ask of nests."""

from minikeras._core.nest import children, keys, rebuild


def test_keys_of_kinds_that_cannot_be_compared_go_by_kind():
    assert keys({"b": 0, 2: 0, "a": 0, 1: 0}) == [1, 2, "a", "b"]


def test_children_and_back():
    nest = {"b": 1, "a": (2,)}
    assert children(nest) == [(2,), 1] and rebuild(nest, [3, 4]) == {"b": 4, "a": 3}
