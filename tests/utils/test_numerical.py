"""One-hot rows and normalised vectors, with the numbers of real Keras 3.15.1."""

import numpy as np
import pytest

from minikeras._core.gradient_tape import GradientTape
from minikeras._core.variable import Variable
from minikeras.utils import normalize, to_categorical


@pytest.mark.parametrize(
    ("x", "num_classes", "expected"),
    [
        ([0, 2], None, [[1, 0, 0], [0, 0, 1]]),
        ([0, 1], 3, [[1, 0, 0], [0, 1, 0]]),
        ([[0], [1]], None, [[1, 0], [0, 1]]),
        ([[[0], [1]]], None, [[[1, 0], [0, 1]]]),
        ([[0, 1], [2, 0]], None, [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 0, 0]]]),
        (np.array([0.0, 1.9]), None, [[1, 0], [0, 1]]),
        (["1", "0"], None, [[0, 1], [1, 0]]),
        (3, None, [0, 0, 0, 1]),
        ([1], 0, [[0, 1]]),
        ([], 2, np.zeros((0, 2))),
    ],
    ids=str,
)
def test_to_categorical(x, num_classes, expected):
    rows = to_categorical(x, num_classes)
    assert rows.dtype == "float64" and rows.shape == np.shape(expected)
    np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize(
    ("x", "num_classes", "error", "message"),
    [
        ([0, 2, 5], 3, IndexError, "num_classes=3 takes classes from 0 to 2, got 5"),
        ([-1, 1], None, IndexError, "takes classes from 0 to 1, got -1.*np.unique"),
        ([], None, ValueError, "pass num_classes"),
        ([np.nan], None, ValueError, "NaN"),
        (["a"], None, ValueError, "class numbers, got such as .*'a'.*invalid literal.*np.unique"),
        (np.array(["a", "b"], object), None, ValueError, "class numbers, got such as 'a'"),
    ],
    ids=str,
)
def test_to_categorical_errors(x, num_classes, error, message):
    with pytest.raises(error, match=message):
        to_categorical(x, num_classes)


def test_to_categorical_in_the_words_of_keras_1_and_2():
    assert to_categorical(y=[0, 1], nb_classes=3, dtype="int32").tolist() == [[1, 0, 0], [0, 1, 0]]
    assert to_categorical([0, 1], dtype="float32").dtype == "float32"


def test_normalize():
    x = np.arange(6.0).reshape(2, 3)
    rows = [[0.0, 0.4472136, 0.89442719], [0.42426407, 0.56568542, 0.70710678]]
    np.testing.assert_allclose(normalize(x), rows, atol=1e-8)
    np.testing.assert_allclose(normalize(x.astype(int)), rows, atol=1e-8)
    np.testing.assert_allclose(normalize(x, order=1), [[0, 1 / 3, 2 / 3], [0.25, 1 / 3, 5 / 12]], atol=1e-8)
    np.testing.assert_allclose(normalize(x, axis=None), x / np.linalg.norm(x, 2), atol=1e-8)
    np.testing.assert_allclose(normalize(np.arange(3.0)), rows[:1], atol=1e-8)
    assert normalize(x.astype("float32")).dtype == "float32"


def test_normalize_along_the_first_axis():  # where real Keras divides by the wrong norms
    np.testing.assert_allclose(normalize([[3.0, 0.0], [4.0, 0.0]], axis=0), [[0.6, 0.0], [0.8, 0.0]])


def test_a_tape_sees_through_normalize():
    v = Variable([[3.0, 1.0], [2.0, 5.0]])
    with GradientTape() as tape:
        loss = np.sum(normalize(v) ** 3)
    by_keras = [[0.0569211, -0.1707630], [-0.0993614, 0.0397446]]
    np.testing.assert_allclose(tape.gradient(loss, v), by_keras, rtol=2e-5)
