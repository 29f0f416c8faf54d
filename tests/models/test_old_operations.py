"""Operation layers of Keras 2: each function of TensorFlow gives what it gave there."""

import json

import numpy as np
import pytest

import minikeras as keras

X = np.random.RandomState(0).randn(3, 4, 3).astype("float32")


def model(layers, output):
    first = {
        "class_name": "InputLayer",
        "config": {"batch_input_shape": [None, 4, 3], "dtype": "float32", "name": "x"},
        "name": "x",
        "inbound_nodes": [],
    }
    config = {"name": "m", "layers": [first, *layers], "input_layers": [["x", 0, 0]], "output_layers": [[output, 0, 0]]}
    return keras.models.model_from_json(json.dumps({"class_name": "Functional", "config": config}))


def lambda_layer(function, call, kind="TFOpLambda"):
    return {
        "class_name": kind,
        "config": {"name": "op", "trainable": True, "dtype": "float32", "function": function},
        "name": "op",
        "inbound_nodes": [call],
    }


CASES = [
    ("math.add", ["x", 0, 0, {"y": 2.0, "name": None}], lambda x: x + 2),
    ("math.subtract", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}], lambda x: 1 - x),
    ("math.truediv", ["x", 0, 0, {"y": 4.0}], lambda x: x / 4),
    ("math.reduce_mean", ["x", 0, 0, {"axis": 1, "keepdims": None}], lambda x: x.mean(1)),
    ("math.reduce_sum", ["x", 0, 0, {"axis": [1, 2], "keepdims": True}], lambda x: x.sum((1, 2), keepdims=True)),
    ("linalg.matmul", ["x", 0, 0, {"b": ["x", 0, 0], "transpose_b": True}], lambda x: x @ x.transpose(0, 2, 1)),
    (
        "compat.v1.transpose",
        ["x", 0, 0, {"perm": [0, 2, 1], "name": "transpose", "conjugate": False}],
        lambda x: x.transpose(0, 2, 1),
    ),
    ("concat", [["x", 0, 0, {"axis": -1}], ["x", 0, 0, {"axis": -1}]], lambda x: np.concatenate([x, x], -1)),
    ("stack", [["x", 0, 0, {"axis": 1}], ["x", 0, 0, {"axis": 1}]], lambda x: np.stack([x, x], 1)),
    ("split", ["x", 0, 0, {"num_or_size_splits": [1, 2], "axis": -1}], lambda x: x[..., :1]),
    ("unstack", ["x", 0, 0, {"axis": 1}], lambda x: x[:, 0]),
    ("math.l2_normalize", ["x", 0, 0, {"axis": -1}], lambda x: x / np.sqrt((x**2).sum(-1, keepdims=True))),
    (
        "compat.v1.pad",
        ["x", 0, 0, {"paddings": [[0, 0], [1, 1], [0, 0]], "mode": "CONSTANT", "constant_values": 0}],
        lambda x: np.pad(x, [[0, 0], [1, 1], [0, 0]]),
    ),
    ("clip_by_value", ["x", 0, 0, {"clip_value_min": -0.5, "clip_value_max": 0.5}], lambda x: x.clip(-0.5, 0.5)),
    (
        "compat.v1.gather",
        ["x", 0, 0, {"indices": [0, 1], "validate_indices": None, "axis": 1, "batch_dims": 0}],
        lambda x: x[:, :2],
    ),
    ("nn.leaky_relu", ["x", 0, 0, {"alpha": 0.1}], lambda x: np.where(x > 0, x, 0.1 * x)),
    ("math.squared_difference", ["x", 0, 0, {"y": 1.0}], lambda x: (x - 1) ** 2),
    ("compat.v1.norm", ["x", 0, 0, {"ord": "euclidean", "axis": -1, "keepdims": None}], lambda x: np.sqrt((x**2).sum(-1))),
    ("identity", ["x", 0, 0, {}], lambda x: x),
    ("cast", ["x", 0, 0, {"dtype": "<dtype: 'int32'>"}], lambda x: x.astype("int32")),
    ("reverse", ["x", 0, 0, {"axis": [1], "name": None}], lambda x: x[:, ::-1]),
    ("tile", ["x", 0, 0, {"multiples": [1, 2, 1]}], lambda x: np.tile(x, (1, 2, 1))),
    ("math.maximum", ["x", 0, 0, {"y": 0.0}], lambda x: np.maximum(x, 0)),
    ("math.add_n", [["x", 0, 0, {}], ["x", 0, 0, {}]], lambda x: 2 * x),
    ("math.argmax", ["x", 0, 0, {"axis": -1}], lambda x: x.argmax(-1)),
    ("reshape", ["x", 0, 0, {"shape": [-1, 12]}], lambda x: x.reshape(-1, 12)),
    ("expand_dims", ["x", 0, 0, {"axis": -1}], lambda x: x[..., None]),
]


