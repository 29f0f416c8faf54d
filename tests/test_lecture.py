"""The lectures' worked examples: every number to four digits, from the library's own layers and gradients."""

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Dense


def dense(units, inputs, weights, bias, activation="sigmoid"):
    layer = Dense(units, activation, dtype="float64")
    layer.build((None, inputs))
    layer.set_weights([np.array(weights).T, np.array(bias)])  # the lectures print one row per unit
    return layer


def test_backpropagation_step_by_step():
    hidden = dense(2, 2, [[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35])
    output = dense(2, 2, [[0.40, 0.45], [0.50, 0.55]], [0.60, 0.60])
    x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    cost = keras.losses.QuadraticCost()

    a1, kept1 = hidden.forward(x)
    np.testing.assert_allclose(hidden.logits(kept1), [[0.3775, 0.3925]], atol=5e-5)
    np.testing.assert_allclose(a1, [[0.5933, 0.5969]], atol=5e-5)
    a2, kept2 = output.forward(a1)
    np.testing.assert_allclose(output.logits(kept2), [[1.1059, 1.2249]], atol=5e-5)
    np.testing.assert_allclose(a2, [[0.7514, 0.7729]], atol=5e-5)

    value, dy = cost.value_and_grad(y, a2)
    assert value == pytest.approx(0.2984, abs=5e-5)
    assert dy[0, 0] == pytest.approx(0.7414, abs=5e-5)
    slope = output.derivative(np.ones_like(a2), kept2[1], a2)
    assert slope[0, 0] == pytest.approx(0.1868, abs=5e-5)

    dx = output.backward(dy, kept2)
    assert output.kernel.grad[0, 0] == pytest.approx(0.08217, abs=5e-6)  # printed as 0.0821
    delta2 = dy * a2 * (1 - a2)
    np.testing.assert_allclose(output.kernel.grad, a1.T @ delta2)
    np.testing.assert_allclose(output.bias.grad, delta2[0])
    hidden.backward(dx, kept1)
    delta1 = (delta2 @ output.kernel.value.T) * a1 * (1 - a1)
    np.testing.assert_allclose(hidden.kernel.grad, x.T @ delta1)
    np.testing.assert_allclose(hidden.bias.grad, delta1[0])


def test_forward_pass_of_three_inputs():
    x = np.array([[0.2, 0.5, -0.9]])
    hidden = dense(3, 3, [[1.2, 0.9, 0.3], [0.2, 0.3, 0.1], [1.3, 1.9, 0.1]], [0.1] * 3)
    a, kept = hidden.forward(x)
    z = hidden.logits(kept)[0]
    assert z[[0, 2]] == pytest.approx([0.52, 1.22], abs=5e-3)
    assert a[0, [0, 2]] == pytest.approx([0.62, 0.77], abs=1e-2)  # printed as 0.62 and 0.77
    assert z[1] == pytest.approx(0.20)  # the lecture prints 0.55, a slip: 0.04 + 0.15 - 0.09 + 0.1
    output = dense(1, 3, [[0.2, 0.6, 0.2]], [0.1])
    a, kept = output.forward(np.array([[0.62, 0.63, 0.77]]))
    assert output.logits(kept)[0, 0] == pytest.approx(0.756)
    assert a[0, 0] == pytest.approx(0.68, abs=5e-3)


def test_logistic_regression_has_the_exact_gradient_of_the_mean():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((7, 3)), rng.integers(0, 2, (7, 1)).astype(float)
    neuron = dense(1, 3, [rng.standard_normal(3)], [0.3])
    h, kept = neuron.forward(x)
    _, delta = keras.losses.BinaryCrossentropy().fused(neuron.activation)(y, neuron.logits(kept), h, None)
    neuron.backward_from_logits(delta, kept)
    np.testing.assert_allclose(neuron.kernel.grad, x.T @ (h - y) / 7)  # dW = Xᵀ E / m
    np.testing.assert_allclose(neuron.bias.grad, (h - y).sum(0) / 7)


def test_two_layer_backpropagation_in_the_lectures_vector_form():
    rng = np.random.default_rng(1)
    m, x = 6, rng.standard_normal((6, 3))
    y = rng.integers(0, 2, (m, 1)).astype(float)
    first = dense(4, 3, rng.standard_normal((4, 3)), rng.standard_normal(4), "tanh")
    second = dense(1, 4, rng.standard_normal((1, 4)), rng.standard_normal(1))
    h1, kept1 = first.forward(x)
    h2, kept2 = second.forward(h1)
    _, delta = keras.losses.BinaryCrossentropy().fused(second.activation)(y, second.logits(kept2), h2, None)
    first.backward(second.backward_from_logits(delta, kept2), kept1)
    da2 = h2 - y
    da1 = (da2 @ second.kernel.value.T) * (1 - h1**2)
    np.testing.assert_allclose(second.kernel.grad, h1.T @ da2 / m)
    np.testing.assert_allclose(second.bias.grad, da2.mean(0))
    np.testing.assert_allclose(first.kernel.grad, x.T @ da1 / m)
    np.testing.assert_allclose(first.bias.grad, da1.mean(0))


def test_the_step_function_of_the_perceptron_has_no_gradient():
    layer = dense(1, 2, [[1.0, 1.0]], [-1.5], "step")
    assert layer(np.array([[0.0, 1.0], [1.0, 1.0]])).tolist() == [[0.0], [1.0]]  # AND
    y, kept = layer.forward(np.ones((1, 2)))
    with pytest.raises(ValueError, match="sigmoid"):
        layer.backward(np.ones_like(y), kept)
