import numpy as np
import pytest

from minikeras.wrappers.targets import OneHot, Targets, classes_of


def test_labels_there_and_back():
    y = np.array([7, 3, 7, 5])
    targets = OneHot(y)
    np.testing.assert_array_equal(targets.encode(y), [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]])
    np.testing.assert_array_equal(targets.decode(targets.encode(y)), y)


def test_one_sigmoid_is_the_second_class():
    targets = OneHot(np.array(["a", "b"]))
    assert list(targets.decode(np.array([[0.2], [0.7]]))) == ["a", "b"]
    np.testing.assert_allclose(targets.probabilities(np.array([[0.2]]), False), [[0.8, 0.2]])


def test_logits_become_shares():
    targets = OneHot(np.array([0, 1, 2]))
    np.testing.assert_allclose(targets.probabilities(np.log([[1.0, 1.0, 2.0]]), True), [[0.25, 0.25, 0.5]])
    np.testing.assert_allclose(targets.probabilities(np.array([[0.0, 0.0, 0.0]]), False), [[1 / 3] * 3])


def test_numbers_keep_their_form():
    assert Targets(np.arange(3.5)).decode(np.ones((2, 1))).shape == (2,)
    assert Targets(np.ones((2, 1)) / 3).decode(np.ones((2, 1))).shape == (2, 1)
    with pytest.raises(ValueError, match="Unknown label type"):
        Targets(np.array([object()]))
    assert classes_of(np.array([[0, 1], [1, 0]])) == 2
