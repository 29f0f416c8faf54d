"""What the tests of exported models have in common: run them in ONNX Runtime and compare with `predict`."""

import numpy as np
import pytest

from minikeras import Input, Model
from minikeras._core.nest import flatten, map_leaves
from minikeras.saving.onnx_export import to_onnx
from tests.pace import some_quick

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
floats = pytest.mark.parametrize("dtype", some_quick(TOLERANCE, ["float32"]))


def session(proto):
    """A checked graph, ready to run; a little optimized, since the tests run each only a few times."""
    onnx.checker.check_model(proto, full_check=True)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])


def check(model, x, tolerance=1e-5, sizes=None, **kwargs):
    """Compare the exported model with `predict`: for the whole batch, and for one and three samples."""
    run = session(to_onnx(model, **kwargs))
    x = x if isinstance(x, list) else [x]
    given, made = run.get_inputs(), run.get_outputs()
    assert [t.name for t in given] == model.input_names or "input_signature" in kwargs
    assert all(t.shape[0] == "batch" for t in given) or "input_signature" in kwargs
    for n in sizes or (len(x[0]), 1, 3):
        part = [a[:n] for a in x]
        expected = flatten(model.predict(part if len(part) > 1 else part[0], verbose=0, batch_size=len(x[0])))
        ys = run.run(None, {t.name: a for t, a in zip(given, part)})
        assert len(ys) == len(expected) == len(made)
        for y, e in zip(ys, expected):
            assert y.dtype == e.dtype and y.shape == e.shape, (y.dtype, e.dtype, y.shape, e.shape)
            np.testing.assert_allclose(y, e, rtol=tolerance, atol=tolerance)
    return run


def functional(function, x, **options):
    """A model of a function of symbolic tensors like the arrays x."""
    inputs = [Input(a.shape[1:], dtype=a.dtype.name) for a in (x if isinstance(x, list) else [x])]
    outputs = function(*inputs)
    return Model(inputs if len(inputs) > 1 else inputs[0], outputs, **options)


def shaken(model, seed=0):
    """The model with all its weights at random, so that zeros and ones hide nothing."""
    rng = np.random.default_rng(seed)
    for v in model.weights:
        if v.value.dtype.kind == "f":
            v.assign(rng.uniform(0.2, 1.0, v.shape) * (1.0 if "variance" in v.path else rng.choice([-1.0, 1.0], v.shape)))
    return model


def cast_all(x, dtype):
    """Arrays in a structure in another type."""
    return map_leaves(lambda a: a.astype(dtype), x)
