import numpy as np

from minikeras import regularizers
from minikeras.layers import Dense
from minikeras.models.steps import ActivityPenalty, Shared


def test_an_activity_penalty_lets_numbers_pass_and_adds_its_slope():
    x = np.array([[1.0, -2.0], [3.0, 4.0]])
    step = ActivityPenalty(regularizers.L2(0.5))
    y, kept = step.forward(x)
    assert y is x and step.penalty(kept) == 0.5 * 30 / 2  # R(a)/n
    np.testing.assert_allclose(step.backward(np.ones((2, 2)), kept), 1 + 0.5 * 2 * x / 2)


def test_shared_weights_add_their_gradients_and_the_others_overwrite():
    layer = Dense(2, dtype="float64")
    x = np.array([[1.0, 2.0, 3.0]])
    layer(x)
    layer.kernel.grad[...], layer.bias.grad[...] = 7, 7
    step = Shared(layer, [layer.kernel])
    _, kept = step.forward(x)  # all else is the layer's own
    step.backward(np.ones((1, 2)), kept, False)
    assert layer.kernel.grad.tolist() == [[8, 8], [9, 9], [10, 10]] and layer.bias.grad.tolist() == [1, 1]
