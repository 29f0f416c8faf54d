"""What optimizers have to do with fit: seen from outside, by weights and losses."""

import numpy as np
import pytest

from minikeras import Input, Sequential, config, layers, regularizers
from minikeras.optimizers import SGD, Adam, LossScaleOptimizer

x = np.random.default_rng(0).standard_normal((32, 3)).astype("float32")
y = (x @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")


def make(optimizer, loss="mse", **dense):
    model = Sequential([Input((3,)), layers.Dense(1, kernel_initializer="ones", **dense)])
    model.compile(optimizer, loss)
    return model


def fit(model, epochs=3):
    return model.fit(x, y, batch_size=8, epochs=epochs, shuffle=False, verbose=0).history["loss"]


def test_fit_ends_with_the_average_in_the_weights():
    """w̄ ← μ w̄ + (1 − μ) w after each of the 12 steps, in the first w̄ = w."""
    plain, averaged = make(SGD(0.05)), make(SGD(0.05, use_ema=True, ema_momentum=0.8))
    average = None
    for _ in range(3):
        for i in range(0, 32, 8):
            plain.train_on_batch(x[i : i + 8], y[i : i + 8])
            now = plain.get_weights()
            average = now if average is None else [0.8 * a + 0.2 * w for a, w in zip(average, now)]
    fit(averaged)
    for mine, expected, trained in zip(averaged.get_weights(), average, plain.get_weights()):
        np.testing.assert_allclose(mine, expected, rtol=1e-5)
        assert np.abs(mine - trained).max() > 1e-3




@pytest.mark.parametrize(
    "scaled",
    [
        lambda: SGD(0.05, loss_scale_factor=1024.0),
        lambda: LossScaleOptimizer(SGD(0.05)),
        lambda: LossScaleOptimizer(SGD(0.05), initial_scale=1.0, dynamic_growth_steps=2),
    ],
)
@pytest.mark.parametrize("where", ["kernel_regularizer", "activity_regularizer"])
def test_penalties_are_scaled_with_the_loss(scaled, where):
    plain, other = (make(optimizer, **{where: regularizers.L2(0.3)}) for optimizer in (SGD(0.05), scaled()))
    np.testing.assert_allclose(fit(plain), fit(other), rtol=1e-5)
    for a, b in zip(plain.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    free = make(SGD(0.05))
    fit(free)
    assert np.abs(free.get_weights()[0] - other.get_weights()[0]).max() > 0.05  # the penalty did something


def test_an_optimizer_shared_by_two_models_trains_the_one_that_is_fitted():
    """In turn, as in a GAN; compared with two models that have an optimizer each."""
    shared = SGD(0.05)
    ours, apart = [make(shared), make(shared)], [make(SGD(0.05)), make(SGD(0.05))]
    for _ in range(2):
        for mine, other in zip(ours, apart):
            fit(mine, 1), fit(other, 1)
            for model, twin in zip(ours, apart):
                for a, b in zip(model.get_weights(), twin.get_weights()):
                    np.testing.assert_allclose(a, b, rtol=1e-6)
    assert np.abs(ours[0].get_weights()[0] - 1).max() > 0.1


def test_the_shared_optimizer_keeps_its_slots_for_each_of_them():
    shared = Adam(0.05)
    a, b = make(shared), make(shared)
    fit(a, 1), fit(b, 1), fit(a, 1)
    assert int(shared.iterations) == 12
    assert not np.array_equal(a.get_weights()[0], b.get_weights()[0])




@pytest.fixture(params=["floatx", "layer"])
def half(request):
    """What makes a layer compute in half precision."""
    if request.param == "floatx":
        config.set_floatx("float16")
    yield {} if request.param == "floatx" else {"dtype": "float16"}
    config.set_floatx("float32")


@pytest.mark.parametrize(
    "units, activation, loss",
    [(2, "softmax", "sparse_categorical_crossentropy"), (1, "sigmoid", "binary_crossentropy"), (1, "sigmoid", "poisson")],
)
def test_a_loss_in_half_precision_is_computed_in_single(half, units, activation, loss):
    """All outputs are 1/2, which half precision holds; log 2 is 0.69336 there."""
    model = Sequential([Input((1,)), layers.Dense(units, activation, kernel_initializer="zeros", **half)])
    model.compile(SGD(0.0), loss)
    rows, labels = np.ones((3000, 1)), np.ones(3000)
    expected = np.log(2) + (loss == "poisson") / 2
    assert model.evaluate(rows, labels, batch_size=3000, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert model.fit(rows, labels, batch_size=3000, verbose=0).history["loss"] == [pytest.approx(expected, rel=1e-5)]
