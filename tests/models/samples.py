"""Twenty rows of data, and start values that real Keras was given too: the literals in these tests are its results."""

import numpy as np
from numpy.testing import assert_allclose

from minikeras import Sequential
from minikeras.layers import Dense

_rng = np.random.default_rng(1)
X = _rng.normal(size=(20, 3)).astype("float32")
Y = (_rng.random((20, 1)) > 0.5).astype("float32")


def fixed(model: Sequential, seed: int = 0) -> Sequential:
    """Give a model weights that a seed alone determines."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=w.shape).astype("float32") * 0.5 for w in model.get_weights()])
    return model


def close(result, expected) -> None:
    """Equal to the five digits that the literals have, with the same keys in the same order."""
    if isinstance(expected, dict):
        assert list(result) == list(expected)
        for key in expected:
            close(result[key], expected[key])
    else:
        assert_allclose(result, expected, rtol=1.5e-4, atol=2e-6)


def net(loss="mse", metrics=("mae",)) -> Sequential:
    """Two layers, compiled."""
    model = fixed(Sequential([Dense(2, activation="tanh", input_shape=(3,)), Dense(1)]))
    model.compile("sgd", loss, metrics=list(metrics))
    return model


def line() -> Sequential:
    """A single layer, compiled."""
    model = fixed(Sequential([Dense(1, input_shape=(3,))]))
    model.compile("sgd", "mse")
    return model


def fit(model, **how):
    """Train in the order of the rows."""
    return model.fit(X, Y, **{"verbose": 0, "shuffle": False, **how})


def batches(n=6):
    """The rows by threes, drawn once."""
    for i in range(n):
        yield X[3 * i : 3 * i + 3], Y[3 * i : 3 * i + 3]
