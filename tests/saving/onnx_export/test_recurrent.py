"""Recurrent layers beyond the samples: which become operators of ONNX, states, directions, masks."""

import numpy as np
import pytest

from minikeras import Input, Model, layers
from minikeras._core.nest import flatten
from minikeras.saving.onnx_export import to_onnx
from tests.saving.onnx_export.checks import TOLERANCE, check, floats, functional, session, shaken

RNG = np.random.default_rng(3)
X = RNG.normal(size=(5, 6, 3))
SEEN = RNG.random((5, 6)) > 0.4  # holes everywhere, a row without any
SEEN[0], SEEN[1] = True, False


def kinds(model):
    return {node.op_type for node in to_onnx(model).graph.node}


@pytest.mark.parametrize("layer, kind", [
    (lambda: layers.LSTM(4), "LSTM"),
    (lambda: layers.LSTM(4, activation="relu", use_bias=False, return_sequences=True), "LSTM"),
    (lambda: layers.GRU(4), "GRU"),
    (lambda: layers.GRU(4, reset_after=False, go_backwards=True), "GRU"),
    (lambda: layers.SimpleRNN(4, activation="relu"), "RNN"),
    (lambda: layers.Bidirectional(layers.LSTM(4), "sum"), "LSTM"),
    (lambda: layers.RNN([layers.GRUCell(4), layers.LSTMCell(2)]), "GRU"),
    (lambda: layers.LSTM(4, activation="gelu"), "Scan"),
    (lambda: layers.GRU(4, recurrent_activation="hard_sigmoid"), "Scan"),
    (lambda: layers.ConvLSTM1D(2, 2), "Scan"),
])  # fmt: skip
def test_operators_where_onnx_has_them(layer, kind):
    x = X[..., None] if kind == "Scan" and isinstance(layer(), layers.ConvLSTM1D) else X
    model = shaken(functional(lambda t: layer()(t), x.astype("float32")))
    assert kind in kinds(model) and ("Scan" in kinds(model)) == (kind == "Scan")
    check(model, x.astype("float32"))


@pytest.mark.parametrize("units", [1, 3])
def test_float64_is_a_scan(units):
    model = shaken(functional(lambda t: layers.Bidirectional(layers.GRU(units, dtype="float64"), dtype="float64")(t), X))
    assert "Scan" in kinds(model)
    check(model, X, 1e-12)


@floats
@pytest.mark.parametrize("layer", [
    lambda dtype: layers.LSTM(4, return_sequences=True, return_state=True, go_backwards=True, dtype=dtype),
    lambda dtype: layers.GRU(4, dtype=dtype),
    lambda dtype: layers.SimpleRNN(4, return_state=True, dtype=dtype),
    lambda dtype: layers.Bidirectional(layers.LSTM(4, return_sequences=True, dtype=dtype), None, dtype=dtype),
    lambda dtype: layers.Bidirectional(layers.GRU(4, return_state=True, dtype=dtype), "ave", dtype=dtype),
    lambda dtype: layers.RNN(layers.LSTMCell(4, dtype=dtype), zero_output_for_mask=True, dtype=dtype),
    lambda dtype: layers.RNN([layers.LSTMCell(4, dtype=dtype), layers.GRUCell(3, dtype=dtype)], return_state=True, dtype=dtype),
], ids="lstm gru simple both both_states zero stack".split())  # fmt: skip
def test_masks_with_holes(layer, dtype):
    x, seen = Input((6, 3), dtype=dtype), Input((6,), dtype="bool")
    model = shaken(Model([x, seen], flatten(layer(dtype)(x, mask=seen))))
    check(model, [X.astype(dtype), SEEN], 10 * TOLERANCE[dtype])


@floats
def test_states_go_from_layer_to_layer(dtype):
    a, b = Input((6, 3), dtype=dtype), Input((None, 2), dtype=dtype)
    _, *states = layers.LSTM(4, return_state=True, dtype=dtype)(a)
    h = layers.LSTM(4, return_sequences=True, dtype=dtype)(b, initial_state=states)
    back = layers.Bidirectional(layers.GRU(4, dtype=dtype), dtype=dtype)(h, initial_state=[states[0], states[1]])
    model = shaken(Model([a, b], back))
    check(model, [X.astype(dtype), X[:, :4, :2].astype(dtype)], 10 * TOLERANCE[dtype])


def test_steps_of_any_number():
    x = Input((None, 3))
    model = shaken(Model(x, [layers.LSTM(4)(x), layers.GRU(2, activation="elu", return_sequences=True)(x),
                             layers.TimeDistributed(layers.Dense(2))(x)]))  # fmt: skip
    run = session(to_onnx(model))
    for steps in (1, 6, 11):
        data = RNG.normal(size=(3, steps, 3)).astype("float32")
        for y, e in zip(run.run(None, {model.input_names[0]: data}), model.predict(data, verbose=0)):
            np.testing.assert_allclose(y, e, atol=1e-5)


def test_a_mask_for_each_step():
    x, seen = Input((2, 6, 3)), Input((2, 6), dtype="bool")
    model = shaken(Model([x, seen], layers.TimeDistributed(layers.GRU(2))(x, mask=seen)))
    data = RNG.normal(size=(5, 2, 6, 3)).astype("float32")
    check(model, [data, np.stack([SEEN, ~SEEN], axis=1)])


def test_a_cell_by_itself():
    x, h, c = Input((3,)), Input((4,)), Input((4,))
    y, new = layers.LSTMCell(4)(x, [h, c])
    data = [a.astype("float32") for a in (X[:, 0], *RNG.normal(size=(2, 5, 4)))]
    check(shaken(Model([x, h, c], [y, *new])), data)


def test_an_lstm_of_known_weights():
    layer = layers.LSTM(1, activation="relu", recurrent_activation="relu")
    model = functional(layer, np.zeros((1, 2, 1), "float32"))
    layer.set_weights([np.array([[1.0, 2.0, 3.0, 4.0]]), np.zeros((1, 4)), np.zeros(4)])
    (y,) = session(to_onnx(model)).run(None, {model.input_names[0]: np.array([[[1.0], [1.0]]], "float32")})
    assert y.tolist() == [[4.0 * (2.0 * 3.0 + 3.0)]]  # c = i g = 3, then f c + i g = 9; h = o c
