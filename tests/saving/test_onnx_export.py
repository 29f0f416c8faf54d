"""Exported models predict in ONNX Runtime what `predict` does. Layers and operations have tests of their own beside this."""

import builtins
import functools
import os
import subprocess
import sys

import numpy as np
import pytest

from minikeras import Input, Model, Sequential, activations, layers
from minikeras.layers import Dense
from minikeras.saving.onnx_export import NEWEST, OLDEST, export_model, to_onnx
from tests.saving.onnx_export.checks import TOLERANCE, check, floats, onnx, ort, session

RNG = np.random.default_rng(7)
LATEST = min(NEWEST, onnx.defs.onnx_opset_version())


@floats
@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5), (None, 5)])
def test_dense_of_any_rank(shape, dtype):
    model = Sequential([
        Input(shape, dtype=dtype),
        Dense(4, activation="tanh", bias_initializer="normal", dtype=dtype),
        Dense(3, use_bias=False, activation="softmax", dtype=dtype),
    ])
    check(model, RNG.normal(size=(7, *(2 if n is None else n for n in shape))).astype(dtype), TOLERANCE[dtype])


def test_a_net_with_all_kinds_in_it():
    inner = Sequential([Dense(6, activation="gelu"), layers.Dropout(0.5), layers.Reshape((2, 3))], name="inner")
    model = Sequential([
        Input((4, 3), name="data"),
        layers.Permute((2, 1)),
        layers.GaussianNoise(0.1),
        layers.Flatten(),
        inner,
        layers.PReLU(alpha_initializer="normal", shared_axes=[1]),
        layers.Flatten("channels_first"),
        layers.Activation(layers.LeakyReLU(0.1)),
        Dense(3, activation=layers.Softmax(), activity_regularizer="l2", name="classes"),
    ], name="net")
    model.compile("sgd", "mse")
    x = RNG.normal(size=(32, 4, 3)).astype("float32")
    model.fit(x, np.eye(3)[np.arange(32) % 3], epochs=1, verbose=0)
    run = check(model, x, 1e-5)
    assert run.get_inputs()[0].name == "data" and run.get_outputs()[0].name == "classes"
    proto = to_onnx(model)
    assert proto.producer_name == "minikeras" and proto.graph.name == "net"
    assert proto.opset_import[0].version == 17 and proto.ir_version == 8
    weights = {v.path: v.numpy() for v in model.weights}
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in proto.graph.initializer}
    assert len(weights) == 5 and all(np.array_equal(stored[path], value) for path, value in weights.items())
    assert not any("dropout" in node.name or "noise" in node.name for node in proto.graph.node)


def test_exact_values():
    model = Sequential([Input((2,)), Dense(1, weights=[[[2.0], [3.0]], [1.0]], activation="relu")])
    (y,) = session(to_onnx(model)).run(None, {model.input.name: np.array([[1, 1], [-1, -1]], "float32")})
    assert y.tolist() == [[6.0], [0.0]]


def test_layers_that_change_nothing_and_names_that_meet():
    check(Sequential([Input((3,)), layers.Dropout(0.5)]), RNG.normal(size=(4, 3)).astype("float32"), 0)


def test_a_layer_met_twice_is_stored_once_and_names_that_meet_are_numbered():
    shared = Dense(3, activation="tanh", name="x")
    model = Sequential([Input((3,)), shared, layers.Dropout(0.5), shared])
    check(model, RNG.normal(size=(4, 3)).astype("float32"), 1e-5)
    proto = to_onnx(model, Input((3,), name="x"))
    assert [t.name for t in proto.graph.initializer] == [v.path for v in shared.weights]
    assert [proto.graph.input[0].name, proto.graph.output[0].name] == ["x", "x_1"]


