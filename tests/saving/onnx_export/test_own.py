"""Layers, cells and models of one's own, whose `call` is followed."""

import numpy as np
import pytest

from minikeras import Input, Model, Sequential, layers, ops
from minikeras.layers import Dense
from minikeras.saving.onnx_export import to_onnx
from tests.saving.onnx_export.checks import check, functional, session, shaken

RNG = np.random.default_rng(5)
X, SERIES = RNG.normal(size=(5, 4)).astype("float32"), RNG.normal(size=(5, 3, 4)).astype("float32")


class Gate(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Dense(4, "tanh")

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 4), name="w")

    def call(self, x, training=False):
        if training:
            raise AssertionError("prediction is no training")
        gate = ops.sigmoid(x @ self.w)
        return gate * self.inner(x) + (1 - gate) * np.maximum(x, 0.0) ** 2


def test_layers_with_weights_and_layers_inside():
    gate = Gate()
    model = shaken(functional(lambda x: gate(gate(x)), X))
    calls = len(gate.inner._inbound_nodes)
    check(model, X)
    assert len(gate.inner._inbound_nodes) == calls  # following left nothing behind


def test_lambdas():
    def centered(t):
        return (t - np.mean(t, axis=-1, keepdims=True)) / (np.std(t) + 1)  # over the whole batch

    check(functional(layers.Lambda(centered), X[:3]), X[:3], sizes=[3])
    model = Sequential([Input((4,)), layers.Lambda(lambda t: [t[:, :2] * 2, t[:, 2:]][0])])
    check(model, X)
    check(Sequential([Input((4,)), layers.Lambda(lambda t, by: t * by, arguments={"by": 3.0})]), X)


class Weighted(layers.Layer):
    """An attention that one writes oneself, with a mask."""

    supports_masking = True

    def call(self, x, mask=None):
        s = ops.sum(x, axis=-1)
        s = s if mask is None else ops.where(mask, s, -1e9)
        return ops.einsum("bt,btf->bf", ops.softmax(s), x)


def test_masks_reach_layers_of_ones_own():
    ids = np.array([[1, 2, 0], [3, 0, 0], [0, 1, 4], [1, 1, 1]], "int32")
    check(shaken(functional(lambda i: Weighted()(layers.Embedding(5, 3, mask_zero=True)(i)), ids)), ids)


class Net(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.one, self.two, self.drop = Dense(6, "relu"), Dense(2), layers.Dropout(0.5)

    def call(self, x, training=False):
        return self.two(self.drop(self.one(x), training=training))


def test_models_with_a_call_of_their_own():
    net = Net(name="net")
    expected = net.predict(X, verbose=0)
    run = session(to_onnx(net))
    assert [t.name for t in run.get_inputs()] == ["input"] and [t.name for t in run.get_outputs()] == ["net"]
    np.testing.assert_allclose(run.run(None, {"input": X})[0], expected, atol=1e-5)
    np.testing.assert_allclose(run.run(None, {"input": X[:2]})[0], expected[:2], atol=1e-5)
    run = session(to_onnx(net, input_signature=Input((4,), batch_size=5, name="x")))
    np.testing.assert_allclose(run.run(None, {"x": X})[0], expected, atol=1e-5)
    check(functional(lambda x: net(x) + net(2 * x), X), X)  # inside of others too


class Scaled(layers.Layer):
    """A cell whose output is not its state."""

    state_size, output_size = 4, 3

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = Dense(4)

    def call(self, inputs, states):
        h = ops.tanh(self.dense(inputs) + 0.5 * states[0])
        return 2.0 * h[:, :3], [h]


@pytest.mark.parametrize("sequences", [False, True])
def test_cells(sequences):
    def net(x):
        y, state = layers.RNN(Scaled(), return_sequences=sequences, return_state=True)(x)
        return [y, state]

    check(shaken(functional(net, SERIES)), SERIES)
    check(shaken(functional(lambda x: layers.RNN([Scaled(), layers.LSTMCell(2)])(x), SERIES)), SERIES)


def test_a_mask_over_a_cell_without_a_first_output_like_its_state():
    model = functional(lambda x: layers.RNN(Scaled(), name="loop")(layers.Masking()(x)), SERIES)
    with pytest.raises(ValueError, match="'loop' .RNN.*mask over a cell"):
        to_onnx(model)


def around(kind, *given):
    """A model of this kind with a call() of its own around the way through its layers."""

    class Around(kind):
        def call(self, inputs, mask=None):
            return 2 * super().call(inputs, mask=mask) + 1

    return shaken(Around(*given))


def test_a_call_of_ones_own_around_a_graph():
    trained = [layers.Dropout(0.5), layers.BatchNormalization(), Dense(2, activity_regularizer="l2")]
    check(around(Sequential, [Input((4,)), Dense(3), *trained]), X)
    x, ids = Input((3, 4)), Input((3,), dtype="int32")
    model = around(Model, x, layers.GRU(2)(layers.LSTM(3, return_sequences=True)(x[:, ::-1] * 2.0)))
    check(model, SERIES)
    check(functional(lambda x: Dense(1)(model(x)), SERIES), SERIES)
    model = around(Model, ids, layers.LSTM(2)(layers.Embedding(5, 3, mask_zero=True)(ids)))
    check(model, np.array([[1, 2, 0], [3, 0, 0], [0, 1, 4], [1, 1, 1]], "int32"))
    images = RNG.normal(size=(4, 6, 6, 2)).astype("float32")
    check(functional(lambda x: around(Sequential, [layers.Conv2D(2, 3), layers.Flatten(), Dense(1)])(x), images), images)
    masked = functional(lambda x: around(Model, x, layers.LSTM(2)(x))(layers.Masking()(x)), SERIES)
    with pytest.raises(ValueError, match=r"'around.*' .Around.*can't be followed with a mask that was made outside.*\. Put"):
        to_onnx(masked)


def test_a_call_around_a_graph_that_returns_more():
    class Twice(Model):
        def call(self, inputs):
            y = super().call(inputs)
            return y, y * 2

    x = Input((4,))
    run = check(shaken(Twice(x, Dense(2)(x), name="twice")), X)
    assert [t.name for t in run.get_outputs()] == ["twice", "twice_1"]


def test_activations_of_ones_own():
    def bent(x):
        return ops.tanh(x) + 0.1 * x

    check(shaken(Sequential([Input((4,)), Dense(3, activation=bent), layers.Activation(lambda x: x * ops.sigmoid(x))])), X)
    check(shaken(Sequential([Input((3, 4)), layers.LSTM(2, activation=bent), Dense(1, bent)])), SERIES)
    with pytest.raises(ValueError, match="'odd' .Dense.*its activation 'cut' is none of keras.activations, and.*numbers"):
        to_onnx(Sequential([Input((4,)), Dense(3, activation=cut, name="odd")]))


def cut(x):
    return np.asarray(x).clip(0, 1)


class Halves(layers.Layer):
    """A layer to which whole numbers are whole numbers."""

    def call(self, inputs):
        return inputs // 2


def test_whole_numbers_reach_a_layer_of_ones_own():
    ids, x = np.array([[1, 2, 5], [3, 0, 4]], "int32"), Input((3,), dtype="int32")
    check(shaken(Model(x, layers.Embedding(5, 2)(Halves()(x)))), ids)
