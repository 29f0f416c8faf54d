"""Models of any graph: several inputs and outputs, nested and shared models, masks."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import Input, Model, Sequential, layers, ops
from minikeras.layers import Dense
from minikeras.saving.onnx_export import to_onnx
from tests.saving.onnx_export.checks import check, functional, onnx, session, shaken

RNG = np.random.default_rng(11)
X, Z = RNG.normal(size=(5, 4)).astype("float32"), RNG.normal(size=(5, 3)).astype("float32")
IDS = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [4, 5, 6, 1], [0, 0, 0, 0], [0, 2, 0, 1]], "int32")  # holes everywhere


def test_several_inputs_and_outputs_keep_their_names():
    a, b = Input((4,), name="left"), Input((3,), name="right")
    h = layers.concatenate([Dense(5, "tanh")(a), b])
    model = Model([a, b], [Dense(2, name="class")(h), Dense(1, "sigmoid", name="chance")(h)], name="two_heads")
    run = check(shaken(model), [X, Z])
    assert [t.name for t in run.get_inputs()] == ["left", "right"]
    assert [t.name for t in run.get_outputs()] == ["class", "chance"]
    assert [t.shape for t in run.get_outputs()] == [["batch", 2], ["batch", 1]]


def test_inputs_and_outputs_in_dicts():
    given = {"b": Input((4,), name="b"), "a": Input((3,), name="a")}
    model = Model(given, {"sum": Dense(2)(given["a"]) + Dense(2)(given["b"]), "raw": given["a"]})
    run = session(to_onnx(model))
    expected = model.predict({"a": Z, "b": X}, verbose=0)
    ys = dict(zip(model.output_names, run.run(None, {"a": Z, "b": X})))
    assert len(ys) == 2
    for y, key in zip(run.run(None, {"a": Z, "b": X}), sorted(expected)):
        np.testing.assert_allclose(y, expected[key], atol=1e-5)


def test_an_output_twice_an_input_as_output_and_an_output_that_is_read_on():
    x = Input((4,), name="x")
    h = Dense(4, name="h")(x)
    model = Model(x, [h, h, x, Dense(2, name="y")(h)])
    run = check(shaken(model), X)
    assert [t.name for t in run.get_outputs()] == ["h", "h_1", "x_1", "y"]


def test_shared_layers_and_nested_models():
    encoder = Sequential([Input((4,)), Dense(6, "relu"), Dense(3)], name="encoder")
    a, b = Input((4,)), Input((4,))
    pair = Model([a, b], [encoder(a) - encoder(b), encoder(a)], name="pair")
    x = Input((4,))
    distance, code = pair([x, Dense(4)(x)])
    model = shaken(Model(x, ops.sum(distance**2, axis=-1, keepdims=True) + Dense(1)(code)))
    check(model, X)
    stored = {t.name for t in to_onnx(model).graph.initializer}
    assert {v.path for v in model.weights} <= stored  # each once
    assert not any(name.endswith("_1") for name in stored if "kernel" in name)


def test_a_residual_net_of_convolutions():
    def net(x):
        h = layers.Conv2D(6, 3, padding="same", use_bias=False)(x)
        h = layers.Activation("relu")(layers.BatchNormalization()(h))
        h = layers.Add()([h, layers.Conv2D(6, 1)(x)])
        h = layers.MaxPooling2D()(h)
        return Dense(3, "softmax")(layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(h)))

    images = RNG.normal(size=(4, 8, 6, 2)).astype("float32")
    check(shaken(functional(net, images)), images)


def test_a_transformer_block_with_masks():
    def net(ids):
        h = layers.Embedding(9, 8, mask_zero=True)(ids)
        h = layers.LayerNormalization()(h + layers.MultiHeadAttention(2, 4)(h, h, use_causal_mask=True))
        h = layers.LayerNormalization()(h + Dense(8)(Dense(16, "gelu")(h)))
        return Dense(2)(layers.GlobalAveragePooling1D()(h))

    check(shaken(functional(net, IDS)), IDS, 1e-4)


def test_unknown_sizes_stay_open():
    x = Input((None, None, 2))
    h = layers.Conv2D(3, 3, strides=2, padding="same")(x)
    h = layers.UpSampling2D()(layers.MaxPooling2D(2, strides=1, padding="same")(h))
    h = layers.Conv2DTranspose(2, 3, strides=2)(layers.ZeroPadding2D(1)(layers.Cropping2D(1)(h)))
    model = shaken(Model(x, [h, layers.GlobalMaxPooling2D()(h), layers.GroupNormalization(2)(h)]))
    run = session(to_onnx(model))
    for shape in ((2, 9, 8, 2), (1, 12, 15, 2), (3, 6, 6, 2)):
        data = RNG.normal(size=shape).astype("float32")
        for y, e in zip(run.run(None, {model.input_names[0]: data}), model.predict(data, verbose=0)):
            np.testing.assert_allclose(y, e, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("layer", [
    lambda x: layers.LSTM(3)(x),
    lambda x: layers.GRU(3, return_sequences=True)(x),
    lambda x: layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True))(x),
    lambda x: layers.TimeDistributed(Dense(2))(x),
    lambda x: layers.Attention()([x, x]),
    lambda x: layers.Softmax(axis=1)(ops.sum(x, axis=-1)),
    lambda x: layers.Flatten()(x),
    lambda x: layers.Concatenate(axis=1)([x, x]),
    lambda x: layers.Add()([x, Dense(5)(x)]),
    lambda x: layers.Multiply()([x, layers.Masking()(x)]),
    lambda x: layers.Maximum()([x, layers.Masking(0.25)(x)]),
], ids="lstm gru both each attention softmax flatten concatenate add multiply maximum".split())  # fmt: skip
def test_masks_of_an_embedding_travel(layer):
    def net(ids):
        h = layer(layers.Dropout(0.5)(layers.Embedding(9, 5, mask_zero=True)(ids)))
        return layers.GlobalAveragePooling1D()(h) if len(h.shape) == 3 else h

    check(shaken(functional(net, IDS)), IDS)


def test_masking_of_series():
    series = np.where(IDS[..., None] > 0, RNG.normal(size=(5, 4, 3)), -1.0).astype("float32")
    check(shaken(functional(lambda x: layers.LSTM(4)(layers.Masking(-1.0)(x)), series)), series)


def test_masks_through_nested_models_end_where_a_layer_does_not_pass_them_on():
    inner = Sequential([Input((4,), dtype="int32"), layers.Embedding(9, 5, mask_zero=True)])

    def net(ids):
        h = inner(ids)
        return [layers.GRU(3)(h), layers.GRU(3)(layers.RMSNormalization()(h))]

    model = shaken(functional(net, IDS))
    check(model, IDS)
    kinds = [node.op_type for node in to_onnx(model).graph.node]
    assert kinds.count("Scan") == 1 and kinds.count("GRU") == 1


def test_what_nobody_reads_is_left_out():
    model = functional(lambda ids: layers.Flatten()(layers.Embedding(9, 5, mask_zero=True)(ids)), IDS)
    assert [node.op_type for node in to_onnx(model).graph.node] == ["Gather", "Flatten"]


class Doubled(Dense):
    def forward(self, x, training=False):
        y, kept = super().forward(x, training)
        return 2 * y, kept


class Odd(layers.Attention):
    def scores(self, query, key):
        return query[..., :1] + key[..., :1].swapaxes(1, 2), None


class Asks(layers.Layer):
    def call(self, x):
        return x if np.sum(x) > 0 else -x


@pytest.mark.parametrize("layer, named", [
    (Doubled(2, name="twice"), "'twice' .Doubled.*forward.. of your own"),
    (Asks(name="asks"), "'asks' .Asks.*can't be followed"),
    (layers.LSTM(2, stateful=True, name="memory"), "'memory' .LSTM.*stateful"),
    (layers.Lambda(lambda x: np.sort(x), name="sorted"), "Operation 'sort.*no translation for this operation"),
    (layers.AdaptiveMaxPooling1D(2, name="pool"), "'pool' .AdaptiveMax.*must be known"),
])  # fmt: skip
def test_what_has_no_translation_is_named(layer, named):
    steps = None if layer.name == "pool" else 2
    model = Sequential([Input(batch_shape=(3, steps, 2)), layer])
    with pytest.raises(ValueError, match=named):
        to_onnx(model)


def test_a_subclass_with_another_part_of_the_computing_is_not_taken_for_its_base():
    x = Input((3, 2))
    model = Model(x, Odd(name="odd")([x, x]))
    with pytest.raises(ValueError, match="'odd' .Odd"):
        to_onnx(model)


def test_a_layer_that_is_told_to_train_is_refused():
    model = functional(lambda x: layers.Dropout(0.5, name="always")(x, training=True), X)
    with pytest.raises(ValueError, match="'always' .Dropout.*training=True"):
        to_onnx(model)
    check(functional(lambda x: layers.Dropout(0.5)(x, training=False), X), X)


def test_mixed_precision():
    def net(x):
        h = Dense(8, "relu", dtype="mixed_float16")(x)
        h = layers.LayerNormalization(dtype="mixed_float16")(h)
        return Dense(3, "softmax", dtype="float32")(h)

    check(shaken(functional(net, X)), X, 5e-3)


def test_names_in_the_file_are_those_of_layers_and_weights():
    model = keras.Sequential([Input((4,)), Dense(3, name="first"), Dense(1, name="last")], name="net")
    proto = to_onnx(model)
    assert [node.name for node in proto.graph.node] == ["net/first/MatMul", "net/first/Add", "net/last/MatMul", "net/last/Add"]
    kernel = onnx.numpy_helper.to_array(proto.graph.initializer[0])
    assert proto.graph.initializer[0].name == "net/first/kernel" and np.array_equal(kernel, model.layers[0].kernel.numpy())