def test_batch_normalization_after_training():
    for dtype, axis in (("float32", 1), ("float64", -1), ("float64", 2)):
        layer = layers.BatchNormalization(axis, momentum=0.5, gamma_initializer="normal", beta_initializer="ones", dtype=dtype)
        x = RNG.normal(3, 2, (6, 4, 5)).astype(dtype)
        model = Sequential([Input((4, 5), dtype=dtype), layer])
        layer(x, training=True)
        check(model, x, TOLERANCE[dtype])


def test_integers_come_in_as_integers():
    model = Sequential([Input((2, 2), dtype="int32"), layers.Flatten(), Dense(3)])
    x = RNG.integers(0, 9, (4, 2, 2)).astype("int32")
    (y,) = session(to_onnx(model)).run(None, {model.input.name: x})
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, x.reshape(4, 4) @ model.layers[1].kernel.numpy(), rtol=1e-5, atol=1e-5)


def test_float_types_mixed_and_small():
    x = RNG.normal(size=(4, 3))
    mixed = Sequential([Input((3,)), Dense(4, activation="elu"), Dense(2, activation="elu", dtype="float64")])
    check(mixed, x.astype("float32"), 1e-5)
    check(Sequential([Input((3,), dtype="float64"), Dense(4, dtype="float64")]), x, 1e-12)
    check(Sequential([Input((3,), dtype="float16"), Dense(4, activation="gelu", dtype="float16")]), x.astype("float16"), 5e-3)


@pytest.mark.parametrize("opset", [OLDEST, 18, LATEST])
def test_other_operator_sets(opset):
    inner = [Dense(6, activation="log_softmax"), layers.Softmax(axis=[1, 2]), layers.Activation("sparsemax")]
    model = Sequential([Input((4, 4)), *inner, layers.Activation("glu")])
    check(model, RNG.normal(size=(5, 4, 4)).astype("float32"), 1e-5, opset_version=opset)
    with pytest.raises(ValueError, match=f"opset_version.*{OLDEST} to {LATEST}, got 12"):
        to_onnx(model, opset_version=12)


@pytest.mark.parametrize("opset", [OLDEST, 18, LATEST])
def test_a_large_graph_in_other_operator_sets(opset):
    x = Input((6, 5, 2))
    h = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same", activation="relu")(x))
    h = layers.UpSampling2D()(layers.AveragePooling2D(2, padding="same")(layers.ZeroPadding2D(1)(h)))
    h = layers.LayerNormalization()(layers.Conv2DTranspose(4, 2)(layers.AdaptiveMaxPooling2D((3, 4))(h)))
    h = layers.Reshape((4, 20))(h)[:, ::-1] + 1.0
    h = layers.MultiHeadAttention(2, 3)(h, h) + layers.GRU(20, activation="elu", return_sequences=True)(h)
    model = Model(x, layers.LSTM(3)(layers.Masking()(h)))
    check(model, RNG.normal(size=(4, 6, 5, 2)).astype("float32"), 1e-5, opset_version=opset)


def test_input_signature_fixes_batch_and_name():
    model = Sequential([Input((3,)), Dense(2)])
    (given,) = session(to_onnx(model, [Input((3,), batch_size=5, name="five")])).get_inputs()
    assert given.name == "five" and given.shape == [5, 3]
    for wrong in (Input((4,)), Input((3, 3)), "x", [Input((3,)), Input((3,))]):
        with pytest.raises(ValueError, match="input_signature"):
            to_onnx(model, wrong)
    a, b = Input((3,)), Input((2,))
    run = session(to_onnx(Model([a, b], [a, b]), [Input((3,), name="one"), Input((2,), batch_size=4, name="two")]))
    assert [(t.name, t.shape) for t in run.get_inputs()] == [("one", ["batch", 3]), ("two", [4, 2])]


