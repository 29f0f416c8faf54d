import numpy as np
import pytest

import minikeras as keras
from minikeras.utils import plot_decision_surface, plot_weights

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed():
    plt.switch_backend("Agg")
    yield
    plt.close("all")


class Net:
    def __init__(self, says):
        self.says = says

    def predict(self, x, batch_size=None, verbose=None):
        return self.says(x)


X = np.array([[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]])


def test_two_kinds():
    ax = plot_decision_surface(Net(lambda x: 1 / (1 + np.exp(-9 * x[:, :1]))), X, [0, 1, 1, 0], resolution=50)
    colours = ax.images[0].get_array()
    assert colours[25, 0, 2] > colours[25, 0, 0] and colours[25, -1, 0] > colours[25, -1, 2]  # blue to the left, orange
    contours = [c for c in ax.collections if type(c).__name__ != "PathCollection"]
    (line,) = (path for c in contours for path in c.get_paths())
    np.testing.assert_allclose(line.vertices[:, 0], 0, atol=0.03)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]


def test_many_kinds_one_hot():
    net = Net(lambda x: np.stack([x[:, 0], x[:, 1], -x[:, 0]], 1))
    ax = plot_decision_surface(net, X, np.eye(3)[[0, 1, 2, 1]], resolution=30)
    assert ax.images[0].get_array().shape == (30, 30, 3) and len(ax.get_legend().get_texts()) == 3


def test_values():
    ax = plot_decision_surface(Net(lambda x: x.sum(1)), X, [0.5, 1.5, -0.5, 0.25], resolution=30)
    assert ax.images[0].get_array().shape == (30, 30) and ax.get_legend() is None


def test_axes_are_taken_and_planes_asked_for():
    ax = plt.figure().add_subplot()
    assert plot_decision_surface(Net(lambda x: x[:, :1] > 0), X, ax=ax, resolution=10) is ax
    with pytest.raises(ValueError, match=r"got \(2, 3\)"):
        plot_decision_surface(Net(None), np.ones((2, 3)))


@pytest.mark.parametrize(
    ("shape", "board"),
    [((64, 4), (17, 17)), ((10, 4), (10, 4)), ((3, 3, 2, 5), (7, 11)), ((3, 2, 5), (7, 8)), ((6,), (1, 6))],
)
def test_weights(shape, board):
    kernel = np.random.default_rng(0).normal(size=shape)
    ax = plot_weights(kernel)
    shown = ax.images[0]
    assert shown.get_array().shape == board and shown.norm.vmin == -shown.norm.vmax == -np.abs(kernel).max()
    first = {2: kernel[:, 0].reshape(8, 8) if len(kernel) == 64 else kernel, 4: kernel[..., 0, 0] if kernel.ndim == 4 else 0}
    if kernel.ndim in first:
        expected = first[kernel.ndim]
        np.testing.assert_array_equal(shown.get_array()[: expected.shape[0], : expected.shape[1]], expected)


def test_layers_without_weights():
    layer = keras.layers.Dense(2, name="d")
    with pytest.raises(ValueError, match="'d' has no weights: it is not built yet"):
        plot_weights(layer)
