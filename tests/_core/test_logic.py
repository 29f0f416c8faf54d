"""What `&`, `|`, `^` and `~` give, as in Keras 3.15."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops

A, B = np.array([0, 1, 2, 3]), np.array([1, 2, 2, 0])
RIGHT = {
    "and": (lambda a, b: a & b, [False, True, True, False]),
    "or": (lambda a, b: a | b, [True, True, True, True]),
    "xor": (lambda a, b: a ^ b, [True, False, False, True]),
}


@pytest.mark.parametrize("dtype", ["int32", "float32", "bool"])
@pytest.mark.parametrize("name", RIGHT)
def test_of_variables_and_symbolic_tensors_of_any_type(name, dtype):
    operator, right = RIGHT[name]
    a, b = A.astype(dtype), B.astype(dtype)
    v = keras.Variable(a, dtype=dtype)
    for y in (operator(v, b), operator(v, keras.Variable(b, dtype=dtype))):
        assert y.tolist() == right and y.dtype == bool
    assert operator(True, v).tolist() == operator(v, True).tolist()
    inputs = [keras.Input((4,), dtype=dtype), keras.Input((4,), dtype=dtype)]
    y = operator(*inputs)
    assert y.dtype == "bool" and y.shape == (None, 4)
    assert keras.Model(inputs, y)([a[None], b[None]]).tolist() == [right]


def test_not_of_a_symbolic_tensor():
    x = keras.Input((2,))
    assert (~x).dtype == "bool" and keras.Model(x, ~x)(np.array([[0.0, 2.0]])).tolist() == [[True, False]]


def test_bit_by_bit_where_that_is_asked_for(tmp_path):
    x = keras.Input((4,), dtype="int32")
    outputs = [np.bitwise_and(x, 2), ops.bitwise_or(x, 1), x & 2, np.invert(x)]
    assert [y.source.class_name for y in outputs] == ["BitwiseAnd", "BitwiseOr", "LogicalAnd", "BitwiseInvert"]
    model = keras.Model(x, outputs)
    model.save(tmp_path / "m.keras")
    for one in (model, keras.saving.load_model(tmp_path / "m.keras")):
        found = [y.tolist() for y in one(A[None])]
        assert found == [[[0, 0, 2, 2]], [[1, 1, 3, 3]], [[False, True, True, True]], [[-1, -2, -3, -4]]]