@pytest.mark.parametrize("function, call, expected", CASES, ids=[case[0] for case in CASES])
def test_functions(function, call, expected, tmp_path):
    made = model([lambda_layer(function, call)], "op")
    np.testing.assert_allclose(made.predict(X, verbose=0), expected(X), rtol=1e-5, atol=1e-6)
    made.save(tmp_path / "m.keras")  # and is written in the operations of Keras 3
    np.testing.assert_allclose(
        keras.models.load_model(tmp_path / "m.keras").predict(X, verbose=0), expected(X), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(
    "spec, expected",
    [
        ([{"start": None, "stop": None, "step": None}, -1], np.s_[:, -1]),
        ([{"class_name": "__ellipsis__"}, 1], np.s_[..., 1]),
        ([{"start": None, "stop": None, "step": None}, None, {"start": 1, "stop": 4, "step": 2}], np.s_[:, None, 1:4:2]),
    ],
)
def test_slices(spec, expected):
    made = model([lambda_layer("__operators__.getitem", ["x", 0, 0, {"slice_spec": spec}], "SlicingOpLambda")], "op")
    np.testing.assert_array_equal(made.predict(X, verbose=0), X[expected])


def node(op, constants=None, **attributes):
    text = json.dumps({"name": "op", "op": op, "input": [], "attr": attributes})
    config = {"name": "op", "trainable": True, "dtype": "float32", "node_def": text, "constants": constants or {}}
    return {"class_name": "TensorFlowOpLayer", "config": config, "name": "op", "inbound_nodes": [[["x", 0, 0, {}]]]}


@pytest.mark.parametrize(
    "layer, expected",
    [
        (node("AddV2", {"1": 2.0}), X + 2),
        (node("Mul", {"0": 3.0}), 3 * X),
        (node("Mean", {"1": [1]}, keep_dims={"b": True}), X.mean(1, keepdims=True)),
        (node("Reshape", {"1": [-1, 12]}), X.reshape(-1, 12)),
        (node("Sigmoid"), 1 / (1 + np.exp(-X))),
        (node("Cast", DstT={"type": "DT_INT32"}), X.astype("int32")),
        (node("StridedSlice", {"1": [0, 1], "2": [0, 3], "3": [1, 1]}, begin_mask={"i": "1"}, end_mask={"i": "1"}), X[:, 1:3]),
        (
            node(
                "StridedSlice",
                {"1": [0, 1], "2": [0, 2], "3": [1, 1]},
                begin_mask={"i": "1"},
                end_mask={"i": "1"},
                shrink_axis_mask={"i": "2"},
            ),
            X[:, 1],
        ),
    ],
    ids=lambda v: v["class_name"] if isinstance(v, dict) else "",
)
def test_nodes_of_tensorflows_graph(layer, expected):
    np.testing.assert_allclose(model([layer], "op").predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_what_is_not_known_is_named():
    with pytest.raises(ValueError, match="py_function"):
        model([lambda_layer("py_function", ["x", 0, 0, {}])], "op")
