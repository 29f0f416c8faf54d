"""Numbers from Keras 3.15.1 (JAX), on x = -2, -1, -0.5, 0, 0.5, 1, 2, 7."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import activations
from minikeras.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU

X = np.array([[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 7.0]], "float32")


@pytest.mark.parametrize("layer, expected", [
    (LeakyReLU(), [-0.6, -0.3, -0.15, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (LeakyReLU(0.01), [-0.02, -0.01, -0.005, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (ReLU(), [0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (ReLU(6.0, 0.1, 1.0), [-0.3, -0.2, -0.15, -0.1, -0.05, 0.0, 2.0, 6.0]),
    (ReLU(threshold=0.7), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 7.0]),
    (ReLU(negative_slope=0.2), [-0.4, -0.2, -0.1, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (ELU(), [-0.86466473, -0.63212055, -0.39346933, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (ELU(0.5), [-0.43233237, -0.31606027, -0.19673467, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (PReLU("ones"), [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 7.0]),
    (ThresholdedReLU(), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 7.0]),
    (Activation("sigmoid"), [0.11920292, 0.26894142, 0.37754067, 0.5, 0.62245933, 0.73105858, 0.88079708, 0.99908895]),
    (Softmax(), [0.00012187, 0.00033127, 0.00054618, 0.0009005, 0.00148467, 0.0024478, 0.00665382, 0.98751396]),
])  # fmt: skip
def test_values(layer, expected):
    np.testing.assert_allclose(layer(X), [expected], rtol=1e-5, atol=1e-8)


def test_gradients_of_keras():
    def slope(layer):
        layer(X)
        y, kept = layer.forward(X)
        return layer.backward(np.ones_like(y), kept)[0].tolist()

    assert slope(PReLU("ones")) == [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    assert slope(ReLU(1.5)) == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    assert slope(ReLU()) == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    assert slope(ThresholdedReLU(0.7)) == [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]


def test_prelu_learns_a_slope_for_each_place_or_shares_it():
    x = np.arange(-6.0, 6.0).reshape(2, 3, 2)
    layer = PReLU(dtype="float64")
    assert layer(x).tolist() == np.maximum(x, 0).tolist() and layer.alpha.shape == (3, 2)
    layer.backward(np.ones_like(x), x, need_dx=False)
    assert layer.alpha.grad.tolist() == [[-6.0, -5.0], [-4.0, -3.0], [-2.0, -1.0]]
    layer = PReLU(shared_axes=1, dtype="float64")
    layer.build((None, None, 2))
    assert layer.alpha.shape == (1, 2) and layer.shared_axes == [1] and layer.alpha.path.endswith("/alpha")
    assert layer.backward(np.ones_like(x), x).tolist() == (x > 0).astype(float).tolist()
    assert layer.alpha.grad.tolist() == [[-12.0, -9.0]]
    with pytest.raises(ValueError, match="expected axis 2 of the input to have size 2"):
        layer(np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match=r"`shared_axes` of PReLU names axes from 1 to 2 .* got \[3\]"):
        PReLU(shared_axes=[3]).build((None, 3, 2))


def test_prelu_takes_regularizer_and_constraint():
    layer = PReLU("ones", alpha_regularizer="l2", alpha_constraint="non_neg")
    layer.build((None, 3))
    assert layer.losses[0] == pytest.approx(0.03)
    assert layer.get_config()["alpha_constraint"]["class_name"] == "NonNeg"


def test_activation_ends_where_a_loss_may_begin():
    layer = Activation("softmax")
    y, kept = layer.forward(X)
    assert layer.logits(kept) is X and layer.activation is activations.softmax
    assert layer.backward_from_logits(y, kept) is y
    y, kept = Softmax().forward(X)
    assert Softmax().logits(kept) is X and Softmax().backward_from_logits(y, kept) is y
    assert (Softmax().activation, Softmax(axis=[1, 2]).activation) == (activations.softmax, None)


def test_activation_takes_functions_and_layers():
    cube = Activation(lambda z: z**3, dtype="float64")
    y, kept = cube.forward(np.array([[2.0]]))
    assert (y.tolist(), cube.backward(np.array([[1.0]]), kept).tolist()) == ([[8.0]], [[12.0]])
    leaky = Activation(LeakyReLU(0.5))
    y, kept = leaky.forward(X)
    assert leaky.backward(np.ones_like(y), kept)[0].tolist() == [0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert leaky.get_config()["activation"]["class_name"] == "LeakyReLU"
    assert Activation("tanh").get_config()["activation"] == "tanh"
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        Activation("rleu")


def test_softmax_over_axes():
    x = np.arange(12, dtype="float32").reshape(2, 3, 2) / 10
    np.testing.assert_allclose(Softmax(axis=1)(x)[0, :, 0], [0.2693075, 0.32893291, 0.40175956], rtol=1e-6)
    expected = [0.12792665, 0.14138082, 0.15624997, 0.17268291, 0.19084411, 0.21091539]
    np.testing.assert_allclose(Softmax(axis=(1, 2))(x)[0].ravel(), expected, rtol=1e-6)


def test_softmax_mask():
    x, layer = np.array([[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]), Softmax(dtype="float64")
    mask = np.array([[1, 0, 1], [0, 0, 0]])
    assert layer(x, mask=mask.astype(bool)).tolist() == [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    assert layer(x, mask=mask.astype(float)).tolist() == [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    y, kept = layer.forward(x, mask=mask)
    assert layer.backward(x, kept).tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert layer.backward(np.eye(2, 3), kept).tolist() == [[0.25, 0.0, -0.25], [0.0, 0.0, 0.0]]
    assert Softmax(dtype="float16")(x, mask=mask).tolist() == [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    for bad in (np.ones((2, 2)), np.ones((1, 2, 3))):
        with pytest.raises(ValueError, match=r"mask of Softmax must .* the input, of shape \(2, 3\)"):
            layer(x, mask=bad)


@pytest.mark.parametrize("make, words", [
    (lambda: ReLU(max_value=-1), "max_value of a ReLU layer cannot be a negative value, got -1"),
    (lambda: ReLU(negative_slope=None), "negative_slope of a ReLU layer cannot be None"),
    (lambda: ReLU(threshold=-0.1), "threshold of a ReLU layer cannot be a negative"),
    (lambda: LeakyReLU(-0.1), "negative_slope of a LeakyReLU layer cannot be a negative value, got -0.1"),
    (lambda: ThresholdedReLU(-1), "theta of a ThresholdedReLU layer"),
    (lambda: ELU("high"), "`alpha` of ELU must be a number, got 'high'"),
    (lambda: Softmax("last"), "`axis` of Softmax must be an integer or a list of integers, got 'last'"),
    (lambda: Softmax([]), "`axis` of Softmax"),
])  # fmt: skip
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("axis", [50, [0, 9], -3])
def test_softmax_over_an_axis_that_is_not_there_is_said_when_it_is_built(axis):
    with pytest.raises(ValueError, match=r"\(Softmax\) finds no axis -?\d+ in \(None, 4\), its input"):
        keras.Sequential([keras.Input((4,)), keras.layers.Softmax(axis)])
