import builtins

import numpy as np
import pytest

import minikeras as keras
from minikeras.datasets import toy

KINDS = ["circle", "xor", "gauss", "spiral", "moons"]
FUNCTIONS = ["plane", "gaussian"]


@pytest.mark.parametrize("name", KINDS + FUNCTIONS)
@pytest.mark.parametrize("n", [0, 1, 7, 200])
def test_shapes_and_types(name, n):
    x, y = getattr(toy, name)(n, noise=0.1, seed=1)
    assert x.shape == (n, 2) and y.shape == (n,) and x.dtype == "float32"
    assert y.dtype == ("int32" if name in KINDS else "float32") and np.isfinite(x).all()
    assert set(y.tolist()) <= {0, 1} if name in KINDS else (abs(y) <= 1.3).all()


@pytest.mark.parametrize("name", KINDS + FUNCTIONS)
def test_seeds(name):
    make = getattr(toy, name)
    assert (make(50, seed=3)[0] == make(50, seed=3)[0]).all() and (make(50, seed=3)[0] != make(50, seed=4)[0]).any()
    keras.utils.set_random_seed(5)
    first = make(50)[0]
    second = make(50)[0]
    keras.utils.set_random_seed(5)
    assert (make(50)[0] == first).all() and (first != second).any()


@pytest.mark.parametrize("name", ["circle", "gauss", "spiral", "moons"])
def test_half_are_of_each_kind_and_mixed(name):
    _, y = getattr(toy, name)(400, seed=0)
    assert y.sum() == 200 and 60 < y[:200].sum() < 140


def test_noise_mixes_the_kinds():
    def wrong(noise):
        x, y = toy.circle(2000, noise, seed=0)
        return ((np.hypot(*x.T) < 2.5) != y).mean()

    assert wrong(0.0) == 0 < wrong(0.2) < wrong(0.5) < 0.5
    assert toy.gauss(2000, 0.5, seed=0)[0].std() > 1.2 * toy.gauss(2000, seed=0)[0].std()


def test_a_spiral_winds_as_the_playgrounds_does():
    x, y = toy.spiral(1000, seed=0)
    arm = x[y == 1]
    radius = np.hypot(*arm.T)
    angle = radius / 5 * 1.75 * 2 * np.pi
    np.testing.assert_allclose(arm, np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1), atol=1e-4)


def test_hills_and_hollows():
    x, y = toy.gaussian(4000, seed=0)
    top = np.hypot(x[:, 0] + 4, x[:, 1] - 2.5)
    np.testing.assert_allclose(y[top < 2], 1 - top[top < 2] / 2, atol=1e-5)
    assert (y[np.hypot(x[:, 0], x[:, 1] - 2.5) < 1] < -0.4).all()


def test_load_data():
    (x, y), (x_test, y_test) = toy.load_data("circle", n=10, test_split=0.3, seed=0)
    assert len(x) == len(y) == 7 and len(x_test) == len(y_test) == 3
    (x, y), (x_test, _) = toy.load_data("breast_cancer", test_split=0.0, seed=0)
    assert x.shape == (569, 30) and len(x_test) == 0 and 0 < y[:300].mean() < 1
    with pytest.raises(ValueError, match="Unknown data set 'ring': there are circle, xor"):
        toy.load_data("ring")
    with pytest.raises(ValueError, match="test_split"):
        toy.load_data("xor", test_split=1.5)


@pytest.mark.parametrize(("n", "noise"), [(-1, 0), (2.5, 0), (True, 0), (10, -0.1), (10, float("nan"))])
def test_wrong_arguments(n, noise):
    with pytest.raises(ValueError, match="Argument `n|noise`"):
        toy.xor(n, noise)


def test_without_scikit_learn(monkeypatch):
    real = builtins.__import__

    def missing(name, *args):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=r"toy.digits comes with scikit-learn.*pip install scikit-learn"):
        toy.digits()


def test_a_net_learns_them():
    (x, y), (x_test, y_test) = toy.load_data("circle", n=400, seed=0)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(8, "tanh"), keras.layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=30, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.95
