import numpy as np
import pytest

import minikeras as keras
from minikeras import GradientTape
from minikeras._core.promotion import common, join
from minikeras.compat.tensorflow import Variable as TensorFlows

CASES = [  # of Keras 3.15
    ("int32", "/", "int32", "float32"), ("uint8", "/", "int8", "float32"), ("bool", "/", "bool", "float32"),
    ("int64", "+", "float16", "float16"), ("int64", "**", "float16", "float16"), ("int32", "+", 1.5, "float32"),
    ("int32", "//", 1.5, "float32"), ("float16", "*", 1.5, "float16"), ("uint8", "-", "int8", "int16"),
    ("bool", "+", 1, "int32"), ("bool", "//", "bool", "int32"), ("bool", "%", "bool", "int32"), ("int8", "%", 2, "int8"),
    ("float32", "+", "float32", "float32"), ("int32", "<", "int64", "bool"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "operator", "other", "right"), CASES)
def test_operators_of_variables_give_keras_types(one, operator, other, right):
    x = keras.Variable(np.ones(2), dtype=one)
    y = keras.Variable(np.ones(2), dtype=other) if isinstance(other, str) else other
    scope = {"x": x, "y": y}
    for way in (f"x {operator} y", f"y {operator} x"):
        assert str(eval(way, scope).dtype) == right
    if isinstance(other, str):
        scope["y"] = y.numpy()
        assert str(eval(f"x {operator} y", scope).dtype) == str(eval(f"y {operator} x", scope).dtype) == right


def test_also_under_a_tape():
    w = keras.Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = w * np.arange(2)
    assert y.dtype == "float32" and tape.gradient(y, w).tolist() == [0.0, 1.0]


def test_tensorflows_variables_keep_its_types():
    assert str((TensorFlows([3], dtype="int32") / TensorFlows([2], dtype="int32")).dtype) == "float64"


def test_common_types():
    assert common(np.dtype("int32"), np.dtype("uint32")) == "int64" and join((int,)) == "int32" and join((float, int)) is float
    assert common(np.dtype("uint64"), np.dtype("int8")) == common(float) == "float32"
