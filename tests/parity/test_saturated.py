"""Saturated outputs under tapes and in steps of a user's own: cross-entropies start from the logits, as Keras/TF 2.15 does.

The numbers are those of TensorFlow 2.15; Keras on JAX clips the probabilities and has other ones.
"""

import numpy as np
import pytest

import minikeras as keras
from minikeras import GradientTape, layers, losses, ops
from minikeras.compat import backend as K

X = np.array([[30.0, 0], [-30, 1], [2, 1], [-200, 3]], "float32")
Y = np.array([[0.0], [1], [1], [1]], "float32")
LABELS = np.array([1, 0, 2, 1])
ONE_HOT = np.eye(3, dtype="float32")[LABELS]
W = np.array([[1.0, -2, 0.5], [0.3, 0.1, -0.7]], "float32")

YES = 64.7239, [[64.9544], [-1.0228]], [-0.2728]
CLASS = 45.4822, [[15.4396, -14.9991, -0.4405], [-0.0302, 0.2504, -0.2203]], [0.2198, 0.0004, -0.2203]
SMOOTHED = 52.4422, [[16.3396, -17.5991, 1.2595], [-0.0469, 0.2838, -0.2369]], [0.2115, 0.0171, -0.2286]


def mean_of(loss):
    return lambda y, p: ops.mean(loss(y, p))


CASES = {
    "bce": ("sigmoid", mean_of(losses.binary_crossentropy), Y, YES),
    "BCE": ("sigmoid", losses.BinaryCrossentropy(), Y, YES),
    "K.bce": ("sigmoid", mean_of(K.binary_crossentropy), Y, YES),
    "cce": ("softmax", mean_of(losses.categorical_crossentropy), ONE_HOT, CLASS),
    "CCE": ("softmax", losses.CategoricalCrossentropy(label_smoothing=0.1), ONE_HOT, SMOOTHED),
    "K.cce": ("softmax", mean_of(K.categorical_crossentropy), ONE_HOT, CLASS),
    "scce": ("softmax", mean_of(losses.sparse_categorical_crossentropy), LABELS, CLASS),
    "SCCE": ("softmax", losses.SparseCategoricalCrossentropy(), LABELS, CLASS),
    "ops.scce": ("softmax", mean_of(ops.sparse_categorical_crossentropy), LABELS, CLASS),
}
ENDS = {
    "dense": lambda dense, act: layers.Dense(dense.units, act),
    "activation": lambda dense, act: keras.Sequential([dense, layers.Activation(act)]),
    "softmax": lambda dense, act: keras.Sequential([dense, layers.Softmax()]),
    "einsum": lambda dense, act: layers.EinsumDense("ab,bc->ac", dense.units, bias_axes="c", activation=act),
    "function": lambda dense, act: Then(dense, keras.activations.get(act)),
    "operation": lambda dense, act: Then(dense, getattr(ops, act)),
}


class Then(keras.Model):
    """A layer, and a function of what comes out of it."""

    def __init__(self, dense, function):
        super().__init__()
        self.dense, self.function = dense, function

    def call(self, x):
        return self.function(self.dense(x))


def net(units, act, end="dense"):
    made = ENDS[end](layers.Dense(units), act)
    made(X)
    made.set_weights([W[:, :units], np.zeros(units, "float32")])
    return made


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("case", CASES)
def test_under_a_tape(case, end):
    act, loss, y, (value, kernel, bias) = CASES[case]
    if end == "softmax" and act == "sigmoid":
        return
    model = net(len(bias), act, end)
    with GradientTape() as tape:
        cost = loss(y, model(X, training=True))
    np.testing.assert_allclose(cost, value, atol=1e-4)
    for grad, right in zip(tape.gradient(cost, model.trainable_variables), (kernel, bias), strict=True):
        np.testing.assert_allclose(grad, right, atol=1e-4)


CLASS_KERNEL = [[4.3119, -4.6237, -0.1883], [0.2278, 0.1413, -0.6691]]
STEPS = [
    ("sigmoid", "binary_crossentropy", Y, [64.7239, 2.6403], [[-5.4454], [0.4273]]),
    ("softmax", "categorical_crossentropy", ONE_HOT, [45.4822, 10.3542], CLASS_KERNEL),
    ("softmax", "sparse_categorical_crossentropy", LABELS, [45.4822, 10.3542], CLASS_KERNEL),
]  # fmt: skip


@pytest.mark.parametrize(("act", "loss", "y", "values", "kernel"), STEPS)
@pytest.mark.parametrize("way", ["compute_loss", "compiled_loss", "super", "call"])
def test_in_a_step_and_in_fit(act, loss, y, values, kernel, way):
    class Own(Then):
        def call(self, x):
            return self.dense(x) if way != "call" else self.dense(x + 0.0 * x)  # not a row of layers

    class Step(Own):
        def train_step(self, data):
            if way == "super":
                return super().train_step(data)
            x, y = data
            with GradientTape() as tape:
                p = self(x, training=True)
                cost = self.compute_loss(x, y, p) if way == "compute_loss" else self.compiled_loss(y, p)
            self.optimizer.apply(tape.gradient(cost, self.trainable_variables), self.trainable_variables)
            return {"loss": cost}

    model = (Own if way == "call" else Step)(net(len(kernel[0]), act), None)
    model.compile(keras.optimizers.SGD(0.1), loss)
    history = model.fit(X, y, epochs=2, batch_size=4, verbose=0, shuffle=False).history
    np.testing.assert_allclose(history["loss"], values, atol=2e-4)
    np.testing.assert_allclose(model.get_weights()[0], kernel, atol=1e-4)
    plain = net(len(kernel[0]), act)
    plain = keras.Sequential([plain])
    plain.compile(keras.optimizers.SGD(0.1), loss)
    plain.set_weights(model.get_weights())
    np.testing.assert_allclose(model.evaluate(X, y, verbose=0), plain.evaluate(X, y, verbose=0), rtol=1e-5)


