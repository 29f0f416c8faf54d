"""Types, slices, scattering: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from minikeras._core.symbolic import KerasTensor
from minikeras._core.variable import Variable
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("core"))
def test_as_keras(case):
    check(case)


def test_arguments_stay_as_they_are():
    x = np.zeros(3)
    ops.slice_update(x, [0], [1.0])
    ops.scatter_update(x, [[1]], [1.0])
    assert x.tolist() == [0, 0, 0]


def test_of_updates_of_one_place_the_last_one_stays():
    assert ops.scatter_update(np.zeros(3), [[1], [0], [1]], [1.0, 2.0, 3.0]).tolist() == [2.0, 3.0, 0.0]


def test_errors():
    with pytest.raises(ValueError, match="needs starts and sizes for all axes"):
        ops.slice(np.zeros((2, 2)), [0], [1, 1])
    with pytest.raises(ValueError, match="Unsupported reduction: 'mean'"):
        ops.scatter_update(np.zeros(2), [[0]], [1.0], "mean")
    with pytest.raises(ValueError, match="num=2, the size of axis 0, got 3"):
        ops.unstack(np.zeros((2, 2)), 3)


def test_variables_are_arrays_but_no_tensors():
    v = Variable([1.0, 2.0])
    assert ops.add(v, 1).tolist() == [2.0, 3.0] and ops.stack([v, v]).shape == (2, 2)
    assert not ops.is_tensor(v) and ops.is_tensor(ops.convert_to_tensor(v)) and ops.dtype(v) == "float32"
    assert type(ops.convert_to_numpy(v)) is np.ndarray


def test_minus_one_in_a_slice_is_all_that_is_left():
    x = np.arange(12).reshape(3, 4)
    assert ops.slice(x, [1, 1], [-1, 2]).tolist() == [[5, 6], [9, 10]]
    assert ops.slice(x, [1, 2], [-1, -1]).tolist() == [[6, 7], [10, 11]]


def test_unstack_refuses_an_axis_that_is_not_there():
    with pytest.raises(ValueError, match="Axis 2 is out of bounds for an array of 2 axes"):
        ops.unstack(np.ones((2, 2)), axis=2)


def test_unstack_of_open_axes_leaves_them_open():
    x = KerasTensor((2, None, None))
    assert [y.shape for y in ops.unstack(x, num=3, axis=2)] == [(2, None)] * 3  # as in Keras 3.15
    assert [y.shape for y in ops.unstack(KerasTensor((None, None, 4)), num=2, axis=1)] == [(None, 4)] * 2
    assert [y.shape for y in ops.unstack(KerasTensor((None, 2)), axis=-1)] == [(None,)] * 2