def test_the_file_is_whole_or_not_there(tmp_path, capsys):
    path = tmp_path / "model.onnx"
    model = Sequential([Input((3,)), Dense(2)])
    assert model.export(path, format="onnx") is None
    first = path.read_bytes()
    assert capsys.readouterr().out == ""
    model.export(str(path), "onnx", verbose=True)
    assert "model.onnx" in capsys.readouterr().out and path.read_bytes() == first
    model.add(layers.Dense(2, activation=cut, name="level"))
    with pytest.raises(ValueError, match="'level"):
        model.export(path, format="onnx")
    assert path.read_bytes() == first and os.listdir(tmp_path) == ["model.onnx"]
    assert ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).get_inputs()[0].shape == ["batch", 3]
    with pytest.raises(FileNotFoundError):
        Sequential([Input((3,)), Dense(2)]).export(tmp_path / "missing" / "model.onnx", format="onnx")


class Narrow(Dense):  # other arguments, same arithmetic
    def __init__(self, **kwargs):
        super().__init__(units=2, **kwargs)


def cut(x):
    return np.asarray(x).clip(0, 1)


@pytest.mark.parametrize("layer, named", [
    (Dense(2, activation=cut, name="power"), "'power' .Dense.*activation 'cut'"),
    (Sequential([layers.Activation(cut, name="wave")]), "'wave' .Activation.*activation 'cut'"),
])  # fmt: skip
def test_activations_without_a_translation_are_named(layer, named):
    with pytest.raises(ValueError, match=named):
        to_onnx(Sequential([Input((3,)), layer]))


def test_text_is_refused():
    words = Input((2,), dtype="string", name="words")
    with pytest.raises(ValueError, match="'words'.*takes strings"):
        to_onnx(Model(words, layers.StringLookup(vocabulary=["a", "b"])(words)))


def test_a_subclass_that_computes_the_same_is_translated():
    check(Sequential([Input((3,)), Narrow()]), RNG.normal(size=(4, 3)).astype("float32"), 1e-5)


def test_unknown_sizes_where_one_is_needed():
    sparse = functools.partial(activations.sparsemax, axis=1)
    with pytest.raises(ValueError, match="'sparse' .Activation.*axis 1 must be known"):
        to_onnx(Sequential([Input((None, 2)), layers.Activation(sparse, name="sparse")]))


@pytest.mark.parametrize("format", ["tf_saved_model", "openvino", "litert", "torch", "pmml"])
def test_other_formats(format, tmp_path):
    model = Sequential([Input((3,)), Dense(2)])
    with pytest.raises(ValueError, match=f"{format}.*format='onnx'.*model.save"):
        model.export(tmp_path / "x", format=format)
    with pytest.raises(ValueError, match="tf_saved_model"):
        model.export(tmp_path / "x")
    with pytest.raises(TypeError, match="dynamic"):
        model.export(tmp_path / "x", format="onnx", dynamic=True)
    assert not os.listdir(tmp_path)


def test_a_model_that_is_not_built():
    for model in (Sequential(), Sequential([Dense(2)])):
        with pytest.raises(ValueError, match="before it is built"):
            export_model(model, "x.onnx", format="onnx")


def test_without_the_package(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "onnx":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match='pip install "onnx>=1.15"'):
        Sequential([Input((3,)), Dense(2)]).export("x.onnx", format="onnx")


def test_a_file_holds_less_than_two_gigabytes(monkeypatch):
    monkeypatch.setattr("minikeras.saving.onnx_export.LARGEST", 31)
    with pytest.raises(ValueError, match="GiB"):
        to_onnx(Sequential([Input((3,)), Dense(2)]))


def test_it_is_quiet(tmp_path):
    code = (
        "from minikeras import Sequential, layers\n"
        "Sequential([layers.Dense(2, input_shape=(3,), activation='selu')]).export('m.onnx', format='onnx')"
    )
    path = os.pathsep.join(p for p in (os.getcwd(), os.environ.get("PYTHONPATH")) if p)
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-W", "error", "-c", code]
    out = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
    assert out.stdout == out.stderr == "" and (tmp_path / "m.onnx").stat().st_size > 100
