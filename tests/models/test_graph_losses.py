import numpy as np
import pytest

import minikeras as keras
from minikeras import backend as K
from minikeras import layers, losses
from minikeras.models.graph_losses import names_tensors

DATA = np.random.default_rng(0).uniform(size=(24, 4)).astype("float32")


def vae(optimizer="sgd"):
    x = keras.Input((4,))
    mean, log_var = layers.Dense(2, name="mean")(x), layers.Dense(2, name="log_var")(x)
    decoded = layers.Dense(4, activation="sigmoid", name="decoded")(mean)

    def penalty():
        return -0.5 * K.sum(1 + log_var - K.square(mean) - K.exp(log_var), axis=-1)

    def vae_loss(y_true, y_pred):
        return 4 * losses.binary_crossentropy(y_true, y_pred) + penalty()

    model = keras.Model(x, decoded)
    model.compile(optimizer, vae_loss, metrics=["mae"])
    return model, keras.Model(x, [mean, log_var]), vae_loss


def by_hand(model, encoder, y):
    p, (mean, log_var) = model.predict(DATA, verbose=0), encoder.predict(DATA, verbose=0)
    cross = -4 * np.mean(y * np.log(p) + (1 - y) * np.log(1 - p), axis=1)
    return np.mean(cross - 0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=1))


def test_a_loss_that_names_tensors_of_the_model():
    model, encoder, vae_loss = vae()
    assert names_tensors(vae_loss) and not names_tensors(by_hand) and not names_tensors(losses.mse)
    y = 1 - DATA
    loss, mae = model.evaluate(DATA, y, verbose=0)
    np.testing.assert_allclose(loss, by_hand(model, encoder, y), rtol=1e-5)
    np.testing.assert_allclose(mae, np.abs(y - model.predict(DATA)).mean(), rtol=1e-5)
    hist = model.fit(DATA, y, epochs=4, batch_size=8, verbose=0, validation_data=(DATA, y)).history
    np.testing.assert_allclose(hist["val_loss"][-1], by_hand(model, encoder, y), rtol=1e-5)
    assert hist["loss"][-1] < hist["loss"][0]
    before = [w.copy() for w in encoder.get_weights()]
    model.train_on_batch(DATA, y)
    assert all((a != b).any() for a, b in zip(before, encoder.get_weights()))


def test_gradients_are_those_of_finite_differences():
    model, encoder, _ = vae(keras.optimizers.SGD(1.0))
    kernel = encoder.layers[1].kernel
    values, step = [], 1e-2
    for sign in (1, -1):
        kernel.value[0, 0] += sign * step
        values.append(by_hand(model, encoder, DATA))
        kernel.value[0, 0] -= sign * step
    before = kernel.numpy()[0, 0]
    model.train_on_batch(DATA, DATA)
    np.testing.assert_allclose(before - kernel.numpy()[0, 0], (values[0] - values[1]) / (2 * step), rtol=2e-2)


def test_compiled_anew_the_old_loss_is_gone():
    model, encoder, vae_loss = vae()
    model.compile("sgd", vae_loss)
    np.testing.assert_allclose(model.evaluate(DATA, DATA, verbose=0), by_hand(model, encoder, DATA), rtol=1e-5)
    model.compile("sgd", "mse")
    np.testing.assert_allclose(model.evaluate(DATA, DATA, verbose=0), np.mean((DATA - model.predict(DATA)) ** 2), rtol=1e-5)
    assert model.loss == "mse"


def test_one_of_several_outputs():
    x = keras.Input((4,))
    a, b = layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)
    model = keras.Model(x, [a, b])
    model.compile("sgd", ["mse", lambda y_true, y_pred: K.square(y_true - y_pred) + K.square(a)])
    y = DATA[:, :1]
    p, q = model.predict(DATA)
    expected = np.mean((y - p) ** 2) + np.mean((2 * y - q) ** 2 + p**2)
    assert model.evaluate(DATA, [y, 2 * y], verbose=0)[0] == pytest.approx(expected, rel=1e-5)
