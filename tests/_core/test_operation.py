import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from minikeras._core.nest import flatten
from minikeras._core.operation import Operation, fill, output_spec, symbolic
from minikeras._core.symbolic import KerasTensor


def test_shapes_are_found_by_trying():
    x = KerasTensor((None, 3, None))
    assert symbolic(np.transpose, (x, (0, 2, 1)), {}).shape == (None, None, 3)
    assert symbolic(np.sum, (x,), {"axis": 0}).shape == (3, None)
    a, b = symbolic(np.split, (KerasTensor((None, 4)), 2), {"axis": 1})
    assert a.shape == b.shape == (None, 2) and a.node is b.node and b.index == 1
    assert symbolic(np.argmax, (x, 1), {}).dtype == "int64" and ops.argmax(x, axis=1).dtype == "int32"


def test_names_are_those_of_keras():
    x = KerasTensor((None, 3))
    names = [
        t.source.class_name for t in (x + 1, 1 - x, x / 2, x**2, -x, abs(x), x @ np.ones((3, 2)), x[:, 0], x > 0, ops.relu(x))
    ]
    expected = ["Add", "Subtract", "TrueDivide", "Power", "Negative", "Absolute", "Matmul", "GetItem", "Greater", "Relu"]
    assert names == expected


def test_what_can_not_be_computed_says_which_operation():
    with pytest.raises(ValueError, match="operation Matmul can't take arrays of shapes|mismatch"):
        KerasTensor((None, 3)) @ KerasTensor((4, 2))


def test_numbers_are_not_there():
    x = KerasTensor((None, 3))
    for act in (bool, len, float, list):
        with pytest.raises(TypeError, match="holds no numbers|can't be iterated"):
            act(x)
    with pytest.raises(TypeError, match="in place"):
        np.add(x, 1, out=np.zeros(3))


def test_pieces():
    assert Operation(np.add)(1, 2) == 3 and repr(Operation(np.add, "sum")) == "<Operation name=sum>"
    assert fill([KerasTensor((None, None), "int32"), 5], 2, 7)[0].shape == (2, 7)
    assert output_spec(lambda x: {"a": x}, (KerasTensor((2,)),), {}, "test")["a"].shape == (2,)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("inv", (None, 3, 3)), ("cholesky", (3, 3)), ("cholesky_inverse", (3, 3)), ("logdet", (None, 3, 3)), ("inv", (400, 400))],
)
def test_what_needs_an_inverse_can_be_tried(name, shape):
    assert getattr(ops, name)(KerasTensor(shape)).shape == (shape[:-2] if name == "logdet" else shape)


def test_unit_matrices_in_the_place_of_squares():
    square, wide, whole = fill([KerasTensor((None, 2, 2)), KerasTensor((2, 3)), KerasTensor((2, 2), "int32")], 2, 7)
    assert square.tolist() == [[[1, 0], [0, 1]]] * 2 and not wide.any() and not whole.any()
    square += 1.0  # may be changed in place, as by a layer of the user's


@pytest.mark.parametrize(
    ("a", "b", "sum_"),
    [
        ((None, None, 8), (None, 10, 8), (None, 10, 8)),
        ((None, None, 8), (1, 10, 8), (None, 10, 8)),
        ((None, 3), (2, None), (2, 3)),
        ((None, 3), (4, 3), (4, 3)),
        ((None, None), (None, None), (None, None)),
    ],
)
def test_an_open_size_meets_a_known_one(a, b, sum_):
    assert (KerasTensor(a) + KerasTensor(b)).shape == sum_ and np.add(KerasTensor(b), KerasTensor(a)).shape == sum_


def test_an_open_size_meets_that_of_an_array():
    table = np.ones((10, 8), "float32")
    assert (KerasTensor((None, None, 8)) + table).shape == (None, 10, 8)
    with pytest.raises(ValueError, match="broadcast"):
        KerasTensor((None, 3)) + KerasTensor((None, 4))


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (lambda x: ops.split(x, 2)[0], (None, 6)),
        (lambda x: ops.average(x, weights=x), ()),
        (lambda x: x[5], (6,)),
        (lambda x: ops.array_split(x, 3, axis=1)[0], (None, 2)),
    ],
)
def test_what_fits_no_two_or_three_rows(call, shape):
    assert call(KerasTensor((None, 6))).shape == shape


def test_images_of_any_size_are_filled_up_to_one():
    images = KerasTensor((None, None, 5, 3))
    assert ops.image.pad_images(images, top_padding=2, left_padding=0, right_padding=0, target_height=20).shape[1] in (20, None)


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (ops.nonzero, [(None,), (None,)]),
        (ops.where, [(None,), (None,)]),
        (ops.unique, [(None,)]),
        (lambda x: ops.unique(x, return_inverse=True, return_counts=True), [(None,), (None, 4), (None,)]),
        (lambda x: ops.unique(x, axis=1), [(None, None)]),
        (lambda x: ops.unique(x, size=8), [(8,)]),
        (lambda x: ops.bincount(ops.cast(x, "int32"), minlength=6), [(None, None)]),
        (lambda x: ops.segment_sum(x, np.array([0, 0, 1])), [(None, 4)]),
        (lambda x: ops.segment_sum(x, np.array([0, 0, 1]), num_segments=2), [(2, 4)]),
        (lambda x: ops.array_split(x, 2), [(None, 4), (None, 4)]),
        (lambda x: ops.broadcast_to(ops.expand_dims(x, 1), (3, 2, 4)), [(3, 2, 4)]),
    ],
)
def test_sizes_that_the_numbers_decide_are_left_open(function, shapes):
    x = np.array([[1, 0, 2, 3], [0, 0, 5, 1], [2, 2, 0, 1]], "float32")
    inputs = keras.Input((4,))
    outputs = flatten(function(inputs))
    assert [tuple(y.shape) for y in outputs] == shapes  # those of Keras 3.15
    model = keras.Model(inputs, outputs)
    for y, right in zip(flatten(model(x)), flatten(function(x)), strict=True):
        np.testing.assert_array_equal(y, right)
    if len(shapes) == 1 and shapes[0] == (None,):  # what comes behind has an open size, too
        assert ops.ones_like(outputs[0]).shape == (None,)


@pytest.mark.parametrize(
    ("function", "shapes", "out"),  # of Keras 3.15
    [
        (ops.add, [(2, None, 1), (None, 3)], (2, None, 3)),
        (ops.add, [(None, None, 4), (None, 4)], (None, None, 4)),
        (ops.multiply, [(None, 5, None), (None,)], (None, 5, None)),
        (lambda a, b, c: ops.where(a > 0, b, c), [(2, None, 1), (None, 1), (None, 3)], (2, None, 3)),
        (lambda a, b: ops.scan(lambda c, x: (c + x, c), a, b)[1], [(None,), (3, None)], (3, None)),
    ],
)
def test_an_open_first_axis_meets_an_open_later_one(function, shapes, out):
    assert function(*(KerasTensor(shape) for shape in shapes)).shape == out


def test_positions_are_added_to_sequences_of_any_length():
    x, table = keras.Input((None, 4)), keras.Input(batch_shape=(None, 4))
    model = keras.Model([x, table], x + table)
    assert model.output_shape == (None, None, 4)
    assert model([np.ones((2, 3, 4)), np.ones((3, 4))]).shape == (2, 3, 4)
