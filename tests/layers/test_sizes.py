import numpy as np
import pytest

from minikeras.layers.sizes import space_axes, standardize_edges, standardize_sizes, whole


def test_sizes():
    assert standardize_sizes("A", "size", np.int64(3), 2) == (3, 3) and standardize_sizes("A", "size", [0, 1], 2, 0) == (0, 1)
    assert standardize_sizes("A", "size", np.array([2, 3]), 2) == (2, 3)
    assert standardize_sizes("A", "size", np.array(2), 2) == (2, 2)
    for bad in (0, -1, 2.0, True, "a", None, (1, 2, 3), (1, 0), (1, 2.0), np.array([1.0, 2.0])):
        with pytest.raises(ValueError, match="`size` of A must be a positive integer or a tuple of 2 of them, got"):
            standardize_sizes("A", "size", bad, 2)
    with pytest.raises(ValueError, match="an integer of at least 0 or a tuple of 2"):
        standardize_sizes("A", "size", -1, 2, least=0)


def test_edges():
    assert standardize_edges("A", "padding", 2, 2) == ((2, 2), (2, 2))
    assert standardize_edges("A", "padding", [1, [0, 2]], 2) == ((1, 1), (0, 2))
    assert standardize_edges("A", "padding", np.array([[1, 1], [0, 2]]), 2) == ((1, 1), (0, 2))
    for bad in (-1, 1.5, None, "ab", (1, 2, 3), ((1, 2, 3), 1), ((1, -1), 1), (1, True)):
        with pytest.raises(
            ValueError, match=r"`padding` of A must be an integer of at least 0, .* pairs \(before, after\), got"
        ):
            standardize_edges("A", "padding", bad, 2)


def test_axes_and_integers():
    assert space_axes("channels_last", 3) == (1, 2, 3) and space_axes("channels_first", 1) == (2,)
    assert whole(0) and whole(np.int32(2), 1) and not whole(0, 1) and not whole(True) and not whole("1")
