"""What users get back answers as tensors do, and still is an array."""

import copy
import pickle

import numpy as np
import pytest

from minikeras import GradientTape, Input, Sequential, Variable, layers, ops
from minikeras._core.tensor import Shape, Tensor, TypeName, plain, tensor


def results():
    x = np.ones((2, 3), "float32")
    dense = layers.Dense(4)
    model = Sequential([Input((3,)), layers.Dense(4)])
    yield dense(x)
    yield model(x)
    yield ops.matmul(x, np.ones((3, 4), "float32"))
    yield Variable(np.ones((2, 4), "float32")) * 2.0
    yield ops.convert_to_tensor(np.ones((2, 4), "float32"))
    with GradientTape() as tape:
        yield dense(x)
    with GradientTape() as tape:
        loss = ops.sum(dense(x))
    yield ops.transpose(tape.gradient(loss, dense.kernel))[:2, :1] * np.ones(4, "float32")


@pytest.mark.parametrize("number", range(7))
def test_results_answer_as_tensors(number):
    y = list(results())[number]
    assert y.shape.as_list() == [2, 4] and y.shape == (2, 4) and y.shape.rank == 2 and y.get_shape() == (2, 4)
    assert y.dtype.name == "float32" and y.dtype == "float32" and y.ndim == 2 and y.device == "cpu"
    assert type(y.numpy()) is np.ndarray and y.numpy().shape == (2, 4)
    assert isinstance(float(ops.sum(y)), float) and f"{ops.sum(y):.1f}" == f"{float(ops.sum(y)):.1f}"
    assert len(y) == 2 and [row.shape for row in y] == [(4,), (4,)] and y[0, 0].numpy() == y.numpy()[0, 0]


def test_predict_returns_plain_arrays():
    model = Sequential([Input((3,)), layers.Dense(4)])
    x = np.ones((2, 3), "float32")
    for y in (model.predict(x, verbose=0), model.predict_on_batch(x), model.predict(tensor(x), verbose=0)):
        assert type(y) is np.ndarray


def test_arithmetic_and_methods_stay_tensors():
    x = tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))
    for y in (
        x + 1, 1 - x, x @ x, x.T, x.reshape(4), x.reshape((1, 4)), x.sum(), x.mean(axis=0), np.exp(x), np.concatenate([x, x]),
        x[0], x > 2, x.astype("float32"), x.copy(), abs(x), x.transpose(1, 0), x.max(1),
    ):  # fmt: skip
        assert type(y) is Tensor, y
    y = x
    y += 1  # a new one: others who hold x keep their numbers
    assert x[0, 0] == 1.0 and y[0, 0] == 2.0
    assert type(plain(x)) is np.ndarray and plain("a") == "a" and x.untraced.base is not None
    assert np.add(x, 1, out=np.zeros((2, 2))).tolist() == [[2.0, 3.0], [4.0, 5.0]]


def test_copies():
    x = tensor(np.array([1.0, 2.0]))
    for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x), copy.copy(x)):
        assert type(y) is Tensor and y.tolist() == [1.0, 2.0]
    for value in (Shape((None, 2)), TypeName("int32")):
        assert type(pickle.loads(pickle.dumps(value))) is type(value) and pickle.loads(pickle.dumps(value)) == value


def test_shapes_and_types():
    shape = Shape((None, 3))
    assert shape.num_elements() is None and Shape((2, 3)).num_elements() == 6 and not shape.is_fully_defined()
    assert shape.dims == [None, 3] and shape.ndims == 2
    kind = TypeName("float16")
    assert kind.is_floating and not kind.is_integer and kind.as_numpy_dtype is np.float16 and kind.name == "float16"


def test_the_numbers_are_copied_out():
    x = tensor(np.zeros(2))
    x.numpy()[0] = 5.0
    assert x.tolist() == [0.0, 0.0] and isinstance(tensor(np.float32(2.0)).numpy(), np.float32)


def test_a_tensor_as_a_number_and_as_a_key():
    one = tensor(np.array([[1.5]]))
    assert float(one) == 1.5 and int(one) == 1 and f"{one:.1f}" == "1.5"
    names = {3: "c"}
    assert names[tensor(np.int64(3))] == "c" and {*tensor(np.array([1, 1, 2]))} == {1, 2}
    with pytest.raises(TypeError, match="use tensor.ref"):
        hash(tensor(np.zeros(2)))
    with pytest.raises(ValueError):
        float(tensor(np.zeros(2)))
    a, b = tensor(np.zeros(2)), tensor(np.zeros(2))
    assert a.ref() != b.ref() and len({a.ref(), a.ref(), b.ref()}) == 2 and a.experimental_ref().deref() is a