class Residual(keras.Model):
    """Its layers do not stand in a row; one output or two."""

    def __init__(self, units, act, two):
        super().__init__()
        self.inner, self.last = layers.Dense(2), layers.Dense(units, act)
        self.act, self.two = keras.activations.get(act), two

    def call(self, x):
        h = x + self.inner(x)
        if not self.two:
            return self.last(h)
        return {"a": self.last(h), "b": self.act(h if self.act is keras.activations.sigmoid else self.last(h) * 1.0)}


RESIDUAL_KERNEL = [[4.594, 14.221, -19.315], [0.844, 1.643, -2.787]]
RESIDUAL = [
    ("sigmoid", "binary_crossentropy", Y, False, [71.1892, 2103.751], [[28.941], [13.193]]),
    ("sigmoid", "binary_crossentropy", Y, True, [107.1153, 3394.2488], [[50.055], [15.559]]),
    ("softmax", "categorical_crossentropy", ONE_HOT, True, [51.2897, 183.498], RESIDUAL_KERNEL),
]  # fmt: skip


@pytest.mark.parametrize(("act", "loss", "y", "two", "values", "kernel"), RESIDUAL)
def test_of_a_call_of_ones_own_that_is_no_row(act, loss, y, two, values, kernel):
    model = Residual(len(kernel[0]), act, two)
    model(X)
    model.inner.set_weights([np.eye(2) * 0.1, np.zeros(2)])
    model.last.set_weights([W[:, : len(kernel[0])], np.zeros(len(kernel[0]))])
    other = np.repeat(Y, 2, 1) if act == "sigmoid" else y
    model.compile(keras.optimizers.SGD(0.1), {"a": loss, "b": loss} if two else loss)
    history = model.fit(X, {"a": y, "b": other} if two else y, epochs=2, verbose=0, shuffle=False).history
    np.testing.assert_allclose(history["loss"], values, rtol=1e-5)
    np.testing.assert_allclose(model.last.get_weights()[0], kernel, atol=1e-3)


def test_others_may_read_the_probabilities_too():
    model = net(1, "sigmoid")
    x = X[2:3]  # not saturated: both ways are right
    with GradientTape(persistent=True) as tape:
        p = model(x)
        both = losses.BinaryCrossentropy()(Y[2:3], p) + ops.sum(p * p) + losses.BinaryCrossentropy()(1 - Y[2:3], p)
        one, two, three = losses.BinaryCrossentropy()(Y[2:3], p), ops.sum(p * p), losses.BinaryCrossentropy()(1 - Y[2:3], p)
    parts = [tape.gradient(part, model.trainable_variables) for part in (one, two, three)]
    for whole, *shares in zip(tape.gradient(both, model.trainable_variables), *parts):
        np.testing.assert_allclose(whole, sum(shares), rtol=1e-5)


def test_gradients_of_inputs_and_of_gradients():
    model = net(3, "softmax")
    x = ops.convert_to_tensor(X[2:3])

    def penalty(x, numeric=False):
        with GradientTape() as inner:
            inner.watch(x)
            cost = losses.CategoricalCrossentropy()(ONE_HOT[2:3], model(x))
        return ops.sum(inner.gradient(cost, x) ** 2)

    with GradientTape() as outer:
        value = penalty(x)
    grads = outer.gradient(value, model.trainable_variables)
    step = 1e-2
    for k, (weight, grad) in enumerate(zip(model.trainable_variables, grads, strict=True)):
        before = weight.numpy()
        up, down = (before + sign * step * np.sign(np.asarray(grad)) for sign in (1, -1))
        weight.assign(up)
        high = float(penalty(x))
        weight.assign(down)
        slope = (high - float(penalty(x))) / (2 * step)
        weight.assign(before)
        np.testing.assert_allclose(np.abs(np.asarray(grad)).sum(), slope, rtol=2e-2, err_msg=str(k))


def test_frozen_layers_pass_it_on():
    head, body = layers.Dense(1, "sigmoid"), layers.Dense(2, use_bias=False, kernel_initializer="identity")
    model = keras.Sequential([keras.Input((2,)), body, head])
    head.set_weights([W[:, :1], np.zeros(1)])
    head.trainable = False
    with GradientTape() as tape:
        cost = losses.BinaryCrossentropy()(Y, model(X))
    (grad,) = tape.gradient(cost, model.trainable_variables)
    delta = (1 / (1 + np.exp(-(X @ W[:, :1]).clip(-80, 80))) - Y) / 4
    np.testing.assert_allclose(grad, X.T @ delta @ W[:, :1].T, rtol=1e-5)
